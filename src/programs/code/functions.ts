/**
 * Functions a piece of code defines: what they hand back, and what happens to what they are given. Implants ask their
 * server in one function and run its answer in another.
 */

import { holdsPeoplesFiles, noteWalk } from "../encryption.ts";
import type { Language } from "../program.ts";
import { unknown, type Value } from "../value.ts";
import { argumentsAfter, separate } from "./arguments.ts";
import { kindOf } from "./names.ts";
import { isCharacters } from "./origins.ts";
import { type Answer, type CodeFunction, placeOf, type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";

const MOST_FUNCTIONS = 256;
const MOST_PARAMETERS = 16;

/** The functions and methods defined in a list of tokens, by their plain names. */
export function functionsOf(
  list: readonly Token[],
  language: Language,
  text: string,
): ReadonlyMap<string, CodeFunction> {
  const found = new Map<string, CodeFunction>();
  const opens = OPENS.get(language);
  if (opens === undefined) return found;
  for (let at = 0; at < list.length && found.size < MOST_FUNCTIONS; at++) {
    if (list[at]?.kind !== "word") continue;
    const head = headAt(list, at, opens);
    if (head === null) continue;
    const owner = language === "python" && head.name === "__init__" ? classAt(list, at, text) : null;
    if (owner !== null) {
      // Making an object gives all of its methods what the first is given.
      found.set(owner.name, { parameters: head.parameters, from: owner.from, to: owner.to });
      continue;
    }
    const to = opens.braces ? closingBrace(list, head.body) : outdented(list, at, text);
    const own = language === "perl" ? perlParameters(list, head.body, to) : head.parameters;
    found.set(head.name.replace(/^.*[.:]/, ""), { parameters: own, from: head.body, to });
  }
  return found;
}

/** The class a method stands in, as a whole. */
function classAt(
  list: readonly Token[],
  at: number,
  text: string,
): { name: string; from: number; to: number } | null {
  for (let before = at - 1; before >= Math.max(0, at - 2000); before--) {
    const name = list[before + 1];
    if (list[before]?.text === "class" && list[before]?.kind === "word" && name?.kind === "word")
      return { name: name.text, from: before + 2, to: outdented(list, before, text) };
  }
  return null;
}

interface Opening {
  readonly word: RegExp;
  /** A body in braces; else it ends where a line stands no deeper than its first. */
  readonly braces: boolean;
  /** Functions without that word: `const NAME = (a, b) => {`. */
  readonly arrows: boolean;
}

const OPENS: ReadonlyMap<Language, Opening> = new Map<Language, Opening>([
  ["python", { word: /^def$/, braces: false, arrows: false }],
  ["ruby", { word: /^def$/, braces: false, arrows: false }],
  ["lua", { word: /^function$/, braces: false, arrows: false }],
  ["node", { word: /^function$/, braces: true, arrows: true }],
  ["php", { word: /^function$/, braces: true, arrows: false }],
  ["perl", { word: /^sub$/, braces: true, arrows: false }],
]);

interface Head {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: number;
}

/** `def NAME(a, b):`, `function NAME(a, b) {`, `const NAME = async (a, b) => {`. */
function headAt(list: readonly Token[], at: number, { word, arrows }: Opening): Head | null {
  const named = word.test(list[at]?.text ?? "") ? list[at + 1] : undefined;
  if (named?.kind === "word") {
    const { names, end } = parametersAt(list, at + 2);
    return { name: named.text, parameters: names, body: end };
  }
  if (!arrows || list[at + 1]?.text !== "=" || list[at + 2]?.text === "=") return null;
  const open = /^(async|function)$/.test(list[at + 2]?.text ?? "") ? at + 3 : at + 2;
  const { names, end } = parametersAt(list, open);
  const isArrow = list[end]?.text === "=" && list[end + 1]?.text === ">";
  if (names.length > MOST_PARAMETERS || (!isArrow && list[open - 1]?.text !== "function")) return null;
  return { name: list[at]?.text ?? "", parameters: names, body: isArrow ? end + 2 : end };
}

/** The names in parentheses, and what comes after them. Defaults and types are left out. */
function parametersAt(list: readonly Token[], open: number): { names: readonly string[]; end: number } {
  if (list[open]?.text !== "(") return { names: [], end: open };
  const names: string[] = [];
  let isName = true;
  let depth = 0;
  for (let at = open; at < Math.min(list.length, open + 200); at++) {
    const { kind = "line", text = "" } = list[at] ?? {};
    if (kind === "mark" && /[([{]/.test(text)) depth += 1;
    else if (kind === "mark" && /[)\]}]/.test(text)) {
      depth -= 1;
      if (depth === 0) return { names: names.filter((name) => !/^(self|cls)$/.test(name)), end: at + 1 };
    } else if (kind === "mark" && text === "," && depth === 1) isName = true;
    else if (kind === "word" && isName && depth === 1) {
      names.push(text);
      isName = false;
    }
  }
  return { names, end: open };
}

/** `my ($self, $x) = @_;` and `my $x = shift;` (perlsub(1)). */
function perlParameters(list: readonly Token[], from: number, to: number): readonly string[] {
  const body = list.slice(from, Math.min(to, from + 60));
  const whole = body.findIndex(({ text }) => text === "@_");
  if (whole > 0)
    return body
      .slice(0, whole)
      .map(({ text }) => text)
      .filter((text) => text.startsWith("$") && text !== "$self");
  return body
    .filter((_, at) => body[at + 1]?.text === "=" && body[at + 2]?.text === "shift")
    .map(({ text }) => text)
    .filter((text) => text !== "$self");
}

function closingBrace(list: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < list.length; at++) {
    const token = list[at];
    if (token?.kind !== "mark") continue;
    if (token.text === "{") depth += 1;
    else if (token.text === "}" && --depth <= 0) return at;
    else if (token.text === ";" && depth === 0) return at;
  }
  return list.length;
}

/** Where a line begins no deeper than the one the function begins on. */
function outdented(list: readonly Token[], at: number, text: string): number {
  const depth = columnOf(list, at, text);
  for (let next = at + 1; next < list.length; next++) {
    const token = list[next];
    if (token === undefined || token.kind === "line" || list[next - 1]?.kind !== "line") continue;
    if (columnIn(text, token.pos) <= depth) return next;
  }
  return list.length;
}

/** The column of the first word of the line a token stands on. */
function columnOf(list: readonly Token[], at: number, text: string): number {
  let first = at;
  while (first > 0 && list[first - 1]?.kind !== "line") first -= 1;
  return columnIn(text, list[first]?.pos ?? 0);
}

function columnIn(text: string, pos: number): number {
  return pos - text.lastIndexOf("\n", pos - 1) - 1;
}

/** The function a word calls: by its name, or as a method of whatever object. */
export function calledFunction({ list, functions }: Reading, at: number): CodeFunction | undefined {
  const token = list[at];
  if (functions.size === 0 || token?.kind !== "word" || list[at + 1]?.text !== "(") return undefined;
  if (/^(def|function|sub)$/.test(list[at - 1]?.text ?? "")) return undefined;
  return functions.get(token.text.replace(/^.*(\.|->|::)/, ""));
}

/** The functions whose answer came over the network, or is decoded: by themselves, or by another. */
export function answeringFunctions(reading: Reading): ReadonlyMap<string, Answer> {
  const found = new Map<string, Answer>();
  for (let round = 0; round < 3; round++) {
    const before = found.size;
    for (const [name, body] of reading.functions) {
      const from = found.has(name) ? null : answerOf(reading, body, found);
      if (from !== null) found.set(name, from);
    }
    if (found.size === before) break;
  }
  return found;
}

function answerOf(
  reading: Reading,
  { from, to }: CodeFunction,
  known: ReadonlyMap<string, Answer>,
): Answer | null {
  const { list, language } = reading;
  let asked: Answer | null = null;
  let url = "";
  let returns = false;
  if (!spendTokens(reading, to - from)) return null;
  for (let at = from; at < to; at++) {
    const token = list[at];
    if (token?.kind === "string" && /:\/\//.test(token.text)) url ||= token.text;
    if (token?.text === "^" && isCharacters(list, at)) asked ??= { kind: "decode", url: "" };
    if (token?.kind !== "word") continue;
    const kind = kindOf(reading, list, at) ?? "";
    if (/^(fetch|receive|send)$/.test(kind) && asked?.kind !== "fetch") asked = { kind: "fetch", url: "" };
    else if (list[at + 1]?.text === "(") asked ??= known.get(token.text.replace(/^.*(\.|->)/, "")) ?? null;
    if (token.text === "return" && returnsMore(list, at)) returns = true;
  }
  // The last value of a function is its answer there.
  return asked !== null && (returns || language === "ruby") ? { ...asked, url: asked.url || url } : null;
}

/** More than that something went well. */
function returnsMore(list: readonly Token[], at: number): boolean {
  const words: string[] = [];
  for (let next = at + 1; next < at + 60; next++) {
    const token = list[next];
    if (token === undefined || token.kind === "line" || token.text === ";") break;
    if (token.kind === "word" && !/^(true|false|none|null|nil|undefined|not|new)$/i.test(token.text))
      words.push(token.text);
  }
  const last = words.at(-1);
  return last !== undefined && !/(^|\.)(ok|status|status_code|statusCode|code|returncode)$/.test(last);
}

/** `Thread(target=run, args=(job,))`, `pool.submit(run, job)`: a function that is named there, not called. */
function handedOn({ functions }: Reading, args: readonly Token[]): CodeFunction | undefined {
  const name = args.find(
    ({ kind, text }, at) =>
      kind === "word" &&
      args[at + 1]?.text !== "(" &&
      args[at + 1]?.text !== "=" &&
      functions.has(plainOf(text)),
  );
  return name === undefined ? undefined : functions.get(plainOf(name.text));
}

function plainOf(text: string): string {
  return text.replace(/^.*(\.|->|::)/, "");
}

/** A function that goes through trees is given those in which people keep their files. */
function noteWalkOf(reading: Reading, { from, to }: CodeFunction, args: readonly Token[], at: number): void {
  const before = reading.list.slice(Math.max(0, at - 16), at);
  const roots = [...before, ...args].filter(({ kind, text }) => kind === "string" && holdsPeoplesFiles(text));
  if (roots.length === 0 || reading.frame.session.encrypting.walks || !spendTokens(reading, to - from))
    return;
  for (let inside = from; inside < to; inside++)
    if (kindOf(reading, reading.list, inside) === "walk")
      noteWalk(
        reading.frame,
        roots.map(({ text }) => text),
      );
}

/**
 * A function is given what came over the network: `read` reads its body once more, with its parameters bound to that.
 */
export function enterFunction(
  reading: Reading,
  at: number,
  valued: (part: readonly Token[]) => Value | null,
  read: (at: number) => void,
): void {
  const token = reading.list[at];
  if (reading.functions.size === 0 || token?.kind !== "word" || reading.list[at + 1]?.text !== "(") return;
  const direct = calledFunction(reading, at);
  const args = argumentsAfter(reading, at + 1) ?? [];
  if (!spendTokens(reading, args.length)) return;
  const called = direct ?? handedOn(reading, args);
  if (called === undefined) return;
  noteWalkOf(reading, called, args, at);
  if (reading.entered.has(called)) return;
  const parts =
    direct === undefined ? args.filter(({ kind }) => kind === "word").map((one) => [one]) : separate(args);
  const values = parts.slice(0, MOST_PARAMETERS).map(valued);
  const tainted = values.find((value) => value?.taint?.kind === "fetch");
  if (tainted === undefined) return;
  reading.entered.add(called);
  for (const [index, name] of called.parameters.entries()) {
    const taint = direct === undefined ? tainted?.taint : values[index]?.taint;
    const given = direct === undefined ? null : values[index];
    if (taint?.kind === "fetch")
      reading.constants.set(name, given ?? unknown("", placeOf(reading, token), taint));
  }
  if (spendTokens(reading, called.to - called.from))
    for (let inside = called.from; inside < called.to; inside++) read(inside);
}
