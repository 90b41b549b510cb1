import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import { foreignLine } from "../json-text.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, cardOf, checksOf } from "./exporter.ts";

/** OCSF 1.6 Compliance Finding (class 2003), one event a line; older versions' required fields are there too. */
export const ocsf: AssessmentExporter = {
  name: "ocsf",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "OCSF 1.6 Compliance Findings, one a line, for security lakes",
  *write(report) {
    for (const [check, control] of checksOf(report)) yield foreignLine(event(check, control, report));
  },
};

const SEVERITY_ID = { info: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
const SEVERITY_WORD = {
  info: "Informational",
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
} as const;
/** Warning is OCSF's word for "no result for missing information". */
const STATUS = {
  pass: [1, "Pass"],
  fail: [3, "Fail"],
  "not-assessable": [2, "Warning"],
  "not-applicable": [99, "Not Applicable"],
} as const;
const CREATE = 1;
const NEW = 1;
const SUPPRESSED = 3;
const RESOLVED = 4;
const STANDARD = "NIST SP 800-53 Rev. 5";

function event(check: CheckRow, control: ControlRow, report: AssessmentReport): unknown {
  const { id, title, severity, outcome, says, waiver, remediation, evidence } = check;
  const time = Date.parse(report.now);
  const [status_id, status] = STATUS[outcome];
  const isOpen = outcome === "fail" && waiver === null;
  return {
    activity_id: CREATE,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    type_uid: 200_300 + CREATE,
    type_name: "Compliance Finding: Create",
    time,
    severity_id: outcome === "fail" ? SEVERITY_ID[severity] : 1,
    severity: outcome === "fail" ? SEVERITY_WORD[severity] : "Informational",
    status_id: isOpen ? NEW : outcome === "fail" ? SUPPRESSED : RESOLVED,
    status: isOpen ? "New" : outcome === "fail" ? "Suppressed" : "Resolved",
    ...(waiver === null
      ? {}
      : { comment: visible(`${waiver.owner}: ${waiver.reason} (until ${waiver.until ?? "?"})`) }),
    message: visible(says),
    metadata: {
      version: "1.6.0",
      product: { name: "Timerwarden", vendor_name: "Timerwarden", version: report.tool.version },
      event_code: id,
    },
    finding_info: {
      uid: `${report.hostId}/${id}`,
      title: `${cardOf(id)} ${title}`,
      desc: visible(says),
      created_time: time,
    },
    compliance: {
      standards: [STANDARD],
      control: control.id,
      requirements: control.objectives.filter(({ checks }) => checks.includes(id)).map(({ label }) => label),
      status_id,
      status,
      status_details: [visible(says)],
      checks: [
        {
          uid: id,
          name: title,
          status_id,
          status,
          severity_id: SEVERITY_ID[severity],
          standards: [STANDARD],
        },
      ],
    },
    ...(remediation === null ? {} : { remediation: { desc: remediation } }),
    resources: [{ name: visible(assessedHost(report)), uid: report.hostId }],
    unmapped: {
      outcome,
      evidence: evidence.map(({ path, line, digest, value }) => ({ path, line, digest, value })),
    },
  };
}
