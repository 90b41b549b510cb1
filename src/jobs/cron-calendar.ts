import { neverFits } from "./cron-elapses.ts";
import type { CronFields, CronSchedule } from "./cron-expression.ts";

const WEEKDAYS: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * The one systemd.time(7) calendar expression that elapses when the cron schedule does, or `null` when there is none:
 * `@reboot` (a timer says `OnBootSec=`), random fields, a schedule that never fits, and a day of month *or* of week,
 * which takes two expressions (`toSystemdCalendars`). Clock changes are the one difference: systemd skips what falls
 * into the gap, and repeats an hour that comes twice.
 */
export function toSystemdCalendar(schedule: CronSchedule): string | null {
  const all = toSystemdCalendars(schedule);
  return all.length === 1 ? (all[0] ?? null) : null;
}

/** As `toSystemdCalendar`, with as many `OnCalendar=` lines as it takes; a time two of them name elapses once. */
export function toSystemdCalendars(schedule: CronSchedule): readonly string[] {
  if (schedule.kind === "reboot" || schedule.random.length > 0 || neverFits(schedule)) return [];
  const { daysOfMonth, daysOfWeek } = schedule;
  const everyDate = daysOfMonth.length === 31;
  const everyWeekday = daysOfWeek.length === 7;
  if (schedule.dayOfMonthStar || schedule.dayOfWeekStar)
    return [expression(schedule, everyWeekday, everyDate)];
  if (everyDate || everyWeekday) return [expression(schedule, true, true)];
  const both: string[] = [];
  if (daysOfMonth.length > 0) both.push(expression(schedule, true, false));
  if (daysOfWeek.length > 0) both.push(expression(schedule, false, true));
  return both;
}

function expression(schedule: CronFields, everyWeekday: boolean, everyDate: boolean): string {
  const weekdays = everyWeekday ? "" : `${weekdayList(schedule.daysOfWeek)} `;
  const months = list(schedule.months, 1, 12);
  const days = everyDate ? "*" : list(schedule.daysOfMonth, 1, 31);
  return `${weekdays}*-${months}-${days} ${list(schedule.hours, 0, 23)}:${list(schedule.minutes, 0, 59)}:00`;
}

/** systemd's week begins on Monday and its ranges may not wrap. */
function weekdayList(days: readonly number[]): string {
  const mondayFirst = [...days].map((day) => (day + 6) % 7).sort((a, b) => a - b);
  return runs(mondayFirst, 1)
    .map(([from, to]) => (from === to ? weekday(from) : `${weekday(from)}..${weekday(to)}`))
    .join(",");
}

function weekday(mondayFirst: number): string {
  return WEEKDAYS[(mondayFirst + 1) % 7] ?? "";
}

function list(values: readonly number[], low: number, high: number): string {
  if (values.length === high - low + 1) return "*";
  const first = values[0] ?? low;
  const last = values[values.length - 1] ?? high;
  const step = (values[1] ?? first) - first;
  if (values.length > 2 && step > 1 && values.every((value, i) => value === first + i * step)) {
    return last + step > high ? `${two(first)}/${step}` : `${two(first)}..${two(last)}/${step}`;
  }
  return runs(values, 2)
    .map(([from, to]) => (from === to ? two(from) : `${two(from)}..${two(to)}`))
    .join(",");
}

/** Neighbours joined to `[from, to]` when more than `least` apart; else each alone. */
function runs(values: readonly number[], least: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const value of values) {
    const last = found[found.length - 1];
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else found.push([value, value]);
  }
  return found.flatMap(([from, to]): [number, number][] =>
    to - from >= least || from === to
      ? [[from, to]]
      : Array.from({ length: to - from + 1 }, (_, i) => [from + i, from + i]),
  );
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
