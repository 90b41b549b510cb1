/**
 * A rule: one accusation, with what it means, what looks alike and is innocent, and its own test cases. Data and
 * condition stand together in one file a rule; `rules/index.ts` lists them.
 */

import type { MemoryEntry } from "../hosts/memory.ts";
import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Span } from "../syntax/span.ts";

/** How bad it is if it is true, worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How sure the rule is that it is what it says. */
export type Confidence = "high" | "medium" | "low";

/** For whom a rule speaks: everyone, a hunter who wants smells, or someone who wants every fact. */
export type Depth = "regular" | "thorough" | "everything";

/**
 * What a finding counts in a verdict (`verdict.ts`): `hostile` has no ordinary use; `suspicious` stands by itself;
 * `odd` needs company; `weakness` is an open door, not an intruder; `context` only strengthens others.
 */
export type Signal = "hostile" | "suspicious" | "odd" | "weakness" | "context";

/** One place that supports an accusation. */
export interface Evidence {
  readonly span: Span;
  /** The text at that place, shortened; `null` when the file as a whole is meant. */
  readonly excerpt: string | null;
  readonly says: string | null;
}

export interface Accusation {
  /** The reason, one plain sentence naming the things concerned. */
  readonly says: string;
  /** At least one place; the first is the primary one. */
  readonly evidence: readonly Evidence[];
  /** When this case is worse or milder than the rule's usual one. */
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly signal?: Signal;
}

/** An accusation of the host itself, or of a unit that is no activation of its own. */
export interface HostAccusation extends Accusation {
  readonly unit: string;
  readonly scope: string;
}

export interface RuleFacts {
  /** Kebab case; says the accusation: `program-in-shared-directory`. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly signal: Signal;
  /** Findings of one family count once as company for each other: `placement`, `execution`, `schedule`, … */
  readonly family: Family;
  readonly depth: Depth;
  /** ATT&CK technique ids. */
  readonly techniques: readonly string[];
  /** SP 800-53 controls that speak to it. */
  readonly controls: readonly string[];
  /** Why a defender should care. */
  readonly why: string;
  /** Known benign look-alikes. */
  readonly benign: readonly string[];
  /** What would make the finding go away, if it is wrong. */
  readonly clears: string;
  readonly references: readonly string[];
  /** Made when they are asked for: they are a good part of the program, and few runs need them. */
  readonly examples: () => Examples;
}

export type Family =
  | "placement"
  | "permissions"
  | "provenance"
  | "masquerading"
  | "hiding"
  | "execution"
  | "environment"
  | "schedule"
  | "protection"
  | "user-scope"
  | "time"
  | "syntax";

/** Judges each activation (timer or job) by itself. */
export interface ActivationRule extends RuleFacts {
  readonly subject: "activation";
  readonly check: (activation: Activation, inventory: Inventory) => Iterable<Accusation>;
}

/** Judges the host: generators, manager settings, units nothing activates. */
export interface HostRule extends RuleFacts {
  readonly subject: "host";
  readonly check: (inventory: Inventory) => Iterable<HostAccusation>;
}

export type Rule = ActivationRule | HostRule;

/** A small host: paths to what is there. */
export type Tree = Readonly<Record<string, MemoryEntry>>;

/** Small hosts that must fire and must stay silent; shown on the rule's page, run by `rules.test.ts`. */
export interface Examples {
  readonly fires: readonly Tree[];
  readonly quiet: readonly Tree[];
  /**
   * All that is found in the nth of `fires` (from 1), worst first, a line each:
   * `signal severity confidence path:line: says`. For conditions that decide not whether but what is said.
   */
  readonly finds?: Readonly<Record<number, readonly string[]>>;
}

/** The VERIS action every rule speaks for: whatever its shape, a hostile timer abuses a functionality. */
export const VERIS_ACTION = "action.hacking.variety.Abuse of functionality";
