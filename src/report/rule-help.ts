import { RULES } from "../rules/index.ts";
import type { RuleFacts } from "../rules/rule.ts";

const BY_ID: ReadonlyMap<string, RuleFacts> = new Map(RULES.map((rule) => [rule.id, rule]));

/** What the rule's own file says; `null` for a rule of another version of this program, in a saved report. */
export function ruleFacts(id: string): RuleFacts | null {
  return BY_ID.get(id) ?? null;
}
