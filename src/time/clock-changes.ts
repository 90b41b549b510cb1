import { compileCalendar } from "./calendar-plan.ts";
import { type CalendarSpec, USEC_PER_SECOND } from "./calendar-spec.ts";
import { type TimeZone, UTC_ONLY } from "./zone.ts";

/** A local time an expression names that the clocks leave out or show twice. */
export interface ClockChange {
  readonly kind: "skipped" | "repeated";
  /** The instant the clocks change, in microseconds since 1970. */
  readonly usec: number;
  /** The first local time named that is concerned, in microseconds as if it were UTC. */
  readonly wallUsec: number;
  /** The local times left out or shown twice, from and up to, in microseconds as if they were UTC. */
  readonly fromWallUsec: number;
  readonly toWallUsec: number;
}

/**
 * The clock changes between two instants that concern an expression. systemd lets a skipped time go without
 * replacement and runs a repeated one the first time only.
 */
export function clockChanges(
  spec: CalendarSpec,
  zone: TimeZone,
  fromUsec: number,
  toUsec: number,
): readonly ClockChange[] {
  const changes: ClockChange[] = [];
  if (spec.utc) return changes;
  const onWall = compileCalendar({ ...spec, utc: true, timeZone: null, dst: -1 }, UTC_ONLY);
  for (const [index, { start, offset }] of zone.periods.entries()) {
    const before = zone.periods[index - 1];
    const usec = start * USEC_PER_SECOND;
    if (before === undefined || before.offset === offset || usec <= fromUsec || usec > toUsec) continue;
    const fromWallUsec = (start + Math.min(before.offset, offset)) * USEC_PER_SECOND;
    const toWallUsec = (start + Math.max(before.offset, offset)) * USEC_PER_SECOND;
    const named = fromWallUsec > 0 ? onWall.next(fromWallUsec - 1) : null;
    if (named?.kind !== "elapse" || named.usec >= toWallUsec) continue;
    const kind = offset > before.offset ? "skipped" : "repeated";
    changes.push({ kind, usec, wallUsec: named.usec, fromWallUsec, toWallUsec });
  }
  return changes;
}
