import type { ParsedScript } from "unbash";
import { readCode } from "./code/code.ts";
import { type Token, tokens } from "./code/tokens.ts";
import type { Frame } from "./engine.ts";
import { noteExecution, noteOddPath, noteRunOfTree, noteRunPath } from "./execution.ts";
import { Memory } from "./memory.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import { isPathPattern, pathsMatching } from "./pathnames.ts";
import { findProgram, insidePath, shapeAt, targetPath } from "./paths.ts";
import type { Language } from "./program.ts";
import { noteExtent, retold } from "./retelling.ts";
import { inSubshell } from "./session.ts";
import type { FileShape, ScriptText } from "./shapes.ts";
import { parseShell, runShell, runUncalled } from "./shell.ts";
import { fixedSource, type Source } from "./source.ts";
import { runPhpStart, runPythonStart } from "./start-files.ts";
import { joined, known, type Value } from "./value.ts";
import { words } from "./words.ts";

/** Runs a file: as `interpreter FILE`, as `. FILE` (interpreter `"."`), or by its `#!` line (interpreter null). */
export function runFile(
  frame: Frame,
  path: Value,
  args: readonly Value[],
  interpreter: string | null,
): Value | null {
  if (isPathPattern(path)) return runMatching(frame, path, args, interpreter);
  const inside = insidePath(frame, path.text);
  if (inside === null || (!path.complete && /[$`*?]/.test(path.text)))
    return unreadablePath(frame, path, interpreter);
  const shape = shapeAt(frame, inside);
  const chosen = interpreterOf(shape, interpreter);
  if (interpreter !== null) {
    if (interpreter !== ".") noteRunPath(frame, inside, path.span);
    reachScript(frame, path, inside, shape, chosen);
  } else reachInterpreter(frame, inside, shape);
  const written = frame.session.written.get(inside);
  if (written?.content?.complete && written.content.text !== "") {
    return enter(frame, `written ${inside}`, () =>
      runText(
        frame,
        inside,
        written.content?.source ?? fixedSource(path.span, written.content?.text ?? ""),
        args,
        chosen,
        new Map(),
      ),
    );
  }
  if (!shape.exists || shape.head === "elf" || shape.head === "binary") return null;
  if (shape.unreadable !== null) {
    frame.session.gap(targetPath(frame, inside), shape.unreadable, "what the script does", "unread");
    return null;
  }
  return readAndRun(frame, inside, args, chosen);
}

/** Each file a pattern names is run: a loop's variable holds the pattern where only one of them will stand. */
function runMatching(
  frame: Frame,
  path: Value,
  args: readonly Value[],
  interpreter: string | null,
): Value | null {
  if (interpreter !== ".") noteOddPath(frame, path);
  return pathsMatching(frame, path.text).reduce<Value | null>((printed, text) => {
    const file = { ...path, text, complete: true, source: null };
    return joined(printed, frame.session.engine.file(frame, file, args, interpreter));
  }, null);
}

function unreadablePath(frame: Frame, path: Value, interpreter: string | null): null {
  if (!path.complete) noteRunOfTree(frame, path.text, path.span);
  noteExecution(frame, path, interpreter ?? "the shell", path.span);
  if (interpreter !== ".") noteOddPath(frame, path);
  if (interpreter !== null && path.text !== "") {
    frame.session.gap(path.text, "the path is only known when it runs", `what ${interpreter} runs there`);
  }
  return null;
}

interface Chosen {
  readonly name: string;
  /** As it was named, with its path and version. */
  readonly program: string;
  readonly language: Language;
}

/** The interpreter named by the caller, else by the `#!` line; `env` and its `-S` are looked through. */
function interpreterOf(shape: FileShape, interpreter: string | null): Chosen {
  const name = interpreter === "." ? "sh" : (interpreter ?? shebangProgram(shape.shebang));
  const plain = programName(name);
  if (SHELLS.has(plain)) return { name: plain, program: name, language: "shell" };
  return { name: plain, program: name, language: INTERPRETERS.get(plain)?.language ?? "other" };
}

function shebangProgram(shebang: readonly string[]): string {
  const [program = "sh", argument = ""] = shebang;
  if (programName(program) !== "env" && programName(program) !== "busybox") return program;
  const rest = words(argument).filter((word) => !/^-|=/.test(word));
  return rest[0] ?? "sh";
}

function reachScript(frame: Frame, path: Value, inside: string, shape: FileShape, chosen: Chosen): void {
  const entry = {
    kind: "script",
    path: targetPath(frame, inside),
    name: path.text,
    span: path.span,
    via: frame.via,
    depth: frame.depth,
    exists: shape.exists,
    interpreter: chosen.name,
    language: chosen.language,
  } as const;
  frame.session.reach(shape.facts === null ? entry : { ...entry, facts: shape.facts });
}

/** The kernel runs the interpreter of the `#!` line: that is a program of its own. */
function reachInterpreter(frame: Frame, inside: string, shape: FileShape): void {
  const [program] = shape.shebang;
  if (program === undefined) return;
  const span = { path: targetPath(frame, inside), line: 1, column: 1, length: 0 };
  const named = [program, ...(programName(program) === "env" ? [shebangProgram(shape.shebang)] : [])];
  for (const name of named) {
    const found = findProgram(frame, name);
    const entry = {
      kind: "program",
      path: found === null ? null : targetPath(frame, found.inside),
      name,
      span,
      via: [...frame.via, "#!"],
      depth: frame.depth + 1,
      exists: found?.shape.exists ?? false,
    } as const;
    const facts = found?.shape.facts ?? null;
    frame.session.reach(facts === null ? entry : { ...entry, facts });
  }
}

function readAndRun(frame: Frame, inside: string, args: readonly Value[], chosen: Chosen): Value | null {
  const { session } = frame;
  const path = targetPath(frame, inside);
  noteExtent(frame);
  if (frame.depth >= session.limits.depth) {
    session.gap(path, `more than ${session.limits.depth} files deep`, "what the script does", "unread");
    return null;
  }
  if (!isWorthRunning(frame, path, args)) return null;
  return enter(frame, path, () => {
    if (session.runs.get(path) === 1) session.scripts += 1;
    if (session.scripts > session.limits.scripts) {
      session.gap(path, `more than ${session.limits.scripts} scripts`, "what the script does", "unread");
      return null;
    }
    const script = session.library.script(path, session.limits.scriptBytes);
    if (script === null) return null;
    if (script.truncated)
      session.gap(path, `longer than ${session.limits.scriptBytes} bytes`, "the end of the script", "unread");
    const before = session.nodes;
    const run = (): Value | null => runText(frame, inside, script.source, args, chosen, script.trees);
    const apart = chosen.language === "shell" && !isSourced(frame);
    const printed = apart ? retold(frame, script.retellings, inside, args, run) : run();
    session.runs.set(`steps ${path}`, session.nodes - before);
    return printed;
  });
}

/** A longer script is read once for equal arguments. */
const MOST_STEPS_TWICE = 4_000;

/** The same file with equal arguments twice (its variables may differ), with other arguments a dozen times. */
function isWorthRunning(frame: Frame, path: string, args: readonly Value[]): boolean {
  const { runs } = frame.session;
  const same = [path, ...args.map((arg) => arg.text.slice(0, 256))].join("\u0000");
  const all = (runs.get(path) ?? 0) + 1;
  const equal = (runs.get(`${same}\u0000`) ?? 0) + 1;
  runs.set(path, all);
  runs.set(`${same}\u0000`, equal);
  if (equal === 2 && (runs.get(`steps ${path}`) ?? 0) > MOST_STEPS_TWICE) return false;
  return all <= 12 && equal <= 2;
}

/** A file that is being read already is not entered again: sources may form a circle. */
function enter(frame: Frame, key: string, run: () => Value | null): Value | null {
  const { active } = frame.session;
  if (active.has(key)) return null;
  active.set(key, true);
  const printed = run();
  active.delete(key);
  return printed;
}

function runText(
  frame: Frame,
  inside: string,
  source: Source,
  args: readonly Value[],
  chosen: Chosen,
  trees: ScriptText["trees"],
): Value | null {
  const inner: Frame = { ...frame, script: inside, depth: frame.depth + 1 };
  if (chosen.language === "python") runPythonStart(frame, chosen.program, source.place(0, 0));
  if (chosen.language === "php") runPhpStart(frame, source.place(0, 0));
  if (chosen.language !== "shell") {
    if (chosen.language !== "other")
      readCode(inner, chosen.language, source, tokensOf(source, chosen, trees));
    else frame.session.gap(inside, `no reader for ${chosen.name}`, "what the script does");
    return null;
  }
  const tree = treeOf(source, trees);
  if (isSourced(frame)) return runShell(inner, source, tree);
  return inSubshell(frame.scope, (outer) => {
    const positional = [known(inside, source.place(0, 0)), ...args];
    const scope = { ...outer, functions: new Memory<never>(), aliases: new Memory<never>(), positional };
    const printed = runShell({ ...inner, scope }, source, tree);
    runUncalled({ ...inner, scope });
    return printed;
  });
}

/** `. FILE`: in the caller's own shell. */
function isSourced(frame: Frame): boolean {
  return frame.via.at(-1) === ".";
}

function tokensOf(source: Source, { language }: Chosen, trees: ScriptText["trees"]): readonly Token[] {
  const held = trees.get(language) as readonly Token[] | undefined;
  if (held !== undefined) return held;
  const list = tokens(source.text, language);
  trees.set(language, list);
  return list;
}

function treeOf(source: Source, trees: ScriptText["trees"]): ParsedScript {
  const held = trees.get("shell") as ParsedScript | undefined;
  if (held !== undefined) return held;
  const tree = parseShell(source.text);
  trees.set("shell", tree);
  return tree;
}
