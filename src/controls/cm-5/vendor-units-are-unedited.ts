import type { ClosureFile } from "../../inventory/closure.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { allTimers } from "../unit-subjects.ts";
import { PACKAGED_JOB, VENDOR_TIMER } from "./example-packages.ts";

/** What a package shipped is what a package shipped. */
export const vendorUnitsAreUnedited: Check = {
  id: "cm5-04-vendor-units-are-unedited",
  title: "Unit files that packages shipped are as they were shipped",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: ["/usr/lib/systemd/**", "/var/lib/dpkg/**", "/var/lib/rpm/**", "/usr/lib/sysimage/rpm/**"],
  needs: [],
  why: "An edit in the vendor's own file needs root, leaves no drop-in behind, and hides in a name everybody trusts.",
  remediation: "reinstall the package, and move wanted changes to a drop-in in /etc",
  falseResults: ["Digests that dpkg keeps can be rewritten by root, so a pass is no proof"],
  references: ["man:dpkg(1)", "man:rpm(8)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const files = unitFiles(timers.flatMap(({ closure }) => closure.files));
    return conclude(judged(subject, files, doubts));
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...PACKAGED_JOB } }],
    fail: [{ files: { ...ACCOUNTS, ...PACKAGED_JOB, [VENDOR_TIMER]: "[Timer]\nOnCalendar=minutely\n" } }],
    notApplicable: [
      { files: ACCOUNTS },
      { files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/bin/true\n") } },
    ],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...PACKAGED_JOB }, VENDOR_TIMER) },
      { files: unreadable({ ...ACCOUNTS, ...PACKAGED_JOB }, "/var/lib/dpkg/info/job.md5sums") },
    ],
  }),
};

function unitFiles(files: readonly ClosureFile[]): readonly ClosureFile[] {
  const wanted = files.filter(
    ({ role, path }) => (role === "fragment" || role === "drop-in") && /^(\/usr)?\/lib\/systemd\//.test(path),
  );
  return [...new Map(wanted.map((file) => [file.realPath ?? file.path, file])).values()];
}

function judged(
  subject: Subject,
  files: readonly ClosureFile[],
  unread: readonly Point[],
): Parameters<typeof conclude>[0] {
  const faults: Point[] = [];
  const doubts: Point[] = [...unread];
  const looked: ClosureFile[] = [];
  for (const file of files) {
    const { provenance, path } = file;
    const how = provenance?.how ?? "no package database";
    const point = (says: string): Point => ({
      says: `${path} ${says}`,
      evidence: [ofPath(subject, path, how)],
    });
    if (provenance?.content === "matches") looked.push(file);
    else if (provenance?.content === "modified" || provenance?.content === "conffile-modified")
      faults.push(point("is not as its package shipped it"));
    else if (provenance === null || provenance.content === "unknown")
      doubts.push(point(`cannot be compared: ${how}`));
  }
  return {
    faults,
    doubts,
    looked: looked.map(({ path, provenance }) => ofPath(subject, path, provenance?.how ?? null)),
    holds: `all ${looked.length} packaged unit files of timers are as shipped`,
    nothing: "no timer has a unit file from a package",
  };
}
