/** A zone out of the browser's own tables, where the target's are not at hand. Ten years back to thirty ahead. */
import { makeZone, type TimeZone, UTC, type ZonePeriod } from "../src/time/zone.ts";

const DAY = 86_400;

/** `null` when the browser knows no zone of that name. */
export function browserZone(name: string, nowSeconds: number): TimeZone | null {
  const offsetAt = offsetReader(name);
  if (offsetAt === null) return null;
  const end = nowSeconds + 30 * 365 * DAY;
  const starts: { start: number; offset: number }[] = [
    { start: Number.NEGATIVE_INFINITY, offset: offsetAt(nowSeconds - 3650 * DAY) },
  ];
  let known = starts[0]?.offset ?? 0;
  for (let at = nowSeconds - 3650 * DAY; at < end; at += 7 * DAY) {
    const offset = offsetAt(at);
    if (offset === known) continue;
    starts.push({ start: changeBetween(at - 7 * DAY, at, known, offsetAt), offset });
    known = offset;
  }
  const standard = Math.min(...starts.slice(-3).map(({ offset }) => offset));
  const periods = starts.map(
    ({ start, offset }, index): ZonePeriod => ({
      start,
      end: starts[index + 1]?.start ?? Number.POSITIVE_INFINITY,
      offset,
      dst: offset > standard,
      abbreviation: offsetText(offset),
    }),
  );
  const [first, ...rest] = periods;
  return first === undefined
    ? UTC
    : makeZone(name, [first, ...rest], offsetText(standard), offsetText(known));
}

/** Asked once: browsers take a millisecond for the answer, and every drawing of the page wants it. */
export function browserZoneName(): string {
  ownName ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return ownName;
}

let ownName: string | null = null;

function offsetReader(name: string): ((seconds: number) => number) | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null;
  }
  return (seconds) => {
    const parts = new Map(
      format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wall = Date.UTC(
      get("year"),
      get("month") - 1,
      get("day"),
      get("hour"),
      get("minute"),
      get("second"),
    );
    return Math.round(wall / 1000 - Math.floor(seconds));
  };
}

function changeBetween(low: number, high: number, before: number, offsetAt: (at: number) => number): number {
  let [from, to] = [Math.floor(low), Math.floor(high)];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle) === before) from = middle;
    else to = middle;
  }
  return to;
}

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60));
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
