/** A detection: what a sensor should tell when it happens, in words of no tool. Each format writes it in its own. */
import type { Severity } from "../rules/rule.ts";
import type { Place } from "./place.ts";

interface DetectionFacts {
  /** Kebab case; also the key of audit records, after `timerwarden-`. */
  readonly id: string;
  readonly title: string;
  /** Why it is worth an event. */
  readonly why: string;
  readonly severity: Severity;
  /** ATT&CK technique ids. */
  readonly techniques: readonly string[];
  /** SP 800-53 controls it serves. */
  readonly controls: readonly string[];
  /** Who does it without harm and is still told. */
  readonly benign: readonly string[];
}

/** Something is written, linked, renamed or removed in a place. */
export interface WriteDetection extends DetectionFacts {
  readonly places: readonly Place[];
  /** Executables whose writing there is not told, as `writers.ts` spells them. */
  readonly writers: readonly string[];
}

/** A program is started with certain words. */
export interface CommandDetection extends DetectionFacts {
  /** Names of the programs. */
  readonly programs: readonly string[];
  /** One of these is in the command line; a blank at an end is where a word begins or ends. */
  readonly words: readonly string[];
  /** And, if not empty, one of these. */
  readonly also: readonly string[];
}

/** What every exported rule must say of itself, so that nobody takes silence for absence. */
export const LIMIT =
  "Detects writing, not presence: what was there before is not seen (timerwarden audit looks at that).";
export const COMMAND_LIMIT =
  "Detects the command, not its effect: the same can be had by writing files or by message, and what was there before is not seen.";

export const REFERENCES: readonly string[] = [
  "https://attack.mitre.org/techniques/T1053/006/",
  "https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html",
];

/** `timerwarden-unit-written`: names a detection in records and rules of other tools. */
export function keyOf({ id }: Pick<DetectionFacts, "id">): string {
  return `timerwarden-${id}`;
}
