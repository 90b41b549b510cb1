import { type Parsed, parsed, problem } from "../parsed.ts";
import { decodeUtf8, encodeUtf8, isValidCodePoint, isValidText } from "./utf8.ts";

/** One word of a value, and where its source text stands in it (UTF-16 offsets, quotes included). */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Where the next word's search goes on: after the separators behind this word. */
  readonly next: number;
  /** True if the word held an unknown escape and was therefore read again leaving such escapes as they stand. */
  readonly relaxed: boolean;
}

/**
 * Which of the directive's reading habits apply, named after systemd's flags (src/basic/extract-word.h).
 * `exec`: quotes removed, C escapes, unknown ones kept; `environment`: the same but unknown escapes are an error;
 * `quoted`: quotes removed, a backslash keeps the next character; `retain`: quotes removed, backslashes stay;
 * `variable`: as `quoted`, but a quote left open
 * reaches to the end; `plain`: neither quotes nor backslashes mean anything.
 */
export type WordStyle = "exec" | "environment" | "quoted" | "retain" | "variable" | "plain";

interface Flags {
  readonly unquote: boolean;
  readonly escapes: "c" | "any" | "none";
  /** Unknown C escapes stay as they stand instead of being an error. */
  readonly relax: boolean;
  /** An open quote or a backslash at the end is forgiven (EXTRACT_RELAX). */
  readonly open: boolean;
}

const STYLES: Readonly<Record<WordStyle, Flags>> = {
  exec: { unquote: true, escapes: "c", relax: false, open: false },
  environment: { unquote: true, escapes: "c", relax: false, open: false },
  quoted: { unquote: true, escapes: "any", relax: false, open: false },
  retain: { unquote: true, escapes: "none", relax: false, open: false },
  variable: { unquote: true, escapes: "any", relax: false, open: true },
  plain: { unquote: false, escapes: "none", relax: false, open: false },
};

/** All words of a value, or the place where quoting or an escape goes wrong (`extract_many_words()`). */
export function splitWords(text: string, style: WordStyle): Parsed<readonly Word[]> {
  const words: Word[] = [];
  for (let at = 0; ; ) {
    const word = extractWord(text, at, style);
    if (!word.ok) return word;
    if (word.value === null) return parsed(words);
    words.push(word.value);
    at = word.value.next;
  }
}

/**
 * The first word at or after `from`, null if only blanks are left (`extract_first_word()`, and for `exec`
 * `extract_first_word_and_warn()`, src/basic/extract-word.c).
 */
export function extractWord(text: string, from: number, style: WordStyle): Parsed<Word | null> {
  const flags = STYLES[style];
  const first = extract(text, from, flags);
  if (first.ok || style !== "exec") return first;
  const again = extract(text, from, { ...flags, relax: true });
  return again.ok ? again : problem("EINVAL", "unbalanced quoting", again.problem.at);
}

/** A whole text with its C escapes resolved; an unknown one is an error (`cunescape()`, src/basic/escape.c). */
export function unescapeText(text: string): Parsed<string> {
  let out = "";
  for (let at = 0; at < text.length; ) {
    const sequence = text[at] === "\\" ? cEscape(text, at + 1) : { text: text[at] ?? "", length: 1 };
    if (sequence === null) return problem("EINVAL", "unknown escape sequence", at, 2);
    out += sequence.text;
    at += sequence.length;
  }
  return parsed(joinBytes(out));
}

/** True for what separates words: blank, tab, carriage return, newline. */
export function isSeparator(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\n" || character === "\r";
}

export function skipSeparators(text: string, from: number): number {
  let at = from;
  while (isSeparator(text[at])) at++;
  return at;
}

function extract(text: string, from: number, flags: Flags): Parsed<Word | null> {
  const start = skipSeparators(text, from);
  if (start >= text.length) return parsed(null);
  let out = "";
  let quote: string | null = null;
  let quoteAt = start;
  let at = start;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === "\\" && flags.escapes !== "none") {
      const sequence = readEscape(text, at, flags);
      if (sequence === null) return problem("EINVAL", "unknown escape sequence", at, 2);
      out += sequence.text;
      at += sequence.length;
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else out += character;
      at++;
    } else if (flags.unquote && (character === "'" || character === '"')) {
      quote = character;
      quoteAt = at++;
    } else if (isSeparator(character)) {
      break;
    } else {
      out += character;
      at++;
    }
  }
  if (quote !== null && !flags.open) return problem("EINVAL", "unbalanced quoting", quoteAt);
  const next = skipSeparators(text, at);
  return parsed({ text: joinBytes(out), start, end: at, next, relaxed: flags.relax });
}

/** Escapes may spell a character byte by byte: `\xc3\xa9` is é. */
function joinBytes(text: string): string {
  return isValidText(text) ? text : decodeUtf8(encodeUtf8(text));
}

/**
 * What a backslash sequence stands for, and how many characters it takes. A byte that may be part of a character is
 * a lone surrogate here, as everywhere.
 */
interface Escape {
  readonly text: string;
  readonly length: number;
}

function readEscape(text: string, at: number, flags: Flags): Escape | null {
  const character = text[at + 1];
  if (character === undefined) {
    return flags.relax || flags.open ? { text: flags.relax ? "\\" : "", length: 1 } : null;
  }
  if (flags.escapes === "any") return { text: character, length: 2 };
  const known = cEscape(text, at + 1);
  if (known !== null) return known;
  return flags.relax ? { text: `\\${character}`, length: 2 } : null;
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
  ["s", " "],
]);

/** The C escape whose letter stands at `at`; null if it is none (`cunescape_one()`, src/basic/escape.c). */
function cEscape(text: string, at: number): Escape | null {
  const letter = text[at] ?? "";
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return { text: simple, length: 2 };
  if (letter === "x") return byteEscape(text.slice(at + 1, at + 3), /^[0-9a-fA-F]{2}$/, 16, 4);
  if (letter >= "0" && letter <= "7") return byteEscape(text.slice(at, at + 3), /^[0-7]{3}$/, 8, 4);
  if (letter === "u") return pointEscape(text.slice(at + 1, at + 5), 4);
  if (letter === "U") return pointEscape(text.slice(at + 1, at + 9), 8);
  return null;
}

function byteEscape(digits: string, shape: RegExp, base: number, length: number): Escape | null {
  if (!shape.test(digits)) return null;
  const byte = Number.parseInt(digits, base);
  if (byte === 0 || byte > 255) return null;
  const text = String.fromCharCode(byte < 0x80 ? byte : 0xdc00 | byte);
  return { text, length };
}

function pointEscape(digits: string, count: number): Escape | null {
  if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) return null;
  const point = Number.parseInt(digits, 16);
  // systemd checks only the long form; a short one for a surrogate becomes the three bytes C would write.
  if (point === 0 || (count === 8 && !isValidCodePoint(point))) return null;
  if (point >= 0xd800 && point <= 0xdfff) {
    const bytes = [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
    return { text: String.fromCharCode(...bytes.map((byte) => 0xdc00 | byte)), length: 6 };
  }
  return { text: String.fromCodePoint(point), length: count + 2 };
}
