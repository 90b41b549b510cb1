/**
 * When a timer fires next, from files alone: a window where systemd adds random delay or accuracy, words where the
 * moment has no date ("15min after boot"), and a reason whenever there is none.
 *
 * Source: `timer_enter_waiting()` in systemd's src/core/timer.c and systemd.timer(5). The random part of a delay is
 * never guessed: with `FixedRandomDelay=` and a known machine-id it is exact, otherwise it widens the window.
 */
import { nextElapse as nextCalendarElapse } from "../time/calendar-next.ts";
import type { CalendarSpec } from "../time/calendar-spec.ts";
import { fixedHash } from "../time/fixed-delay.ts";
import type { SystemdVersion } from "../time/systemd-version.ts";
import { formatTimespan } from "../time/timespan-format.ts";
import { USEC_INFINITY } from "../time/usec.ts";
import type { Zones } from "../time/zone.ts";
import type { Timer } from "../units/timer.ts";

export interface NextElapse {
  /** Microseconds since 1970; `null` with a reason. */
  readonly earliestUsec: number | null;
  readonly latestUsec: number | null;
  readonly reason: NoElapseReason | null;
  /** Moments that cannot be dated from files: `15min after boot`. */
  readonly relative: readonly string[];
  /** `Persistent=` and a slot was missed since the stamp: it runs as soon as it is started. */
  readonly overdue: boolean;
}

/** Why there is no next elapse. `explain WORD` shows the sentence. */
export type NoElapseReason = keyof typeof NO_ELAPSE;

export const NO_ELAPSE = {
  masked: "the timer is masked: systemd refuses to start it",
  "not-found": "no unit file is behind this name",
  "bad-unit": "systemd refuses the unit file",
  template: "a template fires only through its instances, and nothing starts one",
  "not-started": "nothing starts this timer at boot",
  "target-missing": "the unit it should start does not exist, so the timer cannot be started",
  "target-masked": "the unit it should start is masked, so the timer cannot be started",
  "target-bad": "systemd refuses the unit it should start, so the timer cannot be started",
  "no-value": "none of its schedule lines is valid",
  never: "no moment matches its calendar expression from now until the year 2199",
  "search-loop": "systemd's search gives up on this expression around a clock change and ignores it",
  infinite: "its time span is infinite",
  "relative-to-boot": "it counts from boot, and files do not tell when that was or will be",
  "relative-to-start": "it counts from the moment the timer is started",
  "after-last-run": "it counts from the last run, which files do not tell",
  "needs-first-run": "it counts from a run of its service, and nothing makes the first one",
  "past-boot": "its moment after boot has passed, and it fires once a boot",
  "on-event": "it fires only when the clock or the time zone is changed",
} as const;

/** What the evidence tells beyond the unit file. Times in microseconds since 1970, `null` when unknown. */
export interface ElapseFacts {
  readonly nowUsec: number;
  readonly bootUsec: number | null;
  /** The stamp file's time, for `Persistent=` timers. */
  readonly lastTriggerUsec: number | null;
  readonly zones: Zones;
  readonly version: SystemdVersion;
  readonly machineId: string | null;
  readonly systemManager: boolean;
  readonly uid: number;
  /** The timer's primary id. */
  readonly unit: string;
}

export function noElapse(reason: NoElapseReason): NextElapse {
  return { earliestUsec: null, latestUsec: null, reason, relative: [], overdue: false };
}

export function nextElapseOf(timer: Timer, facts: ElapseFacts): NextElapse {
  const shift = delayOf(timer, facts);
  const windows: Window[] = [];
  const relative: string[] = [];
  const reasons = new Set<NoElapseReason>();
  let overdue = false;
  for (const value of timer.values) {
    if (value.directive === "OnCalendar") {
      const found = calendarWindow(value.calendar, timer, facts, shift);
      if ("reason" in found) reasons.add(found.reason);
      else {
        windows.push(found.window);
        overdue ||= found.overdue;
      }
    } else {
      const found = monotonicWindow(value.directive, value.usec, facts, shift);
      if (found.window !== undefined) windows.push(found.window);
      if (found.relative !== undefined) relative.push(found.relative);
      if (found.reason !== undefined) reasons.add(found.reason);
    }
  }
  const first = windows.sort((a, b) => a.earliest - b.earliest)[0];
  if (first !== undefined)
    return { earliestUsec: first.earliest, latestUsec: first.latest, reason: null, relative, overdue };
  return { earliestUsec: null, latestUsec: null, reason: reasonOf(timer, reasons), relative, overdue: false };
}

interface Window {
  readonly earliest: number;
  readonly latest: number;
}

/** What is added to each elapse: exact where a hash decides it, a range where chance does. */
interface Delay {
  readonly calendarLeast: number;
  readonly least: number;
  readonly spread: number;
}

function delayOf(timer: Timer, facts: ElapseFacts): Delay {
  const accuracy = microseconds(timer.accuracyUsec) || 250_000;
  const random = microseconds(timer.randomizedDelayUsec);
  const offset = microseconds(timer.randomizedOffsetUsec);
  const needsHash = (timer.fixedRandomDelay && random > 0) || offset > 0;
  const hash =
    facts.machineId === null || !needsHash
      ? null
      : fixedHash({
          machineId: facts.machineId,
          system: facts.systemManager,
          uid: facts.uid,
          unit: facts.unit,
        });
  const exact = timer.fixedRandomDelay && hash !== null && random > 0 && Number.isFinite(random);
  const least = exact ? Number(hash % timer.randomizedDelayUsec) : 0;
  const exactOffset = hash !== null && offset > 0 && Number.isFinite(offset);
  return {
    least,
    calendarLeast: least + (exactOffset ? Number(hash % timer.randomizedOffsetUsec) : 0),
    spread: (exact ? 0 : random) + (exactOffset ? 0 : offset) + accuracy,
  };
}

function calendarWindow(
  spec: CalendarSpec,
  timer: Timer,
  facts: ElapseFacts,
  delay: Delay,
): { readonly window: Window; readonly overdue: boolean } | { readonly reason: NoElapseReason } {
  const after = (base: number) => nextCalendarElapse(spec, base, facts.zones, facts.version);
  const toWindow = (usec: number): Window => ({
    earliest: usec + delay.calendarLeast,
    latest: usec + delay.calendarLeast + delay.spread,
  });
  if (timer.persistent && facts.lastTriggerUsec !== null) {
    const due = after(facts.lastTriggerUsec);
    if (due.kind === "elapse" && due.usec <= facts.nowUsec) {
      const pending = toWindow(due.usec);
      if (pending.latest >= facts.nowUsec) return { window: pending, overdue: false };
      const following = after(facts.nowUsec);
      if (following.kind === "elapse") return { window: toWindow(following.usec), overdue: true };
    }
  }
  const found = after(facts.nowUsec - delay.calendarLeast);
  if (found.kind === "elapse") return { window: toWindow(found.usec), overdue: false };
  return { reason: found.kind === "loop" ? "search-loop" : "never" };
}

function monotonicWindow(
  directive: string,
  usec: bigint,
  facts: ElapseFacts,
  delay: Delay,
): { readonly window?: Window; readonly relative?: string; readonly reason?: NoElapseReason } {
  if (usec >= USEC_INFINITY) return { reason: "infinite" };
  const span = formatTimespan(usec);
  const from = (base: number): Window => ({
    earliest: base + Number(usec) + delay.least,
    latest: base + Number(usec) + delay.least + delay.spread,
  });
  switch (directive) {
    case "OnBootSec":
    case "OnStartupSec": {
      const what = directive === "OnBootSec" || facts.systemManager ? "boot" : "the user's first login";
      if (facts.bootUsec === null || what !== "boot")
        return { relative: `${span} after ${what}`, reason: "relative-to-boot" };
      const window = from(facts.bootUsec);
      return window.latest >= facts.nowUsec ? { window } : { reason: "past-boot" };
    }
    case "OnActiveSec":
      return { relative: `${span} after the timer is started`, reason: "relative-to-start" };
    case "OnUnitActiveSec":
      return { relative: `${span} after it was last started`, reason: "after-last-run" };
    default:
      return { relative: `${span} after it last ended`, reason: "after-last-run" };
  }
}

/** The most telling of the reasons: what could still fire outranks what cannot. */
function reasonOf(timer: Timer, reasons: ReadonlySet<NoElapseReason>): NoElapseReason {
  const firsts: readonly NoElapseReason[] = ["relative-to-boot", "relative-to-start"];
  for (const reason of firsts) if (reasons.has(reason)) return reason;
  if (reasons.has("after-last-run")) return reasons.has("past-boot") ? "after-last-run" : "needs-first-run";
  if (timer.onClockChange || timer.onTimezoneChange) return "on-event";
  const rest: readonly NoElapseReason[] = ["past-boot", "never", "search-loop", "infinite"];
  return rest.find((reason) => reasons.has(reason)) ?? "no-value";
}

function microseconds(usec: bigint): number {
  return usec >= USEC_INFINITY ? Number.POSITIVE_INFINITY : Number(usec);
}
