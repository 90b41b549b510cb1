/**
 * A check: one claim about a host that should be true, what is read to judge it, what it proves and what it does not,
 * and its own test cases. Each stands in one file; the folder of its control lists it in `index.ts`.
 */
import type { MemoryEntry } from "../hosts/memory.ts";
import type { Severity } from "../rules/rule.ts";
import type { Declarations } from "./declarations.ts";
import type { Subject } from "./subject.ts";

/**
 * How a check came out.
 * - `pass`: everything needed was read and the claim holds; it never means that the control is satisfied.
 * - `fail`: the claim does not hold, and at least one piece of evidence shows it; it never means an intrusion.
 * - `not-applicable`: what the claim is about was looked for and is not there.
 * - `not-assessable`: something needed is missing, unreadable, or was not declared.
 */
export type Outcome = "pass" | "fail" | "not-applicable" | "not-assessable";

/** One thing a result rests on. */
export interface CheckEvidence {
  readonly path: string;
  /** From 1; 0 when the file as a whole is meant. */
  readonly line: number;
  readonly column: number;
  /** The line as it stands, shortened; never of a file that holds password hashes. */
  readonly excerpt: string | null;
  /** Four octal digits: `0644`. */
  readonly mode: string | null;
  /** `root:root`, ids in digits where nobody bears them. */
  readonly owner: string | null;
  /** SHA-256 of the content, hexadecimal. */
  readonly digest: string | null;
  /** What was understood of it. */
  readonly value: string | null;
}

export interface CheckResult {
  readonly outcome: Outcome;
  /** One plain sentence naming the things concerned. */
  readonly says: string;
  readonly evidence: readonly CheckEvidence[];
  /** When this case is worse or milder than usual. */
  readonly severity?: Severity;
}

/** A small host, and what its operator declares. */
export interface Example {
  /** Paths to what is there. */
  readonly files: Readonly<Record<string, MemoryEntry>>;
  readonly declared?: Partial<Declarations>;
  /** Results of earlier assessments: the names of files to their text. */
  readonly history?: Readonly<Record<string, string>>;
  /** The moment of the assessment, microseconds since 1970; 2026-01-01T00:00:00Z when absent. */
  readonly nowUsec?: number;
}

export interface CheckExamples {
  readonly pass: readonly Example[];
  readonly fail: readonly Example[];
  readonly notApplicable: readonly Example[];
  readonly notAssessable: readonly Example[];
}

export interface Check {
  /** Control, number, claim: `ac2-01-only-root-has-uid-0`. */
  readonly id: string;
  /** A claim that should be true. */
  readonly title: string;
  /** `AC-2`. */
  readonly control: string;
  readonly severity: Severity;
  /** Assessment objectives of SP 800-53A it speaks to, by OSCAL id: `ac-2_obj.d.3-1`. */
  readonly objectives: readonly string[];
  /**
   * Paths it looks at. `*` stands for one name, a trailing `/**` for everything below. A gap at any of them turns
   * `pass` and `not-applicable` into `not-assessable` (`assess.ts`).
   */
  readonly reads: readonly string[];
  /** Files without which nothing can be said: any of them missing or unreadable makes the check not assessable. */
  readonly needs: readonly string[];
  readonly why: string;
  readonly remediation: string;
  /** Where it is known to be wrong, in either direction. */
  readonly falseResults: readonly string[];
  readonly references: readonly string[];
  /** Made when they are asked for, as those of rules are. */
  readonly examples: () => CheckExamples;
  run(subject: Subject): CheckResult;
}
