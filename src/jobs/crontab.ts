import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { type CronDialect, type CronSchedule, scanCronSchedule } from "./cron-expression.ts";

/** A variable of the job's environment and the line that sets it. */
export interface CronVariable {
  readonly value: string;
  readonly span: Span;
}

/** One job line of a crontab. */
export interface CronEntry {
  readonly span: Span;
  readonly schedule: CronSchedule;
  /** The user column of a system crontab; `null` in a user's own. */
  readonly user: string | null;
  /** What the shell is given with `-c`: the text up to the first bare `%`, with `\%` and `\\` undone. */
  readonly command: string;
  readonly commandSpan: Span;
  /** What follows that `%`, each further one a newline: the command's standard input. `null` without one. */
  readonly input: string | null;
  /** Variables set above the line in the same file. */
  readonly environment: ReadonlyMap<string, CronVariable>;
}

/** A line that is no job, variable or comment, or cannot be as its author thinks. */
export interface CrontabProblem {
  readonly span: Span;
  readonly reason: string;
}

/** A crontab(5) read in one dialect. */
export interface Crontab {
  readonly entries: readonly CronEntry[];
  readonly problems: readonly CrontabProblem[];
  /**
   * Why the daemon of this dialect takes nothing from the file; the entries are still told. Debian's cron refuses
   * a whole file for one bad line, cronie skips the line.
   */
  readonly refused: CrontabProblem | null;
}

export interface CrontabOptions {
  /** System crontabs have a user column. */
  readonly system: boolean;
  readonly dialect: CronDialect;
  /** Debian refuses a system crontab that names an unknown user; absent means every name is known. */
  readonly knowsUser?: (name: string) => boolean;
}

/** `MAX_ENVSTR`, `MAX_COMMAND`, `MAX_TAB_LINES` of cron.h in Debian. */
const MAX_ENVIRONMENT = 998;
const MAX_COMMAND = 999;
const MAX_LINES = 10_000;

/** Bounds on what a hostile file can make us hold; Debian's limit on lines is the first. */
const MAX_ENTRIES = 10_000;
const MAX_VARIABLES = 100;

/**
 * Reads a crontab as `load_user()` (user.c), `load_env()` (env.c) and `load_entry()` (entry.c) do: on a stream, so
 * that a NUL ends a line but not a comment, a carriage return is part of the command, and a last line without
 * newline is lost.
 */
export function parseCrontab(bytes: Uint8Array, path: string, options: CrontabOptions): Crontab {
  return new Reader(decodeUtf8(bytes), path, options).read();
}

class Reader {
  readonly #text: string;
  readonly #path: string;
  readonly #options: CrontabOptions;
  readonly #lineStarts: readonly number[];
  readonly #entries: CronEntry[] = [];
  readonly #problems: CrontabProblem[] = [];
  #environment: ReadonlyMap<string, CronVariable> = new Map();
  #refused: CrontabProblem | null = null;
  /** The first NUL at or after where reading is. */
  #nul = -1;

  constructor(text: string, path: string, options: CrontabOptions) {
    this.#text = text;
    this.#path = path;
    this.#options = options;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  read(): Crontab {
    const text = this.#text;
    let at = this.#skipComments(0);
    while (at < text.length) {
      if (this.#entries.length + this.#problems.length >= MAX_ENTRIES) {
        const span = this.#span(at, at);
        this.#problems.push({
          span,
          reason: `more than ${MAX_ENTRIES} jobs or problems: the rest was not read`,
        });
        break;
      }
      const end = this.#lineEnd(at);
      if (end >= text.length) this.#lacksNewline(at);
      const next = this.#readVariable(at, end) ? end + 1 : this.#readEntry(at, end);
      at = this.#skipComments(next);
    }
    if (this.#options.dialect === "debian" && this.#lineStarts.length > MAX_LINES) {
      this.#refuse(0, 0, `more than ${MAX_LINES} lines`);
    }
    return { entries: this.#entries, problems: this.#problems, refused: this.#refused };
  }

  /** A newline or NUL ends what get_string() reads: strchr(3) finds NUL in every list of terminators. */
  #lineEnd(from: number): number {
    const newline = this.#text.indexOf("\n", from);
    const limit = newline < 0 ? this.#text.length : newline;
    if (this.#nul < from) {
      const nul = this.#text.indexOf("\0", from);
      this.#nul = nul < 0 ? Number.POSITIVE_INFINITY : nul;
    }
    return Math.min(limit, this.#nul);
  }

  /** Blanks, empty lines and `#` lines; only a newline ends a comment. */
  #skipComments(from: number): number {
    const text = this.#text;
    let at = from;
    for (;;) {
      while (text[at] === " " || text[at] === "\t") at++;
      if (text[at] !== "\n" && text[at] !== "#") return at;
      const end = text.indexOf("\n", at);
      if (end < 0) return text.length;
      at = end + 1;
    }
  }

  #lacksNewline(at: number): void {
    const reason = "the last line does not end in a newline";
    const span = this.#span(at, this.#text.length);
    if (this.#options.dialect === "debian") this.#refuse(at, this.#text.length, reason);
    else this.#problems.push({ span, reason: `${reason}: cron does not see it` });
  }

  #readVariable(at: number, end: number): boolean {
    const variable = parseVariable(this.#text.slice(at, Math.min(end, at + MAX_ENVIRONMENT)));
    if (variable === null) return false;
    const [name, value] = variable;
    if (this.#environment.size >= MAX_VARIABLES) {
      this.#problems.push({ span: this.#span(at, end), reason: `more than ${MAX_VARIABLES} variables` });
      return true;
    }
    this.#environment = new Map(this.#environment).set(name, { value, span: this.#span(at, end) });
    return true;
  }

  /** Gives back where reading goes on. */
  #readEntry(at: number, end: number): number {
    const { system, dialect } = this.#options;
    const start = dialect === "cronie" && this.#text[at] === "-" ? at + 1 : at;
    const scanned = scanCronSchedule(this.#text, start, dialect);
    if (!scanned.ok) {
      const { message, at: column, length } = scanned.problem;
      return this.#bad(column, column + length, message, end);
    }
    const { schedule, end: after } = scanned.value;
    if (schedule.kind === "fields") {
      for (const part of schedule.skipped) {
        const reason = `cron reads past "${part.text.slice(0, 40)}" without a word`;
        this.#problems.push({ span: this.#span(part.at, part.at + part.length), reason });
      }
    }
    const column = system ? this.#userColumn(after) : { user: null, end: after };
    if (column === null)
      return this.#bad(after, end, "a user and a command are expected after the time", end);
    if (!system && this.#text[after] === "*") return this.#bad(after, after + 1, "a sixth time field", end);
    return this.#addEntry(at, schedule, column.user, column.end);
  }

  #addEntry(at: number, schedule: CronSchedule, user: string | null, from: number): number {
    const end = this.#lineEnd(from);
    const knowsUser = this.#options.knowsUser ?? ((): boolean => true);
    if (user !== null && !knowsUser(user)) this.#bad(at, end, `user "${user}" does not exist`, end);
    const isLong = end - from >= MAX_COMMAND && this.#options.dialect === "debian";
    if (isLong) this.#bad(from, end, `command of more than ${MAX_COMMAND - 1} characters`, end);
    const raw = this.#text.slice(from, end);
    if (raw.endsWith("\r")) {
      const reason = "the carriage return at its end is part of the command";
      this.#problems.push({ span: this.#span(end - 1, end), reason });
    }
    if (this.#text[end] === "\0") {
      const reason = "a NUL ends the line here: cron reads what follows as a line of its own";
      this.#problems.push({ span: this.#span(end, end + 1), reason });
    }
    this.#entries.push({
      span: this.#span(at, end),
      schedule,
      user,
      ...splitInput(raw),
      commandSpan: this.#span(from, end),
      environment: this.#environment,
    });
    return end + 1;
  }

  /** `get_string(…, " \t")`: in Debian's cron a newline does not end the name, so a lone word takes in the next line. */
  #userColumn(from: number): { readonly user: string; readonly end: number } | null {
    const text = this.#text;
    let end = from;
    while (end < text.length && !" \t\n\0".includes(text[end] ?? "")) end++;
    const isLast = end >= text.length || text[end] === "\n";
    if (isLast || end === from || text[from] === "*") return null;
    // cronie and Debian both go on right after one blank; the shell does not mind more of them.
    return { user: text.slice(from, end), end: end + 1 };
  }

  #bad(from: number, to: number, reason: string, end: number): number {
    if (this.#options.dialect === "debian") this.#refuse(from, to, reason);
    this.#problems.push({ span: this.#span(from, to), reason });
    const newline = this.#text.indexOf("\n", Math.min(from, end));
    return newline < 0 ? this.#text.length : newline + 1;
  }

  #refuse(from: number, to: number, reason: string): void {
    this.#refused ??= { span: this.#span(from, to), reason };
  }

  #span(from: number, to: number): Span {
    const line = lineOf(this.#lineStarts, Math.min(from, this.#text.length));
    const start = this.#lineStarts[line] ?? 0;
    const lastOfLine = this.#lineStarts[line + 1] ?? this.#text.length + 1;
    const length = Math.max(0, Math.min(to, lastOfLine - 1) - from);
    return { path: this.#path, line: line + 1, column: from - start + 1, length };
  }
}

/** Index of the line an offset lies in. */
function lineOf(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * `NAME = value` as `load_env()` takes it, or `null`: either side may be quoted, an unquoted value loses trailing
 * blanks, and `NAME=` with nothing after it is no setting (cron then reads it as a bad job line).
 */
export function parseVariable(line: string): readonly [name: string, value: string] | null {
  const name = /^(?:"([^"=]*)"|'([^'=]*)'|(?!["'])([^ \t\r\v\f=]*)(?=[ \t\r\v\f=]))/.exec(line);
  if (name === null) return null;
  const equals = /^[ \t\r\v\f]*=[ \t\r\v\f]*/.exec(line.slice(name[0].length));
  if (equals === null) return null;
  const rest = line.slice(name[0].length + equals[0].length);
  if (rest === "") return null;
  const named = name[1] ?? name[2] ?? name[3] ?? "";
  const quote = rest[0];
  if (quote !== '"' && quote !== "'") return [named, withoutTrailingBlanks(rest)];
  const close = rest.indexOf(quote, 1);
  if (close < 0 || withoutTrailingBlanks(rest.slice(close + 1)) !== "") return null;
  return [named, rest.slice(1, close)];
}

/** isspace(3) of the C locale, not JavaScript's wider idea of a blank. */
function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && " \t\r\v\f".includes(text[end - 1] ?? "")) end--;
  return text.slice(0, end);
}

/** The `%` of do_command.c: command before the first bare one, standard input after it. */
export function splitInput(raw: string): { readonly command: string; readonly input: string | null } {
  let command = "";
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] ?? "";
    const next = raw[at + 1];
    if (character === "%") return { command, input: inputText(raw.slice(at + 1)) };
    if (character === "\\" && (next === "%" || next === "\\")) {
      command += next;
      at++;
    } else command += character;
    if (character === "\\" && next !== undefined && next !== "%" && next !== "\\") {
      command += next;
      at++;
    }
  }
  return { command, input: null };
}

function inputText(raw: string): string {
  const text = raw.replace(/\\%|%/g, (found) => (found === "%" ? "\n" : "%"));
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
