/** What AIDE makes of a path: the rule that selects it, or the one that leaves it out. */

import type { AideRule, AideRules } from "./aide-rules.ts";
import { CONTENT_HASHES } from "./aide-rules-groups.ts";

export interface AideSelection {
  /** The rule that would record the path. */
  readonly by: AideRule | null;
  /** The negative rule that leaves it out all the same. */
  readonly against: AideRule | null;
}

/**
 * Judges a path as AIDE does: in the deepest directory of its tree that has rules, an equals rule, then the first
 * regular one, then the same one directory up; any negative rule on the way overrides (`check_rxtree()`, src/seltree.c).
 * `type` is the letter of restrictions: `f`, `d`, `l`.
 */
export function selectionOf({ byNode }: AideRules, path: string, type: string): AideSelection {
  const fits = (rule: AideRule): boolean =>
    (rule.types === "" || rule.types.includes(type)) && rule.pattern.matches(path);
  let by: AideRule | null = null;
  for (const node of nodesOf(path)) {
    const here = byNode.get(node) ?? [];
    by ??= here.find((rule) => rule.kind === "equals" && isDirect(rule, path) && fits(rule)) ?? null;
    by ??= here.find((rule) => rule.kind === "regular" && fits(rule)) ?? null;
    const against = here.find((rule) => rule.kind === "negative" && fits(rule)) ?? null;
    if (against !== null) return { by, against };
  }
  return { by, against: null };
}

/** Whether the content of files is compared, not only their facts. */
export function hasContentHash({ attributes }: AideRule): boolean {
  return [...attributes].some((attribute) => CONTENT_HASHES.has(attribute));
}

/** The directories a path lies in, deepest first. */
function nodesOf(path: string): readonly string[] {
  const nodes: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    nodes.push(path.slice(0, at));
  return [...nodes, "/"];
}

/** An equals rule that ends in a slash takes the children of its directory, never theirs. */
function isDirect(rule: AideRule, path: string): boolean {
  const rest = path.slice(rule.text.replace(/\$$/, "").length);
  return !rest.includes("/");
}
