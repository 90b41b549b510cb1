import type { ScheduledJob } from "../jobs/scheduled-job.ts";
import type { Closure } from "./closure.ts";
import type { TimerRecord } from "./timer-record.ts";

/** Something the host runs by itself, judged as one: a systemd timer or a job of cron, anacron, or at. */
export type Activation = TimerActivation | JobActivation;

interface ActivationFacts {
  /** `system/backup.timer`, `user:alice/x.timer`, `system/cron:/etc/cron.d/php:3`. */
  readonly id: string;
  readonly unit: string;
  /** `system`, `global-user`, `user:NAME`. */
  readonly scope: string;
  /** The account of the first command. */
  readonly runsAs: string;
  readonly closure: Closure;
}

export interface TimerActivation extends ActivationFacts {
  readonly kind: "timer";
  readonly record: TimerRecord;
}

export interface JobActivation extends ActivationFacts {
  readonly kind: "job";
  readonly job: ScheduledJob;
}
