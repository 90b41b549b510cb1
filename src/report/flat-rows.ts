/** A report as one flat table: a row for each finding, and one for each activation against which nothing was found. */
import type { FindingRow, TimerRow } from "./envelope.ts";
import { isAudit, type Report } from "./exporter.ts";
import { acceptedText, placeText, timerOf, timersById } from "./finding-facts.ts";
import { rowsOf } from "./rows.ts";

export interface FlatRow {
  readonly timer: TimerRow | null;
  readonly finding: FindingRow | null;
}

/** Findings first, worst first as in the report; then the activations without one. */
export function flatRows(report: Report): readonly FlatRow[] {
  if (!isAudit(report)) return rowsOf(report).map((timer) => ({ timer, finding: null }));
  const timers = timersById(report);
  const rows = report.findings.map((finding) => ({ timer: timerOf(finding, timers) ?? null, finding }));
  const told = new Set(rows.flatMap(({ timer }) => timer ?? []));
  return [
    ...rows,
    ...rowsOf(report)
      .filter((timer) => !told.has(timer))
      .map((timer) => ({ timer, finding: null })),
  ];
}

export interface FlatColumn {
  readonly name: string;
  text(row: FlatRow): string | null;
}

/** The columns of CSV; new ones are only ever added at the end. */
export const FLAT_COLUMNS: readonly FlatColumn[] = [
  { name: "scope", text: ({ timer, finding }) => timer?.scope ?? finding?.scope ?? null },
  { name: "unit", text: ({ timer, finding }) => timer?.unit ?? finding?.unit ?? null },
  { name: "kind", text: ({ timer }) => timer?.kind ?? null },
  { name: "state", text: ({ timer }) => timer?.state ?? null },
  { name: "load", text: ({ timer }) => timer?.load ?? null },
  { name: "verdict", text: ({ timer }) => timer?.verdict ?? null },
  { name: "severity", text: ({ finding }) => finding?.severity ?? null },
  { name: "confidence", text: ({ finding }) => finding?.confidence ?? null },
  { name: "rule", text: ({ finding }) => finding?.rule ?? null },
  { name: "finding", text: ({ finding }) => finding?.id ?? null },
  { name: "says", text: ({ finding }) => finding?.says ?? null },
  { name: "place", text: ({ finding }) => (finding?.evidence[0] ? placeText(finding.evidence[0]) : null) },
  { name: "excerpt", text: ({ finding }) => finding?.evidence[0]?.excerpt ?? null },
  { name: "techniques", text: ({ finding }) => finding?.techniques.join(" ") ?? null },
  { name: "controls", text: ({ finding }) => finding?.controls.join(" ") ?? null },
  { name: "accepted", text: ({ finding }) => (finding ? acceptedText(finding) : null) },
  { name: "next_earliest", text: ({ timer }) => timer?.next.earliest ?? null },
  { name: "next_latest", text: ({ timer }) => timer?.next.latest ?? null },
  { name: "next_reason", text: ({ timer }) => timer?.next.reason ?? null },
  { name: "last", text: ({ timer }) => timer?.last?.time ?? null },
  { name: "schedule", text: ({ timer }) => (timer ? scheduleText(timer) : null) },
  { name: "activates", text: ({ timer }) => timer?.activates ?? null },
  { name: "command", text: ({ timer }) => timer?.command ?? null },
  { name: "runs_as", text: ({ timer }) => timer?.runsAs ?? null },
  { name: "path", text: ({ timer }) => timer?.path ?? null },
  { name: "drop_ins", text: ({ timer }) => timer?.dropIns.join(" ") ?? null },
  { name: "package", text: ({ timer }) => timer?.package ?? null },
  { name: "starts_at_boot", text: ({ timer }) => (timer ? String(timer.started.atBoot) : null) },
  { name: "description", text: ({ timer }) => timer?.description ?? null },
];

/** `OnCalendar=daily; OnBootSec=15min`. */
export function scheduleText({ schedule }: TimerRow): string {
  return schedule.map(({ directive, text }) => `${directive}=${text}`).join("; ");
}
