import type { Span } from "../../syntax/span.ts";
import { noteWalk } from "../encryption.ts";
import type { Frame } from "../engine.ts";
import { noteExecution, noteRunPath, reachPath } from "../execution.ts";
import { isBroad } from "../file-verbs.ts";
import { insidePath } from "../paths.ts";
import { isLog } from "../places.ts";
import { fixedSource } from "../source.ts";
import { detailOf, isUnprotected } from "../urls.ts";
import { known, type Taint, unknown, type Value } from "../value.ts";
import { separate } from "./arguments.ts";
import type { CallKind } from "./calls.ts";
import { noteImportedFile, noteMode, noteTimes, noteUnpacking } from "./files.ts";
import { noteExecutableMemory, noteForward, noteKill, noteRemote } from "./libraries.ts";
import { realName } from "./names.ts";
import { isRequest } from "./origins.ts";
import { type Reading, SHELL_NAME } from "./reading.ts";
import { runCall, runShellCode } from "./running.ts";
import { hasBody, noteSecretInUrl, noteSending } from "./sending.ts";
import type { Token } from "./tokens.ts";
import { evaluate, heldUrl } from "./values.ts";
import { noteDownload, noteFilling, noteGathering, writeCall, writePath } from "./writing.ts";

/** What a call of that kind does: said, and followed into what it runs. */
export function perform(reading: Reading, kind: CallKind, token: Token, args: readonly Token[]): void {
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
    case "evaluate":
      noteWebShell(reading, token, args, span);
      runText(reading, token, args, span);
      break;
    case "fetch":
      reading.fetchedFrom = url || hostAmong(args) || reading.fetchedFrom;
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
      if (hasBody(args)) noteSending(reading, token, span, url, args);
      else noteSecretInUrl(reading, token, args, span, url);
      break;
    case "send":
      noteSending(reading, token, span, url, args);
      break;
    case "write":
      if (/\.write_(text|bytes)$/.test(token.text))
        writePath(reading, token.text.slice(0, token.text.lastIndexOf(".")), span, args);
      else if (reading.language !== "perl" || !openPipe(reading, token, args, span))
        writeCall(reading, span, args);
      break;
    case "remove":
      noteRemoval(reading, token, args, span);
      break;
    case "copy":
      runAs(reading, "cp", token, args);
      break;
    case "move":
      runAs(reading, "mv", token, args);
      break;
    case "load":
      noteLibrary(reading, token, args, span);
      break;
    case "fill":
      noteFilling(reading, token, args, span);
      break;
    case "walk":
      noteWalk(
        frame,
        args.filter((arg) => arg.kind === "string").map((arg) => arg.text),
      );
      break;
    case "kill":
      noteKill(reading, span, args);
      break;
    case "unpack":
      noteUnpacking(reading, token, args, span);
      break;
    case "gather":
      noteGathering(reading, token, args, span);
      break;
    case "remote":
      noteRemote(reading, token, args, span);
      break;
    case "listen":
      reading.listens ??= span;
      break;
    case "import":
      if (args[0]?.text === "{") break;
      noteImportedFile(reading, token, args, span);
      break;
    case "chmod":
      noteMode(reading, token, args, span);
      break;
    case "times":
      noteTimes(reading, token, args, span);
      break;
    case "forward":
      if (reading.language !== "ruby" || token.text.endsWith("forward.remote"))
        noteForward(reading, token, span);
      break;
    case "map":
      noteExecutableMemory(reading, token, args);
      break;
    case "connect":
      reading.firstConnect ??= span;
      // Its answer is the pair of what is received and what is sent.
      if (token.text.endsWith("open_connection")) reading.seen.add("receive");
      reading.host ||= args.find((arg) => arg.kind === "string" && /[.:]/.test(arg.text))?.text ?? "";
      break;
    default:
  }
}

/** A host with a name or an address among the arguments: `get({ host: "a.example" })`. */
function hostAmong(args: readonly Token[]): string {
  return (
    args.find(({ kind, text }) => kind === "string" && /^[\w-]+(\.[\w-]+)+(:\d+)?$/.test(text))?.text ?? ""
  );
}

/** A page that runs what its visitor sends (T1505.003). */
function noteWebShell(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  // Elsewhere than in PHP's own pages, a program is more often told something by a request than chosen.
  const chosen = reading.language === "php" ? args : (separate(args)[0] ?? []);
  if (chosen !== args && chosen[0]?.kind === "string") return;
  const name = chosen.find(
    (arg) =>
      arg.kind === "word" &&
      (isRequest(reading, arg.text) || reading.requested.has(arg.text.split(/\.|->/, 1)[0] ?? arg.text)),
  );
  if (name === undefined) return;
  const says = `${token.text} runs what a web request sends (${name.text}).`;
  reading.frame.session.say(reading.frame, "reverse-shell", span, says, "high", { program: token.text });
}

/** `eval(text)`, `include path`: what is known of the text is read as code of the same language. */
function runText(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame, language } = reading;
  // The parameters of a function that is made of text come before its body.
  const parts = /Function$/.test(realName(reading, token.text)) ? separate(args) : [];
  const value = evaluate(reading, parts.at(-1) ?? args, span);
  if (LOADERS_OF_OBJECTS.test(token.text)) {
    // An object's own methods run when it is loaded; models and caches travel so between hosts with a name.
    const { taint } = value;
    if (taint?.kind === "fetch" && isUnprotected(taint.url ?? ""))
      noteExecution(frame, value, token.text, span);
    return;
  }
  if (token.text === "import" && value.taint?.kind !== "fetch") return;
  if (value.taint?.kind === "file") {
    runTextOfFile(reading, value, token);
    return;
  }
  noteExecution(frame, value, token.text, span);
  if (language === "php" && /^(include|require)(_once)?$/.test(token.text)) {
    if (value.complete && value.text.startsWith("/")) noteRunPath(frame, value.text, span);
  } else if (language === "tcl" && !value.complete) reading.runsUnknown = true;
  else if (!value.complete && value.taint === null) noteBlindEvaluation(reading, token, span);
  if (
    value.complete &&
    value.taint?.kind !== "fetch" &&
    value.text !== "" &&
    /^(exec|eval|assert|Function|AsyncFunction|load|loadstring|instance_eval|class_eval)$/.test(token.text)
  ) {
    const source = value.source ?? fixedSource(span, value.text);
    frame.session.engine.code({ ...frame, depth: frame.depth + 1 }, language, source);
  }
}

/** `exec(open(path).read())`: the file is a script under another name. */
function runTextOfFile({ frame, language }: Reading, { taint, span }: Value, token: Token): void {
  const path = taint?.path ?? "";
  if (!path.startsWith("/")) return;
  const inner: Frame = { ...frame, via: [...frame.via, token.text] };
  frame.session.engine.file(inner, known(path, span), [], language);
}

const LOADERS_OF_OBJECTS = /^(pickle|dill|joblib)\./;

/** Callbacks hand on what was downloaded: `https.get(url, r => r.on("data", d => eval(d)))`. */
function noteBlindEvaluation(reading: Reading, token: Token, span: Span): void {
  const { frame, fetchedFrom } = reading;
  if (fetchedFrom === "" || /^(assert|load|Marshal\.load|compile|runpy\.run_path)$/.test(token.text)) return;
  const says = `${token.text} runs text that is not known here, after a download from ${fetchedFrom}.`;
  frame.session.say(frame, "fetch-to-interpreter", span, says, "medium", detailOf(fetchedFrom, token.text));
}

/** `os.execv("/proc/self/fd/%d" % f, …)`: what was fetched or decoded into memory is run (T1620). */
function noteMemoryFile(reading: Reading, token: Token, args: readonly Token[]): void {
  const { seen, frame, fetchedFrom } = reading;
  const isNamed = args.some((arg) => arg.kind === "string" && /^\/(proc\/[^/]+|dev)\/fd\//.test(arg.text));
  // `os.execve(fd, …)` takes a descriptor too.
  const isMemory = args[0]?.kind === "word" && /exec[lv]/.test(token.text) && makesMemoryFile(reading);
  if (!isNamed && !isMemory) return;
  const given = frame.stdin?.taint?.kind === "fetch" ? (frame.stdin.taint.url ?? "") : null;
  const isFetched = seen.has("fetch") || seen.has("receive") || given !== null;
  const kind = isFetched ? "fetch" : seen.has("decode") || makesMemoryFile(reading) ? "decode" : null;
  if (kind === null) return;
  const span = reading.source.place(token.pos, token.text.length);
  const url = fetchedFrom || reading.host || given || "";
  const taint: Taint = { kind, span, ...(kind === "fetch" ? { url } : {}) };
  noteExecution(frame, unknown("", span, taint), token.text, span);
}

/** By name, or by the number of the system call on x86-64 or ARM (memfd_create(2)). */
function makesMemoryFile({ texts, source }: Reading): boolean {
  return texts.has("os.memfd_create") || texts.has("memfd_create") || MEMFD_CREATE.test(source.text);
}

const MEMFD_CREATE = /\bsyscall[ (]{1,4}(319|279)\b/;

/** `open(H, "-|", command)` reads from a command, `open(H, "|-", command)` writes to one (perlfunc(1), open). */
function openPipe(reading: Reading, token: Token, args: readonly Token[], span: Span): boolean {
  const [, mode, command] = separate(args).map((part) => evaluate(reading, part, span));
  const [, reads = "", writes = ""] = /^\s*(?:(-\|)|(\|)-?)/.exec(mode?.text ?? "") ?? [];
  const ends = /\|\s*$/.test(mode?.text ?? "");
  if (mode === undefined || (reads === "" && writes === "" && !ends)) return false;
  const text = command?.text ?? mode.text.replace(/^\s*\|-?|\|\s*$/g, "").trim();
  const code = command ?? { ...mode, text, source: null };
  if (writes !== "" && SHELL_NAME.test(text)) reading.pipedShell = span;
  const printed = runShellCode(reading, code, token);
  if (writes === "" && printed?.taint?.kind === "fetch") reading.fetchedFrom = printed.taint.url ?? "";
  return true;
}

function noteRemoval(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame } = reading;
  const value = evaluate(reading, args, span);
  const path = value.text;
  if (value.complete && isLog(path))
    frame.session.say(frame, "clears-logs", span, `${token.text} deletes ${path}.`, "medium", { path });
  if (/(rmtree|remove_tree|rm_rf?|remove_dir|rmSync|fs\.rm)$/.test(token.text))
    noteTreeRemoval(reading, token, value);
  if (/\.(service|timer)$/.test(path)) {
    const says = `${token.text} deletes the unit file ${path}.`;
    frame.session.say(frame, "deletes-self-or-unit", span, says, "high", { path });
  } else if (/__file__|\$0|__FILE__|__filename/.test(args.map((arg) => arg.text).join(" ")))
    frame.session.say(frame, "deletes-self-or-unit", span, "The script deletes itself.", "medium");
}

/** A library the interpreter loads runs as part of it. */
function noteLibrary(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { text, complete } = evaluate(reading, args, span);
  const inside = insidePath(reading.frame, text) ?? text;
  if (complete && reading.frame.session.written.has(inside)) noteRunPath(reading.frame, inside, span);
  if (complete && text.startsWith("/")) reachPath(reading.frame, "library", text, token.text, span);
}

/** What a library does that a program of the system does too. */
function runAs(reading: Reading, program: string, token: Token, args: readonly Token[]): void {
  const span = reading.source.place(token.pos, token.text.length);
  const values = separate(args).map((part) => evaluate(reading, part, span));
  const frame: Frame = { ...reading.frame, via: [...reading.frame.via, token.text] };
  if (values.length > 1) frame.session.engine.command(frame, [known(program, span), ...values], span);
}

/** A tree the system or its people live in is removed, or each of those that were gone through. */
function noteTreeRemoval({ frame }: Reading, token: Token, { text, complete, span }: Value): void {
  // Of a path whose parts are not known, only what joins them may be left.
  if (!complete && /^\/*$/.test(text) && !frame.session.encrypting.walks) return;
  const everyOne = !complete && frame.session.encrypting.walks;
  if (!everyOne && !isBroad(text)) return;
  const says = `${token.text} deletes ${everyOne ? "every tree it goes through" : `everything below ${text}`}.`;
  frame.session.say(frame, "destructive", span, says, "high", everyOne ? {} : { path: text });
}
