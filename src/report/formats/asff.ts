import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  type Confidence,
  citedTechnique,
  findingText,
  hostName,
  isOpen,
  type Severity,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { foreignLine } from "../json-text.ts";
import { splitPath } from "../path-uri.ts";
import { visible } from "../visible.ts";

/**
 * AWS Security Finding Format: each line is the input of one `BatchImportFindings` call, at most 100 findings. The
 * evidence does not say whose account it is: {@link ACCOUNT} and {@link REGION} are to be replaced before sending.
 */
export const asff: Exporter = {
  name: "asff",
  takes: "audit",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "AWS Security Hub findings, a batch a line",
  *write(report) {
    const timers = timersById(report);
    const findings = report.findings.map((finding) => hubFinding(finding, timerOf(finding, timers), report));
    for (let at = 0; at < findings.length; at += BATCH)
      yield foreignLine({ Findings: findings.slice(at, at + BATCH) });
  },
};

/** Findings that one call takes (Security Hub API, BatchImportFindings). */
const BATCH = 100;

/** No account has this number. */
const ACCOUNT = "000000000000";
const REGION = "us-east-1";

const CONFIDENCE: Readonly<Record<Confidence, number>> = { low: 15, medium: 50, high: 85 };

function hubFinding(finding: FindingRow, timer: TimerRow | undefined, report: AuditReport): unknown {
  const { id, rule, severity, confidence, unit, scope, controls } = finding;
  const host = visible(hostName(report));
  const types = [...new Set(finding.techniques.flatMap(findingTypes))];
  return {
    SchemaVersion: "2018-10-08",
    Id: cut(`timerwarden/${visible(report.target.machineId ?? hostName(report))}/${visible(id)}`, 512),
    ProductArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`,
    GeneratorId: `timerwarden/${visible(rule)}`,
    AwsAccountId: ACCOUNT,
    CreatedAt: report.clock.now,
    UpdatedAt: report.clock.now,
    Title: cut(`${host}: ${visible(finding.title)}`, 256),
    Description: cut(findingText(finding), 1024),
    Severity: { Label: label(severity), Original: severity },
    Types: types,
    Confidence: CONFIDENCE[confidence],
    RecordState: isOpen(finding) ? "ACTIVE" : "ARCHIVED",
    Remediation: { Recommendation: { Text: cut(visible(finding.clears), 512) } },
    ProductFields: {
      "timerwarden/RuleId": visible(rule),
      "timerwarden/FindingId": visible(id),
      "timerwarden/Unit": cut(visible(unit), 2048),
      "timerwarden/Scope": cut(visible(scope), 2048),
      "timerwarden/Techniques": visible(finding.techniques.join(" ")),
      "timerwarden/Controls": visible(controls.join(" ")),
    },
    FindingProviderFields: { Severity: { Label: label(severity), Original: severity }, Types: types },
    Resources: resources(finding, host, report),
    ...(timer?.commands[0] ? { Process: processOf(timer.commands[0].path) } : {}),
    Threats: [threat(finding)],
  };
}

function label(severity: Severity): string {
  return severity === "info" ? "INFORMATIONAL" : severity.toUpperCase();
}

/** `TTPs/Persistence/T1053.006`: the namespace, the tactic as category, the technique as classifier. */
function findingTypes(id: string): readonly string[] {
  const [tactic] = citedTechnique(id).tactics;
  return [`TTPs/${tactic?.name ?? "Execution"}/${visible(id)}`];
}

function resources({ evidence }: FindingRow, host: string, { target }: AuditReport): unknown {
  const [place] = evidence;
  const other = {
    hostname: cut(host, 1024),
    target: cut(visible(target.name), 1024),
    ...(target.machineId === null ? {} : { machineId: visible(target.machineId) }),
  };
  const machine = { Type: "Other", Id: cut(host, 512), Details: { Other: other } };
  if (place === undefined) return [machine];
  const where = { path: cut(visible(place.path), 1024), line: String(place.line) };
  return [
    machine,
    { Type: "Other", Id: cut(`${host}:${visible(place.path)}`, 512), Details: { Other: where } },
  ];
}

function processOf(path: string): unknown {
  const { name } = splitPath(path);
  return { Name: cut(visible(name), 64), Path: cut(visible(path), 512) };
}

function threat({ rule, severity, evidence }: FindingRow): unknown {
  const paths = [...new Set(evidence.map(({ path }) => path))].slice(0, 5);
  return {
    Name: cut(visible(rule), 128),
    Severity: label(severity),
    ItemCount: paths.length,
    FilePaths: paths.map((path) => ({
      FilePath: cut(visible(path), 512),
      FileName: cut(visible(splitPath(path).name), 128),
    })),
  };
}

/** Security Hub refuses what is longer; the end is marked where it was cut, between characters. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
