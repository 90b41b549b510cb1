/** The JSON of `assess`: everything its other formats tell, and what `--history` reads back. */
import type { CaseFacts } from "../case-facts.ts";
import type { Gap } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Severity } from "../rules/rule.ts";
import type { Assessment, ControlState, ObjectiveState } from "./assess.ts";
import type { Attestation, Waiver } from "./attestation.ts";
import type { CheckEvidence, Outcome } from "./check.ts";
import { ASSESSMENT_SCHEMA, type AssessmentHistory, type Drift, driftBetween } from "./history.ts";
import { hostId } from "./host-id.ts";
import type { InspectorResult } from "./inspector.ts";

export interface AssessmentReport {
  readonly schema: typeof ASSESSMENT_SCHEMA;
  readonly version: 1;
  readonly target: string;
  /** The host's name, when its files tell it. */
  readonly host: string | null;
  /** The same for every result of one host. */
  readonly hostId: string;
  /** As `--case-number` and its companions gave it; absent when none was given. */
  readonly case?: CaseFacts;
  readonly now: string;
  readonly tool: { readonly name: "Timerwarden"; readonly version: string };
  /** What `--history` held; `null` when none was given. */
  readonly history: HistoryRow | null;
  readonly controls: readonly ControlRow[];
  readonly inspector: InspectorResult;
  readonly gaps: readonly Gap[];
  readonly notes: readonly string[];
}

export interface HistoryRow {
  /** SHA-256 of the newest earlier result, which this one follows; `null` when this one begins the history. */
  readonly previous: string | null;
  readonly results: number;
  /** When the newest earlier result was made; `null` when there is none. */
  readonly since: string | null;
  /** Checks whose outcome changed since then. */
  readonly drift: Drift;
}

export interface ControlRow {
  readonly id: string;
  readonly title: string;
  readonly inSeed: boolean;
  readonly result: ControlState;
  readonly objectives: readonly ObjectiveRow[];
  readonly checks: readonly CheckRow[];
}

export interface ObjectiveRow {
  readonly id: string;
  readonly label: string;
  readonly states: string;
  readonly reach: "in-part" | "people";
  readonly result: ObjectiveState;
  readonly checks: readonly string[];
  readonly attestation: Attestation | null;
}

export interface CheckRow {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly outcome: Outcome;
  readonly says: string;
  readonly waiver: Waiver | null;
  /** What to do; `null` when nothing failed. */
  readonly remediation: string | null;
  readonly evidence: readonly CheckEvidence[];
}

export interface ReportCircumstances {
  readonly inspector: InspectorResult;
  readonly history: AssessmentHistory | null;
  readonly toolVersion: string;
  readonly case: CaseFacts | null;
}

export function assessmentReport(
  inventory: Inventory,
  assessment: Assessment,
  { inspector, history, toolVersion, case: matter }: ReportCircumstances,
): AssessmentReport {
  return {
    schema: ASSESSMENT_SCHEMA,
    version: 1,
    target: inventory.host.target,
    host: inventory.facts.hostName,
    hostId: hostId(inventory),
    ...(matter === null ? {} : { case: matter }),
    now: new Date(inventory.nowUsec / 1000).toISOString(),
    tool: { name: "Timerwarden", version: toolVersion },
    history: history && historyRow(history, assessment),
    controls: assessment.controls.map((assessed) => ({
      id: assessed.control.id,
      title: assessed.control.title,
      inSeed: assessed.control.inSeed,
      result: assessed.state,
      objectives: assessed.objectives.map(({ objective, state, checks, attestation }) => ({
        id: objective.id,
        label: objective.label,
        states: objective.states,
        reach: objective.reach,
        result: state,
        checks,
        attestation,
      })),
      checks: assessed.checks.map(({ check, result, severity, waiver }) => ({
        id: check.id,
        title: check.title,
        severity,
        outcome: result.outcome,
        says: result.says,
        waiver,
        remediation: result.outcome === "fail" ? check.remediation : null,
        evidence: result.evidence,
      })),
    })),
    inspector,
    gaps: inventory.gaps(),
    notes: inventory.notes,
  };
}

function historyRow({ results }: AssessmentHistory, { controls }: Assessment): HistoryRow {
  const last = results.at(-1);
  const now = new Map(
    controls.flatMap(({ checks }) => checks.map(({ check, result }) => [check.id, result] as const)),
  );
  return {
    previous: last?.digest ?? null,
    results: results.length,
    since: last === undefined ? null : new Date(last.usec / 1000).toISOString(),
    drift: driftBetween(last?.checks ?? new Map(), now),
  };
}
