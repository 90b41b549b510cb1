import type { Rule } from "./rule.ts";

/** A rule told in full, for a terminal: `explain RULE`, `rules show RULE`. */
export function ruleText(rule: Rule): string {
  return [
    `${rule.id}: ${rule.title}`,
    `  severity ${rule.severity}, confidence ${rule.confidence}, counts as ${rule.signal} (${rule.family}), depth ${rule.depth}`,
    "",
    `  ${rule.why}`,
    "",
    ...(rule.benign.length > 0 ? ["Looks alike and is innocent:"] : []),
    ...rule.benign.map((text) => `  - ${text}`),
    "",
    `Would be cleared: ${rule.clears}`,
    `Maps to  ATT&CK ${rule.techniques.join(", ")}   NIST SP 800-53 ${rule.controls.join(", ")}`,
    ...rule.references.map((text) => `  ${text}`),
    "",
  ].join("\n");
}
