import { type TimeZone, UTC } from "../time/zone.ts";
import { caseLine } from "./case-facts.ts";
import type { ListReport, TimerRow } from "./envelope.ts";
import { distance, momentWindow } from "./moment.ts";
import { rowsOf } from "./rows.ts";
import { systemdWords } from "./systemd-words.ts";
import { table } from "./table.ts";
import { columnsOf, visible } from "./visible.ts";

/** How a text report looks on this terminal, or in a pipe (`columns` undefined: full width, nothing cut). */
export interface TextStyle {
  readonly zone: TimeZone;
  readonly columns: number | undefined;
  /** Only ASCII marks. */
  readonly ascii: boolean;
  readonly color: boolean;
  /** For tables of a list; the usual look without. */
  readonly list?: ListLook;
}

/** Which columns a list shows, and how. */
export interface ListLook {
  /** Names of {@link LIST_COLUMNS} in their order; `null` for the usual ones. */
  readonly columns: readonly string[] | null;
  /** A name, after `-` for the other way round; `null` for what runs next first. */
  readonly sort: string | null;
  /** Titles, counts, and what was not looked at. */
  readonly legend: boolean;
}

interface ListColumn {
  readonly name: string;
  title(zone: string): string;
  cell(row: TimerRow, now: number, zone: TimeZone): string;
  /** What it is sorted by; the cell's text without. */
  readonly key?: (row: TimerRow) => string | number;
  readonly least?: number;
  readonly right?: boolean;
  /** Only in the wide table. */
  readonly isWide?: true;
}

const LAST = Number.MAX_VALUE;
const earliest = ({ next }: TimerRow): number => (next.earliest === null ? LAST : Date.parse(next.earliest));

/** Every column there is, in the order of the wide table. */
const COLUMNS: readonly ListColumn[] = [
  { name: "next", title: (zone) => `NEXT (${zone})`, cell: nextText, key: earliest, least: 14 },
  { name: "in", title: () => "IN", cell: inText, key: earliest, right: true },
  { name: "unit", title: () => "UNIT", cell: unitText, least: 16 },
  {
    name: "state",
    title: () => "STATE",
    cell: (row) => (row.load === "loaded" ? row.state : row.load),
  },
  { name: "runs", title: () => "RUNS", cell: (row) => row.command ?? row.activates ?? "nothing", least: 16 },
  { name: "as", title: () => "AS", cell: (row) => row.runsAs },
  { name: "schedule", title: () => "SCHEDULE", cell: scheduleText, isWide: true },
  { name: "activates", title: () => "ACTIVATES", cell: (row) => row.activates ?? "–", isWide: true },
  {
    name: "last",
    title: () => "LAST",
    cell: (row) => row.last?.time ?? "–",
    key: ({ last }) => (last === null ? LAST : Date.parse(last.time)),
    isWide: true,
  },
  { name: "file", title: () => "FILE", cell: (row) => row.path ?? "–", isWide: true },
];

/** Names for `--columns` and `--sort`. */
export const LIST_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/** Timers as a table: when next, which unit, what it runs, as whom. Narrow terminals get two lines a timer. */
export function* listText(report: ListReport, style: TextStyle, wide = false): Generator<string> {
  const now = Date.parse(report.clock.now) * 1000;
  const { columns: wanted, sort, legend } = style.list ?? USUAL;
  const chosen =
    wanted?.flatMap((name) => COLUMNS.filter((column) => column.name === name)) ??
    COLUMNS.filter(({ isWide }) => wide || isWide === undefined);
  const rows = sorted(soonestFirst(rowsOf(report)), sort);
  if (rows.length === 0) yield* legend ? ["no timers\n"] : [];
  else if (wanted === null && style.columns !== undefined && style.columns < 80)
    for (const row of rows) yield vertical(row, now, style);
  else
    yield table(
      chosen.map(({ title, cell, least, right }) => ({
        title: title(zoneLabel(style.zone, now)),
        cell: (row: TimerRow) => cell(row, now, style.zone),
        ...(least === undefined ? {} : { least }),
        ...(right === undefined ? {} : { right }),
      })),
      rows,
      wide ? undefined : style.columns,
      legend,
    );
  if (!legend) return;
  yield `\n${countsLine(report)}\n`;
  yield* caseLine(report);
  yield* coverageLines(report);
}

const USUAL: ListLook = { columns: null, sort: null, legend: true };

/** Rows of equal keys stay as they were. */
function sorted(rows: readonly TimerRow[], sort: string | null): readonly TimerRow[] {
  const [, minus = "", name] = /^(-?)(.*)$/.exec(sort ?? "") ?? [];
  const column = COLUMNS.find((candidate) => candidate.name === name);
  if (column === undefined) return rows;
  const key = column.key ?? ((row: TimerRow) => column.cell(row, 0, UTC));
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key === (minus === "") ? -1 : 1));
  return keyed.map(({ row }) => row);
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
  const { timers, jobs, coverage } = report;
  const ofSystem = timers.filter(({ scope }) => scope === "system").length;
  const kinds = [
    `${ofSystem} system`,
    `${timers.length - ofSystem} user`,
    ...(jobs.length > 0 ? [counted(jobs.length, "cron or at job")] : []),
  ];
  const what = `${timers.length + jobs.length} shown: ${kinds.join(", ")}`;
  return `${what} · ${counted(coverage.unitFiles, "unit file")}, ${counted(coverage.dropIns, "drop-in")} · ${systemdWords(report.clock)}`;
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
