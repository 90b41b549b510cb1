import { parseBoolean } from "../syntax/boolean.ts";
import type { Span } from "../syntax/span.ts";
import { expandSpecifiers } from "../syntax/specifier.ts";
import { locate } from "../syntax/unit-file.ts";
import { parseCalendar } from "../time/calendar-parse.ts";
import { type CalendarSpec, formatCalendar } from "../time/calendar-spec.ts";
import type { SystemdVersion } from "../time/systemd-version.ts";
import { parseTimespan } from "../time/timespan.ts";
import type { Zones } from "../time/zone.ts";
import { type LoadError, type Setting, type Unit, value } from "./unit.ts";
import { resolveUnitName } from "./unit-reference.ts";

export type CalendarDirective = "OnCalendar";
export type MonotonicDirective =
  | "OnActiveSec"
  | "OnBootSec"
  | "OnStartupSec"
  | "OnUnitActiveSec"
  | "OnUnitInactiveSec";

/** One value a timer elapses on. */
export type TimerValue =
  | {
      readonly directive: CalendarDirective;
      /** As written, specifiers replaced. */
      readonly text: string;
      readonly calendar: CalendarSpec;
      /** As systemd prints it. */
      readonly normalized: string;
      readonly span: Span;
    }
  | {
      readonly directive: MonotonicDirective;
      readonly text: string;
      readonly usec: bigint;
      readonly span: Span;
    };

/** A value of the timer that systemd ignores, and why. */
export interface TimerProblem {
  readonly directive: string;
  readonly text: string;
  readonly reason: string;
  readonly suggestion: string | null;
  readonly span: Span;
}

/** A timer unit's meaning (systemd.timer(5)). All times in microseconds. */
export interface Timer {
  readonly unit: Unit;
  /** The unit it starts. */
  readonly triggers: string;
  /** Where that is said; null if it is the service of the same name. */
  readonly triggersSpan: Span | null;
  /** In file order, which is also the order systemd keeps. */
  readonly values: readonly TimerValue[];
  readonly accuracyUsec: bigint;
  readonly randomizedDelayUsec: bigint;
  readonly fixedRandomDelay: boolean;
  readonly randomizedOffsetUsec: bigint;
  readonly deferReactivation: boolean;
  readonly onClockChange: boolean;
  readonly onTimezoneChange: boolean;
  readonly persistent: boolean;
  readonly wakeSystem: boolean;
  readonly remainAfterElapse: boolean;
  readonly problems: readonly TimerProblem[];
  /** The unit's own, or that the timer has nothing to elapse on. */
  readonly loadError: LoadError | null;
}

export interface TimerContext {
  readonly zones: Zones;
  readonly version: SystemdVersion;
  /** `DefaultTimerAccuracySec=` of the manager, one minute unless configured. */
  readonly defaultAccuracyUsec: bigint;
}

const MONOTONIC: readonly MonotonicDirective[] = [
  "OnActiveSec",
  "OnBootSec",
  "OnStartupSec",
  "OnUnitActiveSec",
  "OnUnitInactiveSec",
];

/** The timer a merged `.timer` unit is (`timer_load()`, src/core/timer.c). */
export function timerOf(unit: Unit, context: TimerContext): Timer {
  const problems: TimerProblem[] = [];
  const found = timerValues(unit, context, problems);
  const onClockChange = flag(unit, "OnClockChange", false);
  const onTimezoneChange = flag(unit, "OnTimezoneChange", false);
  const isIdle = found.length === 0 && !onClockChange && !onTimezoneChange;
  const trigger = triggerOfTimer(unit);
  return {
    unit,
    ...trigger,
    values: found,
    accuracyUsec: span(unit, "AccuracySec") ?? context.defaultAccuracyUsec,
    randomizedDelayUsec: span(unit, "RandomizedDelaySec") ?? 0n,
    fixedRandomDelay: flag(unit, "FixedRandomDelay", false),
    randomizedOffsetUsec: span(unit, "RandomizedOffsetSec") ?? 0n,
    deferReactivation: flag(unit, "DeferReactivation", false),
    onClockChange,
    onTimezoneChange,
    persistent: flag(unit, "Persistent", false),
    wakeSystem: flag(unit, "WakeSystem", false),
    remainAfterElapse: flag(unit, "RemainAfterElapse", true),
    problems,
    loadError: unit.loadError ?? (isIdle ? nothingToElapseOn(unit) : null),
  };
}

function nothingToElapseOn(unit: Unit): LoadError {
  const file = unit.sources[0]?.file;
  const header = file?.sections.find(({ name }) => name === "Timer")?.span;
  const place = header ?? { path: file?.path ?? unit.id, line: 1, column: 1, length: 0 };
  return { state: "bad-setting", reason: "the timer has no valid value to elapse on", span: place };
}

/** `Unit=`, or the service of the same name (`timer_add_trigger_dependencies()`). */
function triggerOfTimer(unit: Unit): { readonly triggers: string; readonly triggersSpan: Span | null } {
  const setting = value(unit, "Timer", "Unit");
  const named = setting === null ? null : resolveUnitName(setting.value, unit.specifiers);
  if (setting !== null && named?.ok === true) return { triggers: named.value, triggersSpan: setting.span };
  return { triggers: unit.id.replace(/\.timer$/, ".service"), triggersSpan: null };
}

/** All valid values, in the order of assignment across the keys, for they share one list. */
function timerValues(unit: Unit, context: TimerContext, problems: TimerProblem[]): readonly TimerValue[] {
  return unit.history.flatMap(({ setting, fate }) => {
    if (fate !== "effective" || setting.section !== "Timer") return [];
    const monotonic = MONOTONIC.find((key) => key === setting.key);
    if (monotonic === undefined && setting.key !== "OnCalendar") return [];
    const read = readValue(unit, setting, monotonic ?? null, context, problems);
    return read === null ? [] : [read];
  });
}

function readValue(
  unit: Unit,
  setting: Setting,
  monotonic: MonotonicDirective | null,
  context: TimerContext,
  problems: TimerProblem[],
): TimerValue | null {
  const expanded = expandSpecifiers(setting.value, unit.specifiers, "unit");
  const text = expanded.ok ? expanded.value : setting.value;
  const base = { text, span: setting.span };
  if (!expanded.ok) {
    problems.push(problemOf(setting, text, expanded.problem, text));
    return null;
  }
  if (monotonic !== null) {
    const usec = parseTimespan(text);
    if (usec.ok) return { directive: monotonic, ...base, usec: usec.value };
    problems.push(problemOf(setting, text, usec.problem, setting.value));
    return null;
  }
  const calendar = parseCalendar(text, context.zones, context.version);
  if (calendar.ok) {
    const normalized = formatCalendar(calendar.value);
    return { directive: "OnCalendar", ...base, calendar: calendar.value, normalized };
  }
  problems.push(problemOf(setting, text, calendar.problem, setting.value));
  return null;
}

/** Points at the very column if the text is what stands in the file. */
function problemOf(
  setting: Setting,
  text: string,
  { message, at, length, suggestion }: { message: string; at: number; length: number; suggestion?: string },
  written: string,
): TimerProblem {
  const place = text === written ? locate(setting.assignment, at, length) : setting.span;
  const base = { directive: setting.key, text, reason: message, span: place };
  return { ...base, suggestion: suggestion ?? null };
}

function flag(unit: Unit, key: string, otherwise: boolean): boolean {
  const setting = value(unit, "Timer", key);
  return setting === null ? otherwise : (parseBoolean(setting.value) ?? otherwise);
}

function span(unit: Unit, key: string): bigint | null {
  const setting = value(unit, "Timer", key);
  const usec = setting === null ? null : parseTimespan(setting.value);
  return usec?.ok === true ? usec.value : null;
}
