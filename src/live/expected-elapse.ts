import type { Inventory } from "../inventory/inventory.ts";
import { scopeName } from "../manager/scope.ts";
import { nextElapse } from "../time/calendar-next.ts";
import { parseCalendar } from "../time/calendar-parse.ts";
import { fixedHash } from "../time/fixed-delay.ts";
import type { ManagerView, TimerView, UnitView } from "./manager-view.ts";

/** A window, in microseconds since 1970: the random delay of the loaded timer widens it. */
export interface ExpectedElapse {
  readonly earliestUsec: number;
  readonly latestUsec: number;
}

/** Two clocks cannot be read in the same instant. */
const CLOCK_SKEW = 1_000;

/**
 * The elapse that follows from the loaded settings and what the manager remembers (last trigger, start times):
 * `timer_enter_waiting()` of systemd's src/core/timer.c with every fact known. It is this project's own arithmetic, so
 * that it and the manager's choice check each other. `null` when nothing can be armed.
 */
export function expectedElapse(
  unit: UnitView,
  manager: ManagerView,
  inventory: Inventory,
): ExpectedElapse | null {
  const { timer } = unit;
  if (timer === null) return null;
  const toRealtime = manager.clock.realtimeUsec - manager.clock.monotonicUsec;
  const realtime = earliestCalendar(unit, timer, manager, inventory, toRealtime);
  const monotonic = earliestMonotonic(unit, timer, manager);
  const moments = [realtime, monotonic === null ? null : monotonic + toRealtime].filter((at) => at !== null);
  if (moments.length === 0) return null;
  const random = timer.randomizedDelayUsec ?? Number.POSITIVE_INFINITY;
  const fixed =
    timer.fixedRandomDelay && random > 0 && Number.isFinite(random)
      ? fixedDelay(unit, manager, inventory, random)
      : null;
  const earliest = Math.min(...moments) + (fixed ?? 0);
  return {
    earliestUsec: earliest - CLOCK_SKEW,
    latestUsec: earliest + (fixed === null ? random : 0) + CLOCK_SKEW,
  };
}

function earliestCalendar(
  unit: UnitView,
  timer: TimerView,
  manager: ManagerView,
  { zones, version }: Inventory,
  toRealtime: number,
): number | null {
  const base = timer.lastTriggerUsec ?? unit.inactiveExitUsec ?? manager.clock.realtimeUsec;
  const started = (manager.startedMonotonicUsec ?? 0) + toRealtime;
  const moments = timer.calendars.flatMap(({ text }) => {
    const calendar = parseCalendar(text, zones, version);
    if (!calendar.ok) return [];
    const next = nextElapse(calendar.value, base, zones, version);
    return next.kind === "elapse" ? [Math.max(next.usec, started)] : [];
  });
  return moments.length === 0 ? null : Math.min(...moments);
}

const ONCE: ReadonlySet<string> = new Set(["OnActiveSec", "OnBootSec", "OnStartupSec"]);

function earliestMonotonic(unit: UnitView, timer: TimerView, manager: ManagerView): number | null {
  const target = manager.units.find(({ names }) => names.includes(timer.unit));
  const last = timer.lastTriggerMonotonicUsec;
  const moments = timer.monotonics.flatMap(({ directive, usec }) => {
    if (usec === null) return [];
    const base = baseOf(directive, unit, target, last, manager);
    if (base === null) return [];
    const at = base + usec;
    const isSpent = ONCE.has(directive) && last !== null && at < manager.clock.monotonicUsec;
    return isSpent ? [] : [at];
  });
  return moments.length === 0 ? null : Math.min(...moments);
}

function baseOf(
  directive: string,
  unit: UnitView,
  target: UnitView | undefined,
  lastTrigger: number | null,
  manager: ManagerView,
): number | null {
  switch (directive) {
    case "OnActiveSec":
      // A daemon-reload begins to count anew: the timer is not active yet when it is armed (timer.c, `timer_coldplug`).
      return latest(unit.inactiveExitMonotonicUsec, manager.loadedMonotonicUsec ?? null);
    case "OnBootSec":
      return manager.container === null ? 0 : manager.startedMonotonicUsec;
    case "OnStartupSec":
      return manager.startedMonotonicUsec;
    case "OnUnitActiveSec":
      return latest(target?.inactiveExitMonotonicUsec ?? null, lastTrigger);
    case "OnUnitInactiveSec":
      return latest(target?.inactiveEnterMonotonicUsec ?? null, lastTrigger);
    default:
      return null;
  }
}

function latest(left: number | null, right: number | null): number | null {
  return left === null && right === null ? null : Math.max(left ?? 0, right ?? 0);
}

function fixedDelay(
  unit: UnitView,
  manager: ManagerView,
  { facts, managers }: Inventory,
  random: number,
): number | null {
  const scope = managers.find(({ scope }) => scopeName(scope) === manager.scope)?.scope;
  if (facts.machineId === null || scope === undefined) return null;
  const hash = fixedHash({
    machineId: facts.machineId,
    system: scope.kind === "system",
    uid: scope.kind === "user" ? scope.uid : 0,
    unit: unit.id,
  });
  return Number(hash % BigInt(random));
}
