import type { Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";

const MOST_ARGUMENT_TOKENS = 600;

/** The tokens between a call's parentheses, or to the line's end where the language needs none. */
export function argumentsAfter({ list, language }: Reading, from: number): readonly Token[] | null {
  const open = list[from];
  if (open === undefined) return null;
  const bare = open.text !== "(" || open.kind !== "mark";
  if (language === "lua" && open.kind === "string") return [open];
  const table = language === "lua" && open.text === "{" && open.kind === "mark";
  const free = language === "perl" || language === "ruby" || language === "tcl" || language === "php";
  if (bare && !table && (!free || /^[=.,;)\]}]$/.test(open.text) || open.kind === "line")) return null;
  const found: Token[] = [];
  let depth = bare && !table ? 1 : 0;
  for (let at = from; at < list.length && found.length < MOST_ARGUMENT_TOKENS; at++) {
    const token = list[at];
    if (token === undefined) break;
    const turn = token.kind === "mark" ? nesting(token.text) : 0;
    depth += turn;
    if (turn > 0 && depth === 1) continue;
    if (turn < 0 && depth <= 0) break;
    if (bare && !table && depth === 1 && (token.kind === "line" || token.text === ";")) break;
    if (token.kind !== "line") found.push(token);
  }
  return found;
}

/** The tokens of an expression: to the line's end, or beyond it inside brackets. */
export function expressionAt(list: readonly Token[], from: number): readonly Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (let at = from; at < list.length && found.length < MOST_ARGUMENT_TOKENS; at++) {
    const token = list[at];
    if (token === undefined || token.text === ";") break;
    if (token.kind === "line" && depth <= 0) break;
    if (token.kind === "mark") depth += nesting(token.text);
    if (token.kind !== "line") found.push(token);
  }
  return found;
}

/** Arguments apart at commas, lists opened: `["a", "b"]` and `"a", "b"` alike. Named arguments are left out. */
export function separate(args: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let at = 0; at < args.length; at++) {
    const token = args[at];
    if (token === undefined) break;
    if (token.kind === "mark" && token.text === "(") depth += 1;
    if (token.kind === "mark" && token.text === ")") depth -= 1;
    if (token.kind === "mark" && token.text === "," && depth <= 0) parts.push([]);
    else if (!(token.kind === "mark" && /[[\]{}]/.test(token.text))) parts.at(-1)?.push(token);
  }
  return parts.filter(
    (part) =>
      part.length > 0 && !(part[0]?.kind === "word" && part[1]?.text === "=" && part[2]?.text !== "="),
  );
}

/** Where the bracket that stands there is closed; the last token where it is not. */
export function closingOf(list: readonly Token[], open: number): number {
  let depth = 0;
  const last = Math.min(list.length, open + MOST_ARGUMENT_TOKENS) - 1;
  for (let at = open; at <= last; at++) {
    const token = list[at];
    if (token?.kind === "mark") depth += nesting(token.text);
    if (depth <= 0) return at;
  }
  return last;
}

/** A mark is one character: 1 opens, -1 closes. */
function nesting(mark: string): number {
  if (mark === "(" || mark === "[" || mark === "{") return 1;
  return mark === ")" || mark === "]" || mark === "}" ? -1 : 0;
}
