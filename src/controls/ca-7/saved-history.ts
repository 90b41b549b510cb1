/** What the checks of CA-7 ask of the history of assessments, in one place so that they say the same. */

import type { CheckResult } from "../check.ts";
import type { Declarations } from "../declarations.ts";
import { type AssessmentHistory, ofHistory, ofResult } from "../history.ts";
import { notAssessable, type Point } from "../outcome.ts";

export const DAY_USEC = 86_400_000_000;
const DEFAULT_DAYS = 7;

/** How many days may pass between assessments. */
export function assessmentDays({ assessmentDays: declared }: Declarations): number {
  return declared ?? DEFAULT_DAYS;
}

/** What a check says when no history was given. */
export function noHistory(): CheckResult {
  return notAssessable(
    "no history of assessments was given: save each with assess --history DIR -o json=DIR/NAME.json, and give DIR again",
  );
}

/** What keeps a history from being taken as whole. */
export function historyDoubts({ problems, breaks }: AssessmentHistory): readonly Point[] {
  return [
    ...problems.map(
      ({ name, reason }): Point => ({ says: `${name}: ${reason}`, evidence: [ofHistory(name, reason)] }),
    ),
    ...breaks
      .filter(({ kind }) => kind === "made without --history")
      .map(
        ({ result }): Point => ({
          says: `${result.name} was made without --history, so what came before it cannot be vouched for`,
          evidence: [ofResult(result)],
        }),
      ),
  ];
}

/** What was altered or taken away. */
export function historyFaults({ breaks }: AssessmentHistory): readonly Point[] {
  return breaks
    .filter(({ kind }) => kind === "altered or missing before it")
    .map(
      ({ result }): Point => ({
        says: `the result before ${result.name} is missing or was altered`,
        evidence: [ofResult(result, `names ${result.previous ?? "nothing"} as the one before it`)],
      }),
    );
}

/** `2025-12-29`, in UTC. */
export function dayOf(usec: number): string {
  return new Date(usec / 1000).toISOString().slice(0, 10);
}
