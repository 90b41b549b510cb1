/** Programs that assess or watch a host, by the names of their units and commands. */
import type { JobActivation, TimerActivation } from "../../inventory/activation.ts";
import type { Subject } from "../subject.ts";

const ASSESSOR =
  /\b(timerwarden|lynis|aide|dailyaidecheck|oscap|openscap|rkhunter|chkrootkit|debsecan|cis-cat|inspec|nessus)\b/i;

export interface Assessors {
  /** Timers that load and are started with the host. */
  readonly timers: readonly TimerActivation[];
  readonly jobs: readonly JobActivation[];
  /** Timers of assessors that are masked or not started. */
  readonly idle: readonly { readonly unit: string; readonly path: string }[];
}

/** For `Subject.once`. */
export function readAssessors(subject: Subject): Assessors {
  const activations = subject.inventory.activations();
  const named = activations.filter(
    (one): one is TimerActivation =>
      one.kind === "timer" &&
      one.scope === "system" &&
      (ASSESSOR.test(one.unit) || one.record.commands.some(({ argv }) => ASSESSOR.test(argv.join(" ")))),
  );
  const isOn = ({ record }: TimerActivation): boolean => record.load === "loaded" && record.started.atBoot;
  return {
    timers: named.filter(isOn),
    jobs: activations.filter(
      (one): one is JobActivation => one.kind === "job" && ASSESSOR.test(one.job.command),
    ),
    idle: named
      .filter((one) => !isOn(one))
      .map(({ unit, record }) => ({ unit, path: record.loaded.path ?? unit })),
  };
}
