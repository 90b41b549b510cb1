import type { TimerActivation } from "../../inventory/activation.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer, unreadable, userTimer } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import {
  AUDIT_LOG,
  type ChangeRecords,
  readChangeRecords,
  SUDO_LOGS,
  UNSET,
} from "../sources/change-records.ts";
import type { Subject } from "../subject.ts";
import { localTimers } from "../unit-subjects.ts";

const UNIT = "/etc/systemd/system/job.timer";
const JOB = localTimer("ExecStart=/usr/local/bin/job\n");

/** Processes of a system timer carry no login: who stands behind it must be told from who made it. */
export const timersHaveAnAuthor: Check = {
  id: "ia2-03-timers-have-an-author",
  title: "For every local timer it can be told who made it",
  control: "IA-2",
  severity: "medium",
  objectives: ["ia-2_obj-2"],
  reads: [AUDIT_LOG, ...SUDO_LOGS, "/etc/passwd", "/etc/systemd/system/**"],
  needs: ["/etc/passwd"],
  why: "A timer that runs as root acts for whoever wrote it. If neither package, approval, audit record nor owner tells who, it acts for nobody who can be asked.",
  remediation:
    "approve the timer by name in the declarations, or install it by package; keep audit records long enough",
  falseResults: [
    "A login shared by several people names none of them (see IA2-06)",
    "Records that rotated away: then the timer is not assessable",
  ],
  references: ["man:auditd(8)", "man:pam_loginuid(8)"],

  run(subject) {
    const { timers, doubts } = localTimers(subject);
    const records = subject.once(readChangeRecords);
    const faults: Point[] = [];
    const unknown: Point[] = [];
    const looked: CheckEvidence[] = [];
    for (const timer of timers) {
      const { path, fragment } = timer.record.loaded;
      if (path === null) continue;
      const author = authorOf(subject, timer, path, records);
      looked.push(ofPath(subject, path, author));
      if (author !== null) continue;
      const made = fragment?.facts.birthNs ?? fragment?.facts.ctimeNs ?? null;
      const reaches =
        records.since !== null && made !== null && records.since * 1000 <= Number(made / 1_000_000n);
      const evidence = [ofPath(subject, path), ofPath(subject, AUDIT_LOG)];
      if (reaches) faults.push({ says: `nothing tells who made ${timer.unit}`, evidence });
      else
        unknown.push({ says: `who made ${timer.unit} is not known: no records reach back to it`, evidence });
    }
    return conclude({
      faults,
      doubts: [...doubts, ...unknown],
      looked,
      holds: `for all ${looked.length} local timers it can be told who made them`,
      nothing: "there is no local timer",
    });
  },

  examples: () => ({
    pass: [
      {
        files: { ...ACCOUNTS, ...JOB },
        declared: {
          approved: [{ what: "job.timer", sha256: null, ticket: null, approvedBy: "Anna", until: null }],
        },
      },
      { files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: auditLog("1000") } },
      { files: { ...ACCOUNTS, ...userTimer("bob", 1001) } },
    ],
    fail: [
      {
        files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: "type=SYSCALL msg=audit(1600000000.000:1): auid=1000\n" },
      },
      { files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: auditLog(UNSET) } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...JOB } },
      { files: unreadable({ ...ACCOUNTS, ...JOB }, AUDIT_LOG) },
    ],
  }),
};

function authorOf(
  subject: Subject,
  { unit, scope, record }: TimerActivation,
  path: string,
  records: ChangeRecords,
): string | null {
  const approval = subject.declared.approved?.find(({ what }) => what === unit || what === path);
  if (approval) return `approved by ${approval.approvedBy ?? "the declarations"}`;
  const owner = subject.inventory.packages.hasDatabase
    ? (subject.inventory.provenanceOf(path)?.owner ?? null)
    : null;
  if (owner !== null) return `package ${owner.package}`;
  const auid = records.authors.get(path);
  if (auid !== undefined)
    return `audit: login uid ${auid} (${subject.accounts.byUid.get(Number(auid))?.name ?? "unknown"})`;
  const words = records.sudo.find((line) => line.split(/\s+/).includes(unit));
  const by = words === undefined ? undefined : /sudo(?:\[\d+\])?:\s+(\S+)\s+:/.exec(words)?.[1];
  if (by !== undefined) return `sudo: ${by}`;
  const uid = record.loaded.fragment?.facts.uid ?? 0;
  const account = subject.accounts.byUid.get(uid);
  return uid !== 0 && account && scope !== "system" ? `owned by ${account.name}` : null;
}

function auditLog(auid: string): string {
  return `type=SYSCALL msg=audit(1600000000.000:1): syscall=257 auid=${auid} uid=0\ntype=PATH msg=audit(1600000000.000:1): item=1 name="${UNIT}" nametype=CREATE\n`;
}
