/** What is kept of an ATT&CK release: techniques, and what is joined to them. */

export type Domain = "enterprise" | "mobile" | "ics";

export const DOMAINS: readonly Domain[] = ["enterprise", "mobile", "ics"];

export interface Technique {
  readonly id: string;
  readonly name: string;
  /** Short names such as `privilege-escalation`. */
  readonly tactics: readonly string[];
  readonly platforms: readonly string[];
  /** `attack-pattern--…`, which links STIX documents of different makers. */
  readonly stixId: string;
  /** Replaced by another object (`revokedBy`), or kept for history only (`deprecated`). */
  readonly state: "active" | "revoked" | "deprecated";
  readonly revokedBy: string | null;
  readonly mitigations: readonly string[];
  /** Detection strategies (`DET…`, since ATT&CK 18) or data components (before). */
  readonly detections: readonly string[];
}

/** A mitigation (`M1018`), detection strategy (`DET0231`) or data component: an id and its name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface DetectionStrategy extends Named {
  readonly analytics: readonly Analytic[];
}

export interface Analytic extends Named {
  readonly platforms: readonly string[];
  readonly logSources: readonly { readonly name: string; readonly component: string }[];
}

export interface AttackRelease {
  /** Such as `18.1`; `null` when the bundle does not say. */
  readonly version: string | null;
  readonly domain: Domain;
  readonly tactics: readonly { readonly shortName: string; readonly name: string }[];
  readonly techniques: readonly Technique[];
  readonly mitigations: readonly Named[];
  readonly detections: readonly DetectionStrategy[];
}
