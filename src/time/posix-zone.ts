import { daysFromCivil, isLeapYear, monthLength, SECONDS_PER_DAY, weekdayOf } from "./civil.ts";

/** One half of a POSIX TZ string. */
interface Half {
  readonly abbreviation: string;
  /** Seconds east of Greenwich. */
  readonly offset: number;
}

type DayRule =
  | { readonly kind: "julian"; readonly day: number }
  | { readonly kind: "ordinal"; readonly day: number }
  | { readonly kind: "month"; readonly month: number; readonly week: number; readonly weekday: number };

interface Change {
  readonly day: DayRule;
  /** Seconds after local midnight; from −167 to 167 hours. */
  readonly time: number;
}

/** The rule in a TZif footer, such as `CET-1CEST,M3.5.0,M10.5.0/3` (tzset(3), RFC 8536 §3.3). */
export interface PosixRule {
  readonly standard: Half;
  readonly daylight: (Half & { readonly starts: Change; readonly ends: Change }) | null;
}

const NAME = /([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)/y;
const OFFSET = /([+-]?)(\d{1,3})(?::(\d{1,2})(?::(\d{1,2}))?)?/y;
const DAY = /,(?:J(\d{1,3})|M(\d{1,2})\.(\d)\.(\d)|(\d{1,3}))(\/)?/y;
const HALF_LIMIT = 32;

/** Reads a POSIX TZ string; `null` for anything that is none. */
export function parsePosixRule(text: string): PosixRule | null {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const name = (): string | null => {
    const found = take(NAME)?.[1]?.replace(/[<>]/g, "");
    return found === undefined || found.length > HALF_LIMIT ? null : found;
  };
  const seconds = (): number | null => {
    const match = take(OFFSET);
    if (match === null) return null;
    const [, sign, hours = "0", minutes = "0", rest = "0"] = match;
    const amount = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
    return sign === "-" ? -amount : amount;
  };
  const change = (): Change | null => {
    const match = take(DAY);
    const day = match === null ? null : dayRule(match);
    if (match === null || day === null) return null;
    const time = match[6] === undefined ? 7200 : seconds();
    return time === null || Math.abs(time) > 167 * 3600 ? null : { day, time };
  };

  const standardName = name();
  const west = standardName === null ? null : seconds();
  if (standardName === null || west === null || Math.abs(west) > 24 * 3600) return null;
  const standard = { abbreviation: standardName, offset: -west || 0 };
  if (at === text.length) return { standard, daylight: null };
  const abbreviation = name();
  if (abbreviation === null) return null;
  const own = at < text.length && text[at] !== "," ? seconds() : west - 3600;
  if (own === null || Math.abs(own) > 25 * 3600) return null;
  const starts = change();
  const ends = change();
  if (starts === null || ends === null || at !== text.length) return null;
  return { standard, daylight: { abbreviation, offset: -own || 0, starts, ends } };
}

function dayRule(match: RegExpExecArray): DayRule | null {
  const [, julian, month, week, weekday, ordinal] = match;
  if (julian !== undefined) return within(Number(julian), 1, 365, (day) => ({ kind: "julian", day }));
  if (ordinal !== undefined) return within(Number(ordinal), 0, 365, (day) => ({ kind: "ordinal", day }));
  const rule = { kind: "month", month: Number(month), week: Number(week), weekday: Number(weekday) } as const;
  const valid = rule.month >= 1 && rule.month <= 12 && rule.week >= 1 && rule.week <= 5 && rule.weekday <= 6;
  return valid ? rule : null;
}

function within(day: number, low: number, high: number, make: (day: number) => DayRule): DayRule | null {
  return day >= low && day <= high ? make(day) : null;
}

/** The day since 1970 a rule names in a year. */
function dayOf(rule: DayRule, year: number): number {
  const first = daysFromCivil(year, 1, 1);
  if (rule.kind === "ordinal") return first + rule.day;
  if (rule.kind === "julian") return first + rule.day - 1 + (isLeapYear(year) && rule.day >= 60 ? 1 : 0);
  const monthStart = daysFromCivil(year, rule.month, 1);
  const sundayBased = (weekdayOf(monthStart) + 1) % 7;
  const length = monthLength(year, rule.month);
  let offset = ((rule.weekday - sundayBased + 7) % 7) + (rule.week - 1) * 7;
  while (offset >= length) offset -= 7;
  return monthStart + offset;
}

/**
 * The instants of a year at which daylight saving time starts and ends. The year is that of UTC and an instant is
 * judged by the changes of its own UTC year only, as glibc does (`__tz_compute`).
 */
export function changesOf(
  rule: PosixRule,
  year: number,
): { readonly starts: number; readonly ends: number } | null {
  if (rule.daylight === null) return null;
  const { starts, ends, offset } = rule.daylight;
  return {
    starts: dayOf(starts.day, year) * SECONDS_PER_DAY + starts.time - rule.standard.offset,
    ends: dayOf(ends.day, year) * SECONDS_PER_DAY + ends.time - offset,
  };
}
