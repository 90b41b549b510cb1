/**
 * When each activation will fire within 30 days, as windows for drawing and as expected counts for every hour of a
 * week. Random delay counts in parts: a window of twelve hours gives each of them a twelfth of an elapse.
 */
import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { type ElapseFacts, NO_ELAPSE, nextElapseOf } from "../inventory/next-elapse.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import { parseCalendar } from "../time/calendar-parse.ts";
import { compileCalendar } from "../time/calendar-plan.ts";
import { USEC_INFINITY } from "../time/usec.ts";
import { UTC_ONLY } from "../time/zone.ts";
import type { Timer } from "../units/timer.ts";
import type { Forecast } from "./api.ts";
import { type Window, windowRuns } from "./window-runs.ts";

const HOUR = 3600;
const DAY = 86_400;
/** Seven days from any moment touch this many hours, the first and the last of them in part. */
export const WEEK_HOURS = 169;
/** Windows handed over for drawing; a timer with more of them is drawn as a bar with its count. */
const MAX_WINDOWS = 120;
/** Elapses reckoned one by one for one activation, and for a host before that limit falls to a twentieth. */
const MAX_ELAPSES = 45_000;
const HOST_BUDGET = 600_000;

/** One after another, so that a host with thousands of busy timers does not take minutes. */
export function forecastsOf(inventory: Inventory): { readonly from: number; readonly all: Forecast[] } {
  const now = inventory.nowUsec / 1e6;
  const offset = inventory.zones.local.at(Math.floor(now)).offset;
  const from = Math.floor((now + offset) / HOUR) * HOUR - offset;
  let spent = 0;
  const all = inventory.activations().map((activation) => {
    const limit = spent < HOST_BUDGET ? MAX_ELAPSES : MAX_ELAPSES / 20;
    const sum = new Sum(now, from, limit);
    const forecast =
      activation.kind === "timer"
        ? ofTimer(activation.record, inventory, sum)
        : ofJob(activation, inventory, sum);
    spent += sum.counted;
    return forecast;
  });
  return { from, all };
}

function ofTimer(record: TimerRecord, inventory: Inventory, sum: Sum): Forecast {
  const { timer, next, id } = record;
  const isQuiet = next.reason !== null && next.reason !== "after-last-run";
  if (timer === null || isQuiet) {
    const words = next.relative.length > 0 ? `: ${next.relative.join(", ")}` : "";
    const reason = next.reason === null ? "it has no settings" : NO_ELAPSE[next.reason];
    return silent(id, `${reason}${words}`);
  }
  const { least, calendarLeast, spread } = delayOf(timer, record, inventory);
  let rate = 0;
  for (const value of timer.values) {
    if (value.directive === "OnCalendar") {
      const plan = compileCalendar(value.calendar, inventory.zones, inventory.version);
      let at = inventory.nowUsec - calendarLeast * 1e6;
      sum.series((step) => {
        const found = step === 0 ? plan.next(at) : plan.following(at);
        if (found.kind !== "elapse") return null;
        at = found.usec;
        return [found.usec / 1e6 + calendarLeast, found.usec / 1e6 + calendarLeast + spread];
      });
    } else if (value.directive === "OnUnitActiveSec" || value.directive === "OnUnitInactiveSec") {
      if (value.usec > 0n && value.usec < USEC_INFINITY) rate += 1e6 / Number(value.usec);
    } else if (value.usec < USEC_INFINITY && inventory.bootUsec !== null && next.earliestUsec !== null) {
      const once = inventory.bootUsec / 1e6 + Number(value.usec) / 1e6 + least;
      if (value.directive !== "OnActiveSec") sum.once(once, once + spread);
    }
  }
  if (rate > 0) sum.rate(rate);
  return sum.forecast(id, rate);
}

function ofJob(
  { id, job }: Extract<Activation, { kind: "job" }>,
  { zones, nowUsec }: Inventory,
  sum: Sum,
): Forecast {
  if (job.enabledReason !== null) return silent(id, job.enabledReason);
  let at = nowUsec;
  sum.series(() => {
    const next = job.nextAfter(at, zones.local);
    if (next === null) return null;
    at = next;
    return [next / 1e6, next / 1e6];
  });
  if (sum.counted > 0) return sum.forecast(id, 0);
  return silent(id, `no moment can be told from files: ${job.scheduleText}`);
}

function silent(id: string, reason: string): Forecast {
  return {
    id,
    kind: "none",
    reason,
    windows: [],
    windowsUntil: 0,
    day: 0,
    week: 0,
    month: 0,
    approximate: false,
    hours: [[WEEK_HOURS, 0]],
  };
}

/**
 * The delay systemd adds to each elapse, in seconds, asked of the one place that knows it: with a single elapse at a
 * known far moment, the answer's distance from it is the delay.
 */
function delayOf(
  timer: Timer,
  record: TimerRecord,
  inventory: Inventory,
): { readonly least: number; readonly calendarLeast: number; readonly spread: number } {
  const facts: ElapseFacts = {
    nowUsec: inventory.nowUsec,
    bootUsec: inventory.nowUsec,
    lastTriggerUsec: null,
    zones: UTC_ONLY,
    version: inventory.version,
    machineId: inventory.facts.machineId,
    systemManager: record.scope === "system",
    uid: record.manager.scope.kind === "user" ? record.manager.scope.uid : 0,
    unit: record.loaded.primaryId,
  };
  const far = parseCalendar(FAR, UTC_ONLY, inventory.version);
  const [value] = timer.values;
  if (!far.ok || value === undefined) return { least: 0, calendarLeast: 0, spread: 0 };
  const { span } = value;
  const probe = { directive: "OnCalendar", text: FAR, calendar: far.value, normalized: FAR, span } as const;
  const boot = { directive: "OnBootSec", text: "0", usec: 0n, span } as const;
  const onCalendar = nextElapseOf({ ...timer, persistent: false, values: [probe] }, facts);
  const onBoot = nextElapseOf({ ...timer, values: [boot] }, facts);
  const [earliest, latest] = [onCalendar.earliestUsec ?? FAR_USEC, onCalendar.latestUsec ?? FAR_USEC];
  const spread = Number.isFinite(latest) ? (latest - earliest) / 1e6 : 365 * DAY;
  return {
    calendarLeast: (earliest - FAR_USEC) / 1e6,
    least: ((onBoot.earliestUsec ?? inventory.nowUsec) - inventory.nowUsec) / 1e6,
    spread,
  };
}

const FAR = "2150-01-01 00:00:00 UTC";
const FAR_USEC = Date.UTC(2150, 0, 1) * 1000;

/** Adds up elapses into hours and totals. */
class Sum {
  counted = 0;
  readonly #now: number;
  readonly #from: number;
  readonly #limit: number;
  readonly #hours: number[] = new Array<number>(WEEK_HOURS).fill(0);
  readonly #windows: Window[] = [];
  #day = 0;
  #week = 0;
  #month = 0;
  #approximate = false;
  #windowsUntil: number;

  constructor(now: number, from: number, limit: number) {
    this.#now = now;
    this.#from = from;
    this.#limit = limit;
    this.#windowsUntil = now + 30 * DAY;
  }

  /** Windows of one schedule value in order of time, until `null`, 30 days on, or the limit. */
  series(next: (step: number) => Window | null): void {
    const end = this.#now + 30 * DAY;
    let last = this.#now;
    let drawn = 0;
    for (let step = 0; ; step++) {
      if (step >= this.#limit) {
        this.#carryOn(step, last, end);
        break;
      }
      const window = next(step);
      if (window === null || window[0] >= end) break;
      this.counted++;
      last = window[0];
      this.#add(window, 1);
      if (drawn < MAX_WINDOWS) this.#windows.push([Math.floor(window[0]), Math.ceil(window[1])]);
      else if (drawn === MAX_WINDOWS) this.#windowsUntil = Math.min(this.#windowsUntil, window[0]);
      drawn++;
    }
  }

  once(earliest: number, latest: number): void {
    if (latest < this.#now || earliest > this.#now + 30 * DAY) return;
    this.counted++;
    this.#windows.push([Math.floor(earliest), Math.ceil(latest)]);
    this.#add([earliest, latest], 1);
  }

  /** So many elapses a second, nobody knows when. */
  rate(perSecond: number): void {
    this.#approximate = true;
    this.#spread(this.#now, this.#now + 30 * DAY, perSecond * 30 * DAY);
  }

  #carryOn(counted: number, last: number, end: number): void {
    this.#approximate = true;
    const pace = counted / Math.max(1, last - this.#now);
    this.#spread(last, end, pace * (end - last));
  }

  #add([earliest, latest]: Window, count: number): void {
    // Accuracy alone does not smear a minute's elapse over two hours of the table.
    if (latest - earliest <= 61) this.#spread(earliest, earliest, count);
    else this.#spread(earliest, latest, count);
  }

  #spread(from: number, to: number, count: number): void {
    const share = (start: number, end: number): number => {
      if (end <= start) return 0;
      if (to <= from) return from >= start && from < end ? count : 0;
      return (Math.max(0, Math.min(end, to) - Math.max(start, from)) / (to - from)) * count;
    };
    this.#day += share(this.#now, this.#now + DAY);
    this.#week += share(this.#now, this.#now + 7 * DAY);
    this.#month += share(this.#now, this.#now + 30 * DAY);
    const weekEnd = this.#now + 7 * DAY;
    const first = Math.max(0, Math.floor((from - this.#from) / HOUR));
    const lastHour = Math.min(WEEK_HOURS - 1, Math.floor((to - this.#from) / HOUR));
    for (let hour = first; hour <= lastHour; hour++) {
      const start = this.#from + hour * HOUR;
      this.#hours[hour] =
        (this.#hours[hour] ?? 0) + share(Math.max(start, this.#now), Math.min(start + HOUR, weekEnd));
    }
  }

  forecast(id: string, rate: number): Forecast {
    const isDated = this.counted > 0;
    return {
      id,
      kind: isDated ? "dated" : rate > 0 ? "rate" : "none",
      reason: isDated
        ? null
        : rate > 0
          ? "how often is known, when is not: it counts from its last run"
          : "nothing within 30 days",
      windows: windowRuns(this.#windows.sort((a, b) => a[0] - b[0])),
      windowsUntil: Math.floor(this.#windowsUntil),
      day: rounded(this.#day),
      week: rounded(this.#week),
      month: rounded(this.#month),
      approximate: this.#approximate,
      hours: runsOf(this.#hours.map(rounded)),
    };
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function runsOf(values: readonly number[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value) last[0]++;
    else runs.push([1, value]);
  }
  return runs;
}
