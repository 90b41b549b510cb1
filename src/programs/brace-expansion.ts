import type { BraceExpansionPart, LiteralPart, Word, WordPart } from "unbash";

/** Words a word may become before it is left as it stands. */
const MOST_WORDS = 64;
/** Opening braces within one part; nobody nests deeper. */
const MOST_BRACES = 16;
/** What bash calls a sequence: `{1..9}`, `{01..12..2}`, `{a..f}`. */
const SEQUENCE = /^(?:(-?\d{1,9})\.\.(-?\d{1,9})|([a-zA-Z])\.\.([a-zA-Z]))(?:\.\.(-?\d{1,9}))?$/;

type Parts = readonly WordPart[];

/**
 * The words that a word with braces becomes before anything else in it is expanded (bash(1), Brace Expansion): `a{b,c}`
 * is `ab ac`, and `{curl,-s,URL}` a whole command without a space. `null` for a word without braces, and for one whose
 * braces make too many words or hold others around expansions.
 */
export function braceWords(word: Word): readonly Parts[] | null {
  if (!word.text.includes("{") || !word.parts?.some(({ type }) => type === "BraceExpansion")) return null;
  let words: Parts[] = [[]];
  for (const part of word.parts) {
    const choices = part.type === "BraceExpansion" ? choicesOf(part) : [[part]];
    if (choices === null || words.length * choices.length > MOST_WORDS) return null;
    words = words.flatMap((before) => choices.map((choice) => [...before, ...choice]));
  }
  return words;
}

function choicesOf(part: BraceExpansionPart): readonly Parts[] | null {
  if (part.text.split("{", MOST_BRACES + 2).length > MOST_BRACES + 1) return null;
  if (part.parts !== undefined) return choicesAround(part.parts);
  const texts = textsOf(part.text, MOST_WORDS);
  return texts?.map((text) => [literal(part, text)]) ?? null;
}

/** Of braces with quotes or expansions between their commas. */
function choicesAround(parts: Parts): readonly Parts[] | null {
  const choices: WordPart[][] = [[]];
  for (const part of parts) {
    if (part.type === "Literal") {
      if (/[{}]/.test(part.text)) return null;
      splitAtCommas(part.text).forEach((text, at) => {
        if (at > 0) choices.push([]);
        if (text !== "") choices.at(-1)?.push(literal(part, unescaped(text)));
      });
    } else choices.at(-1)?.push(part);
  }
  return choices.length > MOST_WORDS ? null : choices;
}

/** What plain text with one outer pair of braces becomes; `null` when that is more than `most` words. */
function textsOf(text: string, most: number): readonly string[] | null {
  const inner = text.slice(1, -1);
  const counted = sequenceOf(inner);
  if (counted !== null) return counted.length > most ? null : counted;
  const found: string[] = [];
  for (const choice of splitAtCommas(inner)) {
    const words = nestedIn(choice, most - found.length);
    if (words === null) return null;
    found.push(...words);
  }
  return found;
}

/** Of one choice, which may hold braces itself. */
function nestedIn(choice: string, most: number): readonly string[] | null {
  const open = choice.indexOf("{");
  if (open < 0) return most < 1 ? null : [unescaped(choice)];
  const close = closingBrace(choice, open);
  if (close < 0) return null;
  const middles = textsOf(choice.slice(open, close + 1), most);
  const ends = nestedIn(choice.slice(close + 1), most);
  if (middles === null || ends === null || middles.length * ends.length > most) return null;
  const start = unescaped(choice.slice(0, open));
  return middles.flatMap((middle) => ends.map((end) => start + middle + end));
}

function sequenceOf(inner: string): readonly string[] | null {
  const [, first = "", last = "", from = "", to = "", step = "1"] = SEQUENCE.exec(inner) ?? [];
  const letters = from !== "";
  if (first === "" && !letters) return null;
  const start = letters ? from.charCodeAt(0) : Number(first);
  const end = letters ? to.charCodeAt(0) : Number(last);
  const stride = Math.max(1, Math.abs(Number(step)));
  const width = /^-?0\d/.test(first) || /^-?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
  const count = Math.floor(Math.abs(end - start) / stride) + 1;
  return Array.from({ length: Math.min(count, MOST_WORDS + 1) }, (_, at) => {
    const value = start + (end < start ? -1 : 1) * at * stride;
    return letters ? String.fromCharCode(value) : String(value).padStart(width, "0");
  });
}

/** At commas that no braces within enclose and no backslash quotes. */
function splitAtCommas(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "{") depth += 1;
    else if (char === "}") depth -= 1;
    else if (char === "," && depth === 0) {
      found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, text.slice(start)];
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at += 1;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

function literal({ pos, end }: WordPart, value: string): LiteralPart {
  return { type: "Literal", pos, end, value, text: value };
}
