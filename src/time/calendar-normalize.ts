import {
  type CalendarComponent,
  type CalendarSpec,
  type Chain,
  MAX_YEAR,
  MIN_YEAR,
} from "./calendar-spec.ts";

const ALL_WEEKDAYS = 127;

/** Brings an expression into systemd's normal form (`calendar_spec_normalize`). */
export function normalize(spec: CalendarSpec): CalendarSpec {
  return {
    ...spec,
    weekdays: spec.weekdays === ALL_WEEKDAYS ? 0 : spec.weekdays,
    endOfMonth: spec.endOfMonth && spec.day !== null,
    year: normalizeChain(spec.year?.map(fixYear) ?? null),
    month: normalizeChain(spec.month),
    day: normalizeChain(spec.day),
    hour: normalizeChain(spec.hour),
    minute: normalizeChain(spec.minute),
    microsecond: normalizeChain(spec.microsecond),
  };
}

/** Two-digit years: 0–69 are 2000–2069, 70–99 are 1970–1999. */
function fixYear(item: CalendarComponent): CalendarComponent {
  const full = (year: number): number => {
    if (year >= 0 && year < 70) return year + 2000;
    return year >= 70 && year < 100 ? year + 1900 : year;
  };
  return { ...item, start: full(item.start), stop: full(item.stop) };
}

function normalizeChain(chain: Chain): Chain {
  if (chain === null) return null;
  const items = chain.map(normalizeComponent).sort(compare);
  return items.filter((item, index) => {
    const before = items[index - 1];
    return before === undefined || compare(before, item) !== 0;
  });
}

function normalizeComponent({ start, stop, repeat }: CalendarComponent): CalendarComponent {
  const last = stop > start && repeat > 0 ? stop - ((stop - start) % repeat) : stop;
  const once = last === start || (last > start && repeat > 0 && start + repeat > last);
  return once ? { start, stop: -1, repeat: 0 } : { start, stop: last, repeat };
}

function compare(a: CalendarComponent, b: CalendarComponent): number {
  return a.start - b.start || a.stop - b.stop || a.repeat - b.repeat;
}

/** A value outside its field, for the message about it. */
export interface Misfit {
  readonly field: "year" | "month" | "day" | "hour" | "minute" | "second";
  readonly item: CalendarComponent;
  readonly reason: "value" | "range" | "step";
}

/** The first part of a normalized expression systemd refuses (`calendar_spec_valid`), or `null`. */
export function misfitOf(spec: CalendarSpec): Misfit | null {
  return (
    misfitIn("year", spec.year, MIN_YEAR, MAX_YEAR, false) ??
    misfitIn("month", spec.month, 1, 12, false) ??
    misfitIn("day", spec.day, 1, 31, spec.endOfMonth) ??
    misfitIn("hour", spec.hour, 0, 23, false) ??
    misfitIn("minute", spec.minute, 0, 59, false) ??
    misfitIn("second", spec.microsecond, 0, 59_999_999, false)
  );
}

function misfitIn(
  field: Misfit["field"],
  chain: Chain,
  from: number,
  to: number,
  fromEnd: boolean,
): Misfit | null {
  let limit = to;
  for (const item of chain ?? []) {
    // systemd lowers the limit once for every item of the list, not once for the list.
    if (fromEnd) limit -= 3;
    const reason = misfitReason(item, from, limit, fromEnd);
    if (reason !== null) return { field, item, reason };
  }
  return null;
}

function misfitReason(
  { start, stop, repeat }: CalendarComponent,
  from: number,
  to: number,
  fromEnd: boolean,
): Misfit["reason"] | null {
  if (start < from || start > to) return "value";
  if (repeat > to - from) return "step";
  if (stop >= 0) {
    if (stop < from || stop > to) return "value";
    return start + repeat > stop ? "range" : null;
  }
  if (fromEnd) return start - repeat < from ? "step" : null;
  return start + repeat > to ? "step" : null;
}
