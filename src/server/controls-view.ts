/** The checks of controls, as the Controls page shows them. */
import type { Check, CheckResult } from "../controls/check.ts";
import { CONTROLS } from "../controls/control.ts";
import { objectivesOf } from "../controls/objective.ts";
import type { CheckView, ControlsView } from "./api.ts";

/** One check with how it came out. */
export interface Checked {
  readonly check: Check;
  readonly result: CheckResult;
}

export function controlsView(checked: readonly Checked[]): ControlsView {
  return {
    checks: checked.map(checkView),
    controls: CONTROLS.map(({ id, title, asks, bears }) => ({
      id,
      title,
      asks,
      bears,
      objectives: objectivesOf(id).map(({ id: objective, label, states, reach }) => ({
        id: objective,
        label,
        states,
        reach,
        checks: checked
          .filter(({ check }) => check.objectives.includes(objective))
          .map(({ check }) => check.id),
      })),
    })),
  };
}

function checkView({ check, result }: Checked): CheckView {
  const { id, title, control, why, remediation, objectives } = check;
  return {
    id,
    title,
    control,
    severity: result.severity ?? check.severity,
    outcome: result.outcome,
    says: result.says,
    why,
    remediation,
    objectives: [...objectives],
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
