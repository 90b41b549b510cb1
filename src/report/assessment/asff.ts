import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import { cut, hubBatches, hubOrigin, hubResources, hubSeverity } from "../security-hub.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, cardOf, checksOf } from "./exporter.ts";

/** AWS Security Finding Format: a finding for each check, whatever came of it. */
export const asff: AssessmentExporter = {
  name: "asff",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "AWS Security Hub findings with their compliance status, a batch a line",
  *write(report) {
    yield* hubBatches(checksOf(report).map(([check, control]) => finding(check, control, report)));
  },
};

const TYPES = [
  "Software and Configuration Checks/Industry and Regulatory Standards/NIST 800-53 Controls (USA)",
];
const STATUS = {
  pass: "PASSED",
  fail: "FAILED",
  "not-assessable": "WARNING",
  "not-applicable": "NOT_AVAILABLE",
} as const;

function finding(check: CheckRow, control: ControlRow, report: AssessmentReport): unknown {
  const { id, title, severity, outcome, says, waiver, remediation, evidence } = check;
  const host = visible(assessedHost(report));
  const Label = hubSeverity(outcome === "fail" ? severity : "info");
  const [place] = evidence;
  return {
    ...hubOrigin(`${report.hostId}/${id}`, id, report.now),
    Title: cut(`${host}: ${cardOf(id)} ${title}`, 256),
    Description: cut(visible(says), 1024),
    Severity: { Label, Original: severity },
    Types: TYPES,
    RecordState: waiver === null ? "ACTIVE" : "ARCHIVED",
    Compliance: { Status: STATUS[outcome], RelatedRequirements: [`NIST.800-53.r5 ${control.id}`] },
    ...(remediation === null ? {} : { Remediation: { Recommendation: { Text: cut(remediation, 512) } } }),
    ProductFields: {
      "timerwarden/CheckId": id,
      "timerwarden/Outcome": outcome,
      "timerwarden/Technique": "T1053.006",
    },
    FindingProviderFields: { Severity: { Label, Original: severity }, Types: TYPES },
    Resources: hubResources(
      host,
      { hostId: report.hostId },
      place === undefined ? null : { path: visible(place.path), line: place.line },
    ),
  };
}
