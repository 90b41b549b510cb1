/**
 * A command of the command line: a row in `COMMANDS` (`cli/index.ts`), from which help, man pages, completions and
 * docs are made. `run` is handed its arguments and streams and returns the exit status, so its test is a call.
 */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line, no full stop. */
  readonly summary: string;
  readonly usage: string;
  /** Complete command lines with what they do, shown first in help. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  readonly options: OptionTable;
  /** What completion offers at each place; the last holds for all that follow. None: nothing is offered. */
  readonly operands?: readonly (readonly Operand[])[];
  /** The formats that its `-o` takes, in order. */
  readonly formats?: readonly string[];
  run(args: readonly string[], streams: Streams): number | Promise<number>;
}

/** A command before it is needed: its module loads only when it runs or is explained. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  load(): Promise<Command>;
}

/** A kind of argument in upper case, as in `usage`; in lower case the word itself. */
export type Operand =
  | "TARGET"
  | "TIMER"
  | "RULE"
  | "CONTROL"
  | "COMMAND"
  | "EXIT"
  | "FILE"
  | Lowercase<string>;

/** Options of a command by long name; `parseArgs` of Node reads the same table. */
export type OptionTable = Readonly<Record<string, Option>>;

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
  /** The value's name in help, such as `FILE`, or its only words, as in `any|none`; only for strings. */
  readonly value?: string;
  /** Words it can be where they are too many for `value`. */
  readonly words?: readonly string[];
  readonly does: string;
  /** Heading in help; options without one belong to the command itself. */
  readonly group?: string;
}

/** Where a command writes and what it knows of its surroundings. Only `main.ts` touches `process`. */
export interface Streams {
  /** The result, nothing else: text, or an archive's bytes. */
  out(result: string | Uint8Array): void;
  /** Progress, warnings, hints. */
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns of the terminal; `undefined` when stdout is none. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input as bytes, read on demand. */
  readInput(): Uint8Array;
}

/** The operator asked for the impossible: one line on stderr, exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** No trustworthy result could be made: one line on stderr, exit status 1 unless another is named. */
export class RunError extends Error {
  override name = "RunError";
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
