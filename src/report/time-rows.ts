/** Moments of a report in order, for time lines. */
import type { FindingRow, TimerRow } from "./envelope.ts";
import { isAudit, type Report } from "./exporter.ts";
import { findingText, hostName } from "./finding-facts.ts";
import { rowsOf } from "./rows.ts";
import { visible } from "./visible.ts";

export interface TimeRow {
  readonly message: string;
  /** RFC 3339, UTC. */
  readonly datetime: string;
  readonly timestamp_desc: string;
  readonly host: string;
  readonly scope: string;
  readonly unit: string;
  readonly verdict: string | null;
  readonly command: string | null;
  readonly runs_as: string | null;
  readonly path: string | null;
  readonly rule: string | null;
  readonly severity: string | null;
  readonly techniques: string;
  readonly evidence: string | null;
}

/** Last runs, the audit's findings at the moment of the audit, next elapses; the earliest first. */
export function timeRows(report: Report): readonly TimeRow[] {
  const host = visible(hostName(report));
  const rows = [
    ...rowsOf(report).flatMap((timer) => timerRows(timer, host)),
    ...(isAudit(report) ? report.findings.map((finding) => findingRow(finding, host, report.clock.now)) : []),
  ];
  const order = new Map(rows.map((row) => [row, Date.parse(row.datetime)]));
  return rows.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

function timerRows(timer: TimerRow, host: string): readonly TimeRow[] {
  const { scope, unit, verdict, command, runsAs, path, last, next } = timer;
  const common = {
    host,
    scope: visible(scope),
    unit: visible(unit),
    verdict: verdict === null ? null : visible(verdict),
    command: command === null ? null : visible(command),
    runs_as: visible(runsAs),
    path: path === null ? null : visible(path),
    rule: null,
    severity: null,
    techniques: "",
  };
  const runs = visible(`${unit} runs ${command ?? timer.activates ?? "nothing"}`);
  const rows: TimeRow[] = [];
  if (last !== null)
    rows.push({
      message: visible(`${unit} last ran`),
      datetime: last.time,
      timestamp_desc: "Last run of timer",
      ...common,
      evidence: visible(last.evidence),
    });
  if (next.earliest !== null)
    rows.push({
      message: `${runs}, predicted`,
      datetime: next.earliest,
      timestamp_desc: "Next elapse, earliest (predicted)",
      ...common,
      evidence: null,
    });
  if (next.latest !== null && next.latest !== next.earliest)
    rows.push({
      message: `${runs}, predicted, at the latest`,
      datetime: next.latest,
      timestamp_desc: "Next elapse, latest (predicted)",
      ...common,
      evidence: null,
    });
  return rows;
}

function findingRow(finding: FindingRow, host: string, now: string): TimeRow {
  const [place] = finding.evidence;
  return {
    message: findingText(finding),
    datetime: now,
    timestamp_desc: finding.accepted === null ? "Finding of audit" : "Accepted finding of audit",
    host,
    scope: visible(finding.scope),
    unit: visible(finding.unit),
    verdict: null,
    command: null,
    runs_as: null,
    path: place === undefined ? null : visible(place.path),
    rule: visible(finding.rule),
    severity: finding.severity,
    techniques: visible(finding.techniques.join(" ")),
    evidence: place?.excerpt == null ? null : visible(place.excerpt),
  };
}
