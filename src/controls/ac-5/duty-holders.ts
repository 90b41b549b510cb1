/** Who besides root can change units, and who can change the record of it. */
import { weakerThan } from "../../accounts/principal.ts";
import { grantsOver, UNIT_ACTIONS } from "../ac-3/polkit-asks-an-administrator.ts";
import { accountDoubts } from "../account-doubts.ts";
import type { CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import type { Point } from "../outcome.ts";
import { powerfulGroups } from "../powerful-groups.ts";
import { doubtsOf } from "../sources/source-problem.ts";
import { commandReachesUnits } from "../sources/sudo-command.ts";
import { readSudoGrants } from "../sources/sudo-grant.ts";
import type { Subject } from "../subject.ts";
import { ROOT } from "../writer-points.ts";

export interface DutyHolders {
  /** Account names to what gives them the power. */
  readonly change: ReadonlyMap<string, readonly CheckEvidence[]>;
  readonly audit: ReadonlyMap<string, readonly CheckEvidence[]>;
  readonly doubts: readonly Point[];
}

const AUDIT_PLACES = [
  "/etc/audit",
  "/etc/audit/rules.d",
  "/var/log/audit",
  "/var/log/journal",
  "/etc/systemd/journald.conf",
  "/etc/rsyslog.conf",
  "/etc/rsyslog.d",
];

/** Commands with which the record is changed or stopped. */
const AUDIT_COMMANDS =
  /^ALL$|\b(?:auditctl|augenrules|ausearch-delete)\b|systemctl.*\b(?:stop|disable|mask|kill)\b.*(?:audit|journald|rsyslog|syslog)|\/etc\/audit|\/var\/log\/(?:audit|journal)/;

export function dutyHolders(subject: Subject): DutyHolders {
  return subject.once(readDutyHolders);
}

function readDutyHolders(subject: Subject): DutyHolders {
  const change = new Map<string, CheckEvidence[]>();
  const audit = new Map<string, CheckEvidence[]>();
  const add = (to: Map<string, CheckEvidence[]>, names: readonly string[], evidence: CheckEvidence): void => {
    for (const name of names) {
      const known = to.get(name);
      if (known === undefined) to.set(name, [evidence]);
      else known.push(evidence);
    }
  };
  const { grants, problems } = subject.once(readSudoGrants);
  for (const { accounts, command, asRoot, span } of grants) {
    if (!asRoot) continue;
    const evidence = at(subject, span, command);
    if (commandReachesUnits(command) !== null) add(change, accounts, evidence);
    if (AUDIT_COMMANDS.test(command)) add(audit, accounts, evidence);
  }
  for (const { group, members } of powerfulGroups(subject, false)) {
    if (/^(sudo|wheel|admin|shadow|root)$/.test(group.name)) continue;
    for (const to of [change, audit]) add(to, members, at(subject, group.span, group.name));
  }
  const unitPlaces = (subject.system?.searchPath ?? []).map(({ path }) => path);
  for (const path of unitPlaces) add(change, writersOf(subject, path), ofPath(subject, path));
  for (const path of AUDIT_PLACES) add(audit, writersOf(subject, path), ofPath(subject, path));
  return {
    change,
    audit,
    doubts: [
      ...doubtsOf(subject, problems),
      ...accountDoubts(subject, ["/etc/passwd", "/etc/group"]),
      ...grantsOver(subject, UNIT_ACTIONS).doubts,
    ],
  };
}

function writersOf(subject: Subject, path: string): readonly string[] {
  const { accounts, host } = subject;
  if (host.stat(path).kind === "absent") return [];
  const { principals } = subject.writers.writersOf(path);
  return principals
    .filter((principal) => weakerThan(principal, ROOT, accounts))
    .flatMap(({ kind, name, gid }) =>
      kind === "group" && gid !== null
        ? accounts.groupMembers(gid)
        : kind === "everyone"
          ? accounts.all.map((account) => account.name)
          : [name],
    )
    .filter((name) => accounts.byName.get(name)?.uid !== 0);
}
