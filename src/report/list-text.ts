import type { TimeZone } from "../time/zone.ts";
import type { ListReport, TimerRow } from "./envelope.ts";
import { distance, momentWindow } from "./moment.ts";
import { rowsOf } from "./rows.ts";
import { type Column, table } from "./table.ts";
import { columnsOf, visible } from "./visible.ts";

/** How a text report looks on this terminal, or in a pipe (`columns` undefined: full width, nothing cut). */
export interface TextStyle {
  readonly zone: TimeZone;
  readonly columns: number | undefined;
  /** Only ASCII marks. */
  readonly ascii: boolean;
  readonly color: boolean;
}

/** Timers as a table: when next, which unit, what it runs, as whom. Narrow terminals get two lines a timer. */
export function* listText(report: ListReport, style: TextStyle, wide = false): Generator<string> {
  const now = Date.parse(report.clock.now) * 1000;
  const columns: Column<TimerRow>[] = [
    {
      title: `NEXT (${zoneLabel(style.zone, now)})`,
      cell: (row) => nextText(row, now, style.zone),
      least: 14,
    },
    { title: "IN", cell: (row) => inText(row, now), right: true },
    { title: "UNIT", cell: unitText, least: 16 },
    { title: "STATE", cell: (row) => (row.load === "loaded" ? row.state : row.load) },
    { title: "RUNS", cell: (row) => row.command ?? `${row.activates ?? "nothing"}`, least: 16 },
    { title: "AS", cell: (row) => row.runsAs },
  ];
  if (wide)
    columns.push(
      { title: "SCHEDULE", cell: scheduleText },
      { title: "ACTIVATES", cell: (row) => row.activates ?? "–" },
      { title: "LAST", cell: (row) => row.last?.time ?? "–" },
      { title: "FILE", cell: (row) => row.path ?? "–" },
    );
  const rows = soonestFirst(rowsOf(report));
  if (rows.length === 0) yield "no timers\n";
  else if (style.columns !== undefined && style.columns < 80)
    for (const row of rows) yield vertical(row, now, style);
  else yield table(columns, rows, wide ? undefined : style.columns);
  yield `\n${countsLine(report)}\n`;
  yield* coverageLines(report);
}

/** As `systemctl list-timers` has them: what runs next comes first, what has no date last. */
function soonestFirst(rows: readonly TimerRow[]): readonly TimerRow[] {
  const key = ({ next }: TimerRow): string => next.earliest ?? "~";
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function vertical(row: TimerRow, now: number, style: TextStyle): string {
  const head = `${unitText(row)}  ${nextText(row, now, style.zone)}  ${inText(row, now)}`;
  return `${visible(head)}\n    ${visible(`${row.command ?? row.activates ?? "–"}  as ${row.runsAs}`)}\n`;
}

/** `CET`, or the zone's name where its abbreviation is a number. */
export function zoneLabel(zone: TimeZone, nowUsec: number): string {
  const { abbreviation } = zone.at(Math.floor(nowUsec / 1e6));
  return /^[A-Z]+$/.test(abbreviation) ? abbreviation : zone.name;
}

/** `apt-daily.timer`, `sync.timer ~alice`. */
export function unitText(row: { readonly unit: string; readonly scope: string }): string {
  if (row.scope === "system") return row.unit;
  return `${row.unit} ${row.scope.startsWith("user:") ? `~${row.scope.slice(5)}` : "~everyone"}`;
}

export function nextText({ next }: TimerRow, nowUsec: number, zone: TimeZone): string {
  if (next.earliest !== null) {
    const earliest = Date.parse(next.earliest) * 1000;
    const latest = next.latest === null ? Number.POSITIVE_INFINITY : Date.parse(next.latest) * 1000;
    return momentWindow(earliest, latest, nowUsec, zone);
  }
  return next.relative[0] ?? `– ${next.reason ?? ""}`.trim();
}

function inText({ next }: TimerRow, nowUsec: number): string {
  if (next.overdue) return "overdue";
  return next.earliest === null ? "–" : distance(Date.parse(next.earliest) * 1000 - nowUsec);
}

function scheduleText({ schedule }: TimerRow): string {
  return schedule.map(({ directive, text }) => `${directive}=${text}`).join("; ") || "–";
}

function countsLine(report: ListReport): string {
  const { timers, coverage } = report;
  const of = (test: (scope: string) => boolean) => timers.filter(({ scope }) => test(scope)).length;
  const users = of((scope) => scope !== "system");
  const what = `${timers.length} shown: ${of((scope) => scope === "system")} system, ${users} user`;
  return `${what} · ${counted(coverage.unitFiles, "unit file")}, ${counted(coverage.dropIns, "drop-in")} · systemd ${report.clock.systemd}`;
}

/** What was not looked at, and remarks on the evidence; nothing is left unsaid. */
export function* coverageLines(report: Pick<ListReport, "coverage">): Generator<string> {
  const { gaps, notes } = report.coverage;
  const shown = gaps.slice(0, 5).map(({ path, reason }) => `${visible(path)} (${visible(reason)})`);
  if (gaps.length > shown.length) shown.push(`and ${gaps.length - shown.length} more (-o json lists all)`);
  if (shown.length > 0) yield `not looked at: ${shown.join("; ")}\n`;
  for (const note of notes) yield `note: ${visible(note)}\n`;
}

/** `1 timer`, `2 timers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Pads to a number of columns, wide characters counted as two. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
