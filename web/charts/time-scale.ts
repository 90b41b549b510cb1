/** Moments on a line: positions from 0 to 1, and ticks people can read. */
import type { TimeZone } from "../../src/time/zone.ts";

export interface TimeScale {
  readonly from: number;
  readonly to: number;
  /** From 0 to 1, cut at both ends. Seconds since 1970. */
  at(seconds: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  readonly label: string;
  readonly isMajor: boolean;
}

const HOUR = 3600;
const DAY = 86_400;
const STEPS = [60, 300, 900, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function timeScale(from: number, to: number, zone: TimeZone, most = 9): TimeScale {
  const length = Math.max(1, to - from);
  const step = STEPS.find((size) => length / size <= most);
  const ticks = (step === undefined ? months(from, to, zone, most) : steps(from, to, zone, step)).map(
    (tick) => ({
      ...tick,
      at: (tick.at - from) / length,
    }),
  );
  return {
    from,
    to,
    ticks,
    at: (seconds) => Math.min(1, Math.max(0, (seconds - from) / length)),
  };
}

/** At round clock times, or at midnights. */
function steps(from: number, to: number, zone: TimeZone, step: number): Tick[] {
  const ticks: Tick[] = [];
  let month = -1;
  const offset = zone.at(Math.floor(from)).offset;
  for (let wall = Math.ceil((from + offset) / step) * step; ; wall += step) {
    const seconds = wall - zone.at(Math.floor(wall - offset)).offset;
    if (seconds > to) return ticks;
    if (seconds < from) continue;
    const date = new Date(wall * 1000);
    const isMajor = wall % DAY === 0;
    const isNewMonth = date.getUTCMonth() !== month;
    const day = `${DAYS[date.getUTCDay()]} ${date.getUTCDate()}${isNewMonth ? ` ${MONTHS[date.getUTCMonth()]}` : ""}`;
    if (isMajor) month = date.getUTCMonth();
    ticks.push({ at: seconds, label: isMajor ? day : date.toISOString().slice(11, 16), isMajor });
  }
}

/** At the first of every month, or every third, or every year. */
function months(from: number, to: number, zone: TimeZone, most: number): Tick[] {
  const step = [1, 3, 12].find((size) => (to - from) / (size * 30 * DAY) <= most) ?? 12;
  const start = new Date(from * 1000);
  const ticks: Tick[] = [];
  const first = Math.ceil((start.getUTCMonth() + 1) / step) * step;
  for (let month = first; ticks.length < 100; month += step) {
    const wall = Date.UTC(start.getUTCFullYear(), month, 1) / 1000;
    const seconds = wall - zone.at(wall).offset;
    if (seconds > to) break;
    const date = new Date(wall * 1000);
    const isMajor = date.getUTCMonth() === 0;
    const label = isMajor ? String(date.getUTCFullYear()) : (MONTHS[date.getUTCMonth()] ?? "");
    ticks.push({ at: seconds, label, isMajor });
  }
  return ticks;
}
