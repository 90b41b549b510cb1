import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";
import { timerPlaces } from "../si-4/timer-places.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";
import type { Subject } from "../subject.ts";
import { localTimers } from "../unit-subjects.ts";

const HOST = { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") };
const BOBS = {
  "/etc/systemd/system/job.service": { content: "[Service]\nExecStart=/usr/local/bin/job\n", uid: 1001 },
};

/** All ways to change a unit taken together: files, directories, sudo, groups that amount to root. */
export const declaredPeopleChangeUnits: Check = {
  id: "cm5-01-declared-people-change-units",
  title: "Only those declared can change what timers of the system run",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: [
    "/etc/passwd",
    "/etc/group",
    "/etc/sudoers",
    "/etc/sudoers.d/*",
    "/etc/systemd/**",
    "/usr/local/lib/systemd/**",
  ],
  needs: ["/etc/passwd", "/etc/group"],
  why: "Access restrictions for change hold when the people who can change units are exactly those meant to.",
  remediation:
    "take the right away (chmod, chown, gpasswd -d, sudoers), or declare the person under duties or administrators",
  falseResults: ["Members of remote groups are not seen", "Access control lists are not seen"],
  references: ["SP 800-53 CM-5"],

  run(subject) {
    const { holders, doubts } = holdersOf(subject);
    const { administrators, duties } = subject.declared;
    const isDeclared = administrators !== null || duties !== null;
    const declared = new Set([...(administrators ?? []), ...(duties?.change ?? [])]);
    const strangers = [...holders].filter(([name]) => !declared.has(name));
    // Undeclared, a person with write access who is no administrator at all is a fault all the same.
    const faults = strangers.filter(([, { admin }]) => isDeclared || !admin);
    const open = strangers.filter(([, { admin }]) => !isDeclared && admin);
    const point = ([name, { point: found }]: (typeof strangers)[number]): Point => ({
      says: `${name} ${found.says}${isDeclared ? " and is not declared" : ""}`,
      evidence: found.evidence,
    });
    const undeclared: Point = { says: "who may change units is not declared", evidence: [] };
    return conclude({
      faults: faults.map(point),
      doubts: [...doubts, ...(isDeclared ? [] : [undeclared]), ...open.map(point)],
      looked: timerPlaces(subject).map((path) => ofPath(subject, path)),
      holds: `besides root, ${holders.size === 0 ? "nobody" : [...holders.keys()].join(", ")} can change units, as declared`,
      nothing: "there is no directory of units",
    });
  },

  examples: () => ({
    pass: [{ files: HOST, declared: { administrators: ["anna"] } }],
    fail: [
      { files: HOST, declared: { administrators: [] } },
      { files: { ...HOST, ...BOBS }, declared: { administrators: ["anna"] } },
      { files: { ...HOST, ...BOBS } },
      { files: { ...HOST, "/etc/systemd/system": { dir: true, mode: 0o777 } } },
      {
        files: { ...HOST, "/etc/sudoers": "bob ALL=(ALL) ALL\n" },
        declared: { administrators: ["anna"] },
      },
    ],
    notApplicable: [{ files: ACCOUNTS, declared: { administrators: ["anna"] } }],
    notAssessable: [
      { files: HOST },
      { files: unreadable(HOST, "/etc/group"), declared: { administrators: ["anna"] } },
    ],
  }),
};

interface Holder {
  /** Holds it as an administrator does: by group or by all of sudo. */
  readonly admin: boolean;
  readonly point: Point;
}

function holdersOf(subject: Subject): {
  readonly holders: ReadonlyMap<string, Holder>;
  readonly doubts: readonly Point[];
} {
  const holders = new Map<string, Holder>();
  const doubts: Point[] = [...accountDoubts(subject, ["/etc/passwd", "/etc/group"])];
  for (const { group, members } of powerfulGroups(subject, false))
    for (const name of members)
      holders.set(name, {
        admin: true,
        point: {
          says: `is root's equal by the group ${group.name}`,
          evidence: [ofPath(subject, "/etc/group", group.name)],
        },
      });
  const { grants, problems } = subject.once(readSudoGrants);
  doubts.push(...doubtsOf(subject, problems));
  for (const { accounts, command, asRoot, span } of grants)
    if (asRoot && command === "ALL")
      for (const name of accounts)
        holders.set(name, {
          admin: true,
          point: {
            says: "may run everything with sudo",
            evidence: [ofPath(subject, span.path, `line ${span.line}`)],
          },
        });
  const { timers, doubts: unread } = localTimers(subject);
  doubts.push(...unread);
  const files = timers.filter(({ scope }) => scope === "system").flatMap(({ closure }) => closure.files);
  const paths = [...timerPlaces(subject), ...files.map(({ path }) => path)];
  for (const path of new Set(paths)) takeWriters(subject, path, holders, doubts);
  return { holders, doubts };
}

function takeWriters(subject: Subject, path: string, holders: Map<string, Holder>, doubts: Point[]): void {
  const { principals, gap, missing } = subject.writers.writersOf(path);
  if (gap !== null)
    doubts.push({ says: `who can change ${path} is not known: ${gap}`, evidence: [ofPath(subject, path)] });
  if (missing) return;
  for (const { kind, name, gid } of principals) {
    const names = kind === "group" && gid !== null ? subject.accounts.groupMembers(gid) : [name];
    for (const one of names.length === 0 ? [] : names)
      if (one !== "root" && !holders.has(one))
        holders.set(one, {
          admin: false,
          point: { says: `can change ${path}`, evidence: [ofPath(subject, path)] },
        });
  }
}
