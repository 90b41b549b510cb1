import { type Parsed, parsed, problem } from "../parsed.ts";
import { WEEKDAYS } from "./calendar-spec.ts";
import { SECONDS_PER_DAY, wallSeconds, weekdayOf } from "./civil.ts";
import { parseTimespan } from "./timespan.ts";
import { type BrokenDownTime, WallClock } from "./wall-clock.ts";
import { type TimeZone, UTC, type Zones } from "./zone.ts";

/** `USEC_TIMESTAMP_FORMATTABLE_MAX`: the end of 9999. */
const LAST_USEC = 253_402_214_400e6;
const FULL_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)$/;
const DATE = String.raw`(\d{4}|\d{2})-(\d{1,2})-(\d{1,2})`;
const TIME = String.raw`(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?`;
const DATE_TIME = new RegExp(`^(?:${DATE})?(?:(?:^| +)${TIME})?$`);

interface Suffixed {
  readonly body: string;
  readonly zone: TimeZone;
  readonly dst: -1 | 0 | 1;
}

/**
 * Reads a timestamp as systemd does (`parse_timestamp`, systemd.time(7)): `2027-03-26 12:00`, an optional weekday
 * before and a zone behind, `now`, `today`, `yesterday`, `tomorrow`, `+5min`, `-5s`, `2 days ago`, `5min left`,
 * `@1700000000`. RFC 3339 with `Z` or an offset is taken too. The result is microseconds since 1970; relative forms
 * count from `nowUsec`. A zone's name behind a date is taken too, as systemd.time(7) promises (252.38 refuses it).
 * Everything refused is EINVAL, as in systemd.
 */
export function parseTimestamp(text: string, nowUsec: number, zones: Zones): Parsed<number> {
  const usec = rfc3339(text) ?? relative(text, nowUsec) ?? calendarDate(suffixed(text, zones), nowUsec);
  if (usec === null)
    return problem("EINVAL", "not a timestamp such as “2027-03-26 12:00” or “now”", 0, text.length);
  if (!(usec >= 0 && usec <= LAST_USEC))
    return problem("EINVAL", "the timestamp lies before 1970 or after 9999", 0, text.length);
  return parsed(usec);
}

/** `null` when the text is of another form; NaN when it is of this one but wrong. */
type Outcome = number | null;

function rfc3339(text: string): Outcome {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "", zone = "Z"] = match;
  const wall = { year, month, day, hour, minute, second };
  const fields = numbers(wall);
  if (!isPlausible(fields)) return Number.NaN;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.replace(/[^\d]/g, "").padEnd(4, "0");
  const offset = sign * (Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60);
  return (wallSeconds(fields) - offset) * 1e6 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

function relative(text: string, nowUsec: number): Outcome {
  const span = (part: string, sign: 1 | -1): number => {
    const value = parseTimespan(part);
    return value.ok ? nowUsec + sign * Number(value.value) : Number.NaN;
  };
  if (text === "now") return nowUsec;
  if (text.startsWith("+")) return span(text.slice(1), 1);
  if (text.startsWith("-")) return span(text.slice(1), -1);
  if (text.endsWith(" ago")) return span(text.slice(0, -4), -1);
  if (text.endsWith(" left")) return span(text.slice(0, -5), 1);
  if (!text.startsWith("@")) return null;
  const value = parseTimespan(text.slice(1));
  return value.ok ? Number(value.value) : Number.NaN;
}

/** Takes UTC, a zone's name or a local abbreviation off the end. */
function suffixed(text: string, zones: Zones): Suffixed {
  const own = { body: text, zone: zones.local, dst: -1 } as const;
  const blank = text.lastIndexOf(" ");
  if (blank < 0) return own;
  const body = text.slice(0, blank);
  const word = text.slice(blank + 1);
  const small = word.toLowerCase();
  if (small === "utc") return { body, zone: UTC, dst: -1 };
  const zone = zones.zone(word);
  if (zone !== null) return { body, zone, dst: -1 };
  if (small === zones.local.standardName.toLowerCase()) return { ...own, body, dst: 0 };
  return small === zones.local.daylightName.toLowerCase() ? { ...own, body, dst: 1 } : own;
}

function calendarDate({ body, zone, dst }: Suffixed, nowUsec: number): Outcome {
  const clock = new WallClock(zone);
  const today = clock.read(Math.floor(nowUsec / 1e6));
  const days = new Map([
    ["yesterday", -1],
    ["today", 0],
    ["tomorrow", 1],
  ]).get(body);
  const midnight = { ...today, hour: 0, minute: 0, second: 0, dst };
  if (days !== undefined) return toUsec(clock, { ...midnight, day: today.day + days }, 0);
  const [weekday, rest] = leadingWeekday(body);
  const match = rest === "" ? null : DATE_TIME.exec(rest);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = ""] = match;
  const date = year === undefined ? today : numbers({ year: fullYear(year), month, day });
  const time = hour === undefined ? midnight : numbers({ hour, minute, second });
  const fields = {
    year: date.year,
    month: date.month,
    day: date.day,
    hour: time.hour,
    minute: time.minute,
    second: time.second,
    dst,
  };
  if (!isPlausible(fields)) return null;
  const shown = weekdayOf(Math.floor(wallSeconds(fields) / SECONDS_PER_DAY));
  if (weekday !== null && weekday !== shown) return null;
  return toUsec(clock, fields, microseconds(fraction));
}

function toUsec(clock: WallClock, fields: BrokenDownTime, fraction: number): number {
  const seconds = clock.convert(fields);
  return seconds === null ? Number.NaN : seconds * 1e6 + fraction;
}

/** Two digits as `strptime` reads `%y`: 69–99 are 1969–1999. */
function fullYear(text: string): string {
  if (text.length > 2) return text;
  return String(Number(text) + (Number(text) >= 69 ? 1900 : 2000));
}

/** Six digits, rounded half up by the seventh. */
function microseconds(digits: string): number {
  const value = Number(digits.slice(0, 6).padEnd(6, "0"));
  return Number(digits[6] ?? "0") >= 5 ? value + 1 : value;
}

function leadingWeekday(text: string): readonly [number | null, string] {
  const small = text.toLowerCase();
  for (const [index, full] of FULL_WEEKDAYS.entries())
    for (const name of [full, (WEEKDAYS[index] ?? "").toLowerCase()])
      if (small.startsWith(`${name} `)) return [index, text.slice(name.length + 1)];
  return [null, text];
}

type Texts = Partial<Record<keyof BrokenDownTime, string | undefined>>;

function numbers(texts: Texts): BrokenDownTime {
  const { year = "0", month = "1", day = "1", hour = "0", minute = "0", second = "0" } = texts;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    dst: -1,
  };
}

/** The bounds of `strptime`; a 31st of February passes and is carried over. */
function isPlausible({ month, day, hour, minute, second }: BrokenDownTime): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 61;
}
