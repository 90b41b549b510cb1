/** Checks to objectives to controls: what holds, what does not, and what a program cannot say. */
import { SEVERITIES, type Severity } from "../rules/rule.ts";
import type { Attestation, AttestationFile, Waiver } from "./attestation.ts";
import { NO_ATTESTATIONS } from "./attestation.ts";
import type { Check, CheckResult } from "./check.ts";
import { CONTROLS, type Control } from "./control.ts";
import { CHECKS } from "./index.ts";
import { type Objective, objectivesOf } from "./objective.ts";
import { runCheck } from "./run-check.ts";
import type { Subject } from "./subject.ts";

export interface AssessedCheck {
  readonly check: Check;
  readonly result: CheckResult;
  readonly severity: Severity;
  /** The operator's decision to live with a failure, still in force; it never makes anything shown. */
  readonly waiver: Waiver | null;
}

/**
 * - `contrary`: a check failed;
 * - `shown`: all checks that speak to it passed or were not applicable, and one passed; for an objective a host can
 *   only speak to in part this means no more than that nothing contradicts it;
 * - `not-shown`: no check could show it;
 * - `attested`: somebody vouches for it in the attestations;
 * - `people`: only people and papers can show it, and nobody has.
 */
export type ObjectiveState = "contrary" | "shown" | "not-shown" | "attested" | "people";

export interface AssessedObjective {
  readonly objective: Objective;
  readonly state: ObjectiveState;
  readonly checks: readonly string[];
  readonly attestation: Attestation | null;
}

/** The words for a control; none of them is "satisfied", which is for an assessor to say. */
export type ControlState = "does not hold" | "partly shown" | "not shown" | "technical part holds";

export interface AssessedControl {
  readonly control: Control;
  readonly state: ControlState;
  readonly checks: readonly AssessedCheck[];
  readonly objectives: readonly AssessedObjective[];
  /** The worst failure. */
  readonly worst: AssessedCheck | null;
}

export interface Assessment {
  readonly controls: readonly AssessedControl[];
}

export interface AssessOptions {
  /** Ids of controls; all when absent. */
  readonly controls?: readonly string[];
  readonly attestations?: AttestationFile;
  readonly checks?: readonly Check[];
}

export function assess(subject: Subject, options: AssessOptions = {}): Assessment {
  const { controls, attestations = NO_ATTESTATIONS, checks = CHECKS } = options;
  const today = new Date(subject.nowUsec / 1000).toISOString().slice(0, 10);
  const wanted = CONTROLS.filter(({ id }) => controls === undefined || controls.includes(id));
  return {
    controls: wanted.map((control) => {
      const own = checks.filter((check) => check.control === control.id);
      return assessControl(
        control,
        own.map((check) => assessCheck(check, subject, attestations, today)),
        attestations,
        today,
      );
    }),
  };
}

function assessCheck(
  check: Check,
  subject: Subject,
  { waivers }: AttestationFile,
  today: string,
): AssessedCheck {
  const result = runCheck(check, subject);
  const waiver = waivers.find((given) => given.check === check.id && isInForce(given.until, today)) ?? null;
  return {
    check,
    result,
    severity: result.severity ?? check.severity,
    waiver: result.outcome === "fail" ? waiver : null,
  };
}

function assessControl(
  control: Control,
  checks: readonly AssessedCheck[],
  { attestations }: AttestationFile,
  today: string,
): AssessedControl {
  const objectives = objectivesOf(control.id).map((objective): AssessedObjective => {
    const speaking = checks.filter(({ check }) => check.objectives.includes(objective.id));
    const attestation =
      attestations.find((given) => given.objective === objective.id && isInForce(given.until, today)) ?? null;
    return {
      objective,
      state: stateOf(objective, speaking, attestation !== null),
      checks: speaking.map(({ check }) => check.id),
      attestation,
    };
  });
  const failed = checks.filter(({ result, waiver }) => result.outcome === "fail" && waiver === null);
  const [worst = null] = [...failed].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  return { control, state: controlState(failed.length, objectives), checks, objectives, worst };
}

function stateOf(objective: Objective, checks: readonly AssessedCheck[], attested: boolean): ObjectiveState {
  if (checks.some(({ result, waiver }) => result.outcome === "fail" && waiver === null)) return "contrary";
  if (objective.reach === "people") return attested ? "attested" : "people";
  const passed = checks.filter(({ result }) => result.outcome === "pass");
  const clear = checks.every(
    ({ result }) => result.outcome === "pass" || result.outcome === "not-applicable",
  );
  if (passed.length > 0 && clear) return "shown";
  return attested ? "attested" : "not-shown";
}

function controlState(failures: number, objectives: readonly AssessedObjective[]): ControlState {
  if (failures > 0) return "does not hold";
  const reachable = objectives.filter(({ objective }) => objective.reach === "in-part");
  const shown = reachable.filter(({ state }) => state === "shown");
  if (shown.length === 0) return "not shown";
  return shown.length === reachable.length ? "technical part holds" : "partly shown";
}

/** The last day counts. No day is for ever. */
function isInForce(until: string | null, today: string): boolean {
  return until === null || today <= until;
}
