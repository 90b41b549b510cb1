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
const STEPS = [
  60,
  300,
  900,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
  91 * DAY,
  365 * DAY,
];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function timeScale(from: number, to: number, zone: TimeZone, most = 9): TimeScale {
  const length = Math.max(1, to - from);
  const step = STEPS.find((size) => length / size <= most) ?? 365 * DAY;
  const ticks: Tick[] = [];
  const offset = zone.at(Math.floor(from)).offset;
  for (let wall = Math.ceil((from + offset) / step) * step; ; wall += step) {
    const seconds = wall - zone.at(Math.floor(wall - offset)).offset;
    if (seconds > to) break;
    if (seconds < from) continue;
    const date = new Date(wall * 1000);
    const isMidnight = wall % DAY === 0;
    const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
    const clock = date.toISOString().slice(11, 16);
    const label =
      step < DAY
        ? isMidnight
          ? `${DAYS[date.getUTCDay()]} ${day}`
          : clock
        : step < 30 * DAY
          ? `${DAYS[date.getUTCDay()]} ${day}`
          : `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    ticks.push({ at: (seconds - from) / length, label, isMajor: isMidnight });
  }
  return {
    from,
    to,
    ticks,
    at: (seconds) => Math.min(1, Math.max(0, (seconds - from) / length)),
  };
}
