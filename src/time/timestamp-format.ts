import { WEEKDAYS } from "./calendar-spec.ts";
import { SECONDS_PER_DAY, type WallTime, wallTime, weekdayOf } from "./civil.ts";
import type { TimeZone } from "./zone.ts";

const two = (value: number): string => String(value).padStart(2, "0");

function dateText({ year, month, day }: WallTime): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function timeText({ hour, minute, second }: WallTime): string {
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** `Mon 2026-11-23 06:38:00 CET`: systemd's `format_timestamp`, whole seconds. */
export function formatTimestamp(usec: number, zone: TimeZone): string {
  const seconds = Math.floor(usec / 1e6);
  const { offset, abbreviation } = zone.at(seconds);
  const local = seconds + offset;
  const wall = wallTime(local);
  const weekday = WEEKDAYS[weekdayOf(Math.floor(local / SECONDS_PER_DAY))];
  return `${weekday} ${dateText(wall)} ${timeText(wall)} ${abbreviation}`;
}

/** RFC 3339 in UTC: `2027-03-27T01:30:00Z`, with six more digits when there is a fraction of a second. */
export function formatRfc3339(usec: number): string {
  const seconds = Math.floor(usec / 1e6);
  const fraction = Math.floor(usec - seconds * 1e6);
  const wall = wallTime(seconds);
  const decimals = fraction === 0 ? "" : `.${String(fraction).padStart(6, "0")}`;
  return `${dateText(wall)}T${timeText(wall)}${decimals}Z`;
}
