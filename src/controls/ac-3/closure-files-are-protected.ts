import { weakerThan } from "../../accounts/principal.ts";
import { sharedDirectory } from "../../rules/shared-directory.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { allTimers, enablingLinks } from "../unit-subjects.ts";
import { runsAsOf, writerPoint } from "../writer-points.ts";

const JOB = localTimer("ExecStart=/usr/local/bin/job\n");

/** The chain from timer to the last script is as strong as the file most people can write. */
export const closureFilesAreProtected: Check = {
  id: "ac3-02-closure-files-are-protected",
  title: "Only root and the account it runs as can change any file a timer leads to",
  control: "AC-3",
  severity: "critical",
  objectives: ["ac-3_obj"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/etc/systemd/system/**",
    "/usr/lib/systemd/system/**",
    "/run/systemd/**",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Unit, drop-in, program, script, environment file: whoever can change any of them, or a directory above, decides what the timer does and gets its account, which mostly is root.",
  remediation:
    "move the file to a directory of root's, chown root:root and chmod go-w it and all directories above",
  falseResults: [
    "Scripts in /opt that a deployment account owns on purpose",
    "Access control lists are not seen",
    "A command put together at run time cannot be followed; such timers are not assessable",
  ],
  references: ["https://attack.mitre.org/techniques/T1053/006/"],

  run(subject) {
    const { timers, doubts: unreadableTimers } = allTimers(subject);
    const faults: Point[] = [];
    const doubts: Point[] = [...unreadableTimers];
    const looked = new Set<string>();
    let asRoot = false;
    for (const { unit, closure, record } of timers) {
      for (const gap of closure.gaps)
        doubts.push({
          says: `${unit} cannot be followed to its end: ${gap.path}: ${gap.reason}`,
          evidence: [ofPath(subject, gap.path, gap.reason)],
        });
      for (const { path, realPath, runsAs, writers } of closure.files) {
        looked.add(path);
        const account = runsAsOf(subject, runsAs);
        const shared = sharedDirectory(realPath ?? path);
        const weaker = writers.principals.filter((principal) =>
          weakerThan(principal, account, subject.accounts),
        );
        if (weaker.length > 0 || shared !== null) asRoot ||= account.uid === 0;
        if (shared !== null)
          faults.push({
            says: `${unit} leads to ${path} in ${shared.directory}, ${shared.what}`,
            evidence: [ofPath(subject, path), ...enablingLinks(subject, record)],
          });
        for (const principal of weaker) {
          const point = writerPoint(subject, path, principal);
          faults.push({ ...point, says: `${point.says}, which ${unit} runs as ${runsAs}` });
        }
        if (writers.gap !== null)
          doubts.push({ says: `${path}: ${writers.gap}`, evidence: [ofPath(subject, path, writers.gap)] });
      }
    }
    return conclude({
      faults: unique(faults),
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"])],
      looked: [...looked].map((path) => ofPath(subject, path)),
      holds: `none of the ${looked.size} files that timers lead to can be changed by others`,
      nothing: "there is no timer",
      ...(asRoot ? {} : { severity: "high" as const }),
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB, "/bin/sh": { content: "\u007fELF", mode: 0o755 } } }],
    fail: [
      { files: { ...ACCOUNTS, ...JOB, "/usr/local/bin/job": { content: "#!/bin/sh\n", mode: 0o777 } } },
      { files: { ...ACCOUNTS, ...JOB, "/usr/local/bin": { dir: true, uid: 1001 } } },
      {
        files: {
          ...ACCOUNTS,
          ...localTimer("ExecStart=/var/tmp/job\n"),
          "/var/tmp/job": { content: "", mode: 0o755 },
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/systemd/system/job.service") },
      { files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/passwd") },
    ],
  }),
};

function unique(points: readonly Point[]): readonly Point[] {
  return [...new Map(points.map((point) => [point.says, point])).values()];
}
