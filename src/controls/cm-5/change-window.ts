/** Windows for changes as an operator declares them: `Sat,Sun 02:00-06:00; 22:00-23:30`, in the target's own time. */
import { type Parsed, parsed, problem } from "../../parsed.ts";
import { wallTime } from "../../time/civil.ts";
import type { TimeZone } from "../../time/zone.ts";

export interface ChangeWindow {
  /** 0 is Sunday; empty for every day. */
  readonly days: readonly number[];
  /** Minutes of the day; a window that ends before it begins runs over midnight. */
  readonly from: number;
  readonly until: number;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const SECONDS_PER_DAY = 86_400;

export function parseChangeWindows(text: string): Parsed<readonly ChangeWindow[]> {
  const windows: ChangeWindow[] = [];
  for (const part of text.split(";").map((piece) => piece.trim())) {
    if (part === "") continue;
    const [, names = "", from = "", until = ""] =
      /^(?:([A-Za-z, ]+)\s+)?(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})$/.exec(part) ?? [];
    const days = names
      .split(",")
      .flatMap((name) => (name.trim() === "" ? [] : [DAYS.indexOf(name.trim().toLowerCase().slice(0, 3))]));
    const [start, end] = [minutesOf(from), minutesOf(until)];
    if (start === null || end === null || days.includes(-1))
      return problem(
        "EINVAL",
        `"${part}" is no window for changes`,
        text.indexOf(part),
        part.length,
        "Sat,Sun 02:00-06:00",
      );
    windows.push({ days, from: start, until: end });
  }
  return parsed(windows);
}

function minutesOf(text: string): number | null {
  const [hours = "", minutes = ""] = text.split(":");
  if (minutes === "" || Number(hours) > 24 || Number(minutes) > 59) return null;
  return Number(hours) * 60 + Number(minutes);
}

/** Does a moment, microseconds since 1970, lie in one of the windows? */
export function isInWindow(windows: readonly ChangeWindow[], usec: number, zone: TimeZone): boolean {
  const seconds = Math.floor(usec / 1_000_000);
  const local = seconds + zone.at(seconds).offset;
  const { hour, minute } = wallTime(local);
  const now = hour * 60 + minute;
  const weekday = (((Math.floor(local / SECONDS_PER_DAY) + 4) % 7) + 7) % 7;
  return windows.some(({ days, from, until }) => {
    const holds = (day: number): boolean => days.length === 0 || days.includes(((day % 7) + 7) % 7);
    if (from <= until) return holds(weekday) && now >= from && now < until;
    return (now >= from && holds(weekday)) || (now < until && holds(weekday - 1));
  });
}
