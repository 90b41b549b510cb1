import type { AuditReport, FindingRow, TimerRow } from "../envelope.ts";
import type { Exporter } from "../exporter.ts";
import {
  type Confidence,
  citedTechnique,
  findingText,
  hostName,
  isOpen,
  timerOf,
  timersById,
} from "../finding-facts.ts";
import { splitPath } from "../path-uri.ts";
import { cut, hubBatches, hubOrigin, hubResources, hubSeverity } from "../security-hub.ts";
import { visible } from "../visible.ts";

export const asff: Exporter = {
  name: "asff",
  takes: "audit",
  mediaType: "application/x-ndjson",
  extension: ".jsonl",
  summary: "AWS Security Hub findings, a batch a line",
  *write(report) {
    const timers = timersById(report);
    yield* hubBatches(
      report.findings.map((finding) => hubFinding(finding, timerOf(finding, timers), report)),
    );
  },
};

const CONFIDENCE: Readonly<Record<Confidence, number>> = { low: 15, medium: 50, high: 85 };

function hubFinding(finding: FindingRow, timer: TimerRow | undefined, report: AuditReport): unknown {
  const { id, rule, severity, confidence, unit, scope, controls } = finding;
  const { target, clock } = report;
  const host = visible(hostName(report));
  const [place] = finding.evidence;
  const types = [...new Set(finding.techniques.flatMap(findingTypes))];
  return {
    ...hubOrigin(`${visible(target.machineId ?? hostName(report))}/${visible(id)}`, visible(rule), clock.now),
    Title: cut(`${host}: ${visible(finding.title)}`, 256),
    Description: cut(findingText(finding), 1024),
    Severity: { Label: hubSeverity(severity), Original: severity },
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
    FindingProviderFields: { Severity: { Label: hubSeverity(severity), Original: severity }, Types: types },
    Resources: hubResources(
      host,
      {
        target: cut(visible(target.name), 1024),
        ...(target.machineId === null ? {} : { machineId: visible(target.machineId) }),
      },
      place === undefined ? null : { path: visible(place.path), line: place.line },
    ),
    ...(timer?.commands[0] ? { Process: processOf(timer.commands[0].path) } : {}),
    Threats: [threat(finding)],
  };
}

/** `TTPs/Persistence/T1053.006`: the namespace, the tactic as category, the technique as classifier. */
function findingTypes(id: string): readonly string[] {
  const [tactic] = citedTechnique(id).tactics;
  return [`TTPs/${tactic?.name ?? "Execution"}/${visible(id)}`];
}

function processOf(path: string): unknown {
  const { name } = splitPath(path);
  return { Name: cut(visible(name), 64), Path: cut(visible(path), 512) };
}

function threat({ rule, severity, evidence }: FindingRow): unknown {
  const paths = [...new Set(evidence.map(({ path }) => path))].slice(0, 5);
  return {
    Name: cut(visible(rule), 128),
    Severity: hubSeverity(severity),
    ItemCount: paths.length,
    FilePaths: paths.map((path) => ({
      FilePath: cut(visible(path), 512),
      FileName: cut(visible(splitPath(path).name), 128),
    })),
  };
}
