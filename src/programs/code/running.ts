/** Calls that run a program: a list of words, one string of shell code, or a command of Tcl's. */

import type { Span } from "../../syntax/span.ts";
import type { Frame } from "../engine.ts";
import { noteExecution } from "../execution.ts";
import { INTERPRETERS, programName, SHELLS } from "../names.ts";
import { fixedSource } from "../source.ts";
import type { Value } from "../value.ts";
import { separate } from "./arguments.ts";
import { type Reading, SHELL_NAME, spendTokens, TOKENS_OF_STEP } from "./reading.ts";
import { runPiecedShell } from "./shell.ts";
import { tclWords } from "./tcl.ts";
import type { Token } from "./tokens.ts";
import { evaluate } from "./values.ts";

/** `os.spawnl(os.P_NOWAIT, path, name, …)`: how to wait for it stands first. */
const SPAWN_WITH_MODE = /^(os\.)?spawn[lv]p?e?$/;

/** A call that runs a program: a list of words, or one string of shell code. */
export function runCall(reading: Reading, token: Token, args: readonly Token[]): void {
  const { frame } = reading;
  const span = reading.source.place(token.pos, token.text.length);
  if (reading.language === "tcl") {
    runTcl(reading, token);
    return;
  }
  const parts = separate(args).slice(SPAWN_WITH_MODE.test(token.text) ? 1 : 0);
  const values = parts.map((part) => evaluate(reading, part, span));
  const [first] = values;
  if (first === undefined) return;
  if (first.taint !== null && !isOnlyTold(args[0], first)) noteExecution(frame, first, token.text, span);
  const inner: Frame = {
    ...frame,
    via: [...frame.via, token.text],
    sink: "used",
    ...inputOf(reading, args, span),
  };
  const told = args.some(({ text }, at) => text === "stdin" && args[at + 1]?.text === "=");
  if (told && (SHELLS.has(programName(first.text)) || INTERPRETERS.has(programName(first.text))))
    reading.pipedShell = span;
  if (!first.complete) {
    reading.runsUnknown = true;
    runPiecedShell(reading, inner, parts[0] ?? [], span);
    return;
  }
  if (SHELL_NAME.test(first.text)) reading.shellNamed = true;
  const strings = values.filter((value) => value.taint !== null || (value.text !== "" && value.complete));
  const list =
    args.some((arg) => arg.kind === "mark" && (arg.text === "[" || arg.text === "(")) ||
    /exec[lv]|spawn[lv]|^pcntl_exec|^system$|^exec$|^spawn/.test(token.text.replace(/^.*\./, ""));
  if (list && strings.length > 1 && !/\s/.test(first.text)) {
    const named = /^(os\.)?(exec|spawn)[lv]/.test(token.text) || token.text.endsWith("posix_spawn");
    const argv = named ? [first, ...strings.slice(2)] : strings;
    frame.session.engine.command(inner, argv, first.span);
  } else if (inner.stdin !== undefined && !/\s/.test(first.text))
    frame.session.engine.command(inner, [first], first.span);
  else runShellCode(reading, first, token);
}

/** `run(["bash"], input=code)`: what the program is given to read. */
function inputOf(reading: Reading, args: readonly Token[], span: Span): { readonly stdin?: Value } {
  const at = args.findIndex(
    ({ kind, text }, index) => kind === "word" && text === "input" && args[index + 1]?.text === "=",
  );
  if (at < 0) return {};
  const [value] = separate(args.slice(at + 2));
  return value === undefined ? {} : { stdin: evaluate(reading, value, span) };
}

/** `exec sh -c $line`, `spawn ssh host`; pipes are a shell's too. */
function runTcl(reading: Reading, token: Token): void {
  const { frame } = reading;
  const values = tclWords(reading, token);
  const [first] = values;
  if (first === undefined) return;
  if (first.taint !== null) noteExecution(frame, first, token.text, first.span);
  if (!first.complete) {
    reading.runsUnknown = true;
    return;
  }
  if (SHELL_NAME.test(first.text)) reading.shellNamed = true;
  const inner: Frame = { ...frame, via: [...frame.via, token.text], sink: "used" };
  const isPipe = values.some(({ text }) => /^(\||[<>])/.test(text));
  if (isPipe) runShellCode(reading, { ...first, text: values.map(shellWord).join(" "), source: null }, token);
  else frame.session.engine.command(inner, values, first.span);
}

/** A word for a shell; what joins commands stays as it is. */
function shellWord({ text }: Value): string {
  return /^(\||\|&|[<>]|2>|>>|&$)/.test(text) || /^[\w./:@%+=,-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Programs whose words are what is run. */
const RUNS_WORDS =
  /^(sudo|doas|su|nohup|env|timeout|nice|ionice|setsid|exec|eval|busybox|chroot|command|watch|xargs|ssh)$/;

/** `"git checkout " + tag`: a program that is fixed here is told something, or one of a fixed directory chosen. */
function isOnlyTold(first: Token | undefined, { text, begins }: Value): boolean {
  if (first?.kind !== "string" && begins !== true) return false;
  if (/^\/(usr|opt|srv|etc|bin|sbin)\/(?!.*\.\.)\S*\/[^/\s]*$/.test(text.slice(0, 4096)))
    return begins === true;
  const program = programName(/^(\S+)\s/.exec(text)?.[1] ?? "");
  if (!/^[a-z]/i.test(program)) return false;
  return !SHELLS.has(program) && !INTERPRETERS.has(program) && !RUNS_WORDS.test(program);
}

/** Tokens that a line of shell counts for: it is parsed by itself. */
const TOKENS_OF_SHELL = 8 * TOKENS_OF_STEP;

export function runShellCode(reading: Reading, code: Value, token: Token): Value | null {
  const { frame } = reading;
  if (!spendTokens(reading, TOKENS_OF_SHELL)) return null;
  if (token.kind === "command" && !code.complete) reading.runsUnknown = true;
  const inner: Frame = {
    ...frame,
    via: [...frame.via, token.kind === "command" ? "backticks" : token.text],
    sink: "used",
    depth: frame.depth + 1,
  };
  const source = code.source ?? fixedSource(code.span, code.text);
  return frame.session.engine.shell(inner, source);
}
