import type { Frame } from "./engine.ts";
import { plainPath, shapeAt } from "./paths.ts";
import { volatileDirectory } from "./places.ts";
import type { Value } from "./value.ts";

/** Longer texts may be encoded. */
const LONGEST_WORD = 20;

/** Where a word is run: first in a command, or after a word that runs or reads the next as code. */
const RUN_BEFORE =
  /(?:^|[;&|(){}`\n]|\b(?:do|then|else|if|while|until|eval|exec|source|sh|bash|dash|nice|ionice|nohup|env|sudo|timeout|setsid|xargs|command|python3?|perl|-c|-exec)|(?:^|\s)[.!])[ \t]*["']?$/;

/** True when code runs one of the variables: `$f start`, `. "$1"`, `sh -c "$@"`. */
export function runsVariable(code: string, name: RegExp): boolean {
  for (const match of code.slice(0, 65_536).matchAll(/\$\{?([A-Za-z_]\w*|[0-9@*])/g)) {
    if (!name.test(match[1] ?? "")) continue;
    const before = code.slice(Math.max(0, match.index - 32), match.index);
    if (RUN_BEFORE.test(before)) return true;
  }
  return false;
}

/** True for plain words and paths, but no address: data, unless the code runs them. */
export function areData(frame: Frame, values: readonly Value[]): boolean {
  return values.every(
    (value) => isDull(frame, value) || (wordsOf(value)?.every((word) => isDatum(word)) ?? false),
  );
}

function isDatum(word: string): boolean {
  if (/^\/[\w./+-]*$/.test(word)) return true;
  return /^[\w+=,:.%()!?'"-]*$/.test(word) && !/[a-z]\.[a-z0-9]/i.test(word) && word.length <= LONGEST_WORD;
}

/**
 * True for words that cannot decide what code does: no path of a file that is there, no name of a host, no command, no code. What a function
 * or loop does with one of them it does with the next, so a few tell all.
 */
export function areDull(frame: Frame, values: readonly Value[]): boolean {
  return values.every((value) => isDull(frame, value));
}

function isDull(frame: Frame, value: Value): boolean {
  return wordsOf(value)?.every((word) => isDullWord(frame, word)) ?? false;
}

/** The words of a text of the script's own; what is unknown in it counts as some name. */
function wordsOf(value: Value): readonly string[] | null {
  const { text, taint } = value;
  if (text.length > 1024 || value.content !== undefined || value.pieced) return null;
  if (taint !== null && taint.kind !== "facts") return null;
  return (value.complete ? text : withoutExpansions(text)).split(/\s+/);
}

/** What is substituted ran where the word was made; only its outcome is not known. */
function withoutExpansions(text: string): string {
  let plain = text.replace(/`[^`]*`|\$(\w+|\{\w+\})/g, "x");
  for (let depth = 0; depth < 6 && plain.includes("$("); depth++)
    plain = plain.replace(/\([^()$]*\)|\$\([^()]*\)/g, "x");
  return plain;
}

function isDullWord(frame: Frame, word: string): boolean {
  if (/^\/[\w./+-]*$/.test(word)) return isAbsent(frame, plainPath(word));
  if (!/^[\w+=,:.%()!?'"/-]*$/.test(word) || /[a-z]\.[a-z0-9]/i.test(word)) return false;
  return word.split(/\W+/).every((part) => part.length <= LONGEST_WORD && !isCommand(frame, part));
}

/** Lists of what might be there are long; what is not there cannot run. In volatile places it may be later. */
function isAbsent(frame: Frame, path: string): boolean {
  if (volatileDirectory(path) !== null || frame.session.written.has(path)) return false;
  return !shapeAt(frame, path).exists;
}

function isCommand(frame: Frame, word: string): boolean {
  const { functions, aliases } = frame.scope;
  return functions.has(word) || aliases.has(word) || frame.session.engine.knows(word);
}
