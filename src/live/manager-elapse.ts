import type { NextElapse } from "../inventory/next-elapse.ts";
import type { ManagerView, UnitView } from "./manager-view.ts";

/** The end of the year 9999, beyond which no format here goes. */
const LAST_USEC = 253_402_300_799_000_000;

/**
 * When the manager will fire a timer: the earlier of what it has armed on either clock, and up to `AccuracySec=` later.
 * The random delay is in it already. `null` when nothing is armed. As `calc_next_elapse()` of systemctl computes it
 * (src/systemctl/systemctl-list-units.c).
 */
export function armedElapse(
  { activeState, subState, timer }: UnitView,
  { realtimeUsec, monotonicUsec }: ManagerView["clock"],
): NextElapse | null {
  if (timer === null || activeState !== "active" || subState !== "waiting") return null;
  const armed: number[] = [];
  if (timer.nextRealtimeUsec !== null) armed.push(timer.nextRealtimeUsec);
  if (timer.nextMonotonicUsec !== null) armed.push(realtimeUsec + timer.nextMonotonicUsec - monotonicUsec);
  const earliestUsec = Math.min(...armed);
  // A random delay without end puts it hundreds of thousands of years off.
  if (earliestUsec > LAST_USEC) return null;
  return {
    earliestUsec,
    latestUsec: earliestUsec + (timer.accuracyUsec ?? Number.POSITIVE_INFINITY),
    reason: null,
    relative: [],
    overdue: false,
  };
}
