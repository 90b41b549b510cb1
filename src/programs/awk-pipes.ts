import { placeOf, type Reading } from "./code/reading.ts";
import type { Token } from "./code/tokens.ts";
import { evaluate } from "./code/values.ts";
import { fixedSource } from "./source.ts";
import { unknown, type Value } from "./value.ts";

/** Tokens of a command, or of what is printed, before and behind a pipe. */
const MOST = 64;
const PRINTS = /^printf?$/;

/** `"command" | getline NAME` reads a command's lines, `print TEXT | "command"` writes to one (awk(1)): both run it. */
export function followAwkPipe(reading: Reading, at: number): void {
  const { list } = reading;
  if (list[at - 1]?.text === "|" || list[at + 1]?.text === "|") return;
  const next = list[at + 1]?.text === "&" ? at + 2 : at + 1;
  if (list[next]?.text === "getline") readLines(reading, at, next);
  else writeLines(reading, at, next);
}

function readLines(reading: Reading, at: number, getline: number): void {
  const { list } = reading;
  let start = at;
  while (start > Math.max(0, at - MOST) && isOperand(list[start - 1])) start -= 1;
  const printed = run(reading, list.slice(start, at), null);
  if (printed?.taint === null || printed?.taint === undefined) return;
  const name = list[getline + 1]?.kind === "word" ? [list[getline + 1]?.text ?? ""] : ["$0", "$1", "$2"];
  const span = printed.taint.span;
  for (const each of name) reading.constants.set(each, unknown("", span, printed.taint));
}

function writeLines(reading: Reading, at: number, next: number): void {
  const { list } = reading;
  let end = next;
  while (end < Math.min(list.length, next + MOST) && isOperand(list[end])) end += 1;
  let start = at - 1;
  while (start > Math.max(0, at - MOST) && !PRINTS.test(list[start]?.text ?? "")) start -= 1;
  const print = list[start];
  if (print?.kind !== "word" || !PRINTS.test(print.text)) return;
  run(reading, list.slice(next, end), evaluate(reading, list.slice(start + 1, at), placeOf(reading, print)));
}

/** What the command prints, where that is known. */
function run(reading: Reading, tokens: readonly Token[], stdin: Value | null): Value | null {
  const [first] = tokens;
  if (first === undefined) return null;
  const { frame } = reading;
  const command = evaluate(reading, tokens, placeOf(reading, first));
  // gawk's own names of connections are no commands.
  if (!command.complete || command.text.startsWith("/inet")) return null;
  return frame.session.engine.shell(
    { ...frame, via: [...frame.via, "|"], sink: "used", stdin, depth: frame.depth + 1 },
    command.source ?? fixedSource(command.span, command.text),
  );
}

function isOperand(token: Token | undefined): boolean {
  return token?.kind === "string" || (token?.kind === "word" && !PRINTS.test(token.text));
}
