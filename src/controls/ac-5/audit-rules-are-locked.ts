import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER, readAuditRules } from "../sources/audit-rules.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const FILE = `${AUDIT_RULES_FOLDER}/10-a.rules`;
const RULES = "-w /etc/systemd -p wa -k units\n";

/** With `-e 2` even root must reboot before the rules change. */
export const auditRulesAreLocked: Check = {
  id: "ac5-06-audit-rules-are-locked",
  title: "Audit rules cannot be changed until the next boot",
  control: "AC-5",
  severity: "medium",
  objectives: ["ac-5_obj.b"],
  reads: [AUDIT_RULES, `${AUDIT_RULES_FOLDER}/*`],
  needs: [],
  why: "Whoever becomes root takes the watch off first, unless the kernel refuses; a reboot leaves a trace.",
  remediation: "put -e 2 into the last rules file, such as 99-finalize.rules",
  falseResults: ["Rules on disk need not be the rules in the kernel: auditctl -s tells"],
  references: ["man:auditctl(8)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container has no audit of its own");
    const rules = subject.once(readAuditRules);
    const { locked, files } = rules;
    const faults: Point[] = [];
    if (rules.problems.length === 0 && files.length > 0 && locked === null)
      faults.push({ says: "no rule file holds -e 2", evidence: files.map((path) => ofPath(subject, path)) });
    if (locked !== null && !locked.last)
      faults.push({
        says: "rules stand after -e 2, and are not loaded",
        evidence: [at(subject, locked.span, "-e 2")],
      });
    return conclude({
      faults,
      doubts: doubtsOf(subject, rules.problems),
      looked:
        locked === null ? files.map((path) => ofPath(subject, path)) : [at(subject, locked.span, "-e 2")],
      holds: "-e 2 is the last of the audit rules",
      nothing: "there are no audit rules to lock",
    });
  },

  examples: () => ({
    pass: [{ files: { ...ACCOUNTS, [FILE]: RULES, [`${AUDIT_RULES_FOLDER}/99-finalize.rules`]: "-e 2\n" } }],
    fail: [
      { files: { ...ACCOUNTS, [FILE]: RULES } },
      { files: { ...ACCOUNTS, [AUDIT_RULES]: `-e 2\n${RULES}` } },
    ],
    notApplicable: [{ files: ACCOUNTS }, { files: { ...ACCOUNTS, [FILE]: RULES, "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...ACCOUNTS, [FILE]: { content: RULES, error: "EACCES" } } },
      { files: { ...ACCOUNTS, [FILE]: "this is no rule\n" } },
    ],
  }),
};
