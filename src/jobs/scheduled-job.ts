import type { Span } from "../syntax/span.ts";
import type { TimeZone } from "../time/zone.ts";
import type { CronSchedule } from "./cron-expression.ts";
import type { CronVariable } from "./crontab.ts";

/** When a job runs: by cron's fields, every so many days (anacron), once (at), or, run by nothing, never. */
export type JobSchedule =
  | { readonly kind: "none" }
  | { readonly kind: "cron"; readonly cron: CronSchedule }
  | {
      readonly kind: "period";
      /** Days, or the name anacron knows. */
      readonly period: number | "monthly" | "yearly";
      readonly delayMinutes: number;
    }
  | {
      readonly kind: "at";
      /** µs since 1970. */
      readonly usec: number;
      /** Queue letter; upper case and `b` wait for a low load. */
      readonly queue: string;
    };

/** Trace of the last run. */
export interface LastRun {
  /** The day as `YYYY-MM-DD`, which is all anacron notes. */
  readonly day: string;
  readonly span: Span;
}

/** Something a host runs by itself without systemd: ATT&CK T1053.003 (cron, anacron) and T1053.002 (at). */
export interface ScheduledJob {
  readonly kind: "cron" | "anacron" | "at" | "run-parts";
  /** Stable as long as file and line stay: `cron:/etc/cron.d/php:3`. */
  readonly id: string;
  readonly span: Span;
  /** The account it runs as; a uid as text when the account is unknown. */
  readonly user: string;
  readonly scheduleText: string;
  readonly schedule: JobSchedule;
  /** Shell text; for run-parts the path of the program. */
  readonly command: string;
  readonly commandSpan: Span;
  /** What the command is given on standard input (`%` in crontabs); `null` when nothing. */
  readonly input: string | null;
  /** The shell that gets the command; `null` when a program is executed directly. */
  readonly shell: string | null;
  readonly environment: ReadonlyMap<string, CronVariable>;
  /** `null` when the daemon honours the job, else why it is inert. */
  readonly enabledReason: string | null;
  /** For run-parts: ids of the jobs that run its directory. */
  readonly drivenBy: readonly string[];
  /**
   * The next run strictly after `usec` (µs since 1970) if the daemon runs, or `null` when there is none or it cannot
   * be told: inert, `@reboot`, random fields, an anacron job that is due whenever anacron next starts.
   */
  nextAfter(usec: number, zone: TimeZone): number | null;
  readonly lastRun: LastRun | null;
}

/** A file or line that holds no job for the daemon, with the reason. */
export interface IgnoredJob {
  readonly path: string;
  readonly span: Span;
  readonly reason: string;
}

/** What one source of jobs gave. */
export interface JobHarvest {
  readonly jobs: readonly ScheduledJob[];
  readonly ignored: readonly IgnoredJob[];
  /** Oddities in files that are honoured: a NUL, a carriage return, text cron skips. */
  readonly remarks: readonly IgnoredJob[];
  /** What could not be read. */
  readonly gaps: readonly string[];
}

/** The whole of a file. */
export function wholeFile(path: string): Span {
  return { path, line: 1, column: 1, length: 0 };
}
