import type { Check } from "../check.ts";
import { isContainer } from "../container.ts";
import { at, ofPath } from "../evidence.ts";
import { ACCOUNTS } from "../example-hosts.ts";
import { conclude, notApplicable } from "../outcome.ts";
import { AUDIT_RULES, AUDIT_RULES_FOLDER, type AuditRule, readAuditRules } from "../sources/audit-rules.ts";
import { watchOf } from "../sources/audit-rules-coverage.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const PROGRAMS = ["/usr/bin/systemctl", "/usr/bin/systemd-run"];
const FILE = `${AUDIT_RULES_FOLDER}/exec.rules`;
const HOST = {
  ...ACCOUNTS,
  "/usr/bin/systemctl": { content: "x", mode: 0o755 },
  "/usr/bin/systemd-run": { content: "x", mode: 0o755 },
};
const EXEC =
  "-a always,exit -F arch=b64 -S execve -F euid=0 -F auid>=1000 -F auid!=-1 -k root\n-a always,exit -F arch=b32 -S execve -F euid=0 -F auid>=1000 -F auid!=-1 -k root\n";

/** What people do as root to units should be on record with their login. */
export const privilegedActionsAreLogged: Check = {
  id: "ac6-09-privileged-actions-are-logged",
  title: "Commands that manage units as root are audited",
  control: "AC-6",
  severity: "medium",
  objectives: ["ac-6_obj"],
  reads: [AUDIT_RULES, `${AUDIT_RULES_FOLDER}/*`],
  needs: [],
  why: "systemctl enable and systemd-run --on-calendar are how timers come to run: who ran them is the first question asked.",
  remediation:
    "audit execve with euid=0 and auid>=1000, or watch /usr/bin/systemctl and /usr/bin/systemd-run with -p x",
  falseResults: [
    "What is asked of the manager over the bus (busctl) runs neither program: only file events show it",
  ],
  references: ["man:audit.rules(7)", "SP 800-53 AC-6(9)"],

  run(subject) {
    if (isContainer(subject.host)) return notApplicable("a container has no audit of its own");
    const there = PROGRAMS.filter((path) => subject.host.stat(path).kind === "present");
    const rules = subject.once(readAuditRules);
    const exec = rules.rules.filter(recordsRoot);
    const isWhole = exec.length > 0 && !isBlind(rules.rules, exec[0]);
    const watched = there.map((path) => ({ path, rule: watchOf(rules, path, "x") }));
    const folder = rules.files[0] ?? AUDIT_RULES_FOLDER;
    return conclude({
      faults:
        isWhole || rules.problems.length > 0
          ? []
          : watched
              .filter(({ rule }) => rule === null)
              .map(({ path }) => ({
                says: `running ${path} as root is not audited`,
                evidence: [ofPath(subject, folder), ofPath(subject, path)],
              })),
      doubts: doubtsOf(subject, rules.problems),
      looked:
        there.length === 0
          ? []
          : [...exec, ...watched.flatMap(({ rule }) => rule ?? [])].map(({ span }) => at(subject, span)),
      holds: isWhole ? "what people execute as root is audited" : `running ${there.join(" and ")} is audited`,
      nothing: "there is neither systemctl nor systemd-run",
    });
  },

  examples: () => ({
    pass: [
      { files: { ...HOST, [FILE]: EXEC } },
      {
        files: {
          ...HOST,
          [FILE]: "-w /usr/bin/systemctl -p x -k units\n-w /usr/bin/systemd-run -p x -k units\n",
        },
      },
    ],
    fail: [{ files: HOST }, { files: { ...HOST, [FILE]: "-w /usr/bin/systemctl -p x -k units\n" } }],
    notApplicable: [{ files: ACCOUNTS }],
    notAssessable: [{ files: { ...HOST, [FILE]: { content: EXEC, error: "EACCES" } } }],
  }),
};

/** Does a rule record every execution as root by somebody who logged in? */
function recordsRoot({ action, list, syscalls, fields }: AuditRule): boolean {
  if (action !== "always" || list !== "exit" || !syscalls.some((name) => name === "execve" || name === "all"))
    return false;
  return fields.every(
    ({ name, operator, value }) =>
      name === "arch" ||
      name === "key" ||
      name === "success" ||
      (name === "euid" && operator === "=" && value === "0") ||
      (name === "auid" && (operator === ">=" || operator === "!=")),
  );
}

/** A rule that never records, before the one that does, and is not narrowed to a path or program. */
function isBlind(rules: readonly AuditRule[], rule: AuditRule | undefined): boolean {
  const before = rule === undefined ? rules : rules.slice(0, rules.indexOf(rule));
  return before.some(
    ({ action, list, fields }) =>
      action === "never" &&
      (list === "task" || (list === "exit" && fields.every(({ name }) => name === "arch"))),
  );
}
