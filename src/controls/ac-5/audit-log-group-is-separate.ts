import type { Check, CheckEvidence } from "../check.ts";
import { at, modeText, ofPath } from "../evidence.ts";
import { ACCOUNTS, unreadable } from "../example-hosts.ts";
import { conclude, type Point } from "../outcome.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";

const CONFIG = "/etc/audit/auditd.conf";
const LOGS = ["/var/log/audit", "/var/log/audit/audit.log", "/var/log/journal"];
const STOCK = "log_file = /var/log/audit/audit.log\nlog_group = adm\n";

/** Administrators may read the records; that they may write them is another matter. */
export const auditLogGroupIsSeparate: Check = {
  id: "ac5-03-audit-log-group-is-separate",
  title: "No group of administrators owns or can write the audit log",
  control: "AC-5",
  severity: "medium",
  objectives: ["ac-5_obj.b"],
  reads: [CONFIG, "/var/log/audit", "/var/log/journal"],
  needs: [],
  why: "Records that those they speak about can write prove nothing.",
  remediation: "set log_group to a group that only reads, and chmod g-w the log directories",
  falseResults: ["Debian's log_group adm only reads, which is no fault", "Access control lists are not seen"],
  references: ["man:auditd.conf(5)"],

  run(subject) {
    const problems: SourceProblem[] = [];
    const text = readText(subject.host, CONFIG, problems);
    const faults: Point[] = [];
    const looked: CheckEvidence[] = text === null ? [] : [ofPath(subject, CONFIG)];
    for (const [index, raw] of (text ?? "").split("\n").entries()) {
      const line = raw.trim();
      if (line === "" || line.startsWith("#")) continue;
      const setting = /^(\w+)\s*=\s*(\S.*)?$/.exec(line);
      if (setting === null) problems.push({ span: lineSpan(CONFIG, index + 1), reason: "not a setting" });
      if (setting?.[1] === "log_group" && /^(sudo|wheel|admin|users|staff)$/.test(setting[2] ?? ""))
        faults.push({
          says: `log_group is ${setting[2]}`,
          evidence: [at(subject, lineSpan(CONFIG, index + 1), setting[2] ?? "")],
        });
    }
    if (looked.length > 0)
      for (const path of LOGS) {
        const facts = subject.host.stat(path);
        if (facts.kind === "unreadable") problems.push({ span: lineSpan(path, 0), reason: facts.reason });
        if (facts.kind !== "present") continue;
        looked.push(ofPath(subject, path));
        if ((facts.value.mode & 0o022) !== 0)
          faults.push({
            says: `${path} can be written by others (${modeText(facts.value.mode)})`,
            evidence: [ofPath(subject, path)],
          });
      }
    return conclude({
      faults,
      doubts: doubtsOf(subject, problems),
      looked,
      holds: "the audit log is written by root alone, and its group is none of administrators",
      nothing: "auditd is not set up: there is no auditd.conf",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, [CONFIG]: STOCK, "/var/log/audit": { dir: true, mode: 0o750 } } }],
    fail: [
      { files: { ...ACCOUNTS, [CONFIG]: STOCK.replace("adm", "sudo") } },
      { files: { ...ACCOUNTS, [CONFIG]: STOCK, "/var/log/audit": { dir: true, mode: 0o770 } } },
    ],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [
      { files: unreadable({ ...ACCOUNTS, [CONFIG]: STOCK }, CONFIG) },
      { files: { ...ACCOUNTS, [CONFIG]: "not a setting at all\n" } },
    ],
  }),
};
