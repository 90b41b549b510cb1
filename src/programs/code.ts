import type { Span } from "../syntax/span.ts";
import { type CallKind, callKind } from "./calls.ts";
import { excerpt } from "./decoders.ts";
import { base32Decoded, base64Decoded, bytesText, hexDecoded, inflated, isReadable } from "./decoding.ts";
import type { Frame } from "./engine.ts";
import { noteExecution, noteRunPath } from "./execution.ts";
import { detailOf } from "./fetchers.ts";
import { followImports } from "./imports.ts";
import { insidePath } from "./paths.ts";
import type { Language } from "./program.ts";
import { fixedSource, partSource, type Source } from "./source.ts";
import { type Token, tokens } from "./tokens.ts";
import { known, strongest, type Taint, unknown, type Value } from "./value.ts";
import { sayWrite } from "./writes.ts";

const MOST_ARGUMENT_TOKENS = 600;
const SHELL_NAME = /^(\/usr)?\/bin\/(ba|da|z|k|a)?sh\b|^(ba|da|z|k|a)?sh( -[il]+)?$/;

/** Reading of one piece of code in a language other than the shell's. */
interface Reading {
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
  shellNamed: boolean;
  runsUnknown: boolean;
  firstConnect: Span | null;
  host: string;
  /** The address something was downloaded from last. */
  fetchedFrom: string;
  /** The file that was opened for writing last. */
  lastOpened: string;
}

/** Finds what code of a scripting language runs, fetches, decodes, and writes: calls, never strings or comments. */
export function readCode(
  frame: Frame,
  language: Language,
  source: Source,
  list: readonly Token[] = tokens(source.text, language),
): void {
  const reading: Reading = {
    frame,
    language,
    source,
    list,
    constants: new Map(),
    seen: new Set(),
    requested: new Set(),
    aliases: importedNames(list, language),
    shellNamed: false,
    runsUnknown: false,
    firstConnect: null,
    host: "",
    fetchedFrom: "",
    lastOpened: "",
  };
  followImports(frame, language, list, source);
  const path = source.place(0, 0).path;
  for (let at = 0; at < list.length; at++) {
    if (at % 16 === 0 && !frame.session.spend(path)) break;
    readAt(reading, at);
  }
  noteShellOnSocket(reading);
}

function readAt(reading: Reading, at: number): void {
  const token = reading.list[at];
  if (token === undefined) return;
  if (token.kind === "command") {
    runShellCode(reading, stringValue(reading, token), token);
    return;
  }
  if (token.kind === "string") {
    noteString(reading, token);
    return;
  }
  if (token.kind !== "word") return;
  const next = reading.list[at + 1];
  if (next?.text === "=" && next.kind === "mark" && reading.list[at + 2]?.text !== "=")
    assign(reading, token.text, at + 2);
  if (next?.kind === "mark" && /^[+.]$/.test(next.text) && reading.list[at + 2]?.text === "=")
    append(reading, token, at + 3);
  if (reading.language === "perl") notePerlHandle(reading, at, token.text);
  const kind = kindOf(reading, token, at);
  if (kind === null || reading.list[at - 1]?.text === "def" || reading.list[at - 1]?.text === "function")
    return;
  // Perl's and Ruby's `eval { … }` only catches errors.
  if (kind === "evaluate" && next?.text === "{") return;
  const args = argumentsAfter(reading, at + 1);
  if (args !== null) perform(reading, kind, token, args);
}

/** Perl reads a line of a socket by `<$s>`, and a shell's input becomes one by reopening STDIN. */
function notePerlHandle(reading: Reading, at: number, name: string): void {
  const { list, seen } = reading;
  if (name === "STDIN") seen.add("attach");
  else if (name.startsWith("$") && list[at - 1]?.text === "<" && list[at + 1]?.text === ">")
    seen.add("receive");
}

/**
 * What a call does, its name as imported: `cp.exec`, `require("net").connect`, `__import__("os").system`, Lua's
 * `t:connect`, PHP's `@eval`.
 */
function kindOf({ language, aliases, list }: Reading, { text }: Token, at: number): CallKind | null {
  const plain = language === "php" ? text.replace(/^@/, "") : text;
  const head = /^[\w$]+/.exec(plain)?.[0] ?? plain;
  const real = aliases.get(head);
  const name = real === undefined ? plain : real + plain.slice(head.length);
  const before = list[at - 1];
  if (before?.kind === "mark" && (before.text === "." || (before.text === ":" && language === "lua"))) {
    const module = list[at - 2]?.text === ")" && list[at - 5]?.text === "require" ? list[at - 3]?.text : null;
    const owner = module?.replace(/^node:/, "") ?? "()";
    return callKind(language, name) ?? callKind(language, `${owner}.${name}`);
  }
  return callKind(language, name);
}

/** `import subprocess as s`, `from os import system as x`, `const cp = require("child_process")`, `{ exec: e }` of it. */
function importedNames(list: readonly Token[], language: Language): Map<string, string> {
  const names = new Map<string, string>();
  if (language === "python") {
    for (const [at, { text, kind }] of list.entries()) {
      if (kind !== "word" || text !== "as") continue;
      const [what, alias] = [list[at - 1]?.text ?? "", list[at + 1]?.text ?? ""];
      if (list[at - 2]?.text === "import" && list[at - 4]?.text === "from")
        names.set(alias, `${list[at - 3]?.text ?? ""}.${what}`);
      else if (list[at - 2]?.text === "import" || list[at - 2]?.text === ",") names.set(alias, what);
    }
  } else if (language === "node") {
    for (const [at, { text, kind }] of list.entries()) {
      if (kind !== "word" || text !== "require" || list[at + 2]?.kind !== "string") continue;
      if (list[at - 1]?.text !== "=") continue;
      const module = (list[at + 2]?.text ?? "").replace(/^node:/, "");
      const target = list[at - 2];
      if (target?.kind === "word") names.set(target.text, module);
      else if (target?.text === "}") nameParts(list, at - 3, module, names);
    }
  }
  return names;
}

/** `{ exec, spawn: run } = require(…)`, read backwards from the closing brace. */
function nameParts(list: readonly Token[], from: number, module: string, names: Map<string, string>): void {
  for (let at = from; at >= 0 && from - at < 64 && list[at]?.text !== "{"; at--) {
    const token = list[at];
    if (token?.kind !== "word") continue;
    const renamed = list[at - 1]?.text === ":" ? list[at - 2]?.text : undefined;
    names.set(token.text, `${module}.${renamed ?? token.text}`);
    if (renamed !== undefined) at -= 2;
  }
}

/** What a visitor of a web page sends; Perl, Ruby and Python frameworks name it otherwise and are not read. */
const REQUEST = /^\$_(GET|POST|REQUEST|COOKIE)$/;

/** A page that runs what its visitor sends (T1505.003). */
function noteWebShell(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  if (reading.language !== "php") return;
  const name = args.find(
    (arg) => arg.kind === "word" && (REQUEST.test(arg.text) || reading.requested.has(arg.text)),
  );
  if (name === undefined) return;
  const says = `${token.text} runs what a web request sends (${name.text}).`;
  reading.frame.session.say(reading.frame, "reverse-shell", span, says, "high", { program: token.text });
}

/** Addresses that mean something wherever they stand. */
function noteString(reading: Reading, token: Token): void {
  const { frame, source } = reading;
  if (SHELL_NAME.test(token.text)) reading.shellNamed = true;
  if (/^stratum\+(tcp|ssl|tls):\/\//.test(token.text)) {
    const span = source.place(token.pos, token.text.length + 2);
    frame.session.say(frame, "miner", span, `The address of a mining pool: ${excerpt(token.text)}.`, "high", {
      url: token.text.slice(0, 256),
    });
  }
  if (token.text.startsWith("/inet/tcp/") && reading.language === "awk") {
    reading.seen.add("connect");
    reading.firstConnect ??= source.place(token.pos, token.text.length + 2);
    reading.seen.add("receive");
    reading.runsUnknown ||= reading.list.some((other) => other.text === "getline");
  }
}

/** The tokens between a call's parentheses, or to the line's end where the language needs none. */
function argumentsAfter(reading: Reading, from: number): Token[] | null {
  const { list, language } = reading;
  const open = list[from];
  if (open === undefined) return null;
  const bare = open.text !== "(" || open.kind !== "mark";
  const free = language === "perl" || language === "ruby" || language === "tcl" || language === "php";
  if (bare && (!free || /^[=.,;)\]}]$/.test(open.text) || open.kind === "line")) return null;
  const found: Token[] = [];
  let depth = bare ? 1 : 0;
  for (let at = from; at < list.length && found.length < MOST_ARGUMENT_TOKENS; at++) {
    const token = list[at];
    if (token === undefined) break;
    const turn = token.kind === "mark" ? nesting(token.text) : 0;
    depth += turn;
    if (turn > 0 && depth === 1) continue;
    if (turn < 0 && depth <= 0) break;
    if (bare && depth === 1 && (token.kind === "line" || token.text === ";")) break;
    if (token.kind !== "line") found.push(token);
  }
  return found;
}

/** A mark is one character: 1 opens, -1 closes. */
function nesting(mark: string): number {
  if (mark === "(" || mark === "[" || mark === "{") return 1;
  return mark === ")" || mark === "]" || mark === "}" ? -1 : 0;
}

function assign(reading: Reading, name: string, from: number): void {
  const found: Token[] = [];
  let depth = 0;
  for (let at = from; at < reading.list.length && found.length < MOST_ARGUMENT_TOKENS; at++) {
    const token = reading.list[at];
    if (token === undefined || token.text === ";") break;
    if (token.kind === "line" && depth <= 0) break;
    if (token.kind === "mark") depth += nesting(token.text);
    if (token.kind !== "line") found.push(token);
  }
  const [first] = found;
  if (first === undefined || reading.constants.size > 4096) return;
  if (found.some(({ kind, text }) => kind === "word" && REQUEST.test(text))) reading.requested.add(name);
  const value = evaluate(reading, found, placeOf(reading, first));
  reading.constants.set(name, value);
  if (/^\$(0|PROGRAM_NAME)$/.test(name) && value.complete) {
    const says = `The script lets itself show as ${value.text}.`;
    reading.frame.session.say(reading.frame, "disguises-process", value.span, says, "medium", {
      program: value.text.slice(0, 256),
    });
  }
}

/** `code += part`: no longer what it was, and of the part's origin too. */
function append(reading: Reading, { text: name }: Token, from: number): void {
  const before = reading.constants.get(name);
  assign(reading, name, from);
  const added = reading.constants.get(name);
  if (added === undefined) return;
  const taint = strongest(before?.taint ?? null, added.taint);
  reading.constants.set(name, {
    ...added,
    text: (before?.text ?? "") + added.text,
    complete: before?.complete === true && added.complete,
    taint,
    source: null,
  });
}

function placeOf(reading: Reading, token: Token): Span {
  return reading.source.place(token.pos, token.kind === "string" ? token.text.length + 2 : token.text.length);
}

function stringValue(reading: Reading, token: Token): Value {
  const span = placeOf(reading, token);
  if (/[$#]\{|\$\w/.test(token.text) && /^(perl|ruby|php|node)$/.test(reading.language)) {
    const text = token.text.replace(/[$#]\{?(\w+)\}?/g, (whole, name: string) => {
      const held = reading.constants.get(`$${name}`) ?? reading.constants.get(name);
      return held?.complete ? held.text : whole;
    });
    return { ...known(text, span), complete: !/[$#]\{|\$\w/.test(text) };
  }
  return known(
    token.text,
    span,
    token.content < 0 ? null : partSource(reading.source, token.content, token.text),
  );
}

/** What an expression's text is, and where it came from. */
function evaluate(reading: Reading, list: readonly Token[], span: Span): Value {
  const kinds = list.map((token, at) =>
    token.kind === "word" ? kindOf({ ...reading, list }, token, at) : null,
  );
  if (kinds.includes("decode")) return decodedValue(reading, list, span);
  const url = list.find((token) => token.kind === "string" && /:\/\//.test(token.text))?.text;
  if (
    kinds.includes("fetch") &&
    (reading.language !== "php" ||
      url !== undefined ||
      !list.some((token) => token.text === "file_get_contents"))
  ) {
    return unknown("", span, { kind: "fetch", span, url: url ?? heldUrl(reading, list) });
  }
  if (kinds.includes("receive")) return unknown("", span, { kind: "fetch", span, url: reading.host });
  return folded(reading, list, span);
}

function heldUrl(reading: Reading, list: readonly Token[]): string {
  for (const token of list) {
    const held = token.kind === "word" ? reading.constants.get(token.text) : undefined;
    if (held !== undefined && /:\/\//.test(held.text)) return held.text;
  }
  return "";
}

/** Strings and known names next to each other or joined by `+` and `.`; anything else makes it unknown. */
function folded(reading: Reading, list: readonly Token[], span: Span): Value {
  let text = "";
  let complete = true;
  let taint: Taint | null = null;
  let only: Value | null = null;
  let parts = 0;
  for (const token of list) {
    if (token.kind === "mark" && /[+.()[\]]/.test(token.text)) continue;
    if (token.kind === "mark" && token.text === ",") break;
    const value =
      token.kind === "string"
        ? stringValue(reading, token)
        : token.kind === "word"
          ? heldBy(reading, token.text)
          : undefined;
    if (value === undefined) {
      complete = false;
      continue;
    }
    parts += 1;
    only = value;
    text = (text + value.text).slice(0, 262_144);
    complete &&= value.complete;
    taint = strongest(taint, value.taint);
  }
  if (parts === 1 && only !== null && complete) return only;
  return { text, complete: complete && parts > 0, span, taint, source: null };
}

/** `code.read()`, `data.decode()`: a method of a known value still carries its origin. */
function heldBy(reading: Reading, name: string): Value | undefined {
  const held = reading.constants.get(name);
  if (held !== undefined) return held;
  const head = reading.constants.get(name.split(/\.|->|::/, 1)[0] ?? name);
  return head === undefined || head.taint === null ? undefined : head;
}

function decodedValue(reading: Reading, list: readonly Token[], span: Span): Value {
  const text = folded(
    reading,
    list.filter((token) =>
      token.kind === "string"
        ? !/^(base64|hex|utf-?8|latin1|rot_?13|H\*|m0?|u)$/i.test(token.text)
        : token.kind === "mark" || reading.constants.has(token.text),
    ),
    span,
  ).text;
  const names = list.map((token) => token.text).join(" ");
  const taint = list.reduce<Taint | null>(
    (found, token) =>
      strongest(found, token.kind === "word" ? (heldBy(reading, token.text)?.taint ?? null) : null),
    null,
  );
  const plain = /rot_?13/i.test(names) ? rot13(text) : decodedText(text, names);
  const shown = plain !== null && isReadable(plain) ? plain.slice(0, 4096) : undefined;
  const { frame } = reading;
  const detail = shown === undefined ? {} : { decoded: shown };
  const says =
    shown === undefined ? "Data is decoded." : `Text is decoded that stands here: ${excerpt(shown)}`;
  frame.session.say(frame, "decode", span, says, shown === undefined ? "low" : "medium", detail);
  if (shown !== undefined)
    frame.session.say(frame, "encoded-text", span, `Encoded text hides: ${excerpt(shown)}`, "medium", detail);
  const own: Taint = { kind: "decode", span, ...detail };
  const origin = taint?.kind === "fetch" ? taint : own;
  return plain === null ? unknown("", span, origin) : { ...known(plain, span), taint: origin };
}

function decodedText(text: string, names: string): string | null {
  const hex = /fromhex|unhexlify|hex2bin|\bH\*|'?hex/i.test(names);
  const bytes =
    (hex ? hexDecoded(text) : null) ??
    (/b32/.test(names) ? base32Decoded(text) : base64Decoded(text)) ??
    hexDecoded(text);
  if (bytes === null) return null;
  const unpacked = inflated(bytes) ?? bytes;
  return bytesText(unpacked);
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (char) => {
    const base = char <= "Z" ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
  });
}

function perform(reading: Reading, kind: CallKind, token: Token, args: readonly Token[]): void {
  const { frame, source } = reading;
  const { session } = frame;
  const span = source.place(token.pos, token.text.length);
  reading.seen.add(kind);
  const url =
    args.find((arg) => arg.kind === "string" && /:\/\//.test(arg.text))?.text ?? heldUrl(reading, args);
  switch (kind) {
    case "run":
      noteWebShell(reading, token, args, span);
      noteMemoryFile(reading, token, args);
      runCall(reading, token, args);
      break;
    case "evaluate": {
      noteWebShell(reading, token, args, span);
      const value = evaluate(reading, args, span);
      noteExecution(frame, value, token.text, span);
      if (reading.language === "php" && /^(include|require)(_once)?$/.test(token.text)) {
        if (value.complete && value.text.startsWith("/")) noteRunPath(frame, value.text, span);
      } else if (!value.complete && value.taint === null) noteBlindEvaluation(reading, token, span);
      if (
        value.complete &&
        value.taint?.kind !== "fetch" &&
        value.text !== "" &&
        /^(exec|eval|assert|Function|load|loadstring|instance_eval|class_eval)$/.test(token.text)
      ) {
        session.engine.code(
          { ...frame, depth: frame.depth + 1 },
          reading.language,
          value.source ?? fixedSource(span, value.text),
        );
      }
      break;
    }
    case "fetch":
      reading.fetchedFrom = url;
      noteDownload(reading, token, args, span, url);
      if (url !== "")
        session.say(
          frame,
          "fetch",
          span,
          `${token.text} downloads ${url}.`,
          "medium",
          detailOf(url, token.text),
        );
      break;
    case "send":
      session.say(
        frame,
        "exfiltrates",
        span,
        `${token.text} sends data to ${url === "" ? "the network" : url}.`,
        "low",
        { ...detailOf(url, token.text), sent: "data" },
      );
      break;
    case "write":
      writeCall(reading, span, args);
      break;
    case "remove": {
      const path = evaluate(reading, args, span).text;
      if (/\.(service|timer)$/.test(path))
        session.say(
          frame,
          "deletes-self-or-unit",
          span,
          `${token.text} deletes the unit file ${path}.`,
          "high",
          { path },
        );
      else if (/__file__|\$0|__FILE__|__filename/.test(args.map((arg) => arg.text).join(" "))) {
        session.say(frame, "deletes-self-or-unit", span, "The script deletes itself.", "medium");
      }
      break;
    }
    case "fill": {
      const { taint } = evaluate(reading, args, span);
      const { lastOpened } = reading;
      if (lastOpened !== "" && (taint?.kind === "fetch" || taint?.kind === "decode"))
        remember(frame, lastOpened, taint, span);
      break;
    }
    case "connect":
      reading.firstConnect ??= span;
      reading.host ||= args.find((arg) => arg.kind === "string" && /[.:]/.test(arg.text))?.text ?? "";
      break;
    default:
  }
}

/** `urlretrieve(url, path)`, `getstore(url, path)`, `copy(url, path)`: the file holds what was downloaded. */
function noteDownload(
  { frame }: Reading,
  token: Token,
  args: readonly Token[],
  span: Span,
  url: string,
): void {
  if (url === "" || !/(urlretrieve|getstore|mirror|copy|download)$/.test(token.text)) return;
  const path = args.find(({ kind, text }) => kind === "string" && text.startsWith("/"))?.text;
  if (path !== undefined) remember(frame, path, { kind: "fetch", span, url }, span);
}

function remember(frame: Frame, path: string, taint: Taint, span: Span): void {
  const { written } = frame.session;
  if (written.size < 512)
    written.set(insidePath(frame, path) ?? path, { content: unknown("", span, taint), executable: false });
}

/** Callbacks hand on what was downloaded: `https.get(url, r => r.on("data", d => eval(d)))`. */
function noteBlindEvaluation(reading: Reading, token: Token, span: Span): void {
  const { frame, fetchedFrom } = reading;
  if (fetchedFrom === "" || /^(assert|load|Marshal\.load|compile|runpy\.run_path)$/.test(token.text)) return;
  const says = `${token.text} runs text that is not known here, after a download from ${fetchedFrom}.`;
  frame.session.say(frame, "fetch-to-interpreter", span, says, "medium", detailOf(fetchedFrom, token.text));
}

/** `os.execv("/proc/self/fd/%d" % f, …)`: what was fetched or decoded into memory is run (T1620). */
function noteMemoryFile(reading: Reading, token: Token, args: readonly Token[]): void {
  if (!args.some((arg) => arg.kind === "string" && /^\/(proc\/[^/]+|dev)\/fd\//.test(arg.text))) return;
  const { seen, frame, fetchedFrom } = reading;
  const kind = seen.has("fetch") || seen.has("receive") ? "fetch" : seen.has("decode") ? "decode" : null;
  if (kind === null) return;
  const span = reading.source.place(token.pos, token.text.length);
  const taint: Taint = { kind, span, ...(kind === "fetch" ? { url: fetchedFrom || reading.host } : {}) };
  noteExecution(frame, unknown("", span, taint), token.text, span);
}

function writeCall(reading: Reading, span: Span, args: readonly Token[]): void {
  const strings = args.filter((arg) => arg.kind === "string").map((arg) => arg.text);
  const [first] = args;
  const value = first === undefined ? null : evaluate(reading, [first], span);
  const opens = reading.language === "python" || reading.language === "perl" || reading.language === "lua";
  const writes =
    !opens || strings.slice(0).some((text) => /^([wax]b?\+?t?|r\+|>{1,2})$/.test(text) || /^>/.test(text));
  const path =
    value?.complete && value.text.includes("/")
      ? value.text
      : strings.map((text) => text.replace(/^>+\s*/, "")).find((text) => text.startsWith("/"));
  if (!writes || path === undefined) return;
  reading.lastOpened = path;
  const content = separate(args)
    .slice(1)
    .map((part) => evaluate(reading, part, span))
    .find(({ taint }) => taint?.kind === "fetch" || taint?.kind === "decode");
  if (content?.taint) remember(reading.frame, path, content.taint, span);
  sayWrite(
    reading.frame,
    insidePath(reading.frame, path) ?? path,
    span,
    null,
    strings.some((text) => /^(a|>>)/.test(text)),
  );
}

/** A call that runs a program: a list of words, or one string of shell code. */
function runCall(reading: Reading, token: Token, args: readonly Token[]): void {
  const { frame } = reading;
  const span = reading.source.place(token.pos, token.text.length);
  const values = separate(args).map((part) => evaluate(reading, part, span));
  const [first] = values;
  if (first === undefined) return;
  if (first.taint !== null) noteExecution(frame, first, token.text, span);
  if (!first.complete) {
    reading.runsUnknown = true;
    return;
  }
  if (SHELL_NAME.test(first.text)) reading.shellNamed = true;
  const inner: Frame = { ...frame, via: [...frame.via, token.text], sink: "used" };
  const strings = values.filter((value) => value.taint !== null || (value.text !== "" && value.complete));
  const list =
    args.some((arg) => arg.kind === "mark" && (arg.text === "[" || arg.text === "(")) ||
    /exec[lv]|spawn[lv]|^pcntl_exec|^system$|^exec$|^spawn/.test(token.text.replace(/^.*\./, ""));
  if (list && strings.length > 1 && !/\s/.test(first.text)) {
    const skip = /^os\.(exec|spawn)[lv]/.test(token.text) ? 1 : 0;
    const argv = skip === 1 ? [first, ...strings.slice(2)] : strings;
    frame.session.engine.command(inner, argv, first.span);
  } else runShellCode(reading, first, token);
}

function runShellCode(reading: Reading, code: Value, token: Token): void {
  const { frame } = reading;
  if (token.kind === "command" && !code.complete) reading.runsUnknown = true;
  const inner: Frame = {
    ...frame,
    via: [...frame.via, token.kind === "command" ? "backticks" : token.text],
    sink: "used",
    depth: frame.depth + 1,
  };
  const source = code.source ?? fixedSource(code.span, code.text);
  frame.session.engine.shell(inner, source);
}

/** Arguments apart at commas, lists opened: `["a", "b"]` and `"a", "b"` alike. Named arguments are left out. */
function separate(args: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let at = 0; at < args.length; at++) {
    const token = args[at];
    if (token === undefined) break;
    if (token.kind === "mark" && token.text === "(") depth += 1;
    if (token.kind === "mark" && token.text === ")") depth -= 1;
    if (token.kind === "mark" && token.text === "," && depth <= 0) parts.push([]);
    else if (!(token.kind === "mark" && /[[\]{}]/.test(token.text))) parts.at(-1)?.push(token);
  }
  return parts.filter(
    (part) =>
      part.length > 0 && !(part[0]?.kind === "word" && part[1]?.text === "=" && part[2]?.text !== "="),
  );
}

/** A connection whose descriptor becomes a shell's input: the well-known one-liners and their long forms. */
function noteShellOnSocket(reading: Reading): void {
  const { seen, frame, firstConnect } = reading;
  if (firstConnect === null) return;
  const attached = seen.has("attach") && (reading.shellNamed || seen.has("run"));
  const spawned = reading.shellNamed && seen.has("run");
  const obeys = seen.has("receive") && reading.runsUnknown;
  if (!attached && !spawned && !obeys) return;
  const to = reading.host === "" ? "the network" : reading.host;
  const says =
    obeys && !attached ? `Commands received from ${to} are run.` : `A shell is connected to ${to}.`;
  frame.session.say(
    frame,
    "reverse-shell",
    firstConnect,
    says,
    attached ? "high" : "medium",
    reading.host === "" ? {} : { host: reading.host },
  );
}
