/** Just enough of JavaScript's grammar to read polkit rules: words, strings, numbers, regular expressions, marks. */
import { type Parsed, parsed, problem } from "../../parsed.ts";

export interface Token {
  readonly kind: "word" | "string" | "number" | "regex" | "mark";
  /** Of strings the content with plain escapes undone. */
  readonly text: string;
  readonly line: number;
}

const MAX_TOKENS = 50_000;
const PIECE =
  /(\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|([A-Za-z_$][\w$]*)|("(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`)|(\d[\w.]*)|(===|!==|==|!=|<=|>=|=>|&&|\|\||\+=|\+\+|--|[{}()[\].,;:?!<>=+\-*/%&|^~])/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;

/** A slash after one of these divides; after anything else it begins a regular expression. */
const VALUE_END: ReadonlySet<string> = new Set([")", "]", "}"]);

export function javascriptTokens(text: string): Parsed<readonly Token[]> {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    if (tokens.length > MAX_TOKENS) return problem("E2BIG", "too long for rules", at);
    const last = tokens[tokens.length - 1];
    const divides = last !== undefined && (last.kind !== "mark" || VALUE_END.has(last.text));
    const start = text[at];
    const comment = text.startsWith("//", at) || text.startsWith("/*", at);
    const pattern = start === "/" && !comment && !divides ? REGEX : PIECE;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return problem("EINVAL", "not readable as JavaScript", at);
    const [whole, blank, word, quoted, number, mark] = found;
    if (pattern === REGEX) tokens.push({ kind: "regex", text: whole, line });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, line });
    else if (quoted !== undefined) tokens.push({ kind: "string", text: plain(quoted), line });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, line });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark, line });
    if (blank !== undefined || quoted !== undefined) line += whole.split("\n").length - 1;
    at = pattern.lastIndex;
  }
  return parsed(tokens);
}

function plain(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(?!x|u|[0-7])([\s\S])/g, (_, letter) => (letter === "n" ? "\n" : letter));
}
