import { match } from "./calendar-search.ts";
import type { CalendarSpec, Chain } from "./calendar-spec.ts";
import { MAX_YEAR, MIN_YEAR, USEC_PER_SECOND } from "./calendar-spec.ts";

/** No allowed value from here on. */
export const NONE = -1;

const LAST_USEC = 60 * USEC_PER_SECOND - 1;

/**
 * An expression as tables of "the next allowed value from here on", so that a search is a handful of look-ups.
 *
 * The `overflows…` flags mark lists whose open end steps into the next bigger unit on a value that hides earlier
 * ones (`*:0/17` reaches minute 68, which systemd reads as 00:08 of the next day and so misses 00:00): the tables do
 * not know that, the exact search does.
 */
export interface CalendarTables {
  /** By year − 1970, one entry more than there are years. */
  readonly years: Int16Array;
  /** By month, 1–13. */
  readonly months: Int8Array;
  /** By length of the month − 28: bit d for day d. */
  readonly days: Int32Array;
  /** By weekday of the month's first day: bit d for day d. */
  readonly weekdays: Int32Array;
  /** By hour, 0–24. */
  readonly hours: Int8Array;
  /** By minute, 0–60. */
  readonly minutes: Int8Array;
  /** By second, 0–60; `null` where fractions matter. */
  readonly seconds: Int8Array | null;
  /** The next allowed microsecond of the minute, or −1. */
  microsecond(from: number): number;
  readonly firstSecondOfDay: number;
  readonly firstFraction: number;
  /** Months step past December onto another than January. */
  readonly monthsOverflow: boolean;
  /** Days step past the month's end: how far depends on the month. */
  readonly daysOverflow: boolean;
  /** A step of hours, minutes or seconds passes the end of its field onto another value than the least. */
  readonly timesOverflow: boolean;
  /** Days that not every month has are asked for. */
  readonly daysBeyond28: boolean;
  readonly overflowsMonth: boolean;
  readonly overflowsDay: boolean;
  readonly overflowsHour: boolean;
}

/** Makes the tables of an expression. */
export function tablesOf(spec: CalendarSpec): CalendarTables {
  const hours = nextTable(spec.hour, 0, 23);
  const minutes = nextTable(spec.minute, 0, 59);
  const micro = (from: number): number => bounded(match(spec.microsecond, from), LAST_USEC);
  const firstMicro = micro(0);
  const firstOfMinute = Math.floor(firstMicro / USEC_PER_SECOND);
  const whole = (spec.microsecond ?? []).every(
    ({ start, stop, repeat }) =>
      start % USEC_PER_SECOND === 0 &&
      repeat % USEC_PER_SECOND === 0 &&
      (stop < 0 || stop % USEC_PER_SECOND === 0),
  );
  const daysOverflow = (spec.day ?? []).some(({ stop, repeat }) => stop < 0 && repeat > 0);
  const firstHour = hours[0] ?? NONE;
  const firstMinute = minutes[0] ?? NONE;
  return {
    years: nextTable(spec.year, MIN_YEAR, MAX_YEAR, true),
    months: Int8Array.from(nextTable(spec.month, 1, 12, false, 1)),
    days: dayMasks(spec),
    weekdays: weekdayMasks(spec.weekdays),
    hours: Int8Array.from(hours),
    minutes: Int8Array.from(minutes),
    seconds: whole ? Int8Array.from(secondTable(spec.microsecond)) : null,
    microsecond: micro,
    firstSecondOfDay: firstHour * 3600 + firstMinute * 60 + firstOfMinute,
    firstFraction: firstMicro - firstOfMinute * USEC_PER_SECOND,
    monthsOverflow: (spec.month ?? []).some(
      ({ start, stop, repeat }) => stop < 0 && repeat > 0 && (13 - start) % repeat > 0,
    ),
    daysOverflow,
    timesOverflow:
      stepsOver(spec.hour, 24) ||
      stepsOver(spec.minute, 60) ||
      stepsOver(spec.microsecond, 60 * USEC_PER_SECOND),
    daysBeyond28: !spec.endOfMonth && match(spec.day ?? [], 29) !== null,
    overflowsMonth: overflows(spec.hour, 24),
    overflowsDay: (hours[23] ?? NONE) === 23 && overflows(spec.minute, 60),
    overflowsHour: (minutes[59] ?? NONE) === 59 && overflows(spec.microsecond, 60 * USEC_PER_SECOND),
  };
}

const bounded = (value: number | null, last: number): number =>
  value === null || value > last ? NONE : value;

/** Next allowed value for each value from `low` to one past `high`, at index value − low (or value, if `base`). */
function nextTable(chain: Chain, low: number, high: number, byOffset = false, base = 0): Int16Array {
  const table = new Int16Array(high - low + 2 + base).fill(NONE);
  for (let value = low; value <= high; value++)
    table[byOffset ? value - low : value - low + base] = bounded(match(chain, value), high);
  return table;
}

function secondTable(chain: Chain): Int16Array {
  const table = new Int16Array(61).fill(NONE);
  for (let second = 0; second < 60; second++) {
    const value = bounded(match(chain, second * USEC_PER_SECOND), LAST_USEC);
    table[second] = value < 0 ? NONE : value / USEC_PER_SECOND;
  }
  return table;
}

/** Does an open end step over the end of its field onto another value than 0? */
function stepsOver(chain: Chain, size: number): boolean {
  return (chain ?? []).some(
    ({ start, stop, repeat }) => stop < 0 && repeat > 0 && (size - start) % repeat > 0,
  );
}

/** Does an open end step over the end of its field onto a value that is not the least? */
function overflows(chain: Chain, size: number): boolean {
  if (chain === null) return false;
  const first = match(chain, 0) ?? 0;
  return chain.some(({ start, stop, repeat }) => {
    if (stop >= 0 || repeat <= 0) return false;
    const over = start + repeat * Math.ceil((size - start) / repeat);
    return over - size > first;
  });
}

function dayMasks(spec: CalendarSpec): Int32Array {
  const masks = new Int32Array(4);
  for (let length = 28; length <= 31; length++) {
    const chain = spec.endOfMonth ? turned(spec.day, length) : spec.day;
    let mask = 0;
    for (let day = 1; day <= length; day++) if (match(chain, day) === day) mask |= 1 << day;
    masks[length - 28] = mask;
  }
  return masks;
}

/** Days counted from the end of a month of this length, counted from its start (`find_end_of_month`). */
function turned(chain: Chain, length: number): Chain {
  const fromEnd = (day: number): number => (day >= 1 && day <= length ? length + 1 - day : -1);
  return (chain ?? []).map(({ start, stop, repeat }) => {
    const from = fromEnd(start);
    const to = fromEnd(stop);
    return to > 0 ? { start: to, stop: from, repeat } : { start: from, stop: to, repeat };
  });
}

function weekdayMasks(bits: number): Int32Array {
  const masks = new Int32Array(7);
  for (let first = 0; first < 7; first++) {
    let mask = 0;
    for (let day = 1; day <= 31; day++)
      if (bits === 0 || (bits & (1 << ((first + day - 1) % 7))) !== 0) mask |= 1 << day;
    masks[first] = mask;
  }
  return masks;
}
