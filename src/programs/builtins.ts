import { unescaped } from "./decoding.ts";
import type { Call, Frame, Handler } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { noteExecution, noteRunPath } from "./execution.ts";
import { optionSpec, readOptions } from "./options.ts";
import { insidePath } from "./paths.ts";
import { isSecretPath } from "./sent-data.ts";
import { fixedSource } from "./source.ts";
import { isListOfVisited } from "./spreading.ts";
import { joined, known, strongest, unknown, type Value } from "./value.ts";

/** `echo` and `printf` only print; what they print matters when someone reads it. */
function echo(call: Call): Value | null {
  let escapes = false;
  let newline = "\n";
  let at = 0;
  for (; at < call.args.length && /^-[neE]+$/.test(call.args[at]?.text ?? ""); at++) {
    const text = call.args[at]?.text ?? "";
    escapes ||= text.includes("e");
    if (text.includes("n")) newline = "";
  }
  const args = call.args.slice(at);
  const [only] = args;
  if (args.length === 1 && only?.complete && !escapes) {
    return {
      ...only,
      text: only.text + newline,
      source: only.source === null ? null : { ...only.source, text: only.text },
    };
  }
  const text = args.map((arg) => arg.text).join(" ") + newline;
  const hidden = escapes && hidesText(text);
  return printed(call, args, escapes ? unescaped(text) : text, hidden);
}

/** Escapes that stand for letters hide them; those of terminals (`\\033[1m`) hide nothing. */
function hidesText(text: string): boolean {
  for (const [code] of text.matchAll(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{2,3})/g))
    if (/[!-~]/.test(unescaped(code))) return true;
  return false;
}

function printed(call: Call, args: readonly Value[], text: string, hidden: boolean): Value {
  const taint = args.reduce<Value["taint"]>((found, arg) => strongest(found, arg.taint), null);
  const own = hidden ? { kind: "decode" as const, span: call.span, decoded: text.slice(0, 4096) } : null;
  const complete = args.every((arg) => arg.complete);
  return { text, complete, span: call.span, taint: strongest(taint, own), source: null };
}

/** `printf FORMAT ARGUMENTS`: the format is reused while arguments are left. */
function printf(call: Call): Value | null {
  const args = call.args[0]?.text === "-v" ? call.args.slice(2) : call.args;
  const [format, ...values] = args[0]?.text === "--" ? args.slice(1) : args;
  if (format === undefined) return null;
  const hidden = hidesText(args.map((arg) => arg.text).join(" "));
  let text = "";
  let next = 0;
  do {
    text += unescaped(format.text).replace(/%(%|[-+ #0]*\d*(?:\.\d+)?[a-zA-Z])/g, (whole, spec: string) => {
      if (spec === "%") return "%";
      const value = values[next++]?.text ?? "";
      if (spec.endsWith("b")) return unescaped(value);
      if (spec.endsWith("c")) return value.slice(0, 1);
      return whole.length > 0 ? value : "";
    });
  } while (next > 0 && next < values.length && text.length < 65_536);
  const out = printed(call, args, text, hidden);
  if (call.args[0]?.text === "-v" && call.args[1] !== undefined) {
    call.frame.scope.variables.set(call.args[1].text, { elements: [out], array: false, others: [] });
    return null;
  }
  return out;
}

/** `eval WORDS`: the words are code. */
function evaluate(call: Call): Value | null {
  const { frame, args } = call;
  const [first] = args;
  if (first === undefined) return null;
  const code = args
    .slice(1)
    .reduce<Value>((all, arg) => joined(joined(all, known(" ", call.span)), arg) ?? all, first);
  // A later word is an argument of the first; what was downloaded is too much there, what was decoded is not.
  const origin = first.taint ?? (code.taint?.kind === "decode" ? null : code.taint);
  noteExecution(frame, { ...code, taint: origin }, "eval", call.span);
  if (!code.complete && /^\s*\$/.test(code.text)) {
    return frame.session.engine.shell(
      { ...frame, depth: frame.depth + 1 },
      fixedSource(code.span, code.text),
    );
  }
  const source = args.length === 1 ? first.source : null;
  return frame.session.engine.shell(
    { ...frame, depth: frame.depth + 1 },
    source ?? fixedSource(call.span, code.text),
  );
}

/** `. FILE`: another file's code in this shell. */
function source(call: Call): Value | null {
  const { frame, span } = call;
  const file = call.args.find((arg) => arg.text !== "--");
  if (file === undefined) return null;
  if (file.content !== undefined) {
    if (file.content !== null) noteExecution(frame, file.content, "the shell", span);
    return file.content?.complete
      ? frame.session.engine.shell(frame, fixedSource(span, file.content.text))
      : null;
  }
  if (/^\/dev\/(stdin|fd\/0)$/.test(file.text)) {
    if (frame.stdin !== null) noteExecution(frame, frame.stdin, "the shell", span);
    return frame.stdin?.complete
      ? frame.session.engine.shell({ ...frame, stdin: null }, fixedSource(span, frame.stdin.text))
      : null;
  }
  const inside = insidePath(frame, file.text);
  const path = inside ?? file.text;
  frame.session.say(frame, "sources", span, `The shell reads ${path} and runs it as its own code.`, "low", {
    path,
  });
  if (inside !== null) noteRunPath(frame, inside, span);
  return frame.session.engine.file({ ...frame, via: [...frame.via, "."] }, file, call.args.slice(1), ".");
}

/** `export`, `declare`, `local`, `readonly`: assignments as words. */
function declare(call: Call): Value | null {
  const { scope } = call.frame;
  const exports = call.name === "export" || call.args.some((arg) => /^-[a-zA-Z]*x/.test(arg.text));
  for (const arg of call.args) {
    const match = /^([A-Za-z_]\w*)=/.exec(arg.text);
    if (match?.[1] === undefined) {
      const held = exports ? scope.variables.get(arg.text)?.elements[0] : undefined;
      if (held?.complete && held.taint?.kind !== "variable")
        noteVariable(call.frame, arg.text, held.text, arg.span);
      continue;
    }
    const value = { ...arg, text: arg.text.slice(match[0].length), source: null };
    scope.variables.set(match[1], { elements: [value], array: false, others: [] });
    if (exports) noteVariable(call.frame, match[1], value.text, arg.span);
  }
  return null;
}

/** `read NAME`: what standard input holds is not known; where it comes from is. */
function read(call: Call): Value | null {
  const { frame, span } = call;
  const names = call.args.filter((arg) => /^[A-Za-z_]\w*$/.test(arg.text));
  const descriptor = call.args.find((_, at) => /^-[a-z]*u$/.test(call.args[at - 1]?.text ?? ""));
  const socket = descriptor !== undefined && frame.scope.sockets.has(Number(descriptor.text));
  const taint = socket ? ({ kind: "fetch", span } as const) : (frame.stdin?.taint ?? null);
  names.forEach((name, index) => {
    const text = frame.stdin?.complete ? (frame.stdin.text.split(/\s+/, 64)[index] ?? "") : "";
    const value = frame.stdin?.complete
      ? { ...known(text, span), taint }
      : unknown(`$${name.text}`, span, taint);
    frame.scope.variables.set(name.text, { elements: [value], array: false, others: [] });
  });
  return null;
}

/** `mapfile [options] [NAME]`: each line of its input becomes an element. */
function mapfile(call: Call): Value | null {
  const { frame, span } = call;
  const [name] = readOptions(call.args, optionSpec("dnOsuCc")).operands;
  const { stdin } = frame;
  const lines = stdin?.complete ? stdin.text.split("\n", 64).filter((line) => line !== "") : null;
  const elements =
    lines === null
      ? [unknown("", span, stdin?.taint ?? null)]
      : lines.map((line) => ({ ...known(line, span), taint: stdin?.taint ?? null }));
  frame.scope.variables.set(name?.text ?? "MAPFILE", { elements, array: true, others: [] });
  return null;
}

function cd(call: Call): Value | null {
  const target = call.args.find((arg) => !arg.text.startsWith("-"));
  call.frame.scope.workingDirectory =
    target === undefined || !target.complete ? null : insidePath(call.frame, target.text);
  return null;
}

function set(call: Call): Value | null {
  const at = call.args.findIndex((arg) => arg.text === "--");
  const { scope } = call.frame;
  if (at >= 0) scope.positional = [scope.positional[0] ?? known("sh", call.span), ...call.args.slice(at + 1)];
  return null;
}

function shift(call: Call): Value | null {
  const { scope } = call.frame;
  const count = Math.max(0, Math.min(64, Number(call.args[0]?.text ?? "1") || 1));
  const [zero, ...rest] = scope.positional;
  if (zero !== undefined) scope.positional = [zero, ...rest.slice(count)];
  return null;
}

/** `trap CODE SIGNALS`: the code runs, later. */
function trap(call: Call): Value | null {
  const code = call.args.find((arg) => !/^-[-lp]*$/.test(arg.text));
  if (code === undefined || call.args.length < 2 || !code.complete) return null;
  return runLater(call.frame, code);
}

function runLater(frame: Frame, code: Value): Value | null {
  const source = code.source ?? fixedSource(code.span, code.text);
  return frame.session.engine.shell({ ...frame, depth: frame.depth + 1 }, source);
}

function alias(call: Call): Value | null {
  for (const arg of call.args) {
    const equals = arg.text.indexOf("=");
    if (equals > 0) call.frame.scope.aliases.set(arg.text.slice(0, equals), arg.text.slice(equals + 1));
  }
  return null;
}

function unset(call: Call): Value | null {
  for (const arg of call.args) {
    if (call.args[0]?.text === "-f") call.frame.scope.functions.delete(arg.text);
    else call.frame.scope.variables.delete(arg.text);
  }
  if (call.args.some((arg) => /^HIST(FILE|SIZE)$/.test(arg.text))) {
    call.frame.session.say(
      call.frame,
      "clears-logs",
      call.span,
      "The shell's history is switched off.",
      "medium",
    );
  }
  return null;
}

function history(call: Call): Value | null {
  if (call.args.some((arg) => /^-[a-z]*c/.test(arg.text))) {
    call.frame.session.say(call.frame, "clears-logs", call.span, "The shell's history is cleared.", "medium");
  }
  return null;
}

/** `cat FILE`, `tee FILE`, and filters that give on what they read. */
function cat(call: Call): Value | null {
  const { frame, span } = call;
  const files = call.args.filter((arg) => arg.text === "-" || !arg.text.startsWith("-"));
  if (files.length === 0) return frame.stdin;
  return files.reduce<Value | null>((all, file) => joined(all, contentOf(frame, file, span)), null);
}

function contentOf(frame: Frame, file: Value, span: Value["span"]): Value | null {
  if (file.text === "-") return frame.stdin;
  if (file.content !== undefined) return file.content;
  const path = insidePath(frame, file.text) ?? file.text;
  const written = frame.session.written.get(path);
  if (written !== undefined) return written.content;
  if (isMetric(path)) return unknown("", span);
  const facts = /^\/(proc|sys)\/|^\/etc\/(passwd|shadow|os-release|machine-id|hostname)$/.test(path);
  return unknown("", span, { kind: facts ? "facts" : "file", span, path });
}

/** What the kernel counts and measures: load, memory, temperatures, charge. */
function isMetric(path: string): boolean {
  return /^\/proc\/(loadavg|meminfo|stat|uptime|diskstats|vmstat|net\/dev)$|^\/sys\/(class|devices|block)\/(?!dmi|virtual\/dmi)/.test(
    path,
  );
}

/**
 * `grep -r PATTERN TREE`: lines of files of the host, whose own text is not known; `cut … known_hosts`: the hosts
 * somebody went to. Filters otherwise hand on what they read.
 */
function filter({ frame, name, args, span }: Call): Value | null {
  const visited = args.find(({ text }) => isListOfVisited(text));
  if (visited !== undefined) return unknown("", span, { kind: "file", span, path: visited.text });
  const searches = /^([ef]?grep|zgrep|rg|ag|ack)$/.test(name);
  const counts = args.some(({ text }) => /^-[a-zA-Z]*[cq]|^--(count|quiet|silent)$/.test(text));
  const isDeep =
    name === "rg" ||
    name === "ag" ||
    args.some(({ text }) => /^-[a-zA-Z]*[rR]|^--(dereference-)?recursive$/.test(text));
  const secret = args.find(({ text }) => isSecretPath(text));
  if (searches && !counts && (isDeep || secret !== undefined))
    return unknown("", span, { kind: "file", span, ...(secret === undefined ? {} : { path: secret.text }) });
  return frame.stdin?.taint ? unknown("", span, frame.stdin.taint) : null;
}

/** Facts about the system, interesting only when they leave it. */
function facts({ name, args, span }: Call): Value {
  const whole = name === "printenv" && args.length === 0 ? { path: "/proc/self/environ" } : {};
  return unknown("", span, { kind: "facts", span, ...whole });
}

/** The shell's own commands and the plainest filters, by name. */
export const BUILTINS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["echo", echo],
  ["printf", printf],
  ["eval", evaluate],
  [".", source],
  ["source", source],
  ["export", declare],
  ["declare", declare],
  ["typeset", declare],
  ["local", declare],
  ["readonly", declare],
  ["read", read],
  ["mapfile", mapfile],
  ["readarray", mapfile],
  ["cd", cd],
  ["pushd", cd],
  ["set", set],
  ["shift", shift],
  ["trap", trap],
  ["alias", alias],
  ["unset", unset],
  ["history", history],
  ["cat", cat],
  ...["grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "cut", "head", "tail", "sort", "uniq"].map(
    (name): [string, Handler] => [name, filter],
  ),
  ...[
    "uname",
    "hostname",
    "hostnamectl",
    "id",
    "whoami",
    "ifconfig",
    "lscpu",
    "lsblk",
    "ps",
    "w",
    "who",
    "last",
    "printenv",
    "set",
  ].map((name): [string, Handler] => [name, name === "set" ? set : facts]),
]);
