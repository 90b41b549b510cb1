/**
 * One spelling for what mapping files write in several: control ids, mapping types, and "maps to nothing". The
 * original stays in the row; normalising twice is the same as once.
 */
import type { RawRow } from "./raw-row.ts";

export interface Capability {
  /** Canonical: `AC-2`, `AC-2(1)`; other frameworks' ids as they are. */
  readonly id: string;
  readonly original: string;
}

/** SP 800-53 control ids: `AC-2`, `AC-02`, `ac-2`, `AC-2(1)`, `AC-02 (01)`, OSCAL's `ac-2.1`. */
const CONTROL = /^\s*([A-Za-z]{2})-0*(\d{1,3})(?:\s*\(\s*0*(\d{1,3})\s*\)|\.0*(\d{1,3}))?\s*$/;

/** `AC-2` for every spelling of it, or `null` for what is no SP 800-53 control id. */
export function controlIdOf(text: string): string | null {
  const [, family, number, bracketed, dotted] = CONTROL.exec(text) ?? [];
  if (family === undefined || number === undefined) return null;
  const enhancement = bracketed ?? dotted;
  return `${family.toUpperCase()}-${number}${enhancement === undefined ? "" : `(${enhancement})`}`;
}

export function canonicalCapability(framework: string, original: string): Capability {
  const id = framework === "nist_800_53" ? (controlIdOf(original) ?? original.trim()) : original.trim();
  return { id, original };
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["protects", "mitigates"],
  ["mitigates", "mitigates"],
  ["technique_score", "technique_scores"],
  ["technique_scores", "technique_scores"],
  ["related_to", "related-to"],
  ["related-to", "related-to"],
]);

/** `protects` became `mitigates` in 2025, M365 writes `technique_score`; a type not known is itself. */
export function canonicalType(type: string): string {
  return TYPES.get(type) ?? type;
}

/**
 * `mapped`: capability and technique are joined. `technique-judged`: somebody looked and found no capability for the
 * technique. `capability-judged`: the capability maps to no technique. `broken`: neither.
 */
export type RowState = "mapped" | "technique-judged" | "capability-judged" | "broken";

/** Three dialects say "non-mappable": type `non_mappable` declared, the same undeclared, type `null`. All say it in `status`. */
export function stateOf(row: RawRow): RowState {
  const technique = Boolean(row.attack_object_id);
  const capability = Boolean(row.capability_id);
  const judged = row.status === "non_mappable" || row.mapping_type === "non_mappable";
  if (technique && capability && !judged) return "mapped";
  if (technique && !capability) return "technique-judged";
  return judged && capability ? "capability-judged" : "broken";
}
