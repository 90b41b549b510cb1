import type { Severity } from "../rules/rule.ts";
import type { CheckEvidence, CheckResult } from "./check.ts";

/** One way in which a claim does not hold, or cannot be judged. */
export interface Point {
  /** A clause that reads well after others: `toor has uid 0`. */
  readonly says: string;
  readonly evidence: readonly CheckEvidence[];
}

export interface Conclusion {
  /** What breaks the claim. */
  readonly faults: readonly Point[];
  /** What could not be judged: with any of these the check never passes. */
  readonly doubts: readonly Point[];
  /** What the claim was judged on; empty makes the check not applicable. */
  readonly looked: readonly CheckEvidence[];
  /** The sentence of a pass. */
  readonly holds: string;
  /** The sentence of not applicable: what is not there. */
  readonly nothing: string;
  readonly severity?: Severity;
}

/** Evidence and clauses beyond these are counted, not listed. */
const MAX_EVIDENCE = 20;
const MAX_SAID = 4;

/** The one order in which outcomes are weighed: a fault seen is a fault, then doubt, then absence, then pass. */
export function conclude(conclusion: Conclusion): CheckResult {
  const { faults, doubts, looked, holds, nothing, severity } = conclusion;
  if (faults.length > 0) {
    const result: CheckResult = { outcome: "fail", says: sentence(faults), evidence: evidenceIn(faults) };
    return severity === undefined ? result : { ...result, severity };
  }
  if (doubts.length > 0)
    return { outcome: "not-assessable", says: sentence(doubts), evidence: evidenceIn(doubts) };
  if (looked.length === 0) return notApplicable(nothing);
  return pass(holds, looked);
}

export function pass(says: string, evidence: readonly CheckEvidence[]): CheckResult {
  return { outcome: "pass", says, evidence: evidence.slice(0, MAX_EVIDENCE) };
}

export function fail(says: string, evidence: readonly CheckEvidence[]): CheckResult {
  return { outcome: "fail", says, evidence: evidence.slice(0, MAX_EVIDENCE) };
}

export function notApplicable(says: string, evidence: readonly CheckEvidence[] = []): CheckResult {
  return { outcome: "not-applicable", says, evidence: evidence.slice(0, MAX_EVIDENCE) };
}

export function notAssessable(says: string, evidence: readonly CheckEvidence[] = []): CheckResult {
  return { outcome: "not-assessable", says, evidence: evidence.slice(0, MAX_EVIDENCE) };
}

function sentence(points: readonly Point[]): string {
  const said = points.slice(0, MAX_SAID).map(({ says }) => says);
  const more = points.length - said.length;
  return said.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function evidenceIn(points: readonly Point[]): readonly CheckEvidence[] {
  return points.flatMap(({ evidence }) => evidence).slice(0, MAX_EVIDENCE);
}
