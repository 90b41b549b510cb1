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

/** Capabilities of other frameworks, with the checks that look at the same thing on a host. */
const LIKE: ReadonlyMap<string, readonly string[]> = new Map([
  ["amazon_inspector", INSPECTOR_STAND_INS],
  [
    "DE.CM-03.03",
    [
      "ac2-08-account-changes-are-audited",
      "ac6-09-privileged-actions-are-logged",
      "ia2-03-timers-have-an-author",
      "ia2-04-login-uid-is-set",
      "si4-02-timer-places-are-audited",
      "si4-04-execution-is-seen",
    ],
  ],
  [
    "PR.AA-01.01",
    [
      "ac2-01-only-root-has-uid-0",
      "ac2-02-run-as-accounts-exist",
      "ac2-03-disabled-account-has-no-live-timer",
      "ac2-06-names-and-ids-are-unique",
      "ac2-09-timer-owners-are-not-dormant",
      "ia2-02-no-empty-passwords",
    ],
  ],
  [
    "PR.AA-05.02",
    [
      "ac5-02-full-power-is-break-glass",
      "ac6-01-local-timers-do-not-run-as-root",
      "ac6-05-sudo-does-not-hand-out-the-manager",
      "ac6-08-timer-owners-are-not-root-equivalent",
      "ia2-05-no-direct-root-login",
      "ia2-08-sudo-authenticates-the-person",
    ],
  ],
  // Whether Defender does it is known to Azure; that something does it is known here.
  [
    "file_integrity_monitoring",
    ["si7-01-timer-places-are-compared", "si7-02-baseline-matches", "si7-09-check-is-scheduled"],
  ],
]);

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
  const checks = LIKE.get(capabilityId);
  if (checks !== undefined) return { kind: "checks", checks };
  if (capabilityId === "ai_security_recommendations")
    return {
      kind: "reason",
      reason:
        "Recommendations of Defender for Cloud are made and kept in Azure: nothing of them is on the host, so people look there.",
    };
  if (/^(?:action|attribute|actor|asset)\./.test(capabilityId))
    return {
      kind: "reason",
      reason:
        "VERIS names what happened; it protects nothing, so there is nothing to check. Findings are written in its words with -o veris.",
    };
  return null;
}
