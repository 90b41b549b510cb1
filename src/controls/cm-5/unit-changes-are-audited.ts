import type { Check } from "../check.ts";
import {
  AUDIT_PLACE_READS,
  concludeCoverage,
  PLACES_HOST,
  PLACES_RULES,
} from "../si-4/audit-places-conclusion.ts";

const FILE = "/etc/audit/rules.d/timers.rules";

/** The same finding as SI4-02, asked by CM-5(1): records of changes. */
export const unitChangesAreAudited: Check = {
  id: "cm5-07-unit-changes-are-audited",
  title: "Every change of units leaves an audit record",
  control: "CM-5",
  severity: "high",
  objectives: ["cm-5_obj-6"],
  reads: AUDIT_PLACE_READS,
  needs: [],
  why: "A restriction on changes is only as good as the record of who went around it.",
  remediation: "add to /etc/audit/rules.d, for each place named: -w PLACE -p wa -k timers",
  falseResults: [
    "As for SI4-02: rules on disk are not those in the kernel, and another sensor may do the same",
  ],
  references: ["man:audit.rules(7)", "SP 800-53 CM-5(1)"],
  run: concludeCoverage,

  examples: () => ({
    pass: [{ files: { ...PLACES_HOST, [FILE]: PLACES_RULES } }],
    fail: [
      { files: PLACES_HOST },
      { files: { ...PLACES_HOST, [FILE]: `-a never,exit -F auid=unset\n${PLACES_RULES}` } },
    ],
    notApplicable: [{ files: { ...PLACES_HOST, "/run/.containerenv": "" } }],
    notAssessable: [{ files: { ...PLACES_HOST, "/etc/audit/rules.d": { dir: true, error: "EACCES" } } }],
  }),
};
