import type { Span } from "../../syntax/span.ts";
import type { Frame } from "../engine.ts";
import type { Language } from "../program.ts";
import type { Source } from "../source.ts";
import type { Value } from "../value.ts";
import type { CallKind } from "./calls.ts";
import type { Token } from "./tokens.ts";

/** A function the code defines. */
export interface CodeFunction {
  readonly parameters: readonly string[];
  /** Its body: tokens from the first to before the second. */
  readonly from: number;
  readonly to: number;
}

/** What a function hands back that came over the network, with where from, or that was decoded. */
export interface Answer {
  readonly kind: "fetch" | "decode";
  readonly url: string;
}

/** Reading of one piece of code in a language other than the shell's. */
export interface Reading {
  readonly frame: Frame;
  readonly language: Language;
  readonly source: Source;
  readonly list: readonly Token[];
  readonly constants: Map<string, Value>;
  readonly seen: Set<CallKind>;
  /** Variables that hold what a web request sent. */
  readonly requested: Set<string>;
  /** What imported names stand for: `cp` for `child_process`, `sh` for `os.system`. */
  readonly aliases: Map<string, string>;
  readonly functions: ReadonlyMap<string, CodeFunction>;
  /** Functions whose answer came over the network, or was decoded. */
  answers: ReadonlyMap<string, Answer>;
  /** Functions that were read once more with what they were given. */
  readonly entered: Set<CodeFunction>;
  /** Every word and short string there is, for questions about the whole. */
  readonly texts: ReadonlySet<string>;
  /** It takes what it does from a queue of another machine. */
  readonly asksFarQueue: boolean;
  /** Comprehensions whose beginning was read once more. */
  readonly reread: Set<number>;
  /** What a name stands for in turn: a loop's over a list that is written down. */
  readonly choices: Map<string, readonly Value[]>;
  /** Names of tables that are written down. */
  readonly tables: Set<string>;
  /** Lists that are written down, by name. */
  readonly lists: Map<string, readonly Value[]>;
  /** It names a file whose leaving is theft. */
  secret: boolean;
  /** Where a pipe into a shell was opened. */
  pipedShell: Span | null;
  shellNamed: boolean;
  runsUnknown: boolean;
  firstConnect: Span | null;
  /** Where it begins to wait for whoever connects. */
  listens: Span | null;
  host: string;
  /** The address something was downloaded from last. */
  fetchedFrom: string;
  /** The file that was opened for writing last. */
  lastOpened: string;
}

export function placeOf(reading: Reading, token: Token): Span {
  return reading.source.place(token.pos, token.kind === "string" ? token.text.length + 2 : token.text.length);
}

/** Text that names a shell: `/bin/sh`, `bash -i`. */
export const SHELL_NAME = /^(\/usr)?\/bin\/(ba|da|z|k|a)?sh\b|^(ba|da|z|k|a)?sh( -[il]+)?$/;

/** What is kept of a text that is too long: enough to decode its beginning. */
export const KEPT_TEXT = 16_384;

/** Tokens that count as a step of code. */
export const TOKENS_OF_STEP = 16;

/** How often an expression is looked through, about, before what it stands for is known. */
export const LOOKS = 4;

/** Counts the tokens of an expression: expressions within expressions are read once for each. False when no steps are left. */
export function spendTokens({ frame: { session }, source }: Reading, count: number): boolean {
  const { path } = source.place(0, 0);
  for (let left = count; left >= TOKENS_OF_STEP; left -= TOKENS_OF_STEP)
    if (!session.spend(path)) return false;
  return true;
}
