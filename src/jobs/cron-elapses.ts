import type { TimeZone } from "../time/zone.ts";
import type { CronFields, CronSchedule } from "./cron-expression.ts";

/** Minutes of clock change that cron still takes for daylight saving (cron.c, main()). */
const LARGEST_CHANGE = 180;
/** A jump of up to this many minutes is only a late wake-up: every minute is caught up. */
const LATE = 5;
const DAY = 86_400;
/** No schedule that ever fits stays silent longer: 29 February on a given weekday, over a year like 2100. */
const HORIZON_DAYS = 41 * 366;

/**
 * Tells the next time a job runs strictly after a moment (µs since 1970). Who asks for the run after the one told last
 * gets it without a new search, so that a month of a job of every minute takes no longer than its elapses.
 *
 * `null` for `@reboot`, for a schedule that never fits, and for one with random fields, which only the running daemon
 * knows. Around clock changes cron's own rules hold (cron.c of Debian and cronie, main loop): when the clock jumps
 * forward by 6 to 180 minutes, jobs without `*` in minute and hour that fell into the gap run at once after it; when
 * it goes back by less than 180 minutes such jobs are not repeated; jobs with a star there always follow the wall
 * clock; larger changes count as corrections. Two misses that run in one minute are one elapse.
 */
export function cronRuns(schedule: CronSchedule): (afterUsec: number, zone: TimeZone) => number | null {
  let told: number | null = null;
  let within: TimeZone | null = null;
  let rest: Iterator<number, void> = [].values();
  return (afterUsec, zone) => {
    if (told === null || afterUsec !== told || zone !== within)
      rest = elapsesAfter(schedule, afterUsec, zone);
    within = zone;
    const next = rest.next();
    told = next.done === true ? null : next.value;
    return told;
  };
}

function* elapsesAfter(schedule: CronSchedule, afterUsec: number, zone: TimeZone): Generator<number, void> {
  if (schedule.kind === "reboot" || schedule.random.length > 0) return;
  for (const second of elapsesFrom(schedule, zone, startOf(zone, Math.floor(afterUsec / 1e6))))
    if (second * 1e6 > afterUsec) yield second * 1e6;
}

/** Where cron's clock may be taken for right: at once, or two days earlier where a clock change may still count. */
function startOf(zone: TimeZone, after: number): number {
  const earlier = (Math.floor(after / DAY) - 2) * DAY;
  return zone.at(after).start <= earlier ? after : earlier;
}

/** Stretch of real time, in seconds since 1970, in which the zone's offset stays. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** What cron carries from minute to minute; minutes are those of the wall clock since 1970. */
interface Clock {
  /** `virtualTime`: all jobs up to this minute have run. */
  virtual: number;
  /** The last minute cron woke in. */
  last: number;
  offset: number;
}

function* elapsesFrom(fields: CronFields, zone: TimeZone, from: number): Generator<number> {
  if (neverFits(fields)) return;
  const fits = dayTest(fields);
  let clock: Clock | null = null;
  const startDay = Math.floor(from / DAY);
  for (let day = startDay; day < startDay + HORIZON_DAYS; day++) {
    if (!fits(day - 1) && !fits(day) && !fits(day + 1)) {
      clock = null;
      continue;
    }
    for (const stretch of stretches(zone, Math.max(from, day * DAY), (day + 1) * DAY)) {
      clock ??= freshClock(stretch);
      yield* elapsesIn(fields, fits, stretch, clock);
    }
  }
}

function freshClock({ from, offset }: Stretch): Clock {
  const before = Math.ceil((from + offset) / 60) - 1;
  return { virtual: before, last: before, offset };
}

function* elapsesIn(fields: CronFields, fits: DayTest, stretch: Stretch, clock: Clock): Generator<number> {
  const { from, to, offset } = stretch;
  const isWildcard = fields.minuteStar || fields.hourStar;
  const end = Math.ceil((to + offset) / 60) - 1;
  let start = clock.last + 1;
  if (clock.offset !== offset) {
    start = Math.floor((from + offset) / 60);
    if (start === clock.last) start++;
    else if (yield* elapseAtChange(fields, fits, stretch, start, clock)) start++;
  }
  for (const minute of fittingMinutes(fields, fits, start, end)) {
    if (isWildcard || minute > clock.virtual) yield minute * 60 - offset;
  }
  clock.virtual = Math.max(clock.virtual, end);
  clock.last = Math.max(start - 1, end);
  clock.offset = offset;
}

/** The first minute after a change of offset. True when that minute is dealt with. */
function* elapseAtChange(
  fields: CronFields,
  fits: DayTest,
  { from, offset }: Stretch,
  minute: number,
  clock: Clock,
): Generator<number, boolean> {
  const isWildcard = fields.minuteStar || fields.hourStar;
  const jump = minute - clock.virtual;
  if (jump > LARGEST_CHANGE || jump <= -LARGEST_CHANGE) {
    clock.virtual = minute - 1;
    return false;
  }
  if (jump <= 1) return false;
  const first = isWildcard && jump > LATE ? minute : clock.virtual + 1;
  const due = fittingMinutes(fields, fits, first, minute).next().done !== true;
  if (due) yield Math.max(from, minute * 60 - offset);
  clock.virtual = minute;
  return true;
}

function* fittingMinutes(fields: CronFields, fits: DayTest, from: number, to: number): Generator<number> {
  for (let day = Math.floor(from / 1440); day * 1440 <= to; day++) {
    if (!fits(day)) continue;
    for (const hour of fields.hours) {
      if (day * 1440 + hour * 60 + 59 < from) continue;
      for (const minute of fields.minutes) {
        const at = day * 1440 + hour * 60 + minute;
        if (at > to) return;
        if (at >= from) yield at;
      }
    }
  }
}

/** Cuts real time where the zone begins another period. */
function stretches(zone: TimeZone, from: number, to: number): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let start = from; start < to; ) {
    const { offset, end } = zone.at(start);
    const until = Math.max(start + 1, Math.min(to, end));
    found.push({ from: start, to: until, offset });
    start = until;
  }
  return found;
}

/** Does a day (counted from 1970-01-01, by the wall clock) fit month and day fields? */
type DayTest = (day: number) => boolean;

function dayTest(fields: CronFields): DayTest {
  const months = new Set(fields.months);
  const daysOfMonth = new Set(fields.daysOfMonth);
  const daysOfWeek = new Set(fields.daysOfWeek);
  const both = fields.dayOfMonthStar || fields.dayOfWeekStar;
  return (day) => {
    const { month, dayOfMonth } = civilDate(day);
    if (!months.has(month)) return false;
    const inMonth = daysOfMonth.has(dayOfMonth);
    const inWeek = daysOfWeek.has((((day + 4) % 7) + 7) % 7);
    return both ? inMonth && inWeek : inMonth || inWeek;
  };
}

/** Days since 1970 to a date of the Gregorian calendar, counting years from March. */
function civilDate(day: number): { readonly month: number; readonly dayOfMonth: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const dayOfMonth = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { month: fromMarch < 10 ? fromMarch + 3 : fromMarch - 9, dayOfMonth };
}

const LONGEST: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Why the fields can never all fit, or false: an empty set, or days no chosen month has. */
export function neverFits(fields: CronFields): boolean {
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = fields;
  if (minutes.length === 0 || hours.length === 0 || months.length === 0) return true;
  const dateExists = months.some((month) => daysOfMonth.some((day) => day <= (LONGEST[month - 1] ?? 0)));
  const both = fields.dayOfMonthStar || fields.dayOfWeekStar;
  return both ? !dateExists || daysOfWeek.length === 0 : !dateExists && daysOfWeek.length === 0;
}
