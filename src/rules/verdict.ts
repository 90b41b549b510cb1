/**
 * From findings to one word. The policy, as `docs/verdicts.md` states it and `verdict.test.ts` holds it:
 *
 * - `alert`: something hostile with at least medium confidence; or two suspicious findings of different families;
 *   or one suspicious finding that two more of other families support.
 * - `suspect`: anything suspicious, a hostile shape of low confidence, a door any local user can open, or odd
 *   findings of two families.
 * - `review`: one odd finding, or a weakness.
 * - `unknown`: none of these, but what decides could not be read.
 * - `ok`: the rest. Context alone never raises a verdict; it only supports others.
 */
import type { Confidence, Family, Severity, Signal } from "./rule.ts";

export type Verdict = "alert" | "suspect" | "review" | "unknown" | "ok";

/** Worst first. */
export const VERDICTS: readonly Verdict[] = ["alert", "suspect", "review", "unknown", "ok"];

/** What the policy needs to know of a finding. */
export interface Weighed {
  readonly signal: Signal;
  readonly family: Family;
  readonly severity: Severity;
  readonly confidence: Confidence;
}

export function verdictOf(findings: readonly Weighed[], isReadable: boolean): Verdict {
  const families = (...signals: Signal[]): Set<Family> =>
    new Set(findings.filter(({ signal }) => signals.includes(signal)).map(({ family }) => family));
  const has = (signal: Signal, test: (finding: Weighed) => boolean = () => true): boolean =>
    findings.some((finding) => finding.signal === signal && test(finding));

  const suspicious = families("suspicious");
  const supporting = families("odd", "weakness", "context");
  for (const family of suspicious) supporting.delete(family);
  if (has("hostile", ({ confidence }) => confidence !== "low")) return "alert";
  if (suspicious.size >= 2 || (suspicious.size === 1 && supporting.size >= 2)) return "alert";

  if (suspicious.size > 0 || has("hostile")) return "suspect";
  if (has("weakness", ({ severity }) => severity === "high" || severity === "critical")) return "suspect";
  if (families("odd").size >= 2) return "suspect";

  if (has("odd") || has("weakness")) return "review";
  return isReadable ? "ok" : "unknown";
}
