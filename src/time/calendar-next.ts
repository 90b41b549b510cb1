import { compileCalendar } from "./calendar-plan.ts";
import type { Elapse } from "./calendar-search.ts";
import type { CalendarSpec } from "./calendar-spec.ts";
import { DEFAULT_SYSTEMD_VERSION, type SystemdVersion } from "./systemd-version.ts";
import type { Zones } from "./zone.ts";

/**
 * The first elapse strictly after an instant in microseconds since 1970 (`calendar_spec_next_usec`). For many
 * questions about one expression use `compileCalendar`, which this makes anew each time.
 */
export function nextElapse(
  spec: CalendarSpec,
  afterUsec: number,
  zones: Zones,
  version: SystemdVersion = DEFAULT_SYSTEMD_VERSION,
): Elapse {
  return compileCalendar(spec, zones, version).next(afterUsec);
}

/** Elapses in a row and why there are no more of them. */
export interface Elapses {
  /** Microseconds since 1970. */
  readonly usec: readonly number[];
  /** `count`: as many as were asked for; `never`: the expression ends; `loop`: systemd's search gave up. */
  readonly end: "count" | "never" | "loop";
}

/**
 * Up to `count` elapses, each searched from the one before as `systemd-analyze calendar --iterations=` does. That
 * program prints nothing at all when any search gives up; here the elapses before are kept.
 */
export function nextElapses(
  spec: CalendarSpec,
  afterUsec: number,
  count: number,
  zones: Zones,
  version: SystemdVersion = DEFAULT_SYSTEMD_VERSION,
): Elapses {
  const plan = compileCalendar(spec, zones, version);
  const usec: number[] = [];
  let last = afterUsec;
  while (usec.length < count) {
    const next = usec.length === 0 ? plan.next(last) : plan.following(last);
    if (next.kind !== "elapse") return { usec, end: next.kind };
    usec.push(next.usec);
    last = next.usec;
  }
  return { usec, end: "count" };
}
