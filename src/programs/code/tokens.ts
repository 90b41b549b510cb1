import type { Language } from "../program.ts";

/** A word (dotted names whole), the content of a string, one other character, or a line's end. */
export interface Token {
  readonly kind: "word" | "string" | "command" | "mark" | "line";
  /** Strings are unescaped. `"command"` is a string the language runs: backticks, `qx{…}`. */
  readonly text: string;
  readonly pos: number;
  /** Where a string's content starts if it stands there verbatim, else -1. */
  readonly content: number;
  /** Names in braces stand for their values: Python's `f"…"`. */
  readonly isTemplate?: true;
}

const MOST_TOKENS = 60_000;
/** Characters of a here-document; a longer one is read as code. */
const MOST_HERE = 64 * 1024;
/** Words looked for in vain, after which `<<` only shifts. */
const MOST_MISSED = 50;
/** A line that ends one: its word, indented. */
const LONGEST_END = 200;

interface Quoting {
  readonly comments: readonly string[];
  readonly block: boolean;
  readonly triple: boolean;
  /** What a backtick means. */
  readonly backtick: "command" | "string" | "none";
  /** Strings may run over line ends. */
  readonly multiline: boolean;
  readonly quoteWords: boolean;
  /** `%w[a b]` is a list of words. */
  readonly percentWords: boolean;
  /** `/…/` may be a pattern, where no division can stand. */
  readonly patterns: boolean;
  /** Begins a string of whole lines (`<<EOF`): groups are the quote, if any, and the word that ends it. */
  readonly hereDocument: RegExp | null;
  /** Begins and ends paragraphs of documentation, both at the beginning of a line (perlpod(1)). */
  readonly pod: { readonly begins: RegExp; readonly ends: string } | null;
}

function quoting(comments: string, more: Partial<Quoting> = {}): Quoting {
  const base = {
    block: false,
    triple: false,
    backtick: "none",
    multiline: true,
    quoteWords: false,
    percentWords: false,
    patterns: false,
    hereDocument: null,
    pod: null,
  } as const;
  return { comments: comments.split(" "), ...base, ...more };
}

const QUOTING: ReadonlyMap<Language, Quoting> = new Map([
  ["python", quoting("#", { triple: true, multiline: false })],
  [
    "perl",
    quoting("#", {
      backtick: "command",
      quoteWords: true,
      patterns: true,
      hereDocument: /<<~?(?:(["'`])([^"'`\n]{1,80})\1|([A-Za-z_]\w{0,80}))/y,
      pod: { begins: /=[a-z]\w*/y, ends: "\n=cut" },
    }),
  ],
  [
    "ruby",
    quoting("#", {
      backtick: "command",
      percentWords: true,
      quoteWords: true,
      patterns: true,
      hereDocument: /<<[~-]?(?:(["'`])([^"'`\n]{1,80})\1|([A-Z_]\w{0,80}))/y,
      pod: { begins: /=begin\b/y, ends: "\n=end" },
    }),
  ],
  ["node", quoting("//", { block: true, backtick: "string", multiline: false, patterns: true })],
  [
    "php",
    quoting("# //", {
      block: true,
      backtick: "command",
      hereDocument: /<<<[ \t]*(?:(["'])(\w{1,80})\1|([A-Za-z_]\w{0,80}))/y,
    }),
  ],
  ["lua", quoting("--", { multiline: false })],
  ["awk", quoting("#", { multiline: false })],
  ["tcl", quoting("#")],
]);

/** Splits code into tokens, comments left out: enough to tell a call from text that looks like one. */
export function tokens(text: string, language: Language): Token[] {
  const rules = QUOTING.get(language) ?? quoting("#");
  const found: Token[] = [];
  let at = 0;
  /** Where the here-documents that began on this line end. */
  let resumes = 0;
  let missed = 0;
  while (at < text.length && found.length < MOST_TOKENS) {
    const char = text[at] ?? "";
    if (char === "\n") {
      found.push({ kind: "line", text: char, pos: at, content: -1 });
      at = Math.max(at + 1, resumes);
      resumes = 0;
    } else if (char === " " || char === "\t" || char === "\r") at += 1;
    else if (startsComment(text, at, rules)) at = lineEnd(text, at);
    else if (rules.block && text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 2;
    } else if (char === "=" && startsPod(text, at, rules)) at = podEnd(text, at, rules);
    else {
      const isTried = text.startsWith("<<", at) && missed < MOST_MISSED;
      const here = isTried ? hereDocument(text, at, resumes, rules) : null;
      if (isTried && here === null) missed += 1;
      if (here === null) at = readToken(text, at, rules, found);
      else {
        found.push(here.token);
        at = here.end;
        resumes = here.resumes;
      }
    }
  }
  return found;
}

function startsPod(text: string, at: number, { pod }: Quoting): boolean {
  if (pod === null || (at > 0 && text[at - 1] !== "\n")) return false;
  pod.begins.lastIndex = at;
  return pod.begins.test(text);
}

function podEnd(text: string, at: number, { pod }: Quoting): number {
  const end = pod === null ? -1 : text.indexOf(pod.ends, at);
  return end < 0 ? text.length : lineEnd(text, end + 1);
}

interface HereDocument {
  readonly token: Token;
  /** Where the line goes on. */
  readonly end: number;
  /** Where the line after the document begins. */
  readonly resumes: number;
}

/** `null` where `<<` shifts bits: no line ends with the word. `from` is where an earlier one of this line ended. */
function hereDocument(text: string, at: number, from: number, rules: Quoting): HereDocument | null {
  if (rules.hereDocument === null) return null;
  rules.hereDocument.lastIndex = at;
  const match = rules.hereDocument.exec(text);
  if (match === null) return null;
  const [opening, quote, quoted, bare] = match;
  const word = quoted ?? bare ?? "";
  const start = from > 0 ? from : lineEnd(text, at) + 1;
  for (let line = start; line < text.length && line - start < MOST_HERE; line = lineEnd(text, line) + 1) {
    const ends = lineEnd(text, line);
    const last = text.slice(line, Math.min(ends, line + LONGEST_END)).trim();
    if (last !== word && last !== `${word};`) continue;
    const content = text.slice(start, line);
    const kind = quote === "`" ? "command" : "string";
    return {
      token: { kind, text: content, pos: at, content: start },
      end: at + opening.length,
      resumes: ends + 1,
    };
  }
  return null;
}

function startsComment(text: string, at: number, rules: Quoting): boolean {
  if (text[at] === "#" && text[at - 1] === "$") return false;
  if (text.startsWith("//", at) && text[at - 1] === ":") return false;
  return rules.comments.some((mark) => text.startsWith(mark, at));
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function readToken(text: string, at: number, rules: Quoting, found: Token[]): number {
  const char = text[at] ?? "";
  if (rules.triple && (text.startsWith('"""', at) || text.startsWith("'''", at))) {
    const end = text.indexOf(text.slice(at, at + 3), at + 3);
    const stop = end < 0 ? text.length : end;
    found.push({ kind: "string", text: text.slice(at + 3, stop), pos: at, content: at + 3 });
    return stop + 3;
  }
  if (char === '"' || char === "'") return readString(text, at, char, "string", rules.multiline, found);
  if (char === "`" && rules.backtick !== "none")
    return readString(text, at, char, rules.backtick, true, found);
  if (char === "%" && rules.percentWords && /^%[wi][[({<|]/.test(text.slice(at, at + 3))) {
    const quoted = quotedWord(text, at + 2, "qw", at, found);
    if (quoted !== null) return quoted;
  }
  if (char === "/" && rules.patterns) {
    const end = patternEnd(text, at, found);
    if (end !== null) {
      found.push({ kind: "string", text: text.slice(at + 1, end), pos: at, content: at + 1 });
      return end + 1;
    }
  }
  if (/[A-Za-z_$@]/.test(char)) {
    const end = wordEnd(text, at);
    const word = text.slice(at, end);
    if (rules.quoteWords && /^(q|qq|qx|qw)$/.test(word)) {
      const quoted = quotedWord(text, end, word, at, found);
      if (quoted !== null) return quoted;
    }
    const next = text[end];
    if (rules.triple && /^[rbuf]{1,2}$/i.test(word) && (next === '"' || next === "'"))
      return readPrefixed(text, end, /f/i.test(word), rules, found);
    found.push({ kind: "word", text: word, pos: at, content: -1 });
    return end;
  }
  found.push({ kind: "mark", text: char, pos: at, content: -1 });
  return at + 1;
}

/** A string with letters before it, one of which may make it a template. */
function readPrefixed(text: string, at: number, isTemplate: boolean, rules: Quoting, found: Token[]): number {
  const end = readToken(text, at, rules, found);
  const token = found.pop();
  if (token !== undefined) found.push(isTemplate ? { ...token, isTemplate } : token);
  return end;
}

/** Words after which an operand stands. */
const BEFORE_OPERAND =
  /^(and|or|not|if|unless|while|until|elsif|when|return|split|grep|map|x|case|typeof|in|of)$/;

const LONGEST_PATTERN = 4096;

/** Where a pattern ends on its line; `null` where `/` divides. */
function patternEnd(text: string, at: number, found: readonly Token[]): number | null {
  const before = found.at(-1);
  const opens =
    before === undefined ||
    before.kind === "line" ||
    (before.kind === "mark" ? !/[)\]}]/.test(before.text) : BEFORE_OPERAND.test(before.text));
  if (!opens) return null;
  let inClass = false;
  for (let end = at + 1; end < Math.min(text.length, at + LONGEST_PATTERN) && text[end] !== "\n"; end++) {
    const char = text[end];
    if (char === "\\") end += 1;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return end > at + 1 ? end : null;
  }
  return null;
}

/** Dotted, `::` and `->` names are one word: `os.system`, `Net::HTTP.get`, `$ua->get`. */
function wordEnd(text: string, at: number): number {
  let end = at + 1;
  for (;;) {
    while (end < text.length && /[\w$]/.test(text[end] ?? "")) end += 1;
    const step = text[end] === "." ? 1 : text.startsWith("::", end) || text.startsWith("->", end) ? 2 : 0;
    if (step === 0 || !/[A-Za-z_]/.test(text[end + step] ?? "")) return end;
    end += step;
  }
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["{", "}"],
  ["[", "]"],
  ["<", ">"],
]);

function quotedWord(text: string, from: number, word: string, pos: number, found: Token[]): number | null {
  const open = text[from] ?? "";
  if (!/[({[<|/!]/.test(open)) return null;
  const close = CLOSING.get(open) ?? open;
  let depth = 1;
  let end = from + 1;
  for (; end < text.length; end++) {
    if (text[end] === "\\") end += 1;
    else if (text[end] === close && --depth === 0) break;
    else if (text[end] === open && open !== close) depth += 1;
  }
  const content = text.slice(from + 1, end);
  if (word === "qw") {
    pushWords(content, from + 1, found);
    return end + 1;
  }
  found.push({ kind: word === "qx" ? "command" : "string", text: content, pos, content: from + 1 });
  return end + 1;
}

/** `qw(a b)` and `%w[a b]` are lists: the same tokens as `("a", "b")`. */
function pushWords(content: string, from: number, found: Token[]): void {
  const mark = (text: string, pos: number): Token => ({ kind: "mark", text, pos, content: -1 });
  found.push(mark("(", from - 1));
  for (const match of content.matchAll(/\S+/g)) {
    if (found.length >= MOST_TOKENS) break;
    const pos = from + match.index;
    found.push({ kind: "string", text: match[0], pos, content: pos }, mark(",", pos + match[0].length));
  }
  found.push(mark(")", from + content.length));
}

function readString(
  text: string,
  at: number,
  quote: string,
  kind: "string" | "command",
  multiline: boolean,
  found: Token[],
): number {
  let end = at + 1;
  let escaped = false;
  for (; end < text.length && text[end] !== quote; end++) {
    if (text[end] === "\\") {
      escaped = true;
      end += 1;
    } else if (text[end] === "\n" && !multiline) break;
  }
  const raw = text.slice(at + 1, end);
  found.push({ kind, text: escaped ? unescapedString(raw) : raw, pos: at, content: escaped ? -1 : at + 1 });
  return text[end] === quote ? end + 1 : end;
}

function unescapedString(raw: string): string {
  return raw.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|[\s\S])/g, (_, code: string) => {
    if (/^[xu]./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return code === "n" ? "\n" : code === "t" ? "\t" : code === "r" ? "\r" : code === "\n" ? "" : code;
  });
}
