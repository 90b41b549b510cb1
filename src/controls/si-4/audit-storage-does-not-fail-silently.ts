import type { Check } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, type Point } from "../outcome.ts";
import { AUDITD_CONFIG, readAuditdConfig } from "../sources/auditd-config.ts";
import { doubtsOf } from "../sources/source-problem.ts";

const STOCK =
  "space_left_action = SYSLOG\nadmin_space_left_action = SUSPEND\ndisk_full_action = SUSPEND\ndisk_error_action = SUSPEND\nmax_log_file_action = ROTATE\nnum_logs = 5\n";
const ACTIONS = [
  "space_left_action",
  "admin_space_left_action",
  "disk_full_action",
  "disk_error_action",
  "max_log_file_action",
];

export const auditStorageDoesNotFailSilently: Check = {
  id: "si4-07-audit-storage-does-not-fail-silently",
  title: "Audit says so when it runs out of space",
  control: "SI-4",
  severity: "medium",
  objectives: ["si-4_obj.c.1"],
  reads: [AUDITD_CONFIG],
  needs: [],
  why: "Whoever can fill the disk can end the record; told to ignore that, audit ends without a word.",
  remediation:
    "set the actions in auditd.conf to SYSLOG or EMAIL early and to what policy says at the end, none to IGNORE",
  falseResults: [
    "SUSPEND is refused only when the setting audit-refuses-suspend is yes: halting may be unwanted on purpose",
  ],
  references: ["man:auditd.conf(5)"],

  run(subject) {
    const { present, settings, problems } = subject.once(readAuditdConfig);
    const refused = new Set(["ignore"]);
    if (/^(yes|true|1)$/i.test(subject.declared.settings.get("audit-refuses-suspend") ?? ""))
      refused.add("suspend");
    const faults = ACTIONS.flatMap((name): readonly Point[] => {
      const setting = settings.get(name);
      const action = setting?.value.toLowerCase().split(/\s+/)[0] ?? "";
      if (setting === undefined || !refused.has(action)) return [];
      return [{ says: `${name} is ${setting.value}`, evidence: [at(subject, setting.span)] }];
    });
    const unset = ACTIONS.filter((name) => !settings.has(name));
    const doubt: Point = {
      says: `${AUDITD_CONFIG} leaves to auditd's own default: ${unset.join(", ")}`,
      evidence: [ofPath(subject, AUDITD_CONFIG)],
    };
    return conclude({
      faults,
      doubts: [...doubtsOf(subject, problems), ...(present && unset.length > 0 ? [doubt] : [])],
      looked: present ? [ofPath(subject, AUDITD_CONFIG)] : [],
      holds: "audit acts on every kind of full or failing storage",
      nothing: "auditd has no configuration here",
    });
  },

  examples: () => ({
    pass: [{ files: { [AUDITD_CONFIG]: STOCK } }],
    fail: [
      {
        files: { [AUDITD_CONFIG]: STOCK.replace("disk_full_action = SUSPEND", "disk_full_action = IGNORE") },
      },
      {
        files: { [AUDITD_CONFIG]: STOCK },
        declared: { settings: new Map([["audit-refuses-suspend", "yes"]]) },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { [AUDITD_CONFIG]: { content: STOCK, error: "EACCES" } } },
      { files: { [AUDITD_CONFIG]: "num_logs = 5\n" } },
      { files: { [AUDITD_CONFIG]: `${STOCK}not a setting\n` } },
    ],
  }),
};
