import { followAwkPipe } from "../awk-pipes.ts";
import { noteEngineCalls } from "../containers.ts";
import { excerpt } from "../decoders.ts";
import type { Frame } from "../engine.ts";
import { noteExecution } from "../execution.ts";
import type { Language } from "../program.ts";
import { isKeyDevice, isLoginKey, isSecretPath } from "../sent-data.ts";
import type { Source } from "../source.ts";
import { argumentsAfter, closingOf, separate } from "./arguments.ts";
import { noteBindings } from "./bindings.ts";
import { type CallKind, callKind } from "./calls.ts";
import { answeringFunctions, enterFunction, functionsOf } from "./functions.ts";
import { followImports } from "./imports.ts";
import { noteKeyboard, noteMemoryOfOthers, noteRelay, noteScan } from "./libraries.ts";
import { asksFarQueue, importedNames, kindOf, realName } from "./names.ts";
import { exchangeLetters } from "./origins.ts";
import { perform } from "./performing.ts";
import { LOOKS, placeOf, type Reading, SHELL_NAME, spendTokens, TOKENS_OF_STEP } from "./reading.ts";
import { runShellCode } from "./running.ts";
import { type Token, tokens } from "./tokens.ts";
import { append, assign, assignBefore, assignParts, evaluate, stringValue } from "./values.ts";

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
    functions: functionsOf(list, language, source.text),
    answers: new Map(),
    entered: new Set(),
    reread: new Set(),
    texts: new Set(list.map(({ text }) => text.slice(0, 64))),
    asksFarQueue: asksFarQueue(list),
    choices: new Map(),
    lists: new Map(),
    tables: new Set(),
    secret: false,
    pipedShell: null,
    shellNamed: false,
    runsUnknown: false,
    firstConnect: null,
    listens: null,
    host: "",
    fetchedFrom: "",
    lastOpened: "",
  };
  reading.answers = answeringFunctions(reading);
  frame.session.verified ||= comparesDigest(list, source.text);
  followImports(frame, language, list, source);
  if (language === "python") noteEngineCalls(frame, source);
  const path = source.place(0, 0).path;
  for (let at = 0; at < list.length; at++) {
    if (at % TOKENS_OF_STEP === 0 && !frame.session.spend(path)) break;
    readAt(reading, at);
  }
  noteShellOnSocket(reading);
  noteRansom(reading);
  noteKeyboard(reading);
  noteScan(reading);
  noteMemoryOfOthers(reading);
  noteRelay(reading);
  notePipedShell(reading);
}

/** A digest is worked out, and compared with what it should be. */
function comparesDigest(list: readonly Token[], text: string): boolean {
  if (!/hashlib|createHash|Digest|_hex|hash_file/.test(text)) return false;
  const digests = list.findIndex(({ kind, text }) => kind === "word" && DIGEST.test(text));
  if (digests < 0) return false;
  return list.some(
    ({ text }, at) =>
      at > digests &&
      (/(^|\.)(compare_digest|timingSafeEqual|hash_equals)$/.test(text) ||
        (text === "=" && /^[!=]$/.test(list[at - 1]?.text ?? "") && list[at - 2]?.text !== "=") ||
        text === "ne"),
  );
}

const DIGEST =
  /^(hashlib\.(sha\d+|sha3_\d+|blake2[bs]|md5|file_digest|new)|(crypto\.)?createHash|Digest::SHA\w*|sha(256|512)_(file_)?hex|hash_file|OpenSSL::Digest\S*)/;

function readAt(reading: Reading, at: number): void {
  const { frame } = reading;
  const token = reading.list[at];
  if (token === undefined) return;
  if (token.kind === "command") {
    const code = stringValue(reading, token);
    noteExecution(frame, code, "backticks", code.span);
    runShellCode(reading, code, token);
    return;
  }
  if (token.kind === "string") {
    noteString(reading, token, at);
    return;
  }
  if (token.kind === "mark" && /^[}\])]$/.test(token.text)) {
    assignParts(reading, at);
    return;
  }
  if (token.text === "|" && reading.language === "awk") followAwkPipe(reading, at);
  if (token.kind !== "word") return;
  noteBindings(reading, at);
  if (reading.language === "python" && token.text === "for") readComprehension(reading, at);
  const next = reading.list[at + 1];
  if (next?.text === "=" && next.kind === "mark" && !/^[=~]$/.test(reading.list[at + 2]?.text ?? "")) {
    assign(reading, token.text, at + 2);
    assignBefore(reading, at);
  }
  if (reading.language === "perl" && next?.text === "=" && reading.list[at + 2]?.text === "~")
    exchangeLetters(reading, token.text, reading.list[at + 3]?.pos ?? token.pos);
  if (next?.kind === "mark" && /^[+.]$/.test(next.text) && reading.list[at + 2]?.text === "=")
    append(reading, token, at + 3);
  if (reading.language === "tcl" && token.text === "set") setTcl(reading, at);
  if (reading.language === "perl") notePerlHandle(reading, at, token.text);
  if (reading.language === "python" && token.text === "getattr") runNamed(reading, at);
  if (reading.functions.size > 0 && next?.text === "(")
    enterFunction(
      reading,
      at,
      (part) => (part[0] === undefined ? null : evaluate(reading, part, placeOf(reading, part[0]))),
      (inside) => readAt(reading, inside),
    );
  if (reading.language === "php" && CALLS_BY_NAME.test(token.text)) {
    const [name, ...rest] = argumentsAfter(reading, at + 1) ?? [];
    const named = name?.kind === "string" ? callKind("php", name.text) : null;
    if (named !== null && name !== undefined)
      perform(reading, named, { ...name, kind: "word" }, rest.slice(1));
    return;
  }
  // Bun and zx run the text behind `$`.
  if (reading.language === "node" && token.text === "$" && next?.kind === "string") {
    perform(reading, "run", token, [next]);
    return;
  }
  const kind = kindOf(reading, reading.list, at);
  if (kind === null || reading.list[at - 1]?.text === "def" || reading.list[at - 1]?.text === "function")
    return;
  // Perl's and Ruby's `eval { … }` only catches errors.
  if (kind === "evaluate" && next?.text === "{") return;
  const args = argumentsAfter(reading, at + 1);
  if (args === null && kind === "receive") reading.seen.add(kind);
  if (args !== null && spendTokens(reading, LOOKS * args.length)) performEach(reading, kind, token, args);
}

/** `[run(x) for x in answer]`: what is done with each stands before it has its name. */
function readComprehension(reading: Reading, at: number): void {
  const { list, constants } = reading;
  const name = list[at + 1]?.text ?? "";
  if (list[at - 1]?.kind === "line" || constants.get(name)?.taint?.kind !== "fetch") return;
  if (reading.reread.has(at)) return;
  reading.reread.add(at);
  let start = at - 1;
  for (let depth = 0; start > at - 60 && start >= 0 && list[start]?.kind !== "line"; start--) {
    const { kind, text } = list[start] ?? { kind: "mark", text: "" };
    if (kind === "mark" && /[)\]}]/.test(text)) depth += 1;
    else if (kind === "mark" && /[([{]/.test(text) && --depth < 0) break;
  }
  if (!spendTokens(reading, at - start)) return;
  for (let inside = start + 1; inside < at; inside++) readAt(reading, inside);
}

/** A call in a loop over a list that is written down is made for each of its values. */
function performEach(reading: Reading, kind: CallKind, token: Token, args: readonly Token[]): void {
  const { choices, constants } = reading;
  const name =
    choices.size === 0
      ? undefined
      : namesAmong(args).find((each) => choices.has(each) && !constants.has(each));
  if (name === undefined) {
    perform(reading, kind, token, args);
    return;
  }
  for (const value of choices.get(name) ?? []) {
    if (!spendTokens(reading, LOOKS * args.length)) break;
    constants.set(name, value);
    perform(reading, kind, token, args);
  }
  constants.delete(name);
}

/** Names of variables among some tokens, those within strings too. */
function namesAmong(args: readonly Token[]): readonly string[] {
  return args.flatMap(({ kind, text }) =>
    kind === "word"
      ? [text]
      : [...text.slice(0, 4096).matchAll(/[{$](\w{1,80})/g)].flatMap(([, name = ""]) => [name, `$${name}`]),
  );
}

/** `getattr(os, "sys" + "tem")(…)`: a call by a name that is put together. */
function runNamed(reading: Reading, at: number): void {
  const given = argumentsAfter(reading, at + 1) ?? [];
  if (!spendTokens(reading, 2 * given.length)) return;
  const [owner, name] = separate(given);
  const [module] = owner ?? [];
  const open = closingOf(reading.list, at + 1) + 1;
  const [first] = name ?? [];
  if (name === undefined || first === undefined || module?.kind !== "word" || owner?.length !== 1) return;
  const { text, complete, span } = evaluate(reading, name, placeOf(reading, first));
  const owned = `${realName(reading, module.text)}.${text}`;
  const real = !complete ? null : callKind("python", owned) === null && BUILT_IN.test(text) ? text : owned;
  const kind = real === null ? null : callKind("python", real);
  const taker = reading.list[at - 1]?.text === "=" ? reading.list[at - 2] : undefined;
  if (kind !== null && real !== null && taker?.kind === "word") reading.aliases.set(taker.text, real);
  const args = reading.list[open]?.text === "(" ? argumentsAfter(reading, open) : null;
  if (kind === null || args === null || !spendTokens(reading, LOOKS * args.length)) return;
  if (name.length > 1) {
    const says = `The name of the call ${module.text}.${text} is put together from pieces.`;
    reading.frame.session.say(reading.frame, "encoded-text", span, says, "medium", { decoded: text });
  }
  perform(reading, kind, { ...first, kind: "word", text: `${module.text}.${text}` }, args);
}

/** `set name value`, whose value may be a command's: `[http::geturl $url]`. */
function setTcl(reading: Reading, at: number): void {
  const name = reading.list[at + 1];
  if (name?.kind === "word") assign(reading, `$${name.text}`, at + 2);
}

/** Functions that are told by name what to call. */
const CALLS_BY_NAME = /^(call_user_func(_array)?|array_map|array_walk|forward_static_call)$/;

/** Functions that are there without a module. */
const BUILT_IN = /^(exec|eval|compile|open|__import__)$/;

/** Perl reads a line of a socket by `<$s>`, and a shell's input becomes one by reopening STDIN. */
function notePerlHandle(reading: Reading, at: number, name: string): void {
  const { list, seen } = reading;
  if (name === "STDIN" && list[at - 1]?.text !== "<") seen.add("attach");
  else if (name.startsWith("$") && list[at - 1]?.text === "<" && list[at + 1]?.text === ">")
    seen.add("receive");
}

/** Files of keys and passwords, by the bare names they are looked for under. */
const SECRET_NAME =
  /^(id_(rsa|dsa|ecdsa|ed25519)|\.?(pgpass|netrc|git-credentials|vault-token)|wallet\.dat|logins\.json|key4\.db|Login Data)$/;

/** Addresses that mean something wherever they stand. */
function noteString(reading: Reading, token: Token, at: number): void {
  const { frame, source, list } = reading;
  reading.secret ||=
    SECRET_NAME.test(token.text) ||
    (isSecretPath(token.text) && !isLoginKey(list.slice(Math.max(0, at - 6), at).map(({ text }) => text))) ||
    isKeyDevice(token.text);
  // Messages come over it without a call that fetches them.
  if (/^wss?:\/\/(?!localhost|127\.)/.test(token.text)) reading.fetchedFrom = token.text;
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

/** What a script downloads it may write into a pipe whose other end is a shell. */
function notePipedShell({ frame, pipedShell, fetchedFrom }: Reading): void {
  if (pipedShell === null || fetchedFrom === "") return;
  const says = `A shell is given what this script writes, after a download from ${fetchedFrom}.`;
  frame.session.say(frame, "fetch-to-interpreter", pipedShell, says, "medium", { url: fetchedFrom });
}

/** People's files are gone through, encrypted, and removed, renamed or written over. */
function noteRansom({ seen, frame, source }: Reading): void {
  const removes = seen.has("remove") || seen.has("move") || seen.has("overwrite");
  if (!seen.has("encrypt") || !removes || !frame.session.encrypting.walks) return;
  const says = "The files of whole trees are encrypted and their originals removed.";
  frame.session.say(frame, "encrypts-files", source.place(0, 0), says, "medium");
}

/** A connection whose descriptor becomes a shell's input: the well-known one-liners and their long forms. */
function noteShellOnSocket(reading: Reading): void {
  const { seen, frame, texts } = reading;
  const firstConnect = reading.firstConnect ?? (seen.has("attach") ? reading.listens : null);
  if (firstConnect === null) return;
  const console = texts.has("code.interact") || texts.has("code.InteractiveConsole");
  const attached =
    (console && seen.has("receive")) || (seen.has("attach") && (reading.shellNamed || seen.has("run")));
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
