import type { Span } from "../syntax/span.ts";
import type { CallKind } from "./calls.ts";
import { separate } from "./code-arguments.ts";
import { noteImportedFile, noteMode, noteTimes, noteUnpacking } from "./code-files.ts";
import { noteExecutableMemory, noteForward, noteKill, noteRemote } from "./code-libraries.ts";
import { realName } from "./code-names.ts";
import { type Reading, SHELL_NAME, spendTokens } from "./code-reading.ts";
import { runPiecedShell } from "./code-shell.ts";
import { tclWords } from "./code-tcl.ts";
import { evaluate, folded, heldUrl, isRequest } from "./code-values.ts";
import { noteWalk } from "./encryption.ts";
import type { Frame } from "./engine.ts";
import { noteExecution, noteRunPath, reachPath } from "./execution.ts";
import { isBroad } from "./file-verbs.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";
import { insidePath } from "./paths.ts";
import { autostartPlace, isLog } from "./places.ts";
import { isSecretPath } from "./sent-data.ts";
import { fixedSource } from "./source.ts";
import type { Token } from "./tokens.ts";
import { detailOf, isUnprotected } from "./urls.ts";
import { known, type Taint, unknown, type Value } from "./value.ts";
import { notePage, sayWrite } from "./writes.ts";

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

function noteSending(reading: Reading, token: Token, span: Span, url: string, args: readonly Token[]): void {
  const { frame, secret, seen } = reading;
  seen.add("send");
  const to = url === "" ? "the network" : url;
  const isFile = args.some(({ kind, text }) => kind === "word" && FILE_BODY.test(text));
  const says = isFile
    ? `${token.text} sends the content of a file to ${to}.`
    : `${token.text} sends data to ${to}.`;
  frame.session.say(frame, "exfiltrates", span, says, secret || (isFile && url !== "") ? "medium" : "low", {
    ...detailOf(url, token.text),
    sent: secret ? "secrets" : "data",
  });
}

const FILE_BODY =
  /^(open|File\.(read|open|new)|(fs\.)?(readFileSync|createReadStream)|CURLFile|file_get_contents)$/;

/** `urlopen("http://host/?d=" + b64encode(key))`: a key as a part of the address. */
function noteSecretInUrl(
  reading: Reading,
  token: Token,
  args: readonly Token[],
  span: Span,
  url: string,
): void {
  const { taint } = folded(reading, separate(args)[0] ?? [], span);
  const path = taint?.kind === "file" ? (taint.path ?? "") : "";
  const isToken = /\/(serviceaccount\/token|\.vault-token|id_\w+|shadow)$/.test(path);
  if (!isToken && !isSecretPath(path)) return;
  if (!spendTokens(reading, reading.list.length)) return;
  if (!isToken && !reading.list.some(({ text }) => ENCODES.test(text))) return;
  const says = `${token.text} sends what stands in ${path} as a part of the address ${url}.`;
  reading.frame.session.say(reading.frame, "exfiltrates", span, says, "medium", {
    ...detailOf(url, token.text),
    sent: "secrets",
  });
}

const ENCODES = /(b64encode|b32encode|b85encode|hexlify|\.hex|encode64|base64_encode|bin2hex|btoa)$/;

/** A request that carries something: `urlopen(url, data=…)`, `fetch(url, { method: "POST" })`. */
function hasBody(args: readonly Token[]): boolean {
  return args.some(
    ({ kind, text }, at) =>
      (kind === "string" && /^(POST|PUT|PATCH)$/i.test(text)) ||
      (kind === "word" && /^(data|json|files|body)$/.test(text) && /^[=:]$/.test(args[at + 1]?.text ?? "")),
  );
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

/** `urlretrieve(url, path)`, `getstore(url, path)`, `copy(url, path)`: the file holds what was downloaded. */
function noteDownload(reading: Reading, token: Token, args: readonly Token[], span: Span, url: string): void {
  const { frame } = reading;
  const into = args.findIndex(({ text }) =>
    /^(io\.open|fs\.createWriteStream|createWriteStream)$/.test(text),
  );
  const file =
    into < 0 ? undefined : evaluate(reading, separate(args.slice(into + 2))[0]?.slice(0, 1) ?? [], span);
  if (file?.complete === true && file.text.startsWith("/"))
    remember(frame, file.text, { kind: "fetch", span, url }, span);
  if (url === "" || !/(urlretrieve|getstore|mirror|copy|download)$/.test(token.text)) return;
  const path = args.find(({ kind, text }) => kind === "string" && text.startsWith("/"))?.text;
  const [, name] = separate(args);
  const [only] = name ?? [];
  if (only?.kind === "word" && name?.length === 1) {
    const held = reading.constants.get(only.text);
    const taint: Taint = { kind: "fetch", span, url };
    if (held?.complete === true && held.text.startsWith("/")) remember(frame, held.text, taint, span);
    else reading.constants.set(only.text, unknown("", span, taint));
  }
  if (path !== undefined) remember(frame, path, { kind: "fetch", span, url }, span);
}

function remember(frame: Frame, path: string, taint: Taint, span: Span): void {
  const { written } = frame.session;
  if (written.size < 512)
    written.set(insidePath(frame, path) ?? path, { content: unknown("", span, taint), executable: false });
}

/** `os.execv("/proc/self/fd/%d" % f, …)`: what was fetched or decoded into memory is run (T1620). */
function noteMemoryFile(reading: Reading, token: Token, args: readonly Token[]): void {
  const { seen, frame, fetchedFrom, texts } = reading;
  const isNamed = args.some((arg) => arg.kind === "string" && /^\/(proc\/[^/]+|dev)\/fd\//.test(arg.text));
  // `os.execve(fd, …)` takes a descriptor too.
  const isMemory =
    args[0]?.kind === "word" &&
    /exec[lv]/.test(token.text) &&
    (texts.has("os.memfd_create") || texts.has("memfd_create"));
  if (!isNamed && !isMemory) return;
  const kind = seen.has("fetch") || seen.has("receive") ? "fetch" : seen.has("decode") ? "decode" : null;
  if (kind === null) return;
  const span = reading.source.place(token.pos, token.text.length);
  const taint: Taint = { kind, span, ...(kind === "fetch" ? { url: fetchedFrom || reading.host } : {}) };
  noteExecution(frame, unknown("", span, taint), token.text, span);
}

/** `path.write_bytes(content)`. */
function writePath(reading: Reading, owner: string, span: Span, args: readonly Token[]): void {
  const path = reading.constants.get(owner);
  if (path !== undefined && !path.complete) writeUnderUnknown(reading, path, span);
  if (path?.complete !== true || !path.text.startsWith("/")) return;
  const { taint } = evaluate(reading, args, span);
  if (taint?.kind === "fetch" || taint?.kind === "decode") remember(reading.frame, path.text, taint, span);
  sayWrite(reading.frame, insidePath(reading.frame, path.text) ?? path.text, span, null, false);
}

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

/** A path whose beginning is not known: its end may say what it is. */
function writeUnderUnknown({ frame }: Reading, { text }: Value, span: Span): void {
  const path = text.startsWith(".") ? `/${text}` : text.replace(/^[^/]*/, "");
  if (/\.pth$|(site|user)customize\.py$/.test(text)) {
    const says = `Writes ${text}, a Python start-up file.`;
    frame.session.say(frame, "writes-autostart", span, says, "medium", { path: text });
  }
  if (/^\/\./.test(path) && autostartPlace(path) !== null) sayWrite(frame, `~${path}`, span, null, false);
}

/** A page of PHP, under whatever name. */
const PAGE = /^\s*<\?(php|=)/;

function writeCall(reading: Reading, span: Span, args: readonly Token[]): void {
  const strings = args.filter((arg) => arg.kind === "string").map((arg) => arg.text);
  const [first] = args;
  const value = first === undefined ? null : evaluate(reading, [first], span);
  const opens = reading.language === "python" || reading.language === "perl" || reading.language === "lua";
  const page = args.find(({ kind, text }) => kind === "string" && PAGE.test(text));
  if (page !== undefined) notePage(reading.frame, "page.php", known(page.text, span));
  const writes =
    !opens ||
    strings.slice(0).some((text) => /^([wax]b?\+?t?|r\+|\+?>{1,2}|\+<)$/.test(text) || /^>/.test(text));
  const path =
    value?.complete && value.text.includes("/")
      ? value.text
      : separate(args)
          .slice(0, 3)
          .map((part) => evaluate(reading, part, span))
          .filter(({ complete }) => complete)
          .map(({ text }) => text.replace(/^\+?[<>]+\s*/, ""))
          .find((text) => text.startsWith("/"));
  if (writes && path === undefined)
    writeUnderUnknown(reading, evaluate(reading, separate(args)[0] ?? [], span), span);
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

/** `chunks.push(part)`, `f.write(part)`: what it holds is of the part's origin. */
function noteGathering(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const owner = token.text.slice(0, Math.max(0, token.text.lastIndexOf(".")));
  const { taint } = evaluate(reading, args, span);
  if (taint?.kind === "fetch" && owner !== "") reading.constants.set(owner, unknown("", span, taint));
}

/** The file opened last takes what was fetched or decoded. */
function noteFilling(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame, lastOpened } = reading;
  const value = evaluate(reading, args, span);
  const { taint } = value;
  noteGathering(reading, token, args, span);
  const page = args.find(({ kind, text }) => kind === "string" && PAGE.test(text));
  if (page === undefined) notePage(frame, lastOpened, value);
  else notePage(frame, "page.php", known(page.text, span));
  if (lastOpened !== "" && (taint?.kind === "fetch" || taint?.kind === "decode"))
    remember(frame, lastOpened, taint, span);
}

/** `os.spawnl(os.P_NOWAIT, path, name, …)`: how to wait for it stands first. */
const SPAWN_WITH_MODE = /^(os\.)?spawn[lv]p?e?$/;

/** A call that runs a program: a list of words, or one string of shell code. */
function runCall(reading: Reading, token: Token, args: readonly Token[]): void {
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

export function runShellCode(reading: Reading, code: Value, token: Token): Value | null {
  const { frame } = reading;
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
