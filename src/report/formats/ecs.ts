import { caseRows } from "../case-facts.ts";
import type { FindingRow, TimerRow } from "../envelope.ts";
import { type Exporter, isAudit, type Report } from "../exporter.ts";
import {
  acceptedText,
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
import { rowsOf } from "../rows.ts";
import { visible } from "../visible.ts";

/**
 * Elastic Common Schema 9.4, one document a line: an alert for each finding, a state for each activation. What ECS has
 * no field for stands under `timerwarden.*`.
 */
export const ecs: Exporter = {
  name: "ecs",
  takes: "report",
  mediaType: "application/x-ndjson",
  extension: ".ndjson",
  summary: "Elastic Common Schema 9.4, one document a line",
  *write(report) {
    const timers = timersById(report);
    if (isAudit(report))
      for (const finding of report.findings)
        yield foreignLine(alert(finding, timerOf(finding, timers), report));
    for (const timer of rowsOf(report)) yield foreignLine(state(timer, report));
  },
};

/** Elastic Security's own scores for its words: 21, 47, 73, 99. */
const RISK: Readonly<Record<Severity, number>> = { info: 1, low: 21, medium: 47, high: 73, critical: 99 };

function alert(finding: FindingRow, timer: TimerRow | undefined, report: Report): unknown {
  const { id, rule, severity, confidence, title, techniques, controls, scope, unit } = finding;
  const risk = RISK[severity];
  return {
    ...base(report, findingText(finding)),
    event: {
      kind: isOpen(finding) ? "alert" : "event",
      category: ["configuration", "file"],
      type: ["info"],
      module: "timerwarden",
      dataset: "timerwarden.finding",
      id,
      severity: risk,
      risk_score: risk,
      ...(isOpen(finding) ? {} : { reason: acceptedText(finding) }),
    },
    ...(finding.evidence[0] ? { file: file(finding.evidence[0].path) } : {}),
    ...(timer === undefined ? {} : run(timer)),
    rule: { id: rule, name: visible(title), ruleset: "timerwarden" },
    threat: { framework: "MITRE ATT&CK", ...threat(techniques) },
    tags: controls,
    timerwarden: {
      scope,
      unit,
      severity,
      confidence,
      verdict: timer?.verdict ?? null,
      evidence: finding.evidence,
      clears: visible(finding.clears),
      accepted: finding.accepted,
      ...(timer === undefined ? {} : { next: timer.next, state: timer.state }),
    },
  };
}

function state(timer: TimerRow, report: Report): unknown {
  const { unit, scope, verdict, next, last, path, names, schedule, started } = timer;
  return {
    ...base(report, visible(`${unit}: ${next.earliest ?? next.relative[0] ?? next.reason ?? ""}`)),
    event: {
      kind: "state",
      category: ["configuration"],
      type: ["info"],
      module: "timerwarden",
      dataset: "timerwarden.timer",
      id: timer.id,
    },
    ...(path === null ? {} : { file: file(path) }),
    ...run(timer),
    timerwarden: {
      scope,
      unit,
      kind: timer.kind,
      names,
      verdict,
      state: timer.state,
      load: timer.load,
      next,
      last,
      schedule: schedule.map(({ directive, text, normalized }) => ({ directive, text, normalized })),
      at_boot: started.atBoot,
      package: timer.package,
      findings: timer.findings,
    },
  };
}

function base(report: Report, message: string): Readonly<Record<string, unknown>> {
  const { target, clock, tool } = report;
  const said = caseRows(report);
  return {
    "@timestamp": clock.now,
    ecs: { version: "9.4.0" },
    message,
    ...(said.length === 0
      ? {}
      : { labels: Object.fromEntries(said.map(([label, text]) => [label.toLowerCase(), visible(text)])) }),
    host: {
      name: hostName(report),
      ...(target.host === null ? {} : { hostname: target.host }),
      ...(target.machineId === null ? {} : { id: target.machineId }),
      os: { type: "linux", ...(target.system === null ? {} : { full: target.system }) },
    },
    observer: { product: "Timerwarden", vendor: "Timerwarden", version: tool.version },
  };
}

function file(path: string): unknown {
  const { name, directory } = splitPath(path);
  return { path, name, directory };
}

/** The command and its account; `service.name` is what the timer starts. */
function run({ command, commands, activates, runsAs }: TimerRow): Readonly<Record<string, unknown>> {
  const [first] = commands;
  return {
    ...(command === null
      ? {}
      : {
          process: {
            command_line: command,
            ...(first === undefined ? {} : { executable: first.path, args: first.argv }),
          },
        }),
    ...(activates === null ? {} : { service: { name: activates } }),
    user: { name: runsAs },
  };
}

function threat(ids: readonly string[]): Readonly<Record<string, unknown>> {
  const cited = ids.map(citedTechnique);
  const tactics = new Map(
    cited.flatMap((technique) => technique.tactics.map((tactic) => [tactic.id, tactic.name])),
  );
  const above = new Map(cited.map(({ id, name, parent }) => [parent?.id ?? id, parent?.name ?? name]));
  const below = cited.filter(({ parent }) => parent !== null);
  return {
    tactic: { id: [...tactics.keys()], name: [...tactics.values()] },
    technique: {
      id: [...above.keys()],
      name: [...above.values()],
      ...(below.length === 0
        ? {}
        : { subtechnique: { id: below.map(({ id }) => id), name: below.map(({ name }) => name) } }),
    },
  };
}
