import { match } from "./calendar-search.ts";
import { type CalendarSpec, type Chain, formatWeekdays, USEC_PER_SECOND, WEEKDAYS } from "./calendar-spec.ts";

/** A calendar expression in plain English. */
export interface CalendarDescription {
  /** `every day at 02:30`; without the zone. */
  readonly words: string;
  /** How often it elapses on a day it elapses at all. */
  readonly perMatchingDay: number;
  /** How often it elapses a day on average, clock changes and single years aside; an estimate. */
  readonly perDay: number;
  /** Minutes of the hour between elapses that keep to one hour, where they are uneven: 17, 17, 17, 9 for `*:0/17`. */
  readonly unevenMinutes: readonly number[] | null;
  /** systemd misses a value at a boundary: `*:0/17` never elapses at 00:00. */
  readonly oddity: string | null;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const FULL_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
const MONTH_LENGTHS = [31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
/** More clock times than this are told as hours and minutes apart. */
const MAX_LISTED = 6;

/** Says when an expression elapses in words, and about how often. */
export function describeCalendar(spec: CalendarSpec): CalendarDescription {
  const hours = values(spec.hour, 0, 23, 1);
  const minutes = values(spec.minute, 0, 59, 1);
  const seconds = values(spec.microsecond, 0, 60 * USEC_PER_SECOND - 1, USEC_PER_SECOND);
  const perMatchingDay = hours.length * minutes.length * secondCount(spec.microsecond);
  const date = dateWords(spec);
  const time = timeWords(spec, hours, minutes, seconds);
  const frequent = time.startsWith("every") || (hours.length === 24 && time.startsWith("at"));
  const everyDay = date === "every day";
  const words = frequent ? (everyDay ? time : `${time}, ${date}`) : `${date} ${time}`;
  return {
    words,
    perMatchingDay,
    perDay: perMatchingDay * dayShare(spec),
    unevenMinutes: hours.length === 24 ? uneven(minutes) : null,
    oddity: oddityOf(spec, hours, minutes),
  };
}

/** Allowed values of a field; for seconds, whole seconds in which something is allowed. */
function values(chain: Chain, low: number, high: number, unit: number): readonly number[] {
  const found: number[] = [];
  for (let value = low; value <= high; ) {
    const next = match(chain, value);
    if (next === null || next > high) break;
    const whole = Math.floor(next / unit);
    found.push(whole);
    value = (whole + 1) * unit;
  }
  return found;
}

/** How many microsecond values a minute allows, counted by item: overlaps of fractional items count twice at most. */
function secondCount(chain: Chain): number {
  const last = 60 * USEC_PER_SECOND - 1;
  if (chain === null) return 60;
  const whole = chain.every(
    (item) => item.start % USEC_PER_SECOND === 0 && item.repeat % USEC_PER_SECOND === 0,
  );
  if (whole) return values(chain, 0, last, USEC_PER_SECOND).length;
  return chain.reduce((sum, { start, stop, repeat }) => {
    const end = stop < 0 ? (repeat > 0 ? last : start) : stop;
    return sum + (repeat > 0 ? Math.floor((end - start) / repeat) : 0) + 1;
  }, 0);
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

function ordinal(value: number): string {
  const tens = value % 100;
  const suffix = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${suffix}`;
}

/** The step of values that fill their field evenly; `null` if they do not. */
function evenStep(list: readonly number[], size: number): number | null {
  const [first = 0, second] = list;
  if (second === undefined) return null;
  const step = second - first;
  const even = list.every((value, index) => value === first + index * step);
  return even && step * list.length === size ? step : null;
}

function timeWords(
  { microsecond }: CalendarSpec,
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): string {
  const fractional = (microsecond ?? []).some((item) => item.start % USEC_PER_SECOND > 0);
  const clock = hours.length * minutes.length * seconds.length;
  if (clock <= MAX_LISTED && !fractional) return `at ${enumerate(clockTimes(hours, minutes, seconds))}`;
  const onTheMinute = seconds.length === 1 && seconds[0] === 0 && !fractional;
  const span = hourSpan(hours);
  if (!onTheMinute) return `${secondWords(microsecond, minutes, seconds)}${span}`;
  if (minutes.length === 60) return `every minute${span}`;
  const step = evenStep(minutes, 60);
  if (step !== null && minutes[0] === 0) return `every ${step} minutes${span}`;
  const at = enumerate(minutes.map((minute) => `:${two(minute)}`));
  const shown = minutes.length > 12 ? `${minutes.length} times an hour` : `at ${at} of every hour`;
  if (hours.length === 24) return minutes.length === 1 && minutes[0] === 0 ? "every hour" : shown;
  const hourStep = evenStep(hours, 24);
  if (minutes.length === 1 && hourStep !== null) {
    const from = `${two(hours[0] ?? 0)}:${two(minutes[0] ?? 0)}`;
    return `every ${hourStep} hours from ${from}`;
  }
  if (minutes.length > 12) return shown + span;
  if (!span.startsWith(" from")) return `at ${at}${span.replace(" in ", " of ")}`;
  return minutes.length > 1
    ? `at ${at} of every hour${span}`
    : `every hour from ${two(hours[0] ?? 0)}${at} to ${two(hours.at(-1) ?? 0)}${at}`;
}

function clockTimes(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): readonly string[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) => `${two(hour)}:${two(minute)}${second === 0 ? "" : `:${two(second)}`}`),
    ),
  );
}

function secondWords(chain: Chain, minutes: readonly number[], seconds: readonly number[]): string {
  const minuteWords = minutes.length === 60 ? "every minute" : `${minutes.length} minutes of the hour`;
  if (secondCount(chain) > seconds.length) return `${secondCount(chain)} times in ${minuteWords}`;
  if (seconds.length === 60) return minutes.length === 60 ? "every second" : `every second in ${minuteWords}`;
  const step = evenStep(seconds, 60);
  if (step !== null && seconds[0] === 0 && minutes.length === 60) return `every ${step} seconds`;
  const many = seconds.length > 12;
  return many
    ? `${seconds.length} times in ${minuteWords}`
    : `at second ${enumerate(seconds.map(String))} of ${minuteWords}`;
}

/** ` from 09:00 to 17:59` and the like; empty for all hours. */
function hourSpan(hours: readonly number[]): string {
  if (hours.length === 24) return "";
  const first = hours[0] ?? 0;
  const last = hours.at(-1) ?? first;
  const run = last - first + 1 === hours.length;
  if (run && hours.length > 1) return ` from ${two(first)}:00 to ${two(last)}:59`;
  return ` in ${hours.length === 1 ? "hour" : "hours"} ${enumerate(hours.map(two))}`;
}

function dateWords(spec: CalendarSpec): string {
  const weekdays = spec.weekdays === 0 ? "" : weekdayWords(spec.weekdays);
  const days = dayWords(spec);
  const months = monthWords(spec.month);
  const years = yearWords(spec.year);
  if (days === "" && weekdays === "") return `every day${months === "" ? "" : ` in ${months}`}${years}`;
  if (days === "") return `every ${weekdays}${months === "" ? "" : ` in ${months}`}${years}`;
  const when = `on ${days} of ${months === "" ? "every month" : months}${years}`;
  return weekdays === "" ? when : `${when} if it is a ${weekdays}`;
}

function weekdayWords(bits: number): string {
  const days = FULL_DAYS.filter((_, day) => (bits & (1 << day)) !== 0);
  if (days.length <= 2) return enumerate(days).replace(" and ", " or ");
  const text = formatWeekdays(bits);
  const range = /^(\w{3})\.\.(\w{3})$/.exec(text);
  const full = (short = ""): string => FULL_DAYS[WEEKDAYS.indexOf(short)] ?? short;
  return range === null ? enumerate(days).replace(" and ", " or ") : `${full(range[1])} to ${full(range[2])}`;
}

function dayWords({ day, endOfMonth }: CalendarSpec): string {
  if (day === null) return "";
  if (endOfMonth) {
    const name = (value: number): string => (value === 1 ? "the last day" : `the ${ordinal(value)} last day`);
    const items = day.map(({ start, stop, repeat }) => {
      if (stop > 0) return `${name(start)} to ${name(stop)}${repeat > 1 ? `, each ${ordinal(repeat)}` : ""}`;
      return repeat > 0
        ? `every ${repeat === 1 ? "day" : `${ordinal(repeat)} day`} from ${name(start)}`
        : name(start);
    });
    return enumerate(items);
  }
  const days = values(day, 1, 31, 1);
  if (days.length === 31) return "";
  const first = days[0] ?? 1;
  const last = days.at(-1) ?? first;
  if (days.length > 2 && last - first + 1 === days.length) return `the ${ordinal(first)} to ${ordinal(last)}`;
  return `the ${enumerate(days.map(ordinal))}`;
}

function monthWords(chain: Chain): string {
  if (chain === null) return "";
  const months = values(chain, 1, 12, 1);
  if (months.length === 12) return "";
  const first = months[0] ?? 1;
  const last = months.at(-1) ?? first;
  const name = (month: number): string => MONTHS[month - 1] ?? "";
  if (months.length > 2 && last - first + 1 === months.length) return `${name(first)} to ${name(last)}`;
  return enumerate(months.map(name));
}

function yearWords(chain: Chain): string {
  if (chain === null) return "";
  const years = values(chain, 1970, 2199, 1);
  const first = years[0] ?? 1970;
  const last = years.at(-1) ?? first;
  if (years.length > 2 && last - first + 1 === years.length)
    return last === 2199 ? ` from ${first} on` : ` from ${first} to ${last}`;
  return years.length > MAX_LISTED
    ? ` in ${years.length} of the years from ${first} on`
    : ` ${enumerate(years.map(String))}`;
}

/** The part of all days that match, years aside. */
function dayShare(spec: CalendarSpec): number {
  const months = values(spec.month, 1, 12, 1);
  let days = 0;
  for (const month of months) {
    const length = MONTH_LENGTHS[month - 1] ?? 30;
    days += spec.endOfMonth ? endDays(spec.day) : values(spec.day, 1, Math.floor(length), 1).length;
    if (!spec.endOfMonth && month === 2 && match(spec.day, 29) === 29) days += length - 28;
  }
  const weekdays = FULL_DAYS.filter((_, day) => (spec.weekdays & (1 << day)) !== 0).length;
  return (days / 365.2425) * (spec.weekdays === 0 ? 1 : weekdays / 7);
}

function endDays(chain: Chain): number {
  const days = new Set<number>();
  for (const { start, stop, repeat } of chain ?? []) {
    days.add(start);
    if (repeat === 0) continue;
    const [from, to] = stop > 0 ? [start, stop] : [1, start];
    const anchor = stop > 0 ? stop : start;
    for (let day = anchor; day >= from; day -= repeat) if (day <= to || stop < 0) days.add(day);
  }
  return days.size;
}

/** Gaps between the minutes of an hour, around it, if they differ. */
function uneven(minutes: readonly number[]): readonly number[] | null {
  if (minutes.length < 2) return null;
  const gaps = minutes.map((minute, index) => (minutes[index + 1] ?? (minutes[0] ?? 0) + 60) - minute);
  return gaps.every((gap) => gap === gaps[0]) ? null : gaps;
}

/** Where an open step runs over its field and systemd so misses what it would start with. */
function oddityOf(spec: CalendarSpec, hours: readonly number[], minutes: readonly number[]): string | null {
  const missed = (chain: Chain, size: number, all: readonly number[]): readonly number[] => {
    const over = match(chain, (all.at(-1) ?? 0) + 1);
    return over === null || over < size ? [] : all.filter((value) => value < over - size);
  };
  const lostMinutes = missed(spec.minute, 60, minutes);
  if (lostMinutes.length > 0 && hours.at(-1) === 23 && hours[0] === 0)
    return `systemd's search runs past midnight and misses ${enumerate(lostMinutes.map((minute) => `00:${two(minute)}`))}`;
  const lostHours = missed(spec.hour, 24, hours);
  if (lostHours.length > 0)
    return `systemd's search runs past the end of a month and misses hour ${enumerate(lostHours.map(two))} of the first`;
  return null;
}

/** Why an expression never elapses, as far as its own words tell; `null` when they do not. */
export function neverReason(spec: CalendarSpec, afterYear: number): string | null {
  const years = values(spec.year, 1970, 2199, 1);
  const lastYear = years.at(-1) ?? 2199;
  if (lastYear < afterYear) return `${lastYear} is over`;
  if (spec.day !== null && !spec.endOfMonth) {
    const months = values(spec.month, 1, 12, 1);
    const first = values(spec.day, 1, 31, 1)[0] ?? 1;
    const longest = Math.max(...months.map((month) => Math.ceil(MONTH_LENGTHS[month - 1] ?? 31)));
    if (first > longest && months.length === 1)
      return `${MONTHS[(months[0] ?? 1) - 1]} has no ${ordinal(first)} day`;
    if (first > longest) return `none of its months has a ${ordinal(first)} day`;
  }
  if (spec.dst >= 0 && !spec.utc)
    return `“${spec.abbreviation}” names ${spec.dst === 1 ? "only daylight saving" : "only standard"} time, and the search ends where the other begins`;
  if (years.length === 1) return `it matches nothing more in ${lastYear}`;
  return null;
}
