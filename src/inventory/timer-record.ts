import type { LoadedUnit, Manager } from "../manager/manager.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import type { Timer } from "../units/timer.ts";
import type { NextElapse } from "./next-elapse.ts";

/** One timer of one manager: what it is, what it starts, when, and what starts it. */
export interface TimerRecord {
  /** `system/backup.timer`. */
  readonly id: string;
  readonly unit: string;
  /** `system`, `global-user`, `user:NAME`. */
  readonly scope: string;
  readonly manager: Manager;
  /** As `systemctl list-unit-files` prints it. */
  readonly state: string;
  /** `enable`, `disable`, `ignore`, or `null` where no preset can apply. */
  readonly preset: string | null;
  readonly load: LoadState;
  /** Why it does not load, and lines that do not count, each with its place. */
  readonly problems: readonly UnitProblem[];
  readonly loaded: LoadedUnit;
  /** `null` when the unit has no settings: masked, missing, unreadable. */
  readonly timer: Timer | null;
  /** The unit it starts; `null` when there is no timer. */
  readonly activates: string | null;
  readonly target: LoadedUnit | null;
  /** Commands of the activated unit, in the order they run. */
  readonly commands: readonly ExecCommand[];
  /** The account the activated unit runs as: a name, `dynamic`, or `each user`. */
  readonly runsAs: string;
  readonly started: Started;
  readonly next: NextElapse;
  readonly last: LastRun | null;
}

export type LoadState = "loaded" | "masked" | "not-found" | "error" | "bad-setting";

export interface UnitProblem {
  readonly says: string;
  readonly span: Span | null;
  /** The unit cannot be started because of it; otherwise a line that does not count. */
  readonly fatal: boolean;
}

/** Whether the manager starts the timer when it starts itself, and through what. */
export interface Started {
  readonly atBoot: boolean;
  /** From the outermost unit in; empty when nothing does. */
  readonly chain: readonly StartStep[];
}

export interface StartStep {
  /** The unit that pulls the next one in. */
  readonly unit: string;
  /** `Wants=`, `Requires=`, `wants link`, … */
  readonly how: string;
  readonly span: Span | null;
}

/** Evidence of a run. */
export interface LastRun {
  readonly usec: number;
  /** `stamp file /var/lib/systemd/timers/stamp-x.timer`. */
  readonly evidence: string;
  /**
   * Stamps that systemd writes when a timer fires carry whole microseconds; the first one, at creation, does not
   * (systemd src/core/timer.c, `timer_trigger_notify()`), and neither do most tools that set times.
   */
  readonly kind: "fired" | "created-or-forged";
}
