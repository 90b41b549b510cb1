/** The `calendar` command's answer for people. */

import type { Problem } from "../parsed.ts";
import { visible } from "../report/visible.ts";
import { compileCalendar, zoneOf } from "../time/calendar-plan.ts";
import { type CalendarSpec, formatCalendar } from "../time/calendar-spec.ts";
import { describeCalendar, enumerate, neverReason } from "../time/calendar-words.ts";
import { wallTime } from "../time/civil.ts";
import { type ClockChange, clockChanges } from "../time/clock-changes.ts";
import type { SystemdVersion } from "../time/systemd-version.ts";
import { formatTimespan } from "../time/timespan-format.ts";
import { formatTimestamp } from "../time/timestamp-format.ts";
import { UTC, type Zones } from "../time/zone.ts";
import { caret } from "./caret.ts";

/** What is asked of every expression. */
export interface CalendarQuestion {
  readonly zones: Zones;
  readonly baseUsec: number;
  readonly iterations: number;
  readonly version: SystemdVersion;
  readonly perDay: boolean;
  readonly sameAs: CalendarSpec | null;
}

export interface CalendarAnswer {
  readonly input: string;
  readonly spec: CalendarSpec | null;
  readonly problem: Problem | null;
  /** Microseconds since 1970. */
  readonly elapses: readonly number[];
  readonly end: "count" | "never" | "loop";
}

const DAY = 86_400e6;
const YEAR = 366 * DAY;
const DAYS_COUNTED = 14;
/** Elapses looked at to compare two expressions or to fill the days counted. */
const MAX_COMPARED = 2_000_000;

/** One expression: normal form, words, elapses with the clock changes between them, notes. */
export function calendarText(answer: CalendarAnswer, question: CalendarQuestion): string {
  const { input, spec, problem } = answer;
  if (problem !== null) return caret("not a calendar expression for systemd", input, problem);
  if (spec === null) return "";
  const lines = [
    heading(input, spec, question),
    ...elapseLines(answer, spec, question),
    ...notes(spec, question),
  ];
  if (question.perDay) lines.push(...perDayLines(spec, question));
  return `${lines.join("\n")}\n`;
}

function heading(input: string, spec: CalendarSpec, { zones }: CalendarQuestion): string {
  const { words, perDay } = describeCalendar(spec);
  const rate = perDay >= 1 ? `${round(perDay)} a day` : `${round(perDay * 365.2425)} a year`;
  return `${visible(input)}  →  ${formatCalendar(spec)}    ${words}, ${zoneOf(spec, zones).name} · ${rate}`;
}

function round(value: number): string {
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function elapseLines(
  { elapses, end }: CalendarAnswer,
  spec: CalendarSpec,
  { zones, baseUsec, version }: CalendarQuestion,
): readonly string[] {
  const zone = zoneOf(spec, zones);
  const lines: string[] = [];
  let last = baseUsec;
  for (const [index, usec] of elapses.entries()) {
    const local = formatTimestamp(usec, zone);
    const utc = zone === UTC ? "" : `  ${formatTimestamp(usec, UTC).slice(4)}`;
    lines.push(`  #${index + 1}  ${local}${utc}   ${distance(usec - baseUsec)}`);
    const skipped = clockChanges(spec, zone, last, usec).filter(({ kind }) => kind === "skipped");
    for (const change of skipped) lines.push(`      ^ ${skippedWords(change)}`);
    last = usec;
  }
  if (end === "count") return lines;
  const first = elapses.length === 0;
  if (end === "loop")
    lines.push(
      `  systemd ${version.major}'s search gives up here (a clock change in its way) and ignores the expression`,
    );
  else lines.push(`  ${first ? "never elapses" : "and never again"}${why(spec, last)}`);
  return lines;
}

function why(spec: CalendarSpec, afterUsec: number): string {
  const reason = neverReason(spec, wallTime(Math.floor(afterUsec / 1e6)).year);
  return reason === null ? "" : `: ${reason}`;
}

/** `+2d 13h 30min`, to the minute beyond an hour. */
function distance(usec: number): string {
  const accuracy = usec >= 3600e6 ? 60e6 : 1e6;
  const rounded = Math.floor(usec / accuracy) * accuracy;
  return `+${formatTimespan(BigInt(rounded), 1_000_000n)}`;
}

function clock(wallUsec: number): string {
  return formatTimestamp(wallUsec, UTC).slice(15, 20);
}

function day(wallUsec: number): string {
  return formatTimestamp(wallUsec, UTC).slice(0, 14);
}

function skippedWords({ fromWallUsec, toWallUsec }: ClockChange): string {
  return `${day(fromWallUsec)} ${clock(fromWallUsec)}–${clock(toWallUsec)} does not exist; what falls into it is skipped`;
}

function notes(spec: CalendarSpec, { zones, baseUsec }: CalendarQuestion): readonly string[] {
  const { unevenMinutes, oddity } = describeCalendar(spec);
  const lines: string[] = [];
  const uneven = unevenMinutes !== null && unevenMinutes.length <= 12;
  if (uneven && spec.minute?.some(({ repeat }) => repeat > 0) === true)
    lines.push(`  note: the steps are not even: ${enumerate(unevenMinutes.map(String))} minutes`);
  if (oddity !== null) lines.push(`  note: ${oddity}`);
  const repeated = clockChanges(spec, zoneOf(spec, zones), baseUsec, baseUsec + YEAR).find(
    ({ kind }) => kind === "repeated",
  );
  if (repeated !== undefined)
    lines.push(
      `  note: on ${day(repeated.wallUsec)} ${clock(repeated.wallUsec)} happens twice; systemd runs it once, the first time`,
    );
  return lines;
}

function perDayLines(spec: CalendarSpec, { zones, baseUsec, version }: CalendarQuestion): readonly string[] {
  const zone = zoneOf(spec, zones);
  const plan = compileCalendar(spec, zones, version);
  const localDay = (usec: number): number =>
    Math.floor((usec + zone.at(Math.floor(usec / 1e6)).offset * 1e6) / DAY);
  const today = localDay(baseUsec);
  const counts = new Array<number>(DAYS_COUNTED).fill(0);
  let last = baseUsec;
  for (let count = 0; count < MAX_COMPARED; count++) {
    const next = plan.following(last);
    if (next.kind !== "elapse") break;
    const index = localDay(next.usec) - today;
    if (index >= DAYS_COUNTED) break;
    counts[index] = (counts[index] ?? 0) + 1;
    last = next.usec;
  }
  return counts.map((count, index) => `  ${day((today + index) * DAY)}  ${String(count).padStart(6)}`);
}

/** Whether the expression elapses at the same moments as the one it is compared with, for ten years. */
export function comparisonText({ spec }: CalendarAnswer, question: CalendarQuestion): string {
  const { sameAs, zones, version, baseUsec } = question;
  if (spec === null || sameAs === null) return "";
  const [a, b] = [compileCalendar(spec, zones, version), compileCalendar(sameAs, zones, version)];
  const end = baseUsec + 10 * YEAR;
  let last = baseUsec;
  const other = formatCalendar(sameAs);
  for (let count = 0; count < MAX_COMPARED; count++) {
    const [own, theirs] = [a.next(last), b.next(last)];
    const [first, second] = [own, theirs].map((each) =>
      each.kind === "elapse" ? each.usec : Number.POSITIVE_INFINITY,
    );
    const [one = end, two = end] = [first, second];
    if (one >= end && two >= end) return `  same moments as ${other} for ten years\n`;
    if (one !== two) {
      const which = one < two ? "only this one elapses" : `only ${other} elapses`;
      return `  not the same as ${other}: ${which} at ${formatTimestamp(Math.min(one, two), a.zone)}\n`;
    }
    last = one;
  }
  return `  same moments as ${other} for the next ${MAX_COMPARED} elapses\n`;
}
