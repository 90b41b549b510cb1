import { type Parsed, parsed } from "../parsed.ts";
import type { Span } from "./span.ts";
import { expandSpecifiers, type SpecifierContext } from "./specifier.ts";
import { type Assignment, locate } from "./unit-file.ts";
import { extractWord, isSeparator, skipSeparators, type Word } from "./words.ts";

/** How systemd runs a command besides the usual way (systemd.service(5), "Special executable prefixes"). */
export type ExecFlag =
  | "ignore-failure"
  | "no-env-expand"
  | "fully-privileged"
  | "no-setuid"
  | "ambient"
  | "argv0"
  | "via-shell";

/** One command of an `Exec…=` key: specifiers replaced, variables not yet (that happens at execution). */
export interface ExecCommand {
  /** The executable: absolute, or a bare name looked up in the compiled search path. */
  readonly path: string;
  /** The whole argument vector; `argv[0]` is `path` as written unless the prefix `@` says otherwise. */
  readonly argv: readonly string[];
  readonly flags: readonly ExecFlag[];
  readonly key: string;
  /** Of the executable's word, prefixes included. */
  readonly span: Span;
  /** Of each word of `argv` that stands in the line, quotes included: the executable first. */
  readonly wordSpans?: readonly Span[];
}

/** Why a line, or what is left of it, gives no command. */
export interface ExecProblem {
  readonly reason: string;
  /** True if the unit cannot be started because of it (bad-setting); else the rest of the line is dropped. */
  readonly fatal: boolean;
  readonly span: Span;
}

export interface ExecLine {
  readonly commands: readonly ExecCommand[];
  readonly problem: ExecProblem | null;
  /** Escapes systemd does not know and leaves as they stand, with a warning. */
  readonly oddEscapes: readonly Span[];
}

/** The shell of the prefix `|` when the user's is not known (`config_parse_exec()` puts this into the command). */
const SHELL = "/bin/sh";

/**
 * The commands of one non-empty `Exec…=` value, exactly as `config_parse_exec()` reads them (src/core/load-fragment.c).
 * `major` is systemd's version: since 258 `|` means "through the user's shell" and `!!` nothing.
 */
export function parseExecLine(assignment: Assignment, context: SpecifierContext): ExecLine {
  const commands: ExecCommand[] = [];
  const oddEscapes: Span[] = [];
  let at = 0;
  for (;;) {
    const command = readCommand(assignment, at, context, oddEscapes);
    if (command.kind === "end") return { commands, problem: null, oddEscapes };
    if (command.kind === "problem") return { commands, problem: command.problem, oddEscapes };
    if (command.kind === "command") commands.push(command.command);
    if (command.next === null) return { commands, problem: null, oddEscapes };
    at = command.next;
  }
}

/** `next` is where another command starts, null at the end of the line. */
type Step =
  | { readonly kind: "end" }
  | { readonly kind: "skip"; readonly next: number }
  | { readonly kind: "problem"; readonly problem: ExecProblem }
  | { readonly kind: "command"; readonly command: ExecCommand; readonly next: number | null };

function readCommand(
  assignment: Assignment,
  from: number,
  context: SpecifierContext,
  oddEscapes: Span[],
): Step {
  const text = assignment.value;
  const first = extractWord(text, from, "exec");
  // Unbalanced quotes in the first word drop the line without harm: the only mistake that is never fatal.
  if (!first.ok) return stop(assignment, first.problem.message, false, first.problem.at, 1);
  const word = first.value;
  if (word === null) return { kind: "end" };
  if (word.text === ";") return { kind: "skip", next: word.next };
  noteEscapes(assignment, word, oddEscapes);

  const { flags, rest } = readPrefixes(word.text, context.major);
  const fatal = !flags.includes("ignore-failure");
  const fail = (reason: string, at = word.start, length = word.end - word.start): Step =>
    stop(assignment, reason, fatal, at, length);

  const viaShell = flags.includes("via-shell");
  const path = expandSpecifiers(rest, context, "unit");
  if (!path.ok) return fail(path.problem.message);
  const bad = viaShell ? null : pathProblem(path.value);
  if (bad !== null) return fail(`${bad}: '${path.value}'`);

  const args = readArguments(assignment, word.next, context, oddEscapes);
  if (!args.ok) return fail(args.problem.message, args.problem.at, args.problem.length);
  const argv = vectorOf(path.value, flags, args.value.words);
  if (argv.length === 0) return fail("no argv[0] after the prefix '@'");

  const span = locate(assignment, word.start, word.end - word.start);
  const run = viaShell ? SHELL : simplifyPath(path.value);
  const wordSpans = spansOf(flags, span, args.value.spans);
  const kept = flags.filter(isKept(context.major));
  const command = { path: run, argv, flags: kept, key: assignment.key, span, wordSpans };
  return { kind: "command", command, next: args.value.next };
}

function vectorOf(path: string, flags: readonly ExecFlag[], words: readonly string[]): string[] {
  const hasArgv0 = flags.includes("argv0");
  if (flags.includes("via-shell")) {
    // With `@` the shell becomes a login shell.
    return [hasArgv0 ? "-sh" : "sh", ...(path === "" ? [] : [path]), ...words];
  }
  return hasArgv0 ? [...words] : [path, ...words];
}

/** One span for each word of `vectorOf`: the executable stands for what systemd puts in itself. */
function spansOf(flags: readonly ExecFlag[], executable: Span, words: readonly Span[]): readonly Span[] {
  if (flags.includes("via-shell")) return [executable, executable, ...words];
  return flags.includes("argv0") ? [executable, ...words.slice(1)] : [executable, ...words];
}

function isKept(major: number): (flag: ExecFlag) => boolean {
  return (flag) => flag !== "ambient" || major < 258;
}

function stop(assignment: Assignment, reason: string, fatal: boolean, at: number, length: number): Step {
  return { kind: "problem", problem: { reason, fatal, span: locate(assignment, at, length) } };
}

function noteEscapes(assignment: Assignment, word: Word, oddEscapes: Span[]): void {
  if (word.relaxed) oddEscapes.push(locate(assignment, word.start, word.end - word.start));
}

/** Each prefix once, in any order; `+`, `!`, `!!` exclude one another. */
function readPrefixes(word: string, major: number): { flags: readonly ExecFlag[]; rest: string } {
  const flags = new Set<ExecFlag>();
  let at = 0;
  for (; at < word.length; at++) {
    const prefix = word[at];
    const hasPrivilege = flags.has("fully-privileged") || flags.has("ambient");
    if (prefix === "-" && !flags.has("ignore-failure")) flags.add("ignore-failure");
    else if (prefix === "@" && !flags.has("argv0")) flags.add("argv0");
    else if (prefix === ":" && !flags.has("no-env-expand")) flags.add("no-env-expand");
    else if (prefix === "+" && !hasPrivilege && !flags.has("no-setuid")) flags.add("fully-privileged");
    else if (prefix === "!" && !hasPrivilege && !flags.has("no-setuid")) flags.add("no-setuid");
    else if (prefix === "!" && !hasPrivilege) {
      flags.delete("no-setuid");
      flags.add("ambient");
    } else if (prefix === "|" && major >= 258 && !flags.has("via-shell")) flags.add("via-shell");
    else break;
  }
  return { flags: [...flags], rest: word.slice(at) };
}

function readArguments(
  assignment: Assignment,
  from: number,
  context: SpecifierContext,
  oddEscapes: Span[],
): Parsed<{ words: readonly string[]; spans: readonly Span[]; next: number | null }> {
  const text = assignment.value;
  const words: string[] = [];
  const spans: Span[] = [];
  let at = from;
  while (at < text.length) {
    if (text[at] === ";" && isEnd(text, at + 1)) {
      return parsed({ words, spans, next: skipSeparators(text, at + 1) });
    }
    if (text[at] === "\\" && text[at + 1] === ";" && isEnd(text, at + 2)) {
      words.push(";");
      spans.push(locate(assignment, at, 2));
      at = skipSeparators(text, at + 2);
      continue;
    }
    const word = extractWord(text, at, "exec");
    if (!word.ok) return word;
    if (word.value === null) break;
    noteEscapes(assignment, word.value, oddEscapes);
    const { start, end } = word.value;
    const expanded = expandSpecifiers(word.value.text, context, "unit");
    if (!expanded.ok) return { ok: false, problem: { ...expanded.problem, at: start, length: end - start } };
    words.push(expanded.value);
    spans.push(locate(assignment, start, end - start));
    at = word.value.next;
  }
  return parsed({ words, spans, next: null });
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || isSeparator(text[at]);
}

/** Why a text cannot be what is executed, null if it can. */
function pathProblem(path: string): string | null {
  if (path === "") return "no executable after the prefixes";
  if (/[\u0001-\u001f"'\\\u007f]/.test(path)) return "executable name with special characters";
  if (path.endsWith("/")) return "executable name ends with a slash";
  if (path.startsWith("/") ? !isPath(path) : !isFileName(path)) {
    return "neither an executable's name nor an absolute path";
  }
  return null;
}

function isPath(path: string): boolean {
  return path.length < 4096 && path.split("/").every((part) => part.length <= 255);
}

function isFileName(name: string): boolean {
  return name !== "." && name !== ".." && !name.includes("/") && name.length <= 255;
}

/** Doubled slashes and `.` parts removed, `..` kept (`path_simplify()`, src/basic/path-util.c). */
export function simplifyPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return (path.startsWith("/") ? "/" : "") + parts.join("/");
}
