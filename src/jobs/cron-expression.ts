import { type Parsed, parsed, problem } from "../parsed.ts";

/**
 * Whose rules hold: `debian` is Vixie cron 3.0pl1 as Debian and Ubuntu patch it, `cronie` is that of Fedora, RHEL,
 * SUSE and Arch. They read the same syntax but differ in what they forgive (see `CRON_FIELDS` and `crontab.ts`).
 */
export type CronDialect = "debian" | "cronie";

export type CronFieldName = "minute" | "hour" | "day-of-month" | "month" | "day-of-week";

/** When a cron job runs: at every start of cron, or whenever the wall clock fits the fields. */
export type CronSchedule = CronReboot | CronFields;

/** `@reboot`. */
export interface CronReboot {
  readonly kind: "reboot";
  readonly text: string;
}

/**
 * The sets of the five fields, ascending. Sunday is 0. A set can be empty (Debian reads `5-1` so): it never fits.
 *
 * The star flags say that a field begins with `*`, also as in `*` with a step: with either day flag both day fields must fit,
 * without any of them one is enough; and a star in minute or hour makes a job a wildcard job for clock changes.
 */
export interface CronFields {
  readonly kind: "fields";
  readonly text: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
  readonly minuteStar: boolean;
  readonly hourStar: boolean;
  readonly dayOfMonthStar: boolean;
  readonly dayOfWeekStar: boolean;
  /** Fields with a random value (`~`, cronie 1.6): cron draws it when it loads the file, so the set holds the range. */
  readonly random: readonly CronFieldName[];
  /** Text inside fields that Debian's cron skips without a word, with its place: `5.3` means `5`. */
  readonly skipped: readonly { readonly at: number; readonly length: number; readonly text: string }[];
}

/** A schedule at the start of a line, and where the text after it (and its blanks) begins. */
export interface CronPrefix {
  readonly schedule: CronSchedule;
  readonly end: number;
}

interface Field {
  readonly name: CronFieldName;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `FIRST_MINUTE` to `LAST_DOW` of cron.h. */
const CRON_FIELDS: readonly Field[] = [
  { name: "minute", low: 0, high: 59, names: [] },
  { name: "hour", low: 0, high: 23, names: [] },
  { name: "day-of-month", low: 1, high: 31, names: [] },
  { name: "month", low: 1, high: 12, names: MONTHS },
  { name: "day-of-week", low: 0, high: 7, names: DAYS },
];

/** The five fields the nicknames stand for, with the star flags `load_entry()` sets for them. */
const NICKNAMES: ReadonlyMap<string, { readonly fields: string; readonly stars: string }> = new Map([
  ["yearly", { fields: "0 0 1 1 *", stars: "w" }],
  ["annually", { fields: "0 0 1 1 *", stars: "w" }],
  ["monthly", { fields: "0 0 1 * *", stars: "w" }],
  ["weekly", { fields: "0 0 * * 0", stars: "d" }],
  ["daily", { fields: "0 0 * * *", stars: "" }],
  ["midnight", { fields: "0 0 * * *", stars: "" }],
  ["hourly", { fields: "0 * * * *", stars: "h" }],
]);

/** `MAX_TEMPSTR` of cron.h: longer numbers and names are refused. */
const MAX_WORD = 1000;

/** A whole text that is nothing but a schedule: five fields or a nickname. Columns count from the text's start. */
export function parseCronExpression(text: string, dialect: CronDialect = "debian"): Parsed<CronSchedule> {
  const leading = /^[ \t]*/.exec(text)?.[0].length ?? 0;
  const result = scanCronSchedule(text, leading, dialect);
  if (!result.ok) return result;
  const { schedule, end } = result.value;
  if (end < text.length) {
    return problem("EINVAL", "text after the five fields", end, text.length - end);
  }
  return parsed({ ...schedule, text: text.trim() });
}

/**
 * Reads a schedule from `at`, character by character as `load_entry()` does (entry.c of cron 3.0pl1-162 and of
 * cronie), so that each dialect forgives exactly what its daemon forgives. `at` in problems is an offset in `text`.
 */
export function scanCronSchedule(text: string, at: number, dialect: CronDialect): Parsed<CronPrefix> {
  if (text[at] === "@") return scanNickname(text, at);
  const sets: (readonly number[])[] = [];
  const stars: boolean[] = [];
  const random: CronFieldName[] = [];
  const skipped: { at: number; length: number; text: string }[] = [];
  let here = at;
  for (const field of CRON_FIELDS) {
    stars.push(text[here] === "*");
    const list = scanList(text, here, field, dialect);
    if (!list.ok) return list;
    sets.push(list.value.values);
    if (list.value.random) random.push(field.name);
    const end = afterNonblanks(text, list.value.end);
    if (end > list.value.end) {
      skipped.push({
        at: list.value.end,
        length: end - list.value.end,
        text: text.slice(list.value.end, end),
      });
    }
    here = afterBlanks(text, end);
  }
  const [minutes = [], hours = [], daysOfMonth = [], months = [], weekdays = []] = sets;
  const [minuteStar = false, hourStar = false, dayOfMonthStar = false, , dayOfWeekStar = false] = stars;
  const schedule: CronFields = {
    kind: "fields",
    text: text.slice(at, here).trimEnd(),
    minutes,
    hours,
    daysOfMonth,
    months,
    daysOfWeek: [...new Set(weekdays.map((day) => day % 7))].sort((a, b) => a - b),
    minuteStar,
    hourStar,
    dayOfMonthStar,
    dayOfWeekStar,
    random,
    skipped,
  };
  return parsed({ schedule, end: here });
}

function scanNickname(text: string, at: number): Parsed<CronPrefix> {
  const match = /^@[^ \t\n\0]*/.exec(text.slice(at, at + MAX_WORD));
  const word = match?.[0] ?? "@";
  const end = afterBlanks(text, at + word.length);
  const name = word.slice(1);
  if (name === "reboot") return parsed({ schedule: { kind: "reboot", text: word }, end });
  const known = NICKNAMES.get(name);
  if (known === undefined) {
    return problem("EINVAL", `"${word}" is no nickname cron knows`, at, word.length, nicknameMeant(name));
  }
  const fields = scanCronSchedule(known.fields, 0, "debian");
  if (!fields.ok) return fields;
  const schedule: CronSchedule = {
    ...(fields.value.schedule as CronFields),
    text: word,
    minuteStar: false,
    hourStar: known.stars === "h",
    dayOfMonthStar: known.stars === "d",
    dayOfWeekStar: known.stars === "w",
  };
  return parsed({ schedule, end });
}

function nicknameMeant(name: string): string | undefined {
  const lower = name.toLowerCase();
  return NICKNAMES.has(lower) || lower === "reboot" ? `@${lower}` : undefined;
}

interface List {
  readonly values: readonly number[];
  readonly random: boolean;
  readonly end: number;
}

function scanList(text: string, at: number, field: Field, dialect: CronDialect): Parsed<List> {
  const values = new Set<number>();
  let random = false;
  let here = at;
  for (;;) {
    const range = scanRange(text, here, field, dialect);
    if (!range.ok) return range;
    for (const value of range.value.values) values.add(value);
    random ||= range.value.random;
    here = range.value.end;
    if (text[here] !== ",") break;
    here++;
  }
  return parsed({ values: [...values].sort((a, b) => a - b), random, end: here });
}

/** `*`, `a`, `a-b`, each range with `/step`; in cronie also `a~b` with either side left out. */
function scanRange(text: string, at: number, field: Field, dialect: CronDialect): Parsed<List> {
  const { low, high } = field;
  if (text[at] === "*") return scanStep(text, at, at + 1, low, high, field, dialect);
  if (dialect === "cronie" && text[at] === "~") return scanRandom(text, at, at + 1, low, field);
  const first = scanNumber(text, at, field);
  if (!first.ok) return first;
  const { value, end } = first.value;
  const next = text[end];
  if (next === "-") {
    const second = scanNumber(text, end + 1, field);
    if (!second.ok) return second;
    return scanStep(text, at, second.value.end, value, second.value.value, field, dialect);
  }
  if (dialect === "cronie" && next === "~") return scanRandom(text, at, end + 1, value, field);
  if (next === "/")
    return problem(
      "EINVAL",
      `a step needs a range, not a single ${field.name}`,
      end,
      1,
      `${text.slice(at, end)}-${high}/`,
    );
  if (value < low || value > high) return outOfRange(field, text, at, end);
  return terminated(text, end, field, dialect, { values: [value], random: false, end });
}

function scanStep(
  text: string,
  at: number,
  end: number,
  from: number,
  to: number,
  field: Field,
  dialect: CronDialect,
): Parsed<List> {
  const { low, high } = field;
  let step = 1;
  let here = end;
  if (text[here] === "/") {
    const number = scanNumber(text, here + 1, { ...field, names: [] });
    if (!number.ok) return number;
    if (number.value.value <= 0) return problem("EINVAL", "a step must be above zero", here + 1);
    step = number.value.value;
    here = number.value.end;
  }
  if (from < low || from > high || to < low || to > high) return outOfRange(field, text, at, end);
  if (dialect === "cronie" && from > to) {
    return problem("EINVAL", `the range goes backwards: ${from} is above ${to}`, at, end - at);
  }
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return terminated(text, here, field, dialect, { values, random: false, end: here });
}

function scanRandom(text: string, at: number, end: number, from: number, field: Field): Parsed<List> {
  let to = field.high;
  let here = end;
  if (/^[0-9A-Za-z]/.test(text[here] ?? "")) {
    const number = scanNumber(text, here, field);
    if (!number.ok) return number;
    to = number.value.value;
    here = number.value.end;
  }
  if (from < field.low || to > field.high || from > to) return outOfRange(field, text, at, here);
  const values = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return terminated(text, here, field, "cronie", { values, random: true, end: here });
}

/** cronie wants a field to end after a number; Debian's cron skips whatever is there up to the next blank. */
function terminated(text: string, end: number, field: Field, dialect: CronDialect, list: List): Parsed<List> {
  const next = text[end];
  const ends = next === undefined || next === "," || next === " " || next === "\t" || next === "\n";
  // Only a bare `*` is not followed by a number, and cronie then forgives as Debian does.
  if (ends || dialect === "debian" || text[end - 1] === "*") return parsed(list);
  return problem("EINVAL", `"${next}" cannot follow in ${field.name}`, end);
}

function scanNumber(
  text: string,
  at: number,
  field: Field,
): Parsed<{ readonly value: number; readonly end: number }> {
  let end = at;
  while (end < text.length && isAlphanumeric(text.charCodeAt(end)) && end - at < MAX_WORD) end++;
  const word = text.slice(at, end);
  if (word === "" || word.length >= MAX_WORD) {
    return problem("EINVAL", `${field.name} expected`, at, Math.max(1, end - at));
  }
  const named = field.names.indexOf(word.toLowerCase());
  if (named >= 0) return parsed({ value: named + field.low, end });
  if (/^[0-9]+$/.test(word)) return parsed({ value: int(word), end });
  const meant = field.names.find((name) => word.toLowerCase().startsWith(name));
  return problem("EINVAL", `"${word}" is no ${field.name}`, at, word.length, meant);
}

/** glibc's atoi(3): strtol() clamps at 2^63-1, and the low 32 bits count. So 4294967296 is 0. */
function int(digits: string): number {
  const value = BigInt(digits);
  const most = 0x7fff_ffff_ffff_ffffn;
  return Number(BigInt.asIntN(32, value > most ? most : value));
}

function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function outOfRange(field: Field, text: string, at: number, end: number): ReturnType<typeof problem> {
  const written = text.slice(at, Math.min(end, at + 40));
  return problem(
    "ERANGE",
    `${field.name} goes from ${field.low} to ${field.high}, not "${written}"`,
    at,
    Math.max(1, end - at),
  );
}

function afterBlanks(text: string, at: number): number {
  let end = at;
  while (text[end] === " " || text[end] === "\t") end++;
  return end;
}

function afterNonblanks(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== " " && text[end] !== "\t" && text[end] !== "\n") end++;
  return end;
}
