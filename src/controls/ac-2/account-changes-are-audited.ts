import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER, readAuditRules } from "../sources/audit-rules.ts";
import { watchOf } from "../sources/audit-rules-coverage.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const PLACES = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/var/lib/systemd/linger"];
const FILE = `${AUDIT_RULES_FOLDER}/accounts.rules`;
const RULES = PLACES.map((path) => `-w ${path} -p wa -k accounts\n`).join("");
const HOST = { ...ACCOUNTS, "/etc/gshadow": "", "/var/lib/systemd/linger": { dir: true as const } };

/** A new account, a new group member, a file in the linger directory: each prepares a timer. */
export const accountChangesAreAudited: Check = {
  id: "ac2-08-account-changes-are-audited",
  title: "Changes of accounts, groups and lingering are audited",
  control: "AC-2",
  severity: "medium",
  objectives: ["ac-2_obj.g"],
  reads: [AUDIT_RULES, `${AUDIT_RULES_FOLDER}/*`],
  needs: [],
  why: "Who made an account, or let one linger, should be on record before anybody asks.",
  remediation: `add watches to ${AUDIT_RULES_FOLDER}: -w PATH -p wa -k accounts for each place named`,
  falseResults: [
    "Another sensor may see the same changes",
    "Rules on disk need not be the rules in the kernel",
  ],
  references: ["man:audit.rules(7)", "SP 800-53 AC-2(4)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container has no audit of its own");
    const rules = subject.once(readAuditRules);
    const places = PLACES.filter((path) => subject.host.lstat(path).kind === "present");
    const watched = places.map((path) => ({ path, rule: watchOf(rules, path, "wa") }));
    const folder = rules.files[0] ?? AUDIT_RULES_FOLDER;
    return conclude({
      faults:
        rules.problems.length > 0
          ? []
          : watched
              .filter(({ rule }) => rule === null)
              .map(({ path }) => ({
                says: `changes of ${path} are not audited`,
                evidence: [ofPath(subject, path), ofPath(subject, folder)],
              })),
      doubts: doubtsOf(subject, rules.problems),
      looked: watched.flatMap(({ rule, path }) => (rule === null ? [] : [at(subject, rule.span, path)])),
      holds: `changes of ${places.join(", ")} are audited`,
      nothing: "there are no account databases",
    });
  },

  examples: () => ({
    pass: [{ files: { ...HOST, [FILE]: RULES } }],
    fail: [
      { files: HOST },
      { files: { ...HOST, [FILE]: "-w /etc/passwd -p wa -k accounts\n" } },
      { files: { ...HOST, [FILE]: `-a never,exit -F dir=/etc -F perm=wa\n${RULES}` } },
    ],
    notApplicable: [{ files: { ...HOST, "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...HOST, [FILE]: { content: RULES, error: "EACCES" } } },
      { files: { ...HOST, [FILE]: `${RULES}this is no rule\n` } },
    ],
  }),
};
