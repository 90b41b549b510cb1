import type { AuditReport, ListReport, TimerRow } from "./envelope.ts";

/** Everything that runs by itself: the timers, then the jobs of cron, anacron and at. */
export function rowsOf({
  timers,
  jobs,
}: Pick<AuditReport | ListReport, "timers" | "jobs">): readonly TimerRow[] {
  return jobs.length === 0 ? timers : [...timers, ...jobs];
}
