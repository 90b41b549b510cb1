/** Whether the operator approved a thing, as the attestations say. The target is never asked. */
import type { Approval } from "../declarations.ts";
import { ofPath } from "../evidence.ts";
import type { Subject } from "../subject.ts";

/** `open` when no list of approvals was given at all. */
export type ApprovalState = "approved" | "unknown" | "expired" | "changed" | "open";

/** The best word there is for any of the names a thing goes by: a unit name, a path. */
export function approvalOf(subject: Subject, names: readonly string[], path: string | null): ApprovalState {
  const { approved } = subject.declared;
  if (approved === null) return "open";
  const states = approved
    .filter(({ what }) => names.includes(what) || what === path)
    .map((approval) => stateOf(subject, approval, path));
  for (const state of ["approved", "changed", "expired"] as const) if (states.includes(state)) return state;
  return "unknown";
}

function stateOf(subject: Subject, { sha256, until }: Approval, path: string | null): ApprovalState {
  if (until !== null && endOfDay(until) < subject.nowUsec) return "expired";
  if (sha256 === null) return "approved";
  const digest = path === null ? null : ofPath(subject, path).digest;
  return digest === sha256.toLowerCase() ? "approved" : "changed";
}

/** Microseconds since 1970 at the end of a day in UTC; what is no day has ended. */
export function endOfDay(day: string): number {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (date === undefined) return 0;
  return Date.UTC(Number(year), Number(month) - 1, Number(date) + 1) * 1000;
}

const WORDS: ReadonlyMap<ApprovalState, string> = new Map([
  ["unknown", "is not approved"],
  ["expired", "was approved, and that has run out"],
  ["changed", "is not what was approved"],
  ["open", "may or may not be approved: no approvals were declared"],
]);

export function approvalSays(state: ApprovalState): string {
  return WORDS.get(state) ?? "is approved";
}
