import { type Parsed, parsed, problem } from "../parsed.ts";
import { hintFor } from "./calendar-hints.ts";
import { type Misfit, misfitOf, normalize } from "./calendar-normalize.ts";
import {
  type CalendarComponent,
  type CalendarSpec,
  type Chain,
  USEC_PER_SECOND,
  WEEKDAYS,
} from "./calendar-spec.ts";
import { wallTime } from "./civil.ts";
import {
  calendarNegativeEpochRange,
  DEFAULT_SYSTEMD_VERSION,
  type SystemdVersion,
} from "./systemd-version.ts";
import type { Zones } from "./zone.ts";

/** `CALENDARSPEC_COMPONENTS_MAX`: one list may nest this deep, so it may hold one item more. */
const MAX_COMPONENTS = 241;
const INT_MAX = 2_147_483_647;
const ULONG_MAX = 2n ** 64n - 1n;
/** The last second whose year fits an `int` (`gmtime_r`). */
const LAST_GMTIME = 67_768_036_191_676_799n;
const FULL_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** systemd's words for whole expressions (`calendar_spec_from_string`), with what they stand for. */
export const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ["minutely", "*-*-* *:*:00"],
  ["hourly", "*-*-* *:00:00"],
  ["daily", "*-*-* 00:00:00"],
  ["weekly", "Mon *-*-* 00:00:00"],
  ["monthly", "*-*-01 00:00:00"],
  ["quarterly", "*-01,04,07,10-01 00:00:00"],
  ["semiannually", "*-01,07-01 00:00:00"],
  ["semi-annually", "*-01,07-01 00:00:00"],
  ["biannually", "*-01,07-01 00:00:00"],
  ["bi-annually", "*-01,07-01 00:00:00"],
  ["yearly", "*-01-01 00:00:00"],
  ["annually", "*-01-01 00:00:00"],
  ["anually", "*-01-01 00:00:00"],
]);

/** Raised inside the parser only; every way out turns it into a problem. */
class Refusal extends Error {
  readonly code: string;
  readonly at: number;
  readonly length: number;
  constructor(code: string, message: string, at: number, length = 1) {
    super(message);
    this.code = code;
    this.at = at;
    this.length = length;
  }
}

/**
 * Reads a calendar expression as systemd does (`calendar_spec_from_string`), normalized and checked. What is valid
 * depends on the machine: zone names and the local zone's abbreviations come from `zones`. The problem of a refused
 * text has systemd's errno, says where and why, and suggests what would be accepted where that can be told.
 */
export function parseCalendar(
  text: string,
  zones: Zones,
  version: SystemdVersion = DEFAULT_SYSTEMD_VERSION,
): Parsed<CalendarSpec> {
  const strict = parseStrict(text, zones, version);
  if (strict.ok) return strict;
  const accepts = (candidate: string): boolean => parseStrict(candidate, zones, version).ok;
  const hint = hintFor(text, zones, accepts);
  if (hint === null) return strict;
  return problem(strict.problem.code, hint.message, hint.at, hint.length, hint.suggestion);
}

function parseStrict(text: string, zones: Zones, version: SystemdVersion): Parsed<CalendarSpec> {
  try {
    return parsed(new CalendarParser(text, zones, version).parse());
  } catch (error) {
    if (error instanceof Refusal) return problem(error.code, error.message, error.at, error.length);
    throw error;
  }
}

interface Suffix {
  readonly end: number;
  readonly utc: boolean;
  readonly timeZone: string | null;
  readonly dst: -1 | 0 | 1;
  readonly abbreviation: string | null;
}

const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const isDigit = (letter: string | undefined): boolean =>
  letter !== undefined && letter >= "0" && letter <= "9";

class CalendarParser {
  readonly #text: string;
  readonly #zones: Zones;
  readonly #version: SystemdVersion;
  #end: number;
  #at = 0;

  constructor(text: string, zones: Zones, version: SystemdVersion) {
    // C strings end at the first NUL.
    this.#text = text;
    this.#zones = zones;
    this.#version = version;
    const nul = text.indexOf("\0");
    this.#end = nul < 0 ? text.length : nul;
  }

  parse(): CalendarSpec {
    const suffix = this.#suffix();
    this.#end = suffix.end;
    if (this.#end === 0) this.#refuse("the expression is empty", 0);
    const shorthand = SHORTHANDS.get(lower(this.#text.slice(0, this.#end)));
    const base: CalendarSpec = {
      weekdays: 0,
      year: null,
      month: null,
      day: null,
      endOfMonth: false,
      hour: null,
      minute: null,
      microsecond: null,
      utc: suffix.utc,
      timeZone: suffix.timeZone,
      dst: suffix.dst,
      abbreviation: suffix.abbreviation,
    };
    const bodyEnd = this.#end;
    const spec = shorthand === undefined ? this.#body(base) : this.#expand(shorthand, base);
    const normal = normalize(spec);
    const misfit = misfitOf(normal);
    if (misfit !== null) this.#refuseMisfit(misfit, bodyEnd);
    return normal;
  }

  /** What stands behind the last blank, if it is UTC, a local abbreviation or a zone. */
  #suffix(): Suffix {
    const text = this.#text.slice(0, this.#end);
    const small = lower(text);
    const none = { end: text.length, utc: false, timeZone: null, dst: -1, abbreviation: null } as const;
    if (small.endsWith(" utc")) return { ...none, end: text.length - 4, utc: true };
    const { standardName, daylightName } = this.#zones.local;
    for (const [dst, name] of [
      [0, standardName],
      [1, daylightName],
    ] as const)
      if (name !== "" && small.endsWith(` ${lower(name)}`))
        return { ...none, end: text.length - name.length - 1, dst, abbreviation: name };
    const blank = text.lastIndexOf(" ");
    const name = text.slice(blank + 1);
    return blank >= 0 && this.#zones.zone(name) !== null ? { ...none, end: blank, timeZone: name } : none;
  }

  #expand(shorthand: string, base: CalendarSpec): CalendarSpec {
    const inner = new CalendarParser(shorthand, this.#zones, this.#version);
    return inner.#body(base);
  }

  #body(base: CalendarSpec): CalendarSpec {
    const weekdays = this.#weekdays();
    const date = this.#date();
    const time = date.finished ? {} : this.#time();
    if (this.#at < this.#end) this.#refuse("nothing more is expected here", this.#at, this.#end - this.#at);
    return { ...base, weekdays, ...date.fields, ...time };
  }

  #weekdays(): number {
    let bits = 0;
    let from = -1;
    const begin = this.#at;
    for (;;) {
      const start = this.#at;
      const found = this.#weekday();
      if (found === null) {
        if (start === begin) return 0;
        return this.#refuse("a day of the week is expected here", start);
      }
      bits |= 1 << found;
      if (from >= 0) {
        if (from > found)
          this.#refuse("a range of weekdays cannot wrap around the week", start, this.#at - start);
        for (let day = from + 1; day < found; day++) bits |= 1 << day;
      }
      const next = this.#peek();
      if (next === "" || next === " ") break;
      if (next !== ",") {
        if (from >= 0) this.#refuse("a range has one end only", this.#at);
        if (next === "." && this.#peek(1) !== ".") this.#refuse("a range is written with two dots", this.#at);
        from = found;
        this.#at += next === "." ? 2 : 1;
      } else {
        from = -1;
        this.#at++;
      }
      if (this.#peek() === "" || this.#peek() === " ") {
        if (from >= 0) this.#refuse("the range of weekdays has no end", this.#at);
        break;
      }
    }
    while (this.#peek() === " ") this.#at++;
    return bits;
  }

  /** Steps over a day's name, full or short, and gives its number; `null` if there is none. */
  #weekday(): number | null {
    const rest = lower(this.#text.slice(this.#at, Math.min(this.#end, this.#at + 10)));
    for (const [day, full] of FULL_WEEKDAYS.entries()) {
      const short = lower(WEEKDAYS[day] ?? "");
      const name = rest.startsWith(full) ? full : short;
      if (!rest.startsWith(name)) continue;
      const next = this.#peek(name.length);
      if (!["", " ", ",", "-", "."].includes(next))
        this.#refuse(
          `“${this.#wordAt(this.#at)}” is no day of the week`,
          this.#at,
          this.#wordAt(this.#at).length,
        );
      this.#at += name.length;
      return day;
    }
    return null;
  }

  #date(): { readonly finished: boolean; readonly fields: Partial<CalendarSpec> } {
    const none = { finished: false, fields: {} };
    if (this.#at === this.#end) return none;
    if (this.#peek() === "@") return { finished: true, fields: this.#epoch() };
    const start = this.#at;
    const first = this.#chain(1);
    if (this.#peek() === "" || this.#peek() === ":") {
      this.#at = start;
      return none;
    }
    const lastDays = this.#dash("“-” or “:” is expected here: a date is YEAR-MONTH-DAY, a time HOUR:MINUTE");
    const second = this.#chain(1);
    if (this.#endOfDate())
      return { finished: false, fields: { month: first, day: second, endOfMonth: lastDays } };
    if (lastDays) this.#refuse("“~” stands only before the day", this.#at);
    const endOfMonth = this.#dash("“-” or a blank is expected here");
    const day = this.#chain(1);
    if (!this.#endOfDate()) this.#refuse("a blank is expected between date and time", this.#at);
    return { finished: false, fields: { year: first, month: second, day, endOfMonth } };
  }

  /** `-`, or `~` which makes what follows count from the month's end. */
  #dash(expected: string): boolean {
    const letter = this.#peek();
    if (letter !== "-" && letter !== "~") this.#refuse(expected, this.#at);
    this.#at++;
    return letter === "~";
  }

  #endOfDate(): boolean {
    if (this.#peek() !== "" && this.#peek() !== " ") return false;
    while (this.#peek() === " ") this.#at++;
    return true;
  }

  #time(): Partial<CalendarSpec> {
    const once = (value: number): Chain => [{ start: value, stop: -1, repeat: 0 }];
    if (this.#at === this.#end) return { hour: once(0), minute: once(0), microsecond: once(0) };
    const start = this.#at;
    const hour = this.#chain(1);
    if (this.#peek() !== ":") {
      if (this.#at === this.#end)
        this.#refuse(
          "a lone number is neither date nor time; a time is HOUR:MINUTE",
          start,
          this.#at - start,
        );
      this.#refuse("“:” is expected here: a time is HOUR:MINUTE or HOUR:MINUTE:SECOND", this.#at);
    }
    this.#at++;
    const minute = this.#chain(1);
    if (this.#at === this.#end) return { hour, minute, microsecond: once(0) };
    if (this.#peek() !== ":") this.#refuse("“:” or the end is expected here", this.#at);
    this.#at++;
    const microsecond = this.#chain(USEC_PER_SECOND);
    if (this.#at < this.#end) this.#refuse("nothing may follow the seconds", this.#at, this.#end - this.#at);
    return { hour, minute, microsecond };
  }

  #chain(unit: number): Chain {
    if (this.#peek() === "*") {
      this.#at++;
      return unit === 1 ? null : [{ start: 0, stop: -1, repeat: unit }];
    }
    const items: CalendarComponent[] = [];
    for (;;) {
      if (items.length >= MAX_COMPONENTS)
        this.#refuse("the list has more than 241 items", this.#at, 1, "ENOBUFS");
      items.push(this.#component(unit));
      if (this.#peek() !== ",") return items;
      this.#at++;
    }
  }

  #component(unit: number): CalendarComponent {
    const from = this.#at;
    const start = this.#number(unit);
    let stop = -1;
    let repeat = 0;
    if (this.#peek() === "." && this.#peek(1) === ".") {
      this.#at += 2;
      stop = this.#number(unit);
      repeat = unit;
    }
    if (this.#peek() === "/") {
      this.#at++;
      const at = this.#at;
      repeat = this.#number(unit);
      if (repeat === 0) this.#refuse("a step of 0 never moves on", at, this.#at - at, "ERANGE");
    } else if (unit > 1 && stop >= 0 && start + repeat > stop)
      this.#refuse("a range of seconds must span at least one second", from, this.#at - from);
    if (!["", " ", ",", "-", "~", ":"].includes(this.#peek()))
      this.#refuse(`“${this.#peek()}” is not expected here`, this.#at);
    return { start, stop, repeat };
  }

  /** A number in whole units, or for seconds in microseconds with an optional fraction. */
  #number(unit: number): number {
    const from = this.#at;
    let value = 0;
    if (!isDigit(this.#peek())) {
      const star = this.#peek() === "*" && this.#at > 0;
      this.#refuse(star ? "“*” stands alone in its place" : "a number is expected here", this.#at);
    }
    // The value stops growing once it is out of range, however many digits follow.
    for (; isDigit(this.#peek()); this.#at++) value = Math.min(value * 10 + Number(this.#peek()), 1e12);
    if (unit > 1)
      value = value * unit + (this.#peek() === "." && this.#peek(1) !== "." ? this.#fraction() : 0);
    if (value > INT_MAX)
      this.#refuse(`“${this.#text.slice(from, this.#at)}” is out of range`, from, this.#at - from, "ERANGE");
    return value;
  }

  /** Six digits after the point, rounded half up by the seventh (`parse_fractional_part_u`). */
  #fraction(): number {
    this.#at++;
    const from = this.#at;
    while (isDigit(this.#peek())) this.#at++;
    if (this.#at === from) this.#refuse("digits must follow the decimal point", from);
    const digits = this.#text.slice(from, Math.min(this.#at, from + 6)).padEnd(6, "0");
    const seventh = this.#at > from + 6 ? Number(this.#text[from + 6]) : 0;
    return Number(digits) + (seventh >= 5 ? 1 : 0);
  }

  /** `@SECONDS`, read as `strtoul` reads it: blanks and a sign are taken, a minus wraps around. */
  #epoch(): Partial<CalendarSpec> {
    const from = this.#at + 1;
    const pattern = /[ \t\n\v\f\r]*([+-]?)(\d+)/y;
    pattern.lastIndex = from;
    const match = pattern.exec(this.#text.slice(0, this.#end));
    if (match === null) this.#refuse("seconds since 1970 are expected after “@”", from);
    const length = match[0].length;
    this.#at = from + length;
    const [, sign, digits = ""] = match;
    const significant = digits.replace(/^0+(?=\d)/, "");
    const amount = significant.length > 20 ? ULONG_MAX + 1n : BigInt(significant);
    if (amount > ULONG_MAX) this.#refuse("the instant is out of range", from, length, "ERANGE");
    const seconds = BigInt.asIntN(64, sign === "-" ? -amount : amount);
    const outside = sign === "-" && amount > 0n && calendarNegativeEpochRange(this.#version);
    if (outside || seconds > LAST_GMTIME || seconds < -LAST_GMTIME)
      this.#refuse("the instant is out of range", from, length, "ERANGE");
    return this.#fixed(Number(seconds));
  }

  #fixed(seconds: number): Partial<CalendarSpec> {
    const { year, month, day, hour, minute, second } = wallTime(seconds);
    const once = (value: number): Chain => [{ start: value, stop: -1, repeat: 0 }];
    return {
      year: once(year),
      month: once(month),
      day: once(day),
      hour: once(hour),
      minute: once(minute),
      microsecond: once(second * USEC_PER_SECOND),
      utc: true,
    };
  }

  #refuseMisfit({ field, item, reason }: Misfit, end: number): never {
    const value = field === "second" ? item.start / USEC_PER_SECOND : item.start;
    const message = {
      value: `${field} ${value} does not exist`,
      range: `the range of ${field}s ends before it begins`,
      step: `the step of ${field} ${value} leaves its field at once`,
    }[reason];
    const [at, length] = this.#locate(field, value, end);
    this.#refuse(message, at, length);
  }

  /** Where a field's value stands in the text, as near as that can be told. */
  #locate(field: string, value: number, end: number): readonly [number, number] {
    const body = this.#text.slice(0, end);
    const timeStart = body.lastIndexOf(" ", Math.max(0, body.indexOf(":"))) + 1;
    const clock = ["hour", "minute", "second"].indexOf(field);
    let from = 0;
    if (clock >= 0) {
      from = timeStart;
      for (let colon = 0; colon < clock; colon++) from = Math.max(from, body.indexOf(":", from) + 1);
    }
    const pattern = new RegExp(`(?<![\\d.])0*${value}(?!\\d)`, "g");
    pattern.lastIndex = from;
    const match = pattern.exec(body);
    return match === null ? [0, Math.max(1, body.length)] : [match.index, match[0].length];
  }

  #peek(ahead = 0): string {
    const at = this.#at + ahead;
    return at < this.#end ? (this.#text[at] ?? "") : "";
  }

  #wordAt(at: number): string {
    return /^[^\s,.-]{0,40}/.exec(this.#text.slice(at, this.#end))?.[0] ?? "";
  }

  #refuse(message: string, at: number, length = 1, code = "EINVAL"): never {
    throw new Refusal(code, message, at, Math.max(1, length));
  }
}
