import type { PhysicalLine, Suspicions } from "./lines.ts";
import type { Span } from "./span.ts";

export type OddityKind =
  | "terminal-escape"
  | "control-character"
  | "bidi-control"
  | "zero-width"
  | "nul"
  | "bare-carriage-return"
  | "byte-order-mark"
  | "invalid-utf8"
  | "long-line"
  | "blank-lines"
  | "padded-line";

/** Something that makes a file look different on a screen than it is to systemd. */
export interface Oddity {
  readonly kind: OddityKind;
  /** The first such character of the line; for `blank-lines` the first line of the run. */
  readonly span: Span;
  /** How many on this line; for `blank-lines` how many lines; the last entry of a kind counts all later ones. */
  readonly count: number;
}

const LONG_LINE = 10_000;
const BLANK_RUN = 100;
/** Columns of white space between two words of a line: what follows is off the screen. */
const PADDING = 100;
/** Entries kept of one kind in one file; a hostile file shall not fill the report. */
const MAX_PER_KIND = 100;

/**
 * Characters worth a second look. The class names follow Unicode: C0 and C1 controls, line and paragraph separators,
 * Bidi_Control, zero-width and tag characters, and lone surrogates, which stand for bytes that are not UTF-8.
 */
const ODD =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

/** Everything odd in the file, comments included, in file order within each kind of search. */
export function findOddities(
  path: string,
  text: string,
  lines: readonly PhysicalLine[],
  suspicions: Suspicions,
): readonly Oddity[] {
  const found = new Map<OddityKind, Oddity[]>();
  findShapes(found, path, text, lines);
  const { nonAscii, nul, carriageReturn, control } = suspicions;
  if (nonAscii || nul || carriageReturn || control) findCharacters(found, path, text, lines);
  if (found.size === 0) return NOTHING;
  return [...found.values()].flat();
}

const NOTHING: readonly Oddity[] = [];

/** Lines too long to see the end of, and runs of blank lines that push the rest off the screen. */
function findShapes(
  found: Map<OddityKind, Oddity[]>,
  path: string,
  text: string,
  lines: readonly PhysicalLine[],
): void {
  let blank = 0;
  for (let index = 0; index <= lines.length; index++) {
    const line = lines[index];
    if (line !== undefined && isBlankLine(text, line)) {
      blank++;
      continue;
    }
    if (blank > BLANK_RUN) {
      add(found, "blank-lines", { path, line: index - blank + 1, column: 1, length: 0 }, blank);
    }
    blank = 0;
    if (line !== undefined && line.end - line.start > LONG_LINE) {
      add(found, "long-line", { path, line: index + 1, column: 1, length: 0 }, line.end - line.start);
    }
    const gap = line === undefined ? -1 : paddingIn(text, line);
    if (line !== undefined && gap >= 0)
      add(found, "padded-line", { path, line: index + 1, column: gap - line.start + 1, length: 0 }, 1);
  }
}

/** Where a run of white space begins that separates two words by more than a screen, or -1. */
function paddingIn(text: string, { start, end }: PhysicalLine): number {
  if (end - start <= PADDING) return -1;
  let words = false;
  let from = start;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x09) continue;
    if (words && at - from > PADDING) return from;
    words = true;
    from = at + 1;
  }
  return -1;
}

function isBlankLine(text: string, { start, end }: PhysicalLine): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09) return false;
  }
  return true;
}

interface OnLine {
  readonly kind: OddityKind;
  readonly column: number;
  readonly length: number;
  count: number;
}

/** One pass over the text: most lines of most files hold nothing odd and cost nothing. */
function findCharacters(
  found: Map<OddityKind, Oddity[]>,
  path: string,
  text: string,
  lines: readonly PhysicalLine[],
): void {
  let index = 0;
  let onLine: OnLine[] = [];
  const flush = (): void => {
    for (const { kind, column, length, count } of onLine) {
      add(found, kind, { path, line: index + 1, column, length }, count);
    }
    onLine = [];
  };
  for (const match of text.matchAll(ODD)) {
    const kind = kindOf(match[0], text, match.index);
    if (kind === null) continue;
    if (match.index >= (lines[index]?.next ?? text.length)) {
      flush();
      while (match.index >= (lines[index]?.next ?? text.length) && index < lines.length) index++;
    }
    const seen = onLine.find((each) => each.kind === kind);
    const column = match.index - (lines[index]?.start ?? 0) + 1;
    if (seen === undefined) onLine.push({ kind, column, length: match[0].length, count: 1 });
    else seen.count++;
  }
  flush();
}

function kindOf(character: string, text: string, at: number): OddityKind | null {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0) return "nul";
  if (code === 0x0d) return isPartOfCrLf(text, at) ? null : "bare-carriage-return";
  if (code === 0x1b || code === 0x9b) return "terminal-escape";
  if (code < 0xa0 || code === 0x2028 || code === 0x2029) return "control-character";
  if (code === 0xfeff) return at === 0 ? "byte-order-mark" : "zero-width";
  if (code >= 0xd800 && code <= 0xdfff) return "invalid-utf8";
  return isBidi(code) ? "bidi-control" : "zero-width";
}

/** `\r\n` is how other systems end lines; any other carriage return hides what follows it on a terminal. */
function isPartOfCrLf(text: string, at: number): boolean {
  return text[at + 1] === "\n";
}

function isBidi(code: number): boolean {
  if (code === 0x061c || code === 0x200e || code === 0x200f) return true;
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

function add(found: Map<OddityKind, Oddity[]>, kind: OddityKind, span: Span, count: number): void {
  const entries = found.get(kind) ?? [];
  found.set(kind, entries);
  const last = entries.at(-1);
  if (entries.length < MAX_PER_KIND) entries.push({ kind, span, count });
  else if (last !== undefined) entries[entries.length - 1] = { ...last, count: last.count + count };
}
