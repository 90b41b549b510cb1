import { nearest } from "../nearest.ts";
import { type Parsed, parsed, problem } from "../parsed.ts";
import {
  USEC_INFINITY,
  USEC_PER_DAY,
  USEC_PER_HOUR,
  USEC_PER_MINUTE,
  USEC_PER_MONTH,
  USEC_PER_MSEC,
  USEC_PER_SEC,
  USEC_PER_WEEK,
  USEC_PER_YEAR,
} from "./usec.ts";

/** Units in the order systemd tries them as prefixes (`extract_multiplier` in `time-util.c`). */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["seconds", USEC_PER_SEC],
  ["second", USEC_PER_SEC],
  ["sec", USEC_PER_SEC],
  ["s", USEC_PER_SEC],
  ["minutes", USEC_PER_MINUTE],
  ["minute", USEC_PER_MINUTE],
  ["min", USEC_PER_MINUTE],
  ["months", USEC_PER_MONTH],
  ["month", USEC_PER_MONTH],
  ["M", USEC_PER_MONTH],
  ["msec", USEC_PER_MSEC],
  ["ms", USEC_PER_MSEC],
  ["m", USEC_PER_MINUTE],
  ["hours", USEC_PER_HOUR],
  ["hour", USEC_PER_HOUR],
  ["hr", USEC_PER_HOUR],
  ["h", USEC_PER_HOUR],
  ["days", USEC_PER_DAY],
  ["day", USEC_PER_DAY],
  ["d", USEC_PER_DAY],
  ["weeks", USEC_PER_WEEK],
  ["week", USEC_PER_WEEK],
  ["w", USEC_PER_WEEK],
  ["years", USEC_PER_YEAR],
  ["year", USEC_PER_YEAR],
  ["y", USEC_PER_YEAR],
  ["usec", 1n],
  ["us", 1n],
  ["μs", 1n],
  ["µs", 1n],
]);

const LONG_MAX = 2n ** 63n - 1n;
const NUMBER = /\+?\d+|(?=\.)/y;
const BLANKS = /[ \t\n\r]*/y;
const DIGITS = /\d*/y;
const WORD = /[\p{L}]+/uy;

/** Where a sticky expression that always matches ends. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function unitAt(text: string, at: number): readonly [bigint, number] | null {
  for (const [name, usec] of UNITS) if (text.startsWith(name, at)) return [usec, at + name.length];
  return null;
}

const range = (at: number, length: number): ReturnType<typeof problem> =>
  problem("ERANGE", "the time span is longer than systemd can hold", at, Math.max(1, length));

/**
 * Reads a time span such as `1h 30min` into microseconds; a number without unit counts in `defaultUnit`
 * (systemd's `parse_time`). `infinity` is `USEC_INFINITY`. Negative and overlong spans are ERANGE, the rest EINVAL.
 */
export function parseTimespan(text: string, defaultUnit: bigint = USEC_PER_SEC): Parsed<bigint> {
  let at = skip(BLANKS, text, 0);
  if (text.startsWith("infinity", at)) {
    const end = skip(BLANKS, text, at + 8);
    return end === text.length
      ? parsed(USEC_INFINITY)
      : problem("EINVAL", "nothing may follow “infinity”", end, text.length - end, "infinity");
  }
  if (at === text.length) return problem("EINVAL", "the time span is empty", 0, 1);
  let total = 0n;
  while (at < text.length) {
    const part = parsePart(text, at, defaultUnit, total);
    if ("ok" in part) return part;
    total = part.total;
    at = skip(BLANKS, text, part.end);
  }
  return parsed(total);
}

/** One `number unit` of a span, added to `sum`. */
function parsePart(
  text: string,
  at: number,
  defaultUnit: bigint,
  sum: bigint,
): { readonly total: bigint; readonly end: number } | ReturnType<typeof problem> {
  if (text[at] === "-") return problem("ERANGE", "a time span cannot be negative", at);
  const whole = skip(NUMBER, text, at);
  if (whole === at && text[at] !== ".") return notANumber(text, at);
  const digits = text.slice(at, whole).replace("+", "");
  // Nineteen significant digits always fit; more never do, and the number is not worth building.
  if (digits.replace(/^0+/, "").length > 19) return range(at, whole - at);
  const number = BigInt(digits === "" ? "0" : digits);
  if (number > LONG_MAX) return range(at, whole - at);
  const fraction = text[whole] === "." ? skip(DIGITS, text, whole + 1) : whole;
  if (fraction === whole + 1) return problem("EINVAL", "digits must follow the decimal point", whole);
  const unitStart = skip(BLANKS, text, fraction);
  const unit = unitAt(text, unitStart);
  if (unit === null && unitStart === fraction && fraction < text.length) return unknownUnit(text, unitStart);
  const [multiplier, end] = unit ?? [defaultUnit, unitStart];
  if (number >= USEC_INFINITY / multiplier) return range(at, end - at);
  let total = sum + number * multiplier;
  let place = multiplier / 10n;
  for (let digit = whole + 1; digit < fraction && place > 0n; digit++, place /= 10n)
    total += BigInt(text[digit] ?? "0") * place;
  return total >= USEC_INFINITY ? range(at, end - at) : { total, end };
}

function notANumber(text: string, at: number): ReturnType<typeof problem> {
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) return problem("EINVAL", "a number is expected here", at);
  return at === skip(BLANKS, text, 0)
    ? problem("EINVAL", `“${word}” is no number; a time span starts with one`, at, word.length)
    : unknownUnit(text, at);
}

function unknownUnit(text: string, at: number): ReturnType<typeof problem> {
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) return problem("EINVAL", "a unit of time or a blank is expected here", at);
  const near = nearestUnit(word);
  const fixed = near === null ? undefined : text.slice(0, at) + near + text.slice(at + word.length);
  return problem("EINVAL", `“${word}” is no unit of time`, at, word.length, fixed);
}

/** The unit an author most likely meant. Units are case-sensitive, so `H` and `Month` are common slips. */
function nearestUnit(word: string): string | null {
  const lower = word.toLowerCase();
  if (UNITS.has(lower)) return lower;
  if (lower.endsWith("s") && UNITS.has(lower.slice(0, -1))) return lower.slice(0, -1);
  return word.length > 2 && word.length < 20 ? nearest(word, UNITS.keys()) : null;
}
