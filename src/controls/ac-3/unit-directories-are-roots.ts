import { compareFileNames } from "../../hosts/file-name.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import type { Subject } from "../subject.ts";
import { writerPoints } from "../writer-points.ts";

const JOB = localTimer("ExecStart=/usr/local/bin/job\n");
const GENERATORS = ["/run/systemd", "/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"].flatMap(
  (base) =>
    [
      "system-generators",
      "user-generators",
      "system-environment-generators",
      "user-environment-generators",
    ].map((folder) => `${base}/${folder}`),
);

/** Stands in for "Configure permissions for system directories" of the retired Amazon Inspector Classic. */
export const unitDirectoriesAreRoots: Check = {
  id: "ac3-01-unit-directories-are-roots",
  title: "Only root can change the directories units and generators are read from",
  control: "AC-3",
  severity: "critical",
  objectives: ["ac-3_obj"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/etc/systemd/**",
    "/run/systemd/**",
    "/usr/lib/systemd/**",
    "/usr/local/lib/systemd/**",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Whoever can put a file into one of these directories, or replace one of the directories above, has a program run as root at the next start or reload.",
  remediation:
    "chown root:root and chmod 0755 each of the directories and its parents; remove access lists with setfacl -b",
  falseResults: [
    "Access control lists are not seen: they could let further people write",
    "Evidence collected without root carries the collector's ids",
  ],
  references: ["man:systemd.unit(5)", "man:systemd.generator(7)"],

  run(subject) {
    const looked: CheckEvidence[] = [];
    const faults: Point[] = [];
    const doubts: Point[] = [];
    for (const path of directoriesOf(subject)) {
      const facts = subject.host.stat(path);
      if (facts.kind === "absent") continue;
      looked.push(ofPath(subject, path));
      const found = writerPoints(subject, path);
      faults.push(...found.faults);
      doubts.push(...found.doubts);
    }
    const forUsers = faults.every(({ says }) =>
      /\/(?:user|user-generators|user-environment-generators)\b/.test(says),
    );
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"], true)],
      looked,
      holds: `${looked.length} directories of units and generators and all above them are root's alone`,
      nothing: "there is no directory of units or generators",
      ...(forUsers ? { severity: "high" as const } : {}),
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB } }],
    fail: [
      { files: { ...ACCOUNTS, ...JOB, "/etc/systemd/system": { dir: true, mode: 0o777 } } },
      { files: { ...ACCOUNTS, ...JOB, "/etc/systemd": { dir: true, uid: 1001 } } },
      {
        files: {
          ...ACCOUNTS,
          ...JOB,
          "/usr/lib/systemd/system-generators": { dir: true, mode: 0o775, gid: 1000 },
        },
      },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [{ files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/group") }],
  }),
};

/** Directories of the managers that belong to the system, and of generators. */
function directoriesOf({ inventory }: Subject): readonly string[] {
  const searched = inventory.managers
    .filter(({ scope }) => scope.kind !== "user")
    .flatMap(({ searchPath }) => searchPath.map(({ path }) => path));
  return [...new Set([...searched, ...GENERATORS])]
    .filter((path) => !path.startsWith("/home/"))
    .sort(compareFileNames);
}
