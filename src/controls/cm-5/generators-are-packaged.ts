import { type Generator, generatorsOf } from "../../manager/generators.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { approvalOf, approvalSays } from "./approval.ts";
import { approvalFor, PACKAGED_JOB, VENDOR_GENERATOR } from "./example-packages.ts";

const LOCAL = "/etc/systemd/system-generators/own";
const OWN = { [LOCAL]: { content: "#!/bin/sh\n", mode: 0o755 } };

/** Generators run as root before anything watches, and make units nobody finds on disk afterwards. */
export const generatorsArePackaged: Check = {
  id: "cm5-05-generators-are-packaged",
  title: "Every generator comes from a package, and none is shadowed",
  control: "CM-5",
  severity: "critical",
  objectives: ["cm-5_obj-6"],
  reads: [
    "/etc/systemd/*-generators/*",
    "/run/systemd/*-generators/*",
    "/usr/local/lib/systemd/*-generators/*",
    "/usr/lib/systemd/*-generators/*",
    "/var/lib/dpkg/**",
    "/var/lib/rpm/**",
    "/usr/lib/sysimage/rpm/**",
  ],
  needs: [],
  why: "A generator runs as root at every boot and reload, before the audit does, and writes timers that no package and no directory in /etc shows.",
  remediation: "remove the file, or name it under approved in the attestations",
  falseResults: ["Cloud images and local builds ship generators outside packages: approve them"],
  references: ["man:systemd.generator(7)"],

  run(subject) {
    const faults: Point[] = [];
    const doubts: Point[] = [];
    const all = subject.inventory.managers
      .filter(({ scope }) => scope.kind !== "user")
      .flatMap((manager) => generatorsOf(manager));
    for (const generator of all) {
      const reason = reasonOf(subject, generator);
      if (reason === null) continue;
      const state = approvalOf(subject, [generator.name], generator.path);
      const doubt = reason.kind === "doubt";
      if (state === "approved" && !doubt) continue;
      (doubt ? doubts : faults).push({
        says: `${generator.path} ${reason.says}${state === "open" || doubt ? "" : ` and ${approvalSays(state)}`}`,
        evidence: [ofPath(subject, generator.path, generator.state)],
      });
    }
    return conclude({
      faults,
      doubts,
      looked: all.map(({ path, state }) => ofPath(subject, path, state)),
      holds: `all ${all.length} generators are packaged or approved`,
      nothing: "there are no generators",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB } },
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, ...OWN }, declared: { approved: [approvalFor(LOCAL)] } },
    ],
    fail: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, ...OWN } },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/etc/systemd/system-generators/job-generator": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          [VENDOR_GENERATOR]: { content: "#!/bin/sh\n: other\n", mode: 0o755 },
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...OWN } },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/usr/lib/systemd/system-generators": { dir: true, error: "EACCES" },
        },
      },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/var/lib/dpkg/info/job.list": { content: "", error: "EACCES" },
        },
      },
    ],
  }),
};

interface Reason {
  readonly kind: "fault" | "doubt";
  readonly says: string;
}

function reasonOf(subject: Subject, { path, state, overrides, facts }: Generator): Reason | null {
  if (state === "masked")
    return { kind: "fault", says: `masks ${overrides.join(", ") || "generators of its name"}` };
  if (facts === null) return { kind: "doubt", says: "cannot be looked at" };
  if (state === "not-executable") return null;
  const provenance = subject.inventory.packages.hasDatabase ? subject.inventory.provenanceOf(path) : null;
  if (provenance === null)
    return { kind: "doubt", says: "may or may not be packaged: there is no package database" };
  switch (provenance.content) {
    case "matches":
      return overrides.length > 0 ? { kind: "fault", says: `shadows ${overrides.join(", ")}` } : null;
    case "not-shipped":
      return { kind: "fault", says: "belongs to no package" };
    case "modified":
    case "conffile-modified":
      return { kind: "fault", says: "is not as its package shipped it" };
    case "unknown":
      return { kind: "doubt", says: `cannot be compared: ${provenance.how}` };
  }
}
