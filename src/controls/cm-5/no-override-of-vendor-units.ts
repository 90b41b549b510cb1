import type { LoadedUnit } from "../../manager/manager.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { doubtOfUnit } from "../unit-subjects.ts";
import { approvalOf, approvalSays } from "./approval.ts";
import { approvalFor, PACKAGED_JOB } from "./example-packages.ts";

const DROP_IN = "/etc/systemd/system/job.service.d/local.conf";

/** A drop-in changes what a trusted name does while the vendor's file stays as it was. */
export const noOverrideOfVendorUnits: Check = {
  id: "cm5-03-no-override-of-vendor-units",
  title: "No unapproved override changes a vendor's timer or what it starts",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: ["/etc/systemd/**", "/run/systemd/**", "/usr/local/lib/systemd/**", "/usr/lib/systemd/system/**"],
  needs: [],
  why: "A file of the same name in /etc, a drop-in, or a mask turns a vendor's timer into another program, or off, and no package check sees it.",
  remediation: "systemctl revert UNIT, or name the drop-in under approved in the attestations",
  falseResults: ["Settings made with systemctl edit or by cloud-init for good reason: approve them"],
  references: ["man:systemd.unit(5)", "man:systemctl(1)"],

  run(subject) {
    const { units, doubts } = vendorUnits(subject);
    const overrides = units.flatMap((unit) => overridesOf(unit).map((path) => ({ unit, path })));
    const judged = overrides.map(({ unit, path }) => ({
      unit,
      path,
      state: approvalOf(subject, [unit.name], path),
    }));
    const point = ({ unit, path, state }: (typeof judged)[number]): Point => ({
      says: `${path} overrides ${unit.name} and ${approvalSays(state)}`,
      evidence: [ofPath(subject, path, unit.state)],
    });
    const open = judged.filter(({ state }) => state === "open");
    return conclude({
      faults: judged.filter(({ state }) => state !== "approved" && state !== "open").map(point),
      doubts: [...doubts, ...open.map(point)],
      looked: units.map((unit) => ofPath(subject, unit.path ?? unit.name)),
      holds: `of ${units.length} units that vendors' timers consist of none is overridden without approval`,
      nothing: "there is no vendor's timer",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB } },
      {
        files: { ...ACCOUNTS, ...PACKAGED_JOB, [DROP_IN]: "[Service]\nNice=5\n" },
        declared: { approved: [approvalFor(DROP_IN)] },
      },
    ],
    fail: [
      {
        files: { ...ACCOUNTS, ...PACKAGED_JOB, [DROP_IN]: "[Service]\nExecStartPre=/tmp/x\n" },
        declared: { approved: [] },
      },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/etc/systemd/system/job.timer": { link: "/dev/null" },
          "/dev/null": { kind: "character-device" },
        },
        declared: { approved: [] },
      },
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          "/etc/systemd/system/job.service": "[Service]\nExecStart=/tmp/x\n",
        },
        declared: { approved: [] },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...PACKAGED_JOB, [DROP_IN]: "[Service]\nExecStartPre=/tmp/x\n" } },
      {
        files: { ...ACCOUNTS, ...PACKAGED_JOB, [DROP_IN]: { content: "", error: "EACCES" } },
        declared: { approved: [approvalFor(DROP_IN)] },
      },
    ],
  }),
};

/** The system's timers that have a file of a vendor, whoever's file is in force, and the units they start. */
function vendorUnits(subject: Subject): {
  readonly units: readonly LoadedUnit[];
  readonly doubts: readonly Point[];
} {
  const { system } = subject;
  const units = new Map<string, LoadedUnit>();
  const doubts: Point[] = [];
  const own = subject.inventory.timers.filter(({ manager }) => manager === system);
  const records = new Map(own.map((record) => [record.unit, record]));
  for (const name of system?.names() ?? []) {
    if (system === null || !name.endsWith(".timer")) continue;
    const timer = system.load(name);
    if (![timer.path, ...timer.overrides.map(({ path }) => path)].some(isVendors)) continue;
    const record = records.get(timer.primaryId);
    for (const unit of [timer, record?.target ?? null]) {
      if (unit === null) continue;
      const doubt = doubtOfUnit(subject, unit);
      if (doubt !== null) doubts.push(doubt);
      units.set(unit.primaryId, unit);
    }
  }
  return { units: [...units.values()], doubts };
}

/** Local files in force over a vendor's: the unit itself, and drop-ins. Generated ones come from generators. */
function overridesOf(unit: LoadedUnit): readonly string[] {
  // What a vendor's timer starts is the vendor's too: a local file there counts with nothing below it.
  const isForeign = unit.path !== null && !isVendors(unit.path) && !isGenerated(unit.path);
  const dropIns = unit.dropIns
    .map(({ path }) => path)
    .filter((path) => !isVendors(path) && !isGenerated(path));
  return [...(isForeign && unit.path !== null ? [unit.path] : []), ...dropIns];
}

function isVendors(path: string | null): boolean {
  return path !== null && /^(\/usr)?\/lib\/systemd\//.test(path);
}

function isGenerated(path: string): boolean {
  return /^\/run\/systemd\/generator(\.early|\.late)?\//.test(path);
}
