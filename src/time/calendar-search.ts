import type { CalendarComponent, CalendarSpec, Chain } from "./calendar-spec.ts";
import { MAX_YEAR, USEC_PER_SECOND } from "./calendar-spec.ts";
import { SECONDS_PER_DAY, wallSeconds, weekdayOf } from "./civil.ts";
import { calendarStuckGuard, calendarYearResetsDay, type SystemdVersion } from "./systemd-version.ts";
import type { BrokenDownTime, WallClock } from "./wall-clock.ts";

/** When an expression elapses next; `loop` is systemd's own "Infinite loop in calendar calculation". */
export type Elapse =
  | { readonly kind: "elapse"; readonly usec: number }
  | { readonly kind: "never" }
  | { readonly kind: "loop" };

export const NEVER: Elapse = { kind: "never" };
export const LOOP: Elapse = { kind: "loop" };

/** `MAX_CALENDAR_ITERATIONS`. */
const MAX_ROUNDS = 1000;
/** `USEC_TIMESTAMP_FORMATTABLE_MAX`: the end of 9999. */
const LAST_USEC = 253_402_214_400e6;

type Step = "exact" | "moved" | "fail";

/**
 * The first elapse after an instant, round by round as systemd searches (`calendar_spec_next_usec_impl` and
 * `find_next` in `calendarspec.c`), with the outcome of every conversion of a local time decided as glibc does.
 */
export function searchElapse(
  spec: CalendarSpec,
  afterUsec: number,
  clock: WallClock,
  version: SystemdVersion,
): Elapse {
  if (!(afterUsec >= 0 && afterUsec <= LAST_USEC)) return NEVER;
  return new Search(spec, clock, version).next(afterUsec + 1);
}

class Search {
  readonly #spec: CalendarSpec;
  readonly #clock: WallClock;
  readonly #yearResetsDay: boolean;
  readonly #guarded: boolean;
  #now: BrokenDownTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, dst: -1 };
  #usec = 0;

  constructor(spec: CalendarSpec, clock: WallClock, version: SystemdVersion) {
    this.#spec = spec;
    this.#clock = clock;
    this.#yearResetsDay = calendarYearResetsDay(version);
    this.#guarded = calendarStuckGuard(version);
  }

  next(fromUsec: number): Elapse {
    const second = Math.floor(fromUsec / USEC_PER_SECOND);
    const from = this.#clock.read(second);
    const fromFraction = fromUsec - second * USEC_PER_SECOND;
    this.#now = { ...from };
    this.#usec = fromFraction;
    let wish = true;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.#clock.convert(this.#now);
      if (wish) this.#now.dst = this.#spec.dst;
      const step = this.#round();
      if (step === "never") return NEVER;
      if (step === "again") continue;
      if (this.#guarded && this.#isBefore(from, fromFraction)) {
        wish = false;
        this.#now.hour++;
        continue;
      }
      const epoch = this.#clock.convert(this.#now);
      return epoch === null ? LOOP : { kind: "elapse", usec: epoch * USEC_PER_SECOND + this.#usec };
    }
    return LOOP;
  }

  /** One pass from year to second. */
  #round(): "found" | "again" | "never" {
    const { year, month } = this.#spec;
    const now = this.#now;
    const nextYear = match(year, now.year);
    if (nextYear === null) return "never";
    if (nextYear !== now.year) this.#reset("year", nextYear);
    if (this.#check() !== "exact") return "never";
    const months = this.#settle("month", match(month, now.month));
    if (months !== "exact") return "again";
    const days = this.#settle("day", this.#matchDay(now.day));
    if (days !== "exact") return "again";
    if (!this.#isWeekday()) {
      this.#reset("day", now.day + 1);
      return "again";
    }
    if (this.#settle("hour", match(this.#spec.hour, now.hour)) !== "exact") return "again";
    if (this.#settle("minute", match(this.#spec.minute, now.minute)) !== "exact") return "again";
    return this.#settleSecond() ? "found" : "again";
  }

  /** Takes a matched value over, or counts the next bigger unit up where there is none. */
  #settle(unit: "month" | "day" | "hour" | "minute", value: number | null): Step {
    const bigger = { month: "year", day: "month", hour: "day", minute: "hour" } as const;
    if (value !== null && value !== this.#now[unit]) this.#reset(unit, value);
    const step = value === null ? "fail" : this.#check();
    if (step === "fail") this.#reset(bigger[unit], this.#now[bigger[unit]] + 1);
    return step;
  }

  #settleSecond(): boolean {
    const now = this.#now;
    const value = match(this.#spec.microsecond, now.second * USEC_PER_SECOND + this.#usec);
    if (value !== null) {
      now.second = Math.floor(value / USEC_PER_SECOND);
      this.#usec = value % USEC_PER_SECOND;
    }
    const step = value === null ? "fail" : this.#check();
    if (step === "fail") this.#reset("minute", now.minute + 1);
    return step === "exact";
  }

  /** Sets a unit and everything below it to its least. */
  #reset(unit: "year" | "month" | "day" | "hour" | "minute", value: number): void {
    const now = this.#now;
    now[unit] = value;
    if (unit === "year") now.month = 1;
    if (unit === "year" || unit === "month") now.day = 1;
    if (unit !== "hour" && unit !== "minute") now.hour = 0;
    if (unit !== "minute") now.minute = 0;
    now.second = 0;
    this.#usec = 0;
  }

  /** `tm_within_bounds`: does the clock ever show these fields? If not, how far did it move them? */
  #check(): Step {
    const now = this.#now;
    if (now.year > MAX_YEAR) return "fail";
    const shown = { ...now };
    if (this.#clock.convert(shown) === null) return "fail";
    let difference = 0;
    if (shown.year !== now.year) {
      difference = shown.year - now.year;
      shown.month = 1;
      if (this.#yearResetsDay) shown.day = 1;
    } else if (shown.month !== now.month) {
      difference = shown.month - now.month;
      shown.day = 1;
    } else if (shown.day !== now.day) {
      difference = shown.day - now.day;
      shown.hour = 0;
    } else if (shown.hour !== now.hour) {
      difference = shown.hour - now.hour;
      shown.minute = 0;
    } else if (shown.minute !== now.minute) {
      difference = shown.minute - now.minute;
      shown.second = 0;
    } else difference = shown.second - now.second;
    if (difference < 0) return "fail";
    if (difference === 0) return "exact";
    Object.assign(now, shown);
    return "moved";
  }

  #isWeekday(): boolean {
    if (this.#spec.weekdays === 0) return true;
    const shown = { ...this.#now };
    if (this.#clock.convert(shown) === null) return false;
    const day = weekdayOf(Math.floor(wallSeconds(shown) / SECONDS_PER_DAY));
    return (this.#spec.weekdays & (1 << day)) !== 0;
  }

  #matchDay(day: number): number | null {
    const chain = this.#spec.day;
    if (!this.#spec.endOfMonth || chain === null) return match(chain, day);
    const turned = chain.map(({ start, stop, repeat }) => {
      const from = this.#fromEnd(start);
      const to = this.#fromEnd(stop);
      return to > 0 ? { start: to, stop: from, repeat } : { start: from, stop: to, repeat };
    });
    return match(turned, day);
  }

  /** `find_end_of_month`: the Nth last day of the current month; −1 if it has none. */
  #fromEnd(day: number): number {
    const shown = { ...this.#now, month: this.#now.month + 1, day: 1 - day };
    return this.#clock.convert(shown) === null || shown.month !== this.#now.month ? -1 : shown.day;
  }

  #isBefore(from: BrokenDownTime, fraction: number): boolean {
    const difference = wallSeconds(this.#now) - wallSeconds(from);
    return difference < 0 || (difference === 0 && this.#usec < fraction);
  }
}

/**
 * `find_matching_component`: the smallest allowed value from `value` on. An open-ended step may pass the end of its
 * field, such as minute 60.
 */
export function match(chain: Chain, value: number): number | null {
  if (chain === null) return value;
  let best: number | null = null;
  for (const item of chain) {
    const candidate = matchComponent(item, value);
    if (candidate !== null && (best === null || candidate < best)) best = candidate;
  }
  return best;
}

function matchComponent({ start, stop, repeat }: CalendarComponent, value: number): number | null {
  if (start >= value) return start;
  if (repeat <= 0) return null;
  const candidate = start + repeat * Math.ceil((value - start) / repeat);
  return stop < 0 || candidate <= stop ? candidate : null;
}
