import { type Elapse, searchElapse } from "./calendar-search.ts";
import { type CalendarSpec, MAX_YEAR, MIN_YEAR, USEC_PER_SECOND } from "./calendar-spec.ts";
import { type CalendarTables, NONE, tablesOf } from "./calendar-tables.ts";
import { daysFromCivil, monthLength, SECONDS_PER_DAY, setDate, weekdayOf } from "./civil.ts";
import { calendarYearResetsDay, DEFAULT_SYSTEMD_VERSION, type SystemdVersion } from "./systemd-version.ts";
import { WallClock } from "./wall-clock.ts";
import { type TimeZone, UTC, type ZoneStretch, type Zones } from "./zone.ts";

/** Beyond this no step past the end of a day or of February lands, and no zone jumps further. */
const MARGIN = 200_000;
/** A step past a month's end lands in the month after. */
const MONTH = 32 * SECONDS_PER_DAY;
const LAST_DAY = daysFromCivil(MAX_YEAR, 12, 31);

/** An expression made ready to be asked many times. */
export interface CalendarPlan {
  readonly spec: CalendarSpec;
  /** The zone the expression is reckoned in. */
  readonly zone: TimeZone;
  /** The first elapse strictly after an instant in microseconds since 1970, as a fresh process would find it. */
  next(afterUsec: number): Elapse;
  /** The same, but beginning where the last answer left glibc's memory of the offset, as one process goes on. */
  following(afterUsec: number): Elapse;
}

/**
 * Makes a plan. Its answers are those of `searchElapse`, by tables and arithmetic wherever no change of offset and
 * none of systemd's oddities can matter, by the exact search otherwise.
 */
export function compileCalendar(
  spec: CalendarSpec,
  zones: Zones,
  version: SystemdVersion = DEFAULT_SYSTEMD_VERSION,
): CalendarPlan {
  const zone = zoneOf(spec, zones);
  const plan = new Plan(spec, zone, version);
  return {
    spec,
    zone,
    next: (afterUsec) => plan.next(afterUsec, true),
    // systemd forks for a zone in the expression, so its memory is fresh each time.
    following: (afterUsec) => plan.next(afterUsec, spec.timeZone !== null),
  };
}

/** The zone an expression is reckoned in; UTC where it names one that is not there, as glibc does. */
export function zoneOf(spec: CalendarSpec, zones: Zones): TimeZone {
  const zone = spec.timeZone === null ? zones.local : (zones.zone(spec.timeZone) ?? UTC);
  return spec.utc ? (zone.leapingUtc ?? UTC) : zone;
}

class Plan {
  readonly #spec: CalendarSpec;
  readonly #zone: TimeZone;
  readonly #version: SystemdVersion;
  readonly #clock: WallClock;
  readonly #tables: CalendarTables;
  readonly #exactOnly: boolean;
  /** Crossing into another year needs the exact search. */
  readonly #oddYears: boolean;
  /** How long nothing may change after an answer found by table. */
  readonly #ahead: number;
  readonly #date = { year: 0, month: 0, day: 0 };
  /** The date in `#date` as a day number, so that one search need not reckon what the last one knew. */
  #dateDay = Number.NaN;
  #fraction = 0;

  constructor(spec: CalendarSpec, zone: TimeZone, version: SystemdVersion) {
    this.#spec = spec;
    this.#zone = zone;
    this.#version = version;
    this.#clock = new WallClock(zone);
    this.#tables = tablesOf(spec);
    const { daysOverflow, monthsOverflow, overflowsMonth, timesOverflow, daysBeyond28 } = this.#tables;
    // A step past the end keeps the daylight saving flag of where it landed, which may be wrong where it restarts.
    const flagged = zone.periods.some(({ dst }) => dst);
    const shortAhead = timesOverflow || daysBeyond28 ? MARGIN : 0;
    this.#ahead = daysOverflow && flagged ? MONTH : shortAhead;
    this.#oddYears =
      overflowsMonth || (monthsOverflow && flagged) || (daysOverflow && !calendarYearResetsDay(version));
    const stumbles = (zone.periods.at(-1)?.stumbles ?? 0) > 0;
    this.#exactOnly = (spec.dst >= 0 && !spec.utc) || (spec.endOfMonth && stumbles);
  }

  next(afterUsec: number, fresh: boolean): Elapse {
    if (fresh) this.#clock.guess = 0;
    const fast = this.#exactOnly ? null : this.#fast(afterUsec);
    return fast === null
      ? searchElapse(this.#spec, afterUsec, this.#clock, this.#version)
      : this.#answer(fast);
  }

  #answer(second: number): Elapse {
    this.#clock.guess = this.#zone.at(second).offset;
    return { kind: "elapse", usec: second * USEC_PER_SECOND + this.#fraction };
  }

  /** The second of the next elapse, its fraction in `#fraction`; `null` when only the exact search can tell. */
  #fast(afterUsec: number): number | null {
    const from = afterUsec + 1;
    const second = Math.floor(from / USEC_PER_SECOND);
    const here = this.#zone.at(second);
    if (second < here.clearFrom || second >= here.clearUntil || second < MARGIN) return null;
    const wall = second + here.offset;
    const day = Math.floor(wall / SECONDS_PER_DAY);
    if (day > LAST_DAY) return null;
    const found = this.#nextWall(day, wall - day * SECONDS_PER_DAY, from - second * USEC_PER_SECOND);
    if (found < 0) return null;
    const near = found - here.offset;
    if (near + this.#ahead < here.clearUntil) return near;
    if (this.#ahead > MARGIN || (this.#ahead > 0 && second + MARGIN >= here.end)) return null;
    return this.#across(here, day, found);
  }

  /** The second of a wall-clock time found beyond the period the search began in. */
  #across(here: ZoneStretch, day: number, found: number): number | null {
    if (here.nextSkippedDay === day) return null;
    let there = this.#zone.at(found - here.offset);
    // Near a change the first look may meet the wrong side of it.
    there = this.#zone.at(found - there.offset);
    const exact = found - there.offset;
    const isClear = exact >= there.clearFrom && exact + this.#ahead < there.clearUntil;
    if (!isClear || here.stumbles !== there.stumbles) return null;
    const resultDay = Math.floor(found / SECONDS_PER_DAY);
    return there.skippedDay === resultDay || there.nextSkippedDay === resultDay ? null : exact;
  }

  /** The next allowed wall-clock second, or −1 when there is none or systemd's oddities must be heard. */
  #nextWall(day: number, second: number, fraction: number): number {
    const { year, month } = this.#dateOf(day);
    if (this.#isAllowed(day)) {
      const time = this.#nextTime(second, fraction);
      if (time >= 0) {
        const sameHour = Math.floor(time / 3600) === Math.floor(second / 3600);
        return this.#tables.overflowsHour && !sameHour ? NONE : day * SECONDS_PER_DAY + time;
      }
    }
    const next = this.#nextDate(day + 1);
    if (next < 0 || this.#tables.overflowsDay || this.#tables.overflowsHour) return NONE;
    const odd =
      (this.#tables.overflowsMonth && month !== this.#date.month) ||
      (this.#oddYears && year !== this.#date.year);
    if (odd) return NONE;
    this.#fraction = this.#tables.firstFraction;
    return next * SECONDS_PER_DAY + this.#tables.firstSecondOfDay;
  }

  #dateOf(day: number): { readonly year: number; readonly month: number } {
    if (day !== this.#dateDay) {
      setDate(this.#date, day);
      this.#dateDay = day;
    }
    return { year: this.#date.year, month: this.#date.month };
  }

  /** Is the date in `#date` allowed? */
  #isAllowed(dayNumber: number): boolean {
    const { year, month, day } = this.#date;
    const tables = this.#tables;
    if (tables.years[year - MIN_YEAR] !== year || tables.months[month] !== month) return false;
    const bit = 1 << day;
    const first = weekdayOf(dayNumber - day + 1);
    const days = tables.days[monthLength(year, month) - 28] ?? 0;
    return (days & (tables.weekdays[first] ?? 0) & bit) !== 0;
  }

  /** The next allowed day number from `from` on, left in `#date` too; −1 when there is none. */
  #nextDate(from: number): number {
    if (from > LAST_DAY) return NONE;
    const tables = this.#tables;
    const date = this.#date;
    stepTo(date, from, this.#dateDay);
    let { year, month, day } = date;
    for (;;) {
      const nextYear = tables.years[year - MIN_YEAR] ?? NONE;
      if (nextYear < 0) break;
      if (nextYear !== year) month = 1;
      const nextMonth = tables.months[month] ?? NONE;
      if (nextYear !== year || nextMonth !== month) day = 1;
      year = nextYear;
      if (nextMonth < 0) {
        year++;
        month = 1;
        day = 1;
        continue;
      }
      month = nextMonth;
      const days = (tables.days[monthLength(year, month) - 28] ?? 0) & (-1 << day);
      const first = days === 0 ? 0 : daysFromCivil(year, month, 1);
      const left = days === 0 ? 0 : days & (tables.weekdays[weekdayOf(first)] ?? 0);
      if (left !== 0) {
        day = 31 - Math.clz32(left & -left);
        date.year = year;
        date.month = month;
        date.day = day;
        this.#dateDay = first + day - 1;
        return this.#dateDay;
      }
      month++;
      day = 1;
      if (month > 12) {
        month = 1;
        year++;
      }
    }
    this.#dateDay = Number.NaN;
    return NONE;
  }

  /** The next allowed second of the day; −1 when the day has none left. */
  #nextTime(second: number, fraction: number): number {
    const tables = this.#tables;
    const hour = Math.floor(second / 3600);
    const minute = Math.floor((second % 3600) / 60);
    const nextHour = tables.hours[hour] ?? NONE;
    if (nextHour === hour) {
      const nextMinute = tables.minutes[minute] ?? NONE;
      if (nextMinute === minute) {
        const within = this.#nextSecond(second % 60, fraction);
        if (within >= 0) return hour * 3600 + minute * 60 + within;
      }
      const later = nextMinute === minute ? (tables.minutes[minute + 1] ?? NONE) : nextMinute;
      if (later >= 0) return hour * 3600 + later * 60 + this.#nextSecond(0, 0);
    }
    const later = nextHour === hour ? (tables.hours[hour + 1] ?? NONE) : nextHour;
    if (later < 0) return NONE;
    return later * 3600 + (tables.minutes[0] ?? 0) * 60 + this.#nextSecond(0, 0);
  }

  #nextSecond(second: number, fraction: number): number {
    const { seconds } = this.#tables;
    if (seconds !== null) {
      this.#fraction = 0;
      return seconds[fraction > 0 ? second + 1 : second] ?? NONE;
    }
    const next = this.#tables.microsecond(second * USEC_PER_SECOND + fraction);
    if (next < 0) return NONE;
    this.#fraction = next % USEC_PER_SECOND;
    return Math.floor(next / USEC_PER_SECOND);
  }
}

/** Moves a date one day on where that is all, otherwise reckons it anew. */
function stepTo(date: { year: number; month: number; day: number }, day: number, known: number): void {
  if (day === known + 1 && date.day < 28) date.day++;
  else setDate(date, day);
}
