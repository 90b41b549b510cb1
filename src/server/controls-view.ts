/** An assessment as the Controls page shows it. */
import type { AssessedCheck, Assessment } from "../controls/assess.ts";
import type { CheckView, ControlsView } from "./api.ts";

export function controlsView({ controls }: Assessment): ControlsView {
  return {
    checks: controls.flatMap(({ checks }) => checks.map(checkView)),
    controls: controls.map(({ control, state, objectives }) => ({
      id: control.id,
      title: control.title,
      asks: control.asks,
      bears: control.bears,
      state,
      objectives: objectives.map(({ objective, state: how, checks, attestation }) => ({
        id: objective.id,
        label: objective.label,
        states: objective.states,
        reach: objective.reach,
        state: how,
        checks: [...checks],
        attested: attestation !== null,
      })),
    })),
  };
}

function checkView({ check, result, severity, waiver }: AssessedCheck): CheckView {
  const { id, title, control, why, remediation } = check;
  return {
    id,
    title,
    control,
    severity,
    outcome: result.outcome,
    says: result.says,
    why,
    remediation,
    waived: waiver === null ? null : waiver.reason,
    evidence: result.evidence.map(({ path, line, column, excerpt, mode, owner, digest, value }) => ({
      path,
      line,
      column,
      excerpt,
      mode,
      owner,
      digest,
      value,
    })),
  };
}
