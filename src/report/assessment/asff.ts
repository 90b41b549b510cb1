import type { AssessmentReport, CheckRow, ControlRow } from "../../controls/assessment-report.ts";
import { foreignLine } from "../json-text.ts";
import { visible } from "../visible.ts";
import { type AssessmentExporter, assessedHost, cardOf, checksOf } from "./exporter.ts";

/**
 * AWS Security Finding Format: each line is the input of one `BatchImportFindings` call, at most 100 findings. Account
 * and region are to be replaced before sending, as for the audit's format of the same name.
 */
export const asff: AssessmentExporter = {
  name: "asff",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "AWS Security Hub findings with their compliance status, a batch a line",
  *write(report) {
    const findings = checksOf(report).map(([check, control]) => finding(check, control, report));
    for (let at = 0; at < findings.length; at += BATCH)
      yield foreignLine({ Findings: findings.slice(at, at + BATCH) });
  },
};

const BATCH = 100;
const ACCOUNT = "000000000000";
const REGION = "us-east-1";
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
  const Label = outcome !== "fail" || severity === "info" ? "INFORMATIONAL" : severity.toUpperCase();
  const [place] = evidence;
  return {
    SchemaVersion: "2018-10-08",
    Id: cut(`timerwarden/${report.hostId}/${id}`, 512),
    ProductArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`,
    GeneratorId: `timerwarden/${id}`,
    AwsAccountId: ACCOUNT,
    CreatedAt: report.now,
    UpdatedAt: report.now,
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
    Resources: [
      {
        Type: "Other",
        Id: cut(host, 512),
        Details: { Other: { hostname: cut(host, 1024), hostId: report.hostId } },
      },
      ...(place === undefined
        ? []
        : [
            {
              Type: "Other",
              Id: cut(`${host}:${visible(place.path)}`, 512),
              Details: { Other: { path: cut(visible(place.path), 1024), line: String(place.line) } },
            },
          ]),
    ],
  };
}

/** Security Hub refuses what is longer; the end is marked where it was cut, between characters. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
