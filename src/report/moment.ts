/** Moments and distances as people read them in tables; the machine formats use RFC 3339. */
import type { TimeZone } from "../time/zone.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

interface LocalTime {
  readonly day: string;
  readonly date: string;
  readonly year: number;
  readonly clock: string;
}

function localTime(usec: number, zone: TimeZone): LocalTime {
  const seconds = Math.floor(usec / 1e6);
  const local = new Date((seconds + zone.at(seconds).offset) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    day: DAYS[local.getUTCDay()] ?? "",
    date: `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`,
    year: local.getUTCFullYear(),
    clock: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`,
  };
}

/** `Mon 06:38:00` within six days of now, `Mon 23 Nov 06:38` within the year, `Mon 1 Jan 2029` beyond. */
export function moment(usec: number, nowUsec: number, zone: TimeZone): string {
  const { day, date, year, clock } = localTime(usec, zone);
  if (isNear(usec, nowUsec)) return `${day} ${clock}`;
  return year === localTime(nowUsec, zone).year
    ? `${day} ${date} ${clock.slice(0, 5)}`
    : `${day} ${date} ${year}`;
}

/** `Mon 06:37–07:00`: from the earliest to the latest moment, as one when they are at most a minute apart. */
export function momentWindow(earliest: number, latest: number, nowUsec: number, zone: TimeZone): string {
  if (latest - earliest <= 60e6 || !Number.isFinite(latest)) return moment(earliest, nowUsec, zone);
  const [from, to] = [localTime(earliest, zone), localTime(latest, zone)];
  const start = isNear(earliest, nowUsec)
    ? `${from.day} ${from.clock.slice(0, 5)}`
    : moment(earliest, nowUsec, zone);
  const sameDay = from.date === to.date && from.year === to.year;
  return `${start}–${sameDay ? "" : `${to.day} `}${to.clock.slice(0, 5)}`;
}

function isNear(usec: number, nowUsec: number): boolean {
  return Math.abs(usec - nowUsec) < 6 * 86_400e6;
}

/** `17s`, `11min`, `14h`, `20d`, `3y`: the largest unit, rounded down; `now` for what is due. */
export function distance(usec: number): string {
  const seconds = Math.floor(usec / 1e6);
  if (seconds <= 0) return "now";
  const units: readonly (readonly [number, string])[] = [
    [365.25 * 86_400, "y"],
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ];
  const [size, name] = units.find(([size]) => seconds >= 2 * size) ?? [1, "s"];
  return `${Math.floor(seconds / size)}${name}`;
}
