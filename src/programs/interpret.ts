import type { Span } from "../syntax/span.ts";
import { followPythonModule } from "./code/imports.ts";
import { tokens } from "./code/tokens.ts";
import type { Call, Frame } from "./engine.ts";
import { noteExecution, noteOddPath } from "./execution.ts";
import { INTERPRETERS, type Interpreter, SHELLS } from "./names.ts";
import type { Language } from "./program.ts";
import { inSubshell } from "./session.ts";
import { fixedSource } from "./source.ts";
import { runPhpStart, runProfiles, runPythonStart } from "./start-files.ts";
import { known, type Value } from "./value.ts";

/** What an interpreter's command line asks it to run. */
type Asked =
  | {
      readonly what: "code";
      readonly codes: readonly Value[];
      readonly option: string;
      readonly rest: readonly Value[];
    }
  | { readonly what: "script"; readonly script: Value; readonly rest: readonly Value[] }
  | { readonly what: "module"; readonly module: Value; readonly rest: readonly Value[] }
  | { readonly what: "input"; readonly rest: readonly Value[] }
  | { readonly what: "nothing" };

/** Runs a shell or another interpreter as called: inline code, a script, a module, or standard input. */
export function interpret(call: Call): Value | null {
  const { frame, name, args } = call;
  const shell = SHELLS.has(name);
  const spec = INTERPRETERS.get(name);
  const language: Language = shell ? "shell" : (spec?.language ?? "other");
  if (language === "awk") return interpretAwk(call);
  if (language === "php") noteServedTree(call);
  if (language === "php") runPhpStart(frame, call.span);
  if (language === "python") runPythonStart(frame, call.argv[0]?.text ?? name, call.span);
  if (shell && isLogin(args)) runProfiles(frame, call.span);
  if (shell) runStartFile(call);
  const asked = shell ? askedOfShell(args) : askedOf(args, spec);
  switch (asked.what) {
    case "code": {
      let printed: Value | null = null;
      for (const code of asked.codes) {
        const inner = { ...frame, via: [...frame.via, `${name} ${asked.option}`], depth: frame.depth };
        printed = runCode(inner, language, code, name, asked.rest, call.span);
      }
      return printed;
    }
    case "script":
      return runScriptArgument(call, asked.script, asked.rest, language);
    case "module":
      return runModule(call, asked.module, asked.rest);
    case "input":
      return runInput(call, language, asked.rest);
    default:
      return null;
  }
}

/** `bash -l`, `sh --login`, `bash -lc CODE`; options end at the first word that is none. */
function isLogin(args: readonly Value[]): boolean {
  for (const { text } of args) {
    if (!/^[-+]/.test(text)) return false;
    if (text === "--login" || /^-[a-z]*l/.test(text)) return true;
  }
  return false;
}

/** `bash --rcfile <(curl …) -i`: the file is the shell's first input. */
function runStartFile(call: Call): void {
  const at = call.args.findIndex(({ text }) => /^--(rcfile|init-file)$/.test(text));
  const file = at < 0 ? undefined : call.args[at + 1];
  if (file !== undefined) runScriptArgument(call, file, [], "shell");
}

function askedOfShell(args: readonly Value[]): Asked {
  let code = false;
  let input = false;
  let at = 0;
  for (; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    if (text === "--" || text === "-") {
      at += 1;
      break;
    }
    if (/^(--rcfile|--init-file)$/.test(text)) at += 1;
    else if (/^--/.test(text)) {
      if (/^--(version|help)$/.test(text)) return { what: "nothing" };
    } else if (/^[-+][a-zA-Z]+$/.test(text)) {
      code ||= text.startsWith("-") && text.includes("c");
      input ||= text.startsWith("-") && text.includes("s");
      if (/[oO]$/.test(text)) at += 1;
    } else break;
  }
  const rest = args.slice(at);
  const [first] = rest;
  if (code && first !== undefined) return { what: "code", codes: [first], option: "-c", rest: rest.slice(1) };
  if (input || first === undefined) return { what: "input", rest };
  return { what: "script", script: first, rest: rest.slice(1) };
}

function askedOf(args: readonly Value[], spec: Interpreter | undefined): Asked {
  const codes: Value[] = [];
  let option = "";
  let at = 0;
  for (; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    if (text === "--" || !text.startsWith("-") || text === "-") break;
    if (/^--?(version|help|V)$/.test(text)) return { what: "nothing" };
    if (text.startsWith("--")) {
      const name = text.split("=", 1)[0] ?? text;
      if (spec?.inlineLong.includes(name)) {
        const code = text.includes("=") ? cut(args[at], name.length + 1) : args[++at];
        if (code !== undefined) codes.push(code);
        option = name;
      } else if (spec?.valuedLong.includes(text)) at += 1;
      continue;
    }
    const found = clusterOf(text, spec);
    if (found === null) continue;
    const value = found.at + 1 < text.length ? cut(args[at], found.at + 1) : args[++at];
    if (found.kind === "module" && value !== undefined)
      return { what: "module", module: value, rest: args.slice(at + 1) };
    if (found.kind === "inline" && value !== undefined) {
      codes.push(value);
      option = `-${text[found.at] ?? ""}`;
      if (spec?.language === "python") {
        at += 1;
        break;
      }
    }
  }
  if (args[at]?.text === "--") at += 1;
  const rest = args.slice(at);
  if (codes.length > 0) return { what: "code", codes, option, rest };
  const script = rest.find((value) => spec?.language !== "node" || !/^(run|inspect|-.+)$/.test(value.text));
  if (script === undefined || script.text === "-") return { what: "input", rest };
  return { what: "script", script, rest: rest.slice(1) };
}

/** The first letter of an option cluster that takes a value. */
function clusterOf(
  text: string,
  spec: Interpreter | undefined,
): { at: number; kind: "inline" | "valued" | "module" } | null {
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (spec?.inline.includes(letter)) return { at, kind: "inline" };
    if (letter === "m" && spec?.module) return { at, kind: "module" };
    if (spec?.valued.includes(letter)) {
      // Perl's -I, -M, -F and Ruby's -r take the rest of the word only, unless that is empty.
      return at + 1 < text.length && spec.language === "perl" ? null : { at, kind: "valued" };
    }
  }
  return null;
}

function cut(value: Value | undefined, from: number): Value | undefined {
  if (value === undefined) return undefined;
  return { ...value, text: value.text.slice(from), source: null };
}

/** Code given on the command line. */
export function runCode(
  frame: Frame,
  language: Language,
  code: Value,
  interpreter: string,
  rest: readonly Value[],
  span: Span,
): Value | null {
  const { session } = frame;
  session.reach({
    kind: "inline-code",
    path: null,
    name: interpreter,
    span: code.span,
    via: frame.via,
    depth: frame.depth,
    exists: true,
    interpreter,
    language,
    text: code.text.slice(0, 4096),
  });
  const says = `Code written in the command line is run by ${interpreter}.`;
  session.say(frame, "inline-interpreter-code", code.span, says, "low", { program: interpreter });
  noteExecution(frame, code, interpreter, span);
  if (!code.complete && (code.text.trim() === "" || /^\$\{?[\w@*]+\}?$/.test(code.text.trim()))) return null;
  const source = code.source ?? fixedSource(code.span, code.text);
  if (language !== "shell") {
    session.engine.code(frame, language, source);
    return frame.sink === "used" ? printedBy(language, source.text, code.span) : null;
  }
  return inSubshell(frame.scope, (scope) =>
    session.engine.shell({ ...frame, scope: { ...scope, positional: rest } }, source),
  );
}

/** Constant text that short code prints: `awk 'BEGIN{print "…"}'`, `python -c 'print("…")'`. Run, it was hidden there. */
function printedBy(language: Language, text: string, span: Span): Value | null {
  const list = tokens(text.slice(0, 16_384), language);
  const printed = list.flatMap(({ kind, text: word }, at) => {
    if (kind !== "word" || !/^(print|printf|puts|echo|say|console\.log|process\.stdout\.write)$/.test(word))
      return [];
    const value = list[at + (list[at + 1]?.text === "(" ? 2 : 1)];
    return value?.kind === "string" && holdsWords(value.text) ? [value.text] : [];
  });
  if (printed.length === 0) return null;
  const whole = printed.join("\n");
  return { ...known(whole, span), taint: { kind: "decode", span, decoded: whole.slice(0, 4096) } };
}

/** A text of its own, not only a variable's value: `"$date\n"`. */
function holdsWords(text: string): boolean {
  return /\w{2}/.test(text.replace(/[$@]\{?\w+\}?|#?\{[^{}]*\}|\\[a-z]/g, ""));
}

function runScriptArgument(
  call: Call,
  script: Value,
  rest: readonly Value[],
  language: Language,
): Value | null {
  const { frame, name } = call;
  const inner = { ...frame, via: [...frame.via, name] };
  if (script.content !== undefined)
    return runStream(inner, language, script.content, name, script.span, rest);
  // Deno and its kin run a module from its address.
  if (/^(https?|ftp):\/\//.test(script.text)) {
    const taint = { kind: "fetch", span: script.span, url: script.text } as const;
    noteExecution(inner, { ...script, taint }, name, call.span);
    return null;
  }
  if (/^\/dev\/(stdin|fd\/0)$|^\/proc\/self\/fd\/0$/.test(script.text)) return runInput(call, language, rest);
  return frame.session.engine.file(inner, script, rest, name);
}

function runModule(call: Call, module: Value, rest: readonly Value[]): Value | null {
  const { frame, name } = call;
  frame.session.reach({
    kind: "library",
    path: null,
    name: module.text,
    span: module.span,
    via: [...frame.via, `${name} -m`],
    depth: frame.depth,
    exists: true,
    interpreter: name,
    language: "python",
  });
  if (/^(pip|pipx|uv)$/.test(module.text))
    frame.session.engine.command(
      { ...frame, via: [...frame.via, `${name} -m`] },
      [module, ...rest],
      call.span,
    );
  else followPythonModule({ ...frame, via: [...frame.via, `${name} -m`] }, module.text, module.span);
  return null;
}

function runInput(call: Call, language: Language, rest: readonly Value[]): Value | null {
  const { frame, name } = call;
  return runStream({ ...frame, via: [...frame.via, name] }, language, frame.stdin, name, call.span, rest);
}

/** What an interpreter reads from a pipe, a here-document, or `<(…)`. */
function runStream(
  frame: Frame,
  language: Language,
  stream: Value | null,
  name: string,
  span: Span,
  rest: readonly Value[],
): Value | null {
  if (stream === null) return null;
  noteExecution(frame, stream, name, span);
  if (stream.taint?.kind === "file" && stream.taint.path !== undefined) {
    const path = { ...stream, text: stream.taint.path, taint: null };
    return frame.session.engine.file(frame, path, rest, name);
  }
  if (stream.text === "" || (stream.taint?.kind === "fetch" && !stream.complete)) return null;
  const source = stream.source ?? fixedSource(span, stream.text);
  const inner = { ...frame, stdin: null, depth: frame.depth + 1 };
  if (language === "shell") {
    return inSubshell(frame.scope, (scope) =>
      frame.session.engine.shell({ ...inner, scope: { ...scope, positional: rest } }, source),
    );
  }
  frame.session.engine.code(inner, language, source);
  return null;
}

/** `php -S ADDRESS -t TREE`: every page below the tree is run for whoever asks. */
function noteServedTree({ args, frame }: Call): void {
  const at = args.findIndex(({ text }) => text === "-t");
  const tree = args[at + 1];
  if (at >= 0 && tree !== undefined && args.some(({ text }) => text.startsWith("-S")))
    noteOddPath(frame, { ...tree, text: `${tree.text}/index.php`, source: null });
}

function interpretAwk(call: Call): Value | null {
  const { args, frame, name } = call;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === undefined) break;
    if (/^(-f|--file)$/.test(arg.text)) {
      const file = args[at + 1];
      return file === undefined
        ? null
        : frame.session.engine.file({ ...frame, via: [...frame.via, name] }, file, [], name);
    }
    if (/^-[Fv]$/.test(arg.text)) at += 1;
    else if (!arg.text.startsWith("-")) {
      // A line that is read is run.
      if (frame.stdin !== null && /system\s?\(\s?\$\d|\|\s?"(\/bin\/)?(ba|da)?sh"/.test(arg.text))
        noteExecution(frame, frame.stdin, name, call.span);
      // Most awk programs only reshape text; those that can run, read, or connect are code worth reading.
      if (/system|getline|\||\/inet/.test(arg.text)) {
        frame.session.engine.code(
          { ...frame, via: [...frame.via, name] },
          "awk",
          arg.source ?? fixedSource(arg.span, arg.text),
        );
      }
      if (frame.sink === "used" && /BEGIN\s*\{\s*printf?\b/.test(arg.text))
        return printedBy("awk", arg.text, arg.span);
      break;
    }
  }
  return null;
}
