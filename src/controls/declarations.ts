/**
 * What the operator declares about a host: who is meant to have which power, what has been approved. It comes from
 * the file given with `--attestations`, never from the target, which could otherwise approve of itself.
 */
export interface Declarations {
  /** Accounts that may linger. */
  readonly lingering: readonly string[] | null;
  /** Accounts that are meant to be administrators: full sudo, groups that amount to root. */
  readonly administrators: readonly string[] | null;
  /** Accounts for emergencies, which may hold every duty at once. */
  readonly breakGlass: readonly string[] | null;
  /** Accounts of programs, which may act without a password or a person. */
  readonly automation: readonly string[] | null;
  /** Timers that need root, by unit name. */
  readonly rootTimers: readonly string[] | null;
  /** Who may change units, and who may change the audit of it. */
  readonly duties: Duties | null;
  /** Local timers, overrides and programs that were approved. */
  readonly approved: readonly Approval[] | null;
  /** Whether people may have timers of their own. */
  readonly userTimers: "allow" | "deny" | null;
  /** Mandatory access control is required. */
  readonly mandatoryAccessControl: boolean | null;
  /** A second factor is required before privileged changes. */
  readonly multiFactor: boolean | null;
  /** Reviews of privileges that were held. */
  readonly reviews: readonly Review[] | null;
  /** How many days may pass between assessments. */
  readonly assessmentDays: number | null;
  /** Further settings checks ask for, by name, as text: `journal-retention-days: "30"`. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface Duties {
  readonly change: readonly string[];
  readonly audit: readonly string[];
}

export interface Approval {
  /** A unit name, or the path of a unit file, drop-in, or program. */
  readonly what: string;
  /** SHA-256 of the file's content; `null` when the approval is for whatever is there. */
  readonly sha256: string | null;
  readonly ticket: string | null;
  readonly approvedBy: string | null;
  /** The last day it holds, `2027-06-30`; `null` for no end. */
  readonly until: string | null;
}

export interface Review {
  /** The day, `2026-10-01`. */
  readonly date: string;
  readonly reviewer: string;
  /** SHA-256 of the list that was reviewed, as the check prints it; `null` when none was named. */
  readonly sha256: string | null;
}

/** Nothing declared. */
export const UNDECLARED: Declarations = {
  lingering: null,
  administrators: null,
  breakGlass: null,
  automation: null,
  rootTimers: null,
  duties: null,
  approved: null,
  userTimers: null,
  mandatoryAccessControl: null,
  multiFactor: null,
  reviews: null,
  assessmentDays: null,
  settings: new Map(),
};
