/** Options that take a level: `--min-severity`, `--fail-on`, `--depth`. */
import type { Confidence } from "../rules/rule.ts";
import type { Arguments } from "./arguments.ts";
import { UsageError } from "./command.ts";

/** Surest first. */
export const CONFIDENCES: readonly Confidence[] = ["high", "medium", "low"];

/** The word an option gives, one of a list; the usual one without. */
export function wordOf<Word extends string>(
  args: Arguments,
  option: string,
  words: readonly Word[],
  usual: Word,
): Word {
  const text = args.text(option) ?? usual;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    throw new UsageError(`--${option}: one of ${words.join(" ")}, not ${JSON.stringify(text)}`);
  return word;
}

/** Words are listed worst (or surest) first. */
export function atLeast<Word extends string>(
  words: readonly Word[],
  word: Word,
  limit: Word | "none",
): boolean {
  return limit !== "none" && words.indexOf(word) <= words.indexOf(limit);
}
