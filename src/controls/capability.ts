import { controlNamed } from "./control.ts";
import { CHECKS } from "./index.ts";

/** What answers for a mapped capability on a host: checks, or the reason why no check can. */
export type CapabilityAnswer =
  | { readonly kind: "checks"; readonly checks: readonly string[] }
  | { readonly kind: "reason"; readonly reason: string };

/** Checks that stand in for the directory-permission rule of the retired Inspector Classic. */
export const INSPECTOR_STAND_INS: readonly string[] = [
  "ac3-01-unit-directories-are-roots",
  "ac3-02-closure-files-are-protected",
];

/** The answer for a capability by its id in a mapping file: `AC-02`, `amazon_inspector`, a VERIS enumeration. */
export function answerFor(capabilityId: string): CapabilityAnswer | null {
  const control = controlNamed(capabilityId);
  if (control !== null) {
    const checks = CHECKS.filter((check) => check.control === control.id).map(({ id }) => id);
    if (checks.length > 0) return { kind: "checks", checks };
    return {
      kind: "reason",
      reason: `No check of this version speaks to ${control.id}: assess says "not shown" and leaves it to people.`,
    };
  }
  if (capabilityId === "amazon_inspector") return { kind: "checks", checks: INSPECTOR_STAND_INS };
  if (/^(?:action|attribute|actor|asset)\./.test(capabilityId))
    return {
      kind: "reason",
      reason:
        "VERIS names what happened; it protects nothing, so there is nothing to check. Findings are written in its words with -o veris.",
    };
  return null;
}
