/** A crontab(5) schedule said in systemd's language. */
export interface CronTranslation {
  /** Expressions that together elapse when the cron line would; none for `@reboot`. */
  readonly expressions: readonly string[];
  /** What a timer does instead where no expression can. */
  readonly instead?: string;
}

const NICKNAMES: ReadonlyMap<string, CronTranslation> = new Map([
  ["@yearly", { expressions: ["yearly"] }],
  ["@annually", { expressions: ["yearly"] }],
  ["@monthly", { expressions: ["monthly"] }],
  // cron's week starts on Sunday, systemd's "weekly" is Monday.
  ["@weekly", { expressions: ["Sun *-*-* 00:00:00"] }],
  ["@daily", { expressions: ["daily"] }],
  ["@midnight", { expressions: ["daily"] }],
  ["@hourly", { expressions: ["hourly"] }],
  ["@reboot", { expressions: [], instead: "OnBootSec=0" }],
]);

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] as const;
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

interface Field {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { low: 0, high: 59, names: [] },
  { low: 0, high: 23, names: [] },
  { low: 1, high: 31, names: [] },
  { low: 1, high: 12, names: MONTHS },
  { low: 0, high: 7, names: DAYS },
];

/**
 * Translates the time part of a crontab line, five fields or a nickname, into calendar expressions; `null` when the
 * text is no such thing. Where cron takes day of month *or* day of week (both given), two expressions come back.
 */
export function fromCron(text: string): CronTranslation | null {
  const trimmed = text.trim();
  const nickname = NICKNAMES.get(trimmed.toLowerCase());
  if (nickname !== undefined) return nickname;
  if (trimmed.length > 500) return null;
  const words = trimmed.split(/[ \t]+/);
  if (words.length !== 5) return null;
  const values = words.map((word, index) => valuesOf(word, FIELDS[index]));
  const [minutes, hours, days, months, weekdays] = values;
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  const date = `*-${list(months, FIELDS[3])}-`;
  const time = ` ${list(hours, FIELDS[1])}:${list(minutes, FIELDS[0])}:00`;
  const anyDay = `${date}*${time}`;
  const week = weekdayNames(weekdays);
  const onDays = `${date}${list(days, FIELDS[2])}${time}`;
  const onWeekdays = week === "" ? anyDay : `${week} ${anyDay}`;
  const starred = words[2]?.startsWith("*") || words[4]?.startsWith("*");
  if (starred) return { expressions: [week === "" ? onDays : `${week} ${onDays}`] };
  return { expressions: [onDays, onWeekdays] };
}

/** The values a cron field stands for, in order; `null` when it is none. */
function valuesOf(word: string, field: Field | undefined): readonly number[] | null {
  if (field === undefined) return null;
  const chosen = new Set<number>();
  for (const part of word.split(",")) {
    const match = /^(?:(\*)|(\d{1,2}|[a-z]{3})(?:-(\d{1,2}|[a-z]{3}))?)(?:\/(\d{1,2}))?$/i.exec(part);
    if (match === null) return null;
    const [, star, from, to, stepText] = match;
    const step = Number(stepText ?? 1);
    const low = star === undefined ? numberOf(from ?? "", field) : field.low;
    let high = low;
    if (to !== undefined) high = numberOf(to, field);
    else if (star !== undefined || stepText !== undefined) high = field.names === DAYS ? 6 : field.high;
    if (step < 1 || !(low >= field.low && high <= field.high && low <= high)) return null;
    for (let value = low; value <= high; value += step) chosen.add(value);
  }
  return [...chosen].sort((a, b) => a - b);
}

function numberOf(text: string, field: Field): number {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + (field.names === MONTHS ? 1 : 0);
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function list(values: readonly number[], { low, high }: Field): string {
  if (values.length === high - low + 1) return "*";
  const two = (value: number): string => String(value).padStart(2, "0");
  const [first = low, second] = values;
  const last = values.at(-1) ?? first;
  const step = (second ?? first) - first;
  const even = values.every((value, index) => value === first + index * step);
  if (values.length < 3 || !even) return values.map(two).join(",");
  if (step === 1) return `${two(first)}..${two(last)}`;
  // An open end is right only where the step divides the field: systemd's overflow would skip values otherwise.
  const closes = first < low + step && last + step > high && (high - low + 1) % step === 0;
  return closes ? `${two(first)}/${step}` : `${two(first)}..${two(last)}/${step}`;
}

function weekdayNames(values: readonly number[]): string {
  const days = [...new Set(values.map((value) => (value + 6) % 7))].sort((a, b) => a - b);
  if (days.length === 7) return "";
  const runs: string[] = [];
  for (let index = 0; index < days.length; index++) {
    const first = days[index] ?? 0;
    while (days[index + 1] === (days[index] ?? 0) + 1) index++;
    const last = days[index] ?? first;
    const separator = last - first > 1 ? ".." : ",";
    runs.push(first === last ? `${DAY_NAMES[first]}` : `${DAY_NAMES[first]}${separator}${DAY_NAMES[last]}`);
  }
  return runs.join(",");
}
