import { accountDoubts } from "../account-doubts.ts";
import type { Check } from "../check.ts";
import { at } from "../evidence.ts";
import { ACCOUNTS, GROUP, localTimer, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";
import { allTimers } from "../unit-subjects.ts";

const JOB = localTimer("User=www-data\nExecStart=/usr/local/bin/job\n");

/** A timer that runs as a member of docker runs as root, one step removed. */
export const timerOwnersAreNotRootEquivalent: Check = {
  id: "ac6-08-timer-owners-are-not-root-equivalent",
  title: "Accounts that timers run as are in no group that amounts to root",
  control: "AC-6",
  severity: "medium",
  objectives: ["ac-6_obj"],
  reads: ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf"],
  needs: ["/etc/passwd", "/etc/group"],
  why: "A job with an account of its own that is in docker, lxd or disk has the power of root, and its unit does not show it.",
  remediation:
    "take the account out of the group; let it reach what it needs through a narrow socket or polkit rule",
  falseResults: [
    "Rootless engines whose group gives nothing",
    "Administrators declared as such are left out",
  ],
  references: ["man:group(5)"],

  run(subject) {
    const { timers, doubts } = allTimers(subject);
    const meant = new Set([
      ...(subject.declared.administrators ?? []),
      ...(subject.declared.breakGlass ?? []),
    ]);
    const owners = new Set(
      timers.flatMap(({ scope, closure, runsAs }) => [
        ...closure.commands.map((command) => command.runsAs),
        runsAs,
        ...(scope.startsWith("user:") ? [scope.slice("user:".length)] : []),
      ]),
    );
    const known = [...owners]
      .flatMap((name) => subject.accounts.byName.get(name) ?? [])
      .filter(({ uid }) => uid !== 0);
    const faults = powerfulGroups(subject, false).flatMap(({ group, members, power }): readonly Point[] =>
      known
        .filter(({ name }) => members.includes(name) && !meant.has(name))
        .map(({ name }) => ({
          says: `${name} runs timers and is in ${group.name}, which ${power}`,
          evidence: [at(subject, group.span, members.join(", "))],
        })),
    );
    return conclude({
      faults,
      doubts: [...doubts, ...accountDoubts(subject, ["/etc/passwd", "/etc/group"])],
      looked: known.map(({ span, name }) => at(subject, span, name)),
      holds: `none of the ${known.length} accounts that timers run as is in a group that amounts to root`,
      nothing: "no timer runs as an account other than root",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB } }],
    fail: [{ files: { ...ACCOUNTS, ...JOB, "/etc/group": `${GROUP}docker:x:998:www-data\n` } }],
    notApplicable: [{ files: { ...ACCOUNTS, ...localTimer("ExecStart=/usr/local/bin/job\n") } }],
    notAssessable: [{ files: unreadable({ ...ACCOUNTS, ...JOB }, "/etc/group") }],
  }),
};
