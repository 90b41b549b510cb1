/** What runs the integrity check: timers and jobs that name a tool. */
import type { JobActivation, TimerActivation } from "../../inventory/activation.ts";
import type { LoadedUnit } from "../../manager/manager.ts";
import type { Subject } from "../subject.ts";

const TOOL = /\b(aide|dailyaidecheck|aidecheck|tripwire|samhain|integrit|afick)\b/i;
const NAME = /aide|tripwire|samhain/i;

export interface ScheduledChecks {
  readonly timers: readonly TimerActivation[];
  readonly jobs: readonly JobActivation[];
  /** Timers of that name that are masked or missing a file in force. */
  readonly masked: readonly LoadedUnit[];
  /** Services the timers start. */
  readonly services: readonly LoadedUnit[];
}

/** For `Subject.once`. */
export function readScheduledChecks(subject: Subject): ScheduledChecks {
  const all = subject.inventory.activations();
  const timers = all.filter(
    (one): one is TimerActivation =>
      one.kind === "timer" &&
      one.scope === "system" &&
      one.record.load !== "masked" &&
      (NAME.test(one.unit) || one.record.commands.some(({ argv }) => TOOL.test(argv.join(" ")))),
  );
  const jobs = all.filter((one): one is JobActivation => one.kind === "job" && TOOL.test(one.job.command));
  const masked = subject.inventory.timers
    .filter(({ load, unit, scope }) => load === "masked" && scope === "system" && NAME.test(unit))
    .map(({ loaded }) => loaded);
  const services = timers.flatMap(({ record }) => (record.target === null ? [] : [record.target]));
  return { timers, jobs, masked, services };
}
