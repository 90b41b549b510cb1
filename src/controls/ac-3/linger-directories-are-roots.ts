import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude } from "../outcome.ts";
import { writerPoints } from "../writer-points.ts";

const DIRECTORIES = ["/var/lib/systemd/linger", "/var/lib/systemd/timers"];

/** A file named like a user is all it takes to linger. */
export const lingerDirectoriesAreRoots: Check = {
  id: "ac3-06-linger-directories-are-roots",
  title: "Only root can change who lingers and when timers last ran",
  control: "AC-3",
  severity: "high",
  objectives: ["ac-3_obj"],
  reads: ["/etc/passwd", "/etc/group", "/var/lib/systemd/linger", "/var/lib/systemd/timers"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "An empty file in the linger directory starts a user's manager at boot, and the time of a stamp decides when a timer that catches up runs next.",
  remediation: "chown root:root and chmod 0755 the directory and those above",
  falseResults: ["Evidence collected without root carries the collector's ids"],
  references: ["man:loginctl(1)", "man:systemd.timer(5)"],

  run(subject) {
    const there = DIRECTORIES.filter((path) => subject.host.stat(path).kind !== "absent");
    const found = there.map((path) => writerPoints(subject, path));
    return conclude({
      faults: found.flatMap(({ faults }) => faults),
      doubts: [
        ...found.flatMap(({ doubts }) => doubts),
        ...accountDoubts(subject, ["/etc/passwd", "/etc/group"], true),
      ],
      looked: there.map((path) => ofPath(subject, path)),
      holds: `${there.join(" and ")} and the directories above are root's alone`,
      nothing: "neither lingering nor stamps of timers exist here",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, "/var/lib/systemd/linger": { dir: true } } }],
    fail: [
      { files: { ...ACCOUNTS, "/var/lib/systemd/linger": { dir: true, mode: 0o777 } } },
      { files: { ...ACCOUNTS, "/var/lib/systemd/timers": { dir: true, uid: 1001 } } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, "/var/lib/systemd/linger": { dir: true } }, "/etc/passwd") },
    ],
  }),
};
