import type { ClosureFile } from "../../inventory/closure.ts";
import type { Check } from "../check.ts";
import { PACKAGED_JOB, VENDOR_PROGRAM } from "../cm-5/example-packages.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { allTimers } from "../unit-subjects.ts";

export const packagedFilesMatch: Check = {
  id: "si7-03-packaged-files-match",
  title: "Packaged units and programs of timers match their packages",
  control: "SI-7",
  severity: "high",
  objectives: ["si-7_obj.a-1"],
  reads: ["/usr/**", "/var/lib/dpkg/**", "/var/lib/rpm/**", "/usr/lib/sysimage/rpm/**"],
  needs: [],
  why: "A trusted name with another content is the quietest change there is.",
  remediation: "reinstall the package, and treat the host as suspect until the change is explained",
  falseResults: [
    "Lists of digests can be rewritten by root: for assurance compare with a signed manifest",
    "Files that their package alters after installation",
  ],
  references: ["man:dpkg(1)", "man:rpm(8)"],

  run(subject) {
    const { timers, doubts: unread } = allTimers(subject);
    const files = new Map<string, ClosureFile>();
    for (const { closure } of timers)
      for (const file of closure.files)
        if (file.role !== "link" && file.realPath !== null) files.set(file.realPath, file);
    const faults: Point[] = [];
    const doubts: Point[] = [...unread];
    const looked: ClosureFile[] = [];
    for (const [path, file] of files) {
      const { provenance } = file;
      const how = provenance?.how ?? null;
      if (provenance?.content === "matches") looked.push(file);
      else if (provenance?.content === "modified")
        faults.push({
          says: `${path} is not as ${provenance.owner?.package ?? "its package"} shipped it`,
          evidence: [ofPath(subject, path, how)],
        });
      else if (provenance?.content === "unknown" && !isOutside(path))
        doubts.push({ says: `${path} cannot be compared: ${how}`, evidence: [ofPath(subject, path, how)] });
    }
    return conclude({
      faults,
      doubts,
      looked: looked.map(({ path, provenance }) => ofPath(subject, path, provenance?.how ?? null)),
      holds: `all ${looked.length} packaged files that timers rest on are as shipped`,
      nothing: "no timer rests on a file of a package",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...PACKAGED_JOB } }],
    fail: [
      {
        files: {
          ...ACCOUNTS,
          ...PACKAGED_JOB,
          [VENDOR_PROGRAM]: { content: "#!/bin/sh\n: other\n", mode: 0o755 },
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...PACKAGED_JOB }, VENDOR_PROGRAM) },
      { files: unreadable({ ...ACCOUNTS, ...PACKAGED_JOB }, "/var/lib/dpkg/info/job.md5sums") },
    ],
  }),
};

/** Places no package ships programs to. */
function isOutside(path: string): boolean {
  return /^\/(home|root|srv|run|tmp|var|usr\/local|proc|sys|dev)\//.test(path);
}
