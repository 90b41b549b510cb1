/**
 * The regular expressions of AIDE's rules, matched in time linear in the path: a target's pattern must not be able to
 * stall the one who reads it. Covers what selection lines use (groups, classes, repetition, anchors); look-around and
 * back-references are not understood and say so.
 */
import { type Parsed, parsed, problem } from "../../parsed.ts";

/** A compiled pattern; it is tried at the first character and may end anywhere, as AIDE tries it. */
export interface PathPattern {
  matches(path: string): boolean;
}

type Step =
  | { readonly kind: "letter"; readonly test: (code: number) => boolean; next: number }
  | { readonly kind: "split"; next: number; other: number }
  | { readonly kind: "end"; next: number }
  | { readonly kind: "jump"; next: number }
  | { readonly kind: "match" };

type Node =
  | { readonly kind: "letter"; readonly test: (code: number) => boolean }
  | { readonly kind: "sequence"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly ways: readonly Node[] }
  | { readonly kind: "repeat"; readonly of: Node; readonly least: number; readonly most: number }
  | { readonly kind: "start" }
  | { readonly kind: "end" };

const MAX_PATTERN = 2000;
const MAX_STEPS = 20_000;
const MAX_REPEAT = 255;
const MAX_DEPTH = 50;

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /[A-Za-z0-9]/],
  ["alpha", /[A-Za-z]/],
  ["digit", /[0-9]/],
  ["xdigit", /[0-9A-Fa-f]/],
  ["lower", /[a-z]/],
  ["upper", /[A-Z]/],
  ["space", /[ \t\n\r\f\v]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["word", /[A-Za-z0-9_]/],
]);

export function compilePattern(text: string): Parsed<PathPattern> {
  if (text.length > MAX_PATTERN) return problem("E2BIG", "a pattern longer than anybody writes", MAX_PATTERN);
  const reader = new PatternReader(text);
  const node = reader.read();
  if (node === null) return problem("EINVAL", reader.fault, reader.at);
  const steps: Step[] = [];
  if (!emit(node, steps)) return problem("E2BIG", "a pattern that repeats too much", 0);
  steps.push({ kind: "match" });
  return parsed({ matches: (path) => run(steps, path) });
}

/** Recursive descent over alternatives, sequences, repetitions and atoms. */
class PatternReader {
  at = 0;
  fault = "a pattern that is not understood";
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Node | null {
    const node = this.#either(0);
    if (node !== null && this.at < this.#text.length) return this.#refuse("a bracket that was not opened");
    return node;
  }

  #refuse(fault: string): null {
    this.fault = fault;
    return null;
  }

  #either(depth: number): Node | null {
    if (depth > MAX_DEPTH) return this.#refuse("brackets nested too deep");
    const ways: Node[] = [];
    for (;;) {
      const way = this.#sequence(depth);
      if (way === null) return null;
      ways.push(way);
      if (this.#text.charAt(this.at) !== "|") return { kind: "either", ways };
      this.at += 1;
    }
  }

  #sequence(depth: number): Node | null {
    const parts: Node[] = [];
    while (this.at < this.#text.length && !"|)".includes(this.#text.charAt(this.at))) {
      const atom = this.#atom(depth);
      if (atom === null) return null;
      const repeated = this.#repeated(atom);
      if (repeated === null) return null;
      parts.push(repeated);
    }
    return { kind: "sequence", parts };
  }

  #repeated(atom: Node): Node | null {
    const [whole = "", sign = "", least = "", comma = "", most = ""] =
      /^(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})/.exec(this.#text.slice(this.at, this.at + 16)) ?? [];
    if (whole === "") return atom;
    this.at += whole.length;
    if (this.#text.charAt(this.at) === "?") this.at += 1;
    else if (this.#text.charAt(this.at) === "+")
      return this.#refuse("possessive repetition is not understood");
    if (sign !== "")
      return { kind: "repeat", of: atom, least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Infinity };
    const low = Number(least);
    const high = comma === "" ? low : most === "" ? Infinity : Number(most);
    if (low > MAX_REPEAT || (high !== Infinity && high > MAX_REPEAT) || high < low)
      return this.#refuse("a repetition out of bounds");
    return { kind: "repeat", of: atom, least: low, most: high };
  }

  #atom(depth: number): Node | null {
    const letter = this.#text.charAt(this.at);
    this.at += 1;
    switch (letter) {
      case "(":
        return this.#group(depth);
      case "[":
        return this.#class();
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case ".":
        return letterNode((code) => code !== 10);
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        return this.#refuse("a repetition of nothing");
      default:
        return exactly(letter);
    }
  }

  #group(depth: number): Node | null {
    if (this.#text.charAt(this.at) === "?") {
      if (!this.#text.startsWith("?:", this.at)) return this.#refuse("look-around is not understood");
      this.at += 2;
    }
    const node = this.#either(depth + 1);
    if (node === null) return null;
    if (this.#text.charAt(this.at) !== ")") return this.#refuse("a bracket that is not closed");
    this.at += 1;
    return node;
  }

  #escape(): Node | null {
    const letter = this.#text.charAt(this.at);
    this.at += 1;
    const short: Readonly<Record<string, string>> = {
      d: "digit",
      w: "word",
      s: "space",
      D: "digit",
      W: "word",
      S: "space",
    };
    if (letter === "x") {
      const digits = /^[0-9A-Fa-f]{2}/.exec(this.#text.slice(this.at, this.at + 2))?.[0];
      if (digits === undefined) return this.#refuse("\\x without two digits");
      this.at += 2;
      return exactly(String.fromCharCode(Number.parseInt(digits, 16)));
    }
    const name = Object.hasOwn(short, letter) ? short[letter] : undefined;
    if (name !== undefined) {
      const wanted = CLASSES.get(name);
      const isNegated = letter < "a";
      return letterNode((code) => (wanted?.test(String.fromCharCode(code)) ?? false) !== isNegated);
    }
    if (letter === "" || /[A-Za-z0-9]/.test(letter)) return this.#refuse(`\\${letter} is not understood`);
    return exactly(letter);
  }

  #class(): Node | null {
    const isNegated = this.#text.charAt(this.at) === "^";
    if (isNegated) this.at += 1;
    const tests: ((code: number) => boolean)[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const letter = this.#text.charAt(this.at);
      if (letter === "") return this.#refuse("a class that is not closed");
      if (letter === "]" && !isFirst) break;
      const test = this.#member();
      if (test === null) return null;
      tests.push(test);
    }
    this.at += 1;
    return letterNode((code) => tests.some((test) => test(code)) !== isNegated);
  }

  #member(): ((code: number) => boolean) | null {
    const named = /^\[:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.at, this.at + 16));
    if (named !== null) {
      const wanted = CLASSES.get(named[2] ?? "");
      if (wanted === undefined) return this.#refuse(`there is no class ${named[2]}`);
      this.at += named[0].length;
      return (code) => wanted.test(String.fromCharCode(code)) === (named[1] === "");
    }
    const low = this.#classLetter();
    if (typeof low === "function" || low === null) return low;
    const next = this.#text.charAt(this.at + 1);
    if (this.#text.charAt(this.at) !== "-" || next === "]" || next === "") return (code) => code === low;
    this.at += 1;
    const high = this.#classLetter();
    if (typeof high !== "number" || high < low) return this.#refuse("a range that runs backwards");
    return (code) => code >= low && code <= high;
  }

  #classLetter(): number | ((code: number) => boolean) | null {
    const letter = this.#text.charAt(this.at);
    this.at += 1;
    if (letter !== "\\") return letter.charCodeAt(0);
    const node = this.#escape();
    if (node === null || node.kind !== "letter") return null;
    const escaped = this.#text.charAt(this.at - 1);
    return /[dwsDWS]/.test(escaped) && node.test("5".charCodeAt(0)) !== node.test(" ".charCodeAt(0))
      ? node.test
      : escaped.charCodeAt(0);
  }
}

function letterNode(test: (code: number) => boolean): Node {
  return { kind: "letter", test };
}

function exactly(letter: string): Node {
  const wanted = letter.charCodeAt(0);
  return letterNode((code) => code === wanted);
}

/** Lays a node out as steps, so that falling off its end goes on with what follows; false when it grows too large. */
function emit(node: Node, steps: Step[]): boolean {
  if (steps.length > MAX_STEPS) return false;
  switch (node.kind) {
    case "letter":
      steps.push({ kind: "letter", test: node.test, next: steps.length + 1 });
      return true;
    case "start":
      // Every match begins at the start; in the middle of a pattern `^` can only fail, which `$` and a letter do too.
      steps.push({ kind: "jump", next: steps.length + 1 });
      return true;
    case "end":
      steps.push({ kind: "end", next: steps.length + 1 });
      return true;
    case "sequence":
      return node.parts.every((part) => emit(part, steps));
    case "either":
      return emitEither(node.ways, steps);
    case "repeat":
      return emitRepeat(node, steps);
  }
}

function emitEither(ways: readonly Node[], steps: Step[]): boolean {
  const ends: { next: number }[] = [];
  for (const [index, way] of ways.entries()) {
    const split = { kind: "split" as const, next: steps.length + 1, other: 0 };
    const isLast = index === ways.length - 1;
    if (!isLast) steps.push(split);
    if (!emit(way, steps)) return false;
    if (isLast) break;
    const jump = { kind: "jump" as const, next: 0 };
    steps.push(jump);
    ends.push(jump);
    split.other = steps.length;
  }
  for (const end of ends) end.next = steps.length;
  return true;
}

function emitRepeat({ of, least, most }: Extract<Node, { kind: "repeat" }>, steps: Step[]): boolean {
  for (let count = 0; count < least; count += 1) if (!emit(of, steps)) return false;
  if (most === Infinity) {
    const split = { kind: "split" as const, next: steps.length + 1, other: 0 };
    const start = steps.length;
    steps.push(split);
    if (!emit(of, steps)) return false;
    steps.push({ kind: "jump", next: start });
    split.other = steps.length;
    return true;
  }
  const splits: { other: number }[] = [];
  for (let count = least; count < most; count += 1) {
    const split = { kind: "split" as const, next: steps.length + 1, other: 0 };
    steps.push(split);
    splits.push(split);
    if (!emit(of, steps)) return false;
  }
  for (const split of splits) split.other = steps.length;
  return true;
}

function run(steps: readonly Step[], path: string): boolean {
  let states = new Set<number>();
  if (enter(steps, 0, states, path.length === 0)) return true;
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step?.kind === "letter" && step.test(code) && enter(steps, step.next, next, at + 1 === path.length))
        return true;
    }
    if (next.size === 0) return false;
    states = next;
  }
  return false;
}

/** Adds a state and all that follow without a letter; true when the pattern is through. */
function enter(steps: readonly Step[], first: number, states: Set<number>, atEnd: boolean): boolean {
  const waiting = [first];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (states.has(index)) continue;
    states.add(index);
    const step = steps[index];
    if (step === undefined) continue;
    if (step.kind === "match") return true;
    if (step.kind === "jump" || (step.kind === "end" && atEnd)) waiting.push(step.next);
    if (step.kind === "split") waiting.push(step.other, step.next);
  }
  return false;
}
