import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import { foreignLine } from "../json-text.ts";
import { ocsfFinding, ocsfMetadata, severityId } from "../ocsf-event.ts";
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

/** Warning is OCSF's word for "no result for missing information". */
const STATUS = {
  pass: [1, "Pass"],
  fail: [3, "Fail"],
  "not-assessable": [2, "Warning"],
  "not-applicable": [99, "Not Applicable"],
} as const;
const STANDARD = "NIST SP 800-53 Rev. 5";

function event(check: CheckRow, control: ControlRow, report: AssessmentReport): unknown {
  const { id, title, severity, outcome, says, waiver, remediation, evidence } = check;
  const time = Date.parse(report.now);
  const [status_id, status] = STATUS[outcome];
  return {
    ...ocsfFinding(
      [2003, "Compliance Finding"],
      time,
      outcome === "fail" ? severity : "info",
      outcome !== "fail" ? "Resolved" : waiver === null ? "New" : "Suppressed",
    ),
    ...(waiver === null
      ? {}
      : { comment: visible(`${waiver.owner}: ${waiver.reason} (until ${waiver.until ?? "?"})`) }),
    message: visible(says),
    metadata: ocsfMetadata(id, report.tool.version),
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
          severity_id: severityId(severity),
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
