import type { Check } from "../check.ts";
import { AUDIT_PLACE_READS, concludeCoverage, PLACES_HOST, PLACES_RULES } from "./audit-places-conclusion.ts";

const FILE = "/etc/audit/rules.d/timers.rules";

export const timerPlacesAreAudited: Check = {
  id: "si4-02-timer-places-are-audited",
  title: "Changes of every place that makes a timer are audited",
  control: "SI-4",
  severity: "high",
  objectives: ["si-4_obj.c.2", "si-4_obj.b"],
  reads: AUDIT_PLACE_READS,
  needs: [],
  why: "Making a timer is writing a file: with a watch on each directory of the search path, on generators and on lingering, it cannot happen unseen.",
  remediation:
    "add to /etc/audit/rules.d, for each place named: -w PLACE -p wa -k timers; and move never rules behind them",
  falseResults: [
    "Rules on disk need not be the rules in the kernel: auditctl -l tells",
    "A watch on a directory that is not there when rules load stays one of a single file",
    "Another sensor may see the same changes",
  ],
  references: ["man:audit.rules(7)", "man:auditctl(8)", "man:augenrules(8)"],
  run: concludeCoverage,

  examples: () => ({
    pass: [
      { files: { ...PLACES_HOST, [FILE]: PLACES_RULES } },
      { files: { ...PLACES_HOST, "/etc/audit/audit.rules": "-D\n-a always,exit -F dir=/ -F perm=wa\n" } },
    ],
    fail: [
      { files: PLACES_HOST },
      { files: { ...PLACES_HOST, [FILE]: "-w /etc/systemd -p wa -k units\n" } },
      { files: { ...PLACES_HOST, [FILE]: `-a never,exit -F dir=/etc/systemd\n${PLACES_RULES}` } },
      { files: { ...PLACES_HOST, [FILE]: `${PLACES_RULES}-a never,task\n` } },
      { files: { ...PLACES_HOST, [FILE]: `${PLACES_RULES}-a never,exclude -F msgtype=PATH\n` } },
    ],
    notApplicable: [{ files: { ...PLACES_HOST, "/.dockerenv": "" } }],
    notAssessable: [
      { files: { ...PLACES_HOST, [FILE]: { content: PLACES_RULES, error: "EACCES" } } },
      { files: { ...PLACES_HOST, [FILE]: `${PLACES_RULES}-w relative -p wa\n` } },
    ],
  }),
};
