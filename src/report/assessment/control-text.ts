/** One control in full, with its result on a host; and what answers for other frameworks' capabilities. */
import type { AssessedControl } from "../../controls/assess.ts";
import { answerFor } from "../../controls/capability.ts";
import { CHECKS } from "../../controls/index.ts";
import { visible } from "../visible.ts";
import { cardOf } from "./exporter.ts";

/** Of `explain AC-6`. */
export function controlText({ control, state, objectives, checks }: AssessedControl): string {
  return [
    `${control.id} ${control.title}`,
    "",
    `asks      ${control.asks}`,
    `matters   ${control.bears}`,
    `here      ${state}`,
    "",
    "objectives (SP 800-53A)",
    ...objectives.map(({ objective: { label, states }, state, attestation }) => {
      const who = attestation === null ? "" : ` (${visible(attestation.owner)}${untilText(attestation)})`;
      return `  ${label.padEnd(14)} ${state.padEnd(9)} ${states}${who}`;
    }),
    "",
    "checks",
    ...checks.flatMap(({ check, result, severity, waiver }) => [
      `  ${cardOf(check.id)}  ${check.title} (${severity})`,
      `           ${result.outcome}${waiver === null ? "" : `, waived by ${visible(waiver.owner)}${untilText(waiver)}`}: ${visible(result.says)}`,
    ]),
    "",
  ].join("\n");
}

function untilText({ until }: { readonly until: string | null }): string {
  return until === null ? "" : ` until ${until}`;
}

/** Of `explain PR.AA-05.02`: what answers for a mapped capability here; `null` for what is none. */
export function capabilityText(id: string): string | null {
  const answer = answerFor(id);
  if (answer === null) return null;
  if (answer.kind === "reason") return `${id}\n\nno check: ${answer.reason}\n`;
  const checks = CHECKS.filter((check) => answer.checks.includes(check.id));
  return `${[
    id,
    "",
    "checks that look at the same on a host",
    ...checks.map(({ id: check, title, severity }) => `  ${cardOf(check)}  ${title} (${severity})`),
  ].join("\n")}\n`;
}
