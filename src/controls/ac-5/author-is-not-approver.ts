import { accountDoubts } from "../account-doubts.ts";
import type { Check, CheckEvidence } from "../check.ts";
import type { Approval } from "../declarations.ts";
import { ofPath } from "../evidence.ts";
import { ACCOUNTS, localTimer } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { AUDIT_LOG, readChangeRecords } from "../sources/change-records.ts";
import { localTimers } from "../unit-subjects.ts";

const JOB = localTimer("ExecStart=/usr/local/bin/job\n");
const LOG =
  'type=SYSCALL msg=audit(1600000000.000:1): syscall=257 auid=1000 uid=0\ntype=PATH msg=audit(1600000000.000:1): item=1 name="/etc/systemd/system/job.timer" nametype=CREATE\n';

/** Two pairs of eyes. */
export const authorIsNotApprover: Check = {
  id: "ac5-07-author-is-not-approver",
  title: "Nobody approved a local timer they made themselves",
  control: "AC-5",
  severity: "medium",
  objectives: ["ac-5_obj.b"],
  reads: [AUDIT_LOG, "/etc/systemd/system/**", "/etc/passwd"],
  needs: ["/etc/passwd"],
  why: "An approval by the author is none.",
  remediation: "have a second person approve the timer, and name them under approved",
  falseResults: [
    "A shared or automated login hides who the author is; a pipeline would have to name who merged",
  ],
  references: ["SP 800-53 AC-5"],

  run(subject) {
    const { timers, doubts } = localTimers(subject);
    const records = subject.once(readChangeRecords);
    const faults: Point[] = [];
    const unknown: Point[] = [];
    const looked: CheckEvidence[] = [];
    for (const { unit, record } of timers) {
      const { path } = record.loaded;
      if (path === null) continue;
      const approver =
        subject.declared.approved?.find(({ what }) => what === unit || what === path)?.approvedBy ?? null;
      const auid = records.authors.get(path);
      const author = auid === undefined ? null : (subject.accounts.byUid.get(Number(auid))?.name ?? auid);
      const evidence = [
        ofPath(subject, path, `made by ${author ?? "?"}, approved by ${approver ?? "?"}`),
        ofPath(subject, AUDIT_LOG),
      ];
      looked.push(...evidence);
      if (approver === null) unknown.push({ says: `no approval of ${unit} is declared`, evidence });
      else if (author === null) unknown.push({ says: `no record tells who made ${unit}`, evidence });
      else if (author === approver) faults.push({ says: `${author} made ${unit} and approved it`, evidence });
    }
    return conclude({
      faults,
      doubts: [...doubts, ...unknown, ...accountDoubts(subject, ["/etc/passwd"], true)],
      looked,
      holds: `all ${timers.length} local timers were approved by somebody else than their author`,
      nothing: "there is no local timer",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: LOG }, declared: { approved: [approvedBy("bob")] } }],
    fail: [
      { files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: LOG }, declared: { approved: [approvedBy("anna")] } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: LOG } },
      { files: { ...ACCOUNTS, ...JOB }, declared: { approved: [approvedBy("anna")] } },
      {
        files: { ...ACCOUNTS, ...JOB, [AUDIT_LOG]: { content: LOG, error: "EACCES" } },
        declared: { approved: [approvedBy("bob")] },
      },
    ],
  }),
};

function approvedBy(name: string): Approval {
  return { what: "job.timer", sha256: null, ticket: null, approvedBy: name, until: null };
}
