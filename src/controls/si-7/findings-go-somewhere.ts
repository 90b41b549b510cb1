import { values } from "../../units/unit.ts";
import type { Check, CheckEvidence } from "../check.ts";
import { at, ofPath } from "../evidence.ts";
import { conclude, notApplicable, type Point } from "../outcome.ts";
import { readText } from "../sources/read-text.ts";
import { doubtsOf, lineSpan, type SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { AIDE_CONFIG, AIDE_HOST, AIDE_SCHEDULED, AIDE_TEXT, CHECK_SERVICE } from "./example-integrity.ts";
import { hasTool, INTEGRITY_READS, readIntegrityTools, toolEvidence } from "./integrity-tools.ts";
import { readScheduledChecks } from "./scheduled-checks.ts";

const DEFAULTS = "/etc/default/aide";
const DEBIAN = "/usr/share/aide/bin/dailyaidecheck";
const NO_REPORT = { [AIDE_CONFIG]: AIDE_TEXT.replace("report_url=syslog:LOG_AUTH\n", "") };

export const findingsGoSomewhere: Check = {
  id: "si7-10-findings-go-somewhere",
  title: "What the integrity check finds is sent to somebody",
  control: "SI-7",
  severity: "medium",
  objectives: ["si-7_obj.b-1", "si-7_obj.b-3"],
  reads: [...INTEGRITY_READS, DEFAULTS, "/etc/systemd/system/**", "/usr/lib/systemd/system/**", DEBIAN],
  needs: [],
  why: "A difference that goes to no one is acted upon by no one.",
  remediation:
    "set MAILTO= in /etc/default/aide, a report_url of syslog, or OnFailure= of the check; then test it",
  falseResults: [
    "Reports fetched from outside leave no trace here",
    "Mail to a local root that nobody reads counts, unless the setting local-mail is refused",
  ],
  references: ["man:aide.conf(5)", "SP 800-53 SI-7(2)", "SP 800-53 SI-7(5)"],

  run(subject) {
    const tools = subject.once(readIntegrityTools);
    if (!hasTool(tools)) return notApplicable("there is no integrity tool");
    const problems: SourceProblem[] = [];
    const mail = mailTo(subject, problems);
    const report = tools.aide?.options.get("report_url");
    const sinks: CheckEvidence[] = [
      ...mail.sinks,
      ...(report !== undefined && /^(syslog|file):/.test(report.value)
        ? [at(subject, report.span, report.value)]
        : []),
      ...(tools.wazuh === null ? [] : toolEvidence(subject, tools)),
      ...onFailure(subject),
    ];
    const unread: Point = { says: `where ${tools.others.join(", ")} reports to is not read`, evidence: [] };
    const doubts = [...doubtsOf(subject, problems), ...tools.doubts];
    const isMute = sinks.length === 0 && doubts.length === 0 && tools.others.length === 0;
    return conclude({
      faults: isMute
        ? [
            {
              says: mail.refused ?? "the integrity check reports to nobody",
              evidence: [...toolEvidence(subject, tools), ofPath(subject, DEFAULTS)],
            },
          ]
        : [],
      doubts: [...doubts, ...(sinks.length === 0 && tools.others.length > 0 ? [unread] : [])],
      looked: sinks,
      holds: "findings of the integrity check are sent on",
      nothing: "the integrity check reports to nobody",
    });
  },

  examples: () => ({
    pass: [
      { files: AIDE_SCHEDULED },
      { files: { ...AIDE_SCHEDULED, ...NO_REPORT, [DEFAULTS]: "MAILTO=security@example.test\n" } },
      {
        files: {
          ...AIDE_SCHEDULED,
          ...NO_REPORT,
          [CHECK_SERVICE]: "[Unit]\nOnFailure=tell.service\n[Service]\nExecStart=/usr/bin/aide --check\n",
        },
      },
    ],
    fail: [
      { files: { ...AIDE_HOST, ...NO_REPORT } },
      { files: { ...AIDE_SCHEDULED, ...NO_REPORT, [DEFAULTS]: 'MAILTO=""\n' } },
      {
        files: { ...AIDE_SCHEDULED, ...NO_REPORT, [DEFAULTS]: "MAILTO=root\n" },
        declared: { settings: new Map([["local-mail", "refused"]]) },
      },
    ],
    notApplicable: [{ files: {} }],
    notAssessable: [
      { files: { ...AIDE_SCHEDULED, [DEFAULTS]: { content: "", error: "EACCES" } } },
      { files: { ...AIDE_SCHEDULED, [DEFAULTS]: "what is this\n" } },
      { files: { ...AIDE_SCHEDULED, [AIDE_CONFIG]: { content: "", error: "EACCES" } } },
    ],
  }),
};

/** Debian's daily check mails root unless `/etc/default/aide` says otherwise. */
function mailTo(
  subject: Subject,
  problems: SourceProblem[],
): { readonly sinks: readonly CheckEvidence[]; readonly refused: string | null } {
  const text = readText(subject.host, DEFAULTS, problems);
  let address = subject.host.stat(DEBIAN).kind === "present" ? "root" : "";
  let place = ofPath(subject, DEBIAN, "mails root");
  for (const [index, raw] of (text ?? "").split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const span = lineSpan(DEFAULTS, index + 1);
    const [, name = "", value = ""] = /^(?:export\s+)?(\w+)=(.*)$/.exec(line) ?? [];
    if (name === "") problems.push({ span, reason: "no assignment" });
    if (name !== "MAILTO") continue;
    address = value.replace(/^(["'])(.*)\1$/, "$2").trim();
    place = at(subject, span, address);
  }
  const isRefused =
    address !== "" && !address.includes("@") && subject.declared.settings.get("local-mail") === "refused";
  return {
    sinks: address === "" || isRefused ? [] : [place],
    refused: isRefused ? `the integrity check mails only ${address} of this host` : null,
  };
}

function onFailure(subject: Subject): readonly CheckEvidence[] {
  return subject
    .once(readScheduledChecks)
    .services.flatMap(({ unit }) =>
      values(unit, "Unit", "OnFailure").map(({ span, value }) => at(subject, span, value)),
    );
}
