/** How often an activation runs, reckoned from its own schedule. */
import type { Activation, TimerActivation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { nextElapses } from "../time/calendar-next.ts";
import type { Zones } from "../time/zone.ts";
import type { TimerValue } from "../units/timer.ts";

const LOOK_AHEAD = 8;
const USEC = 1_000_000;

/** Seconds between the two closest of its next runs; `null` when it does not repeat. */
export function shortestPeriod(activation: Activation, inventory: Inventory): number | null {
  if (activation.kind === "job") return jobPeriod(activation.job, inventory);
  const periods = (activation.record.timer?.values ?? [])
    .map((value) => valuePeriod(value, inventory))
    .filter((period) => period !== null);
  return periods.length === 0 ? null : Math.min(...periods);
}

/** Seconds between runs by one line of a timer; `null` for a line that fires once. */
export function valuePeriod(value: TimerValue, { nowUsec, zones, version }: Inventory): number | null {
  if (value.directive === "OnUnitActiveSec" || value.directive === "OnUnitInactiveSec")
    return Number(value.usec) / USEC;
  if (value.directive !== "OnCalendar") return null;
  let known = CALENDAR_PERIODS.get(zones);
  if (known === undefined) {
    known = new Map();
    CALENDAR_PERIODS.set(zones, known);
  }
  const key = `${nowUsec} ${version.major}.${version.point} ${JSON.stringify(value.calendar)}`;
  let period = known.get(key);
  if (period === undefined) {
    period = closest(nextElapses(value.calendar, nowUsec, LOOK_AHEAD, zones, version).usec);
    known.set(key, period);
  }
  return period;
}

/** Several rules ask, and many timers say the same: by the zones of a target, moment, semantics and expression. */
const CALENDAR_PERIODS = new WeakMap<Zones, Map<string, number | null>>();

/** Seconds after boot of the first run, where a line says so. */
export function secondsAfterBoot({ record }: TimerActivation): number | null {
  const found = (record.timer?.values ?? []).flatMap((value) =>
    value.directive === "OnBootSec" || value.directive === "OnStartupSec" ? [Number(value.usec) / USEC] : [],
  );
  return found.length === 0 ? null : Math.min(...found);
}

function jobPeriod(job: Extract<Activation, { kind: "job" }>["job"], inventory: Inventory): number | null {
  if (job.schedule.kind !== "cron") return null;
  const runs: number[] = [];
  let at: number | null = inventory.nowUsec;
  while (at !== null && runs.length < LOOK_AHEAD) {
    at = job.nextAfter(at, inventory.zones.local);
    if (at !== null) runs.push(at);
  }
  return closest(runs);
}

function closest(usec: readonly number[]): number | null {
  const gaps = usec.slice(1).map((at, index) => (at - (usec[index] ?? at)) / USEC);
  return gaps.length === 0 ? null : Math.min(...gaps);
}

/** `10 s`, `5 min`, `2 h`. */
export function periodText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds * 1000) / 1000} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
