/** Saved results of the example host, each naming the one before it. */
import { createHash } from "node:crypto";
import { CONTROLS } from "../control.ts";
import { ASSESSMENT_SCHEMA } from "../history.ts";
import { uuid5 } from "../oscal.ts";

/** A grave check, for failures that stay open. */
export const GRAVE = "ac3-01-unit-directories-are-roots";

/** Results by day, such as `2025-12-29`, with the outcome of {@link GRAVE} in each. */
export function savedResults(
  days: Readonly<Record<string, "pass" | "fail" | "waived">>,
): Record<string, string> {
  const saved: Record<string, string> = {};
  let previous: string | null = null;
  for (const [day, outcome] of Object.entries(days)) {
    const text = resultText(day, outcome, { previous });
    saved[`${day}.json`] = text;
    previous = createHash("sha256").update(text).digest("hex");
  }
  return saved;
}

/** One result; `history` is `null` when it was made without one. */
export function resultText(
  day: string,
  outcome: "pass" | "fail" | "waived",
  history: { readonly previous: string | null } | null,
): string {
  const check = {
    id: GRAVE,
    severity: "critical",
    outcome: outcome === "pass" ? "pass" : "fail",
    waiver:
      outcome === "waived" ? { check: GRAVE, reason: "accepted", owner: "anna", until: "2026-12-31" } : null,
  };
  return `${JSON.stringify({
    schema: ASSESSMENT_SCHEMA,
    version: 1,
    hostId: uuid5(["memory:", "host"]),
    now: `${day}T00:00:00.000Z`,
    history,
    controls: CONTROLS.map(({ id }) => ({ id, checks: id === "AC-3" ? [check] : [] })),
  })}\n`;
}
