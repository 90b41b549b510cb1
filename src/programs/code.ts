import { callKind } from "./calls.ts";
import { argumentsAfter, closingOf, separate } from "./code-arguments.ts";
import { noteBindings } from "./code-bindings.ts";
import { perform, runShellCode } from "./code-calls.ts";
import { importedNames, kindOf } from "./code-names.ts";
import { placeOf, type Reading, SHELL_NAME, spendTokens, TOKENS_OF_STEP } from "./code-reading.ts";
import { append, assign, assignBefore, evaluate, stringValue } from "./code-values.ts";
import { noteEngineCalls } from "./containers.ts";
import { excerpt } from "./decoders.ts";
import type { Frame } from "./engine.ts";
import { noteExecution } from "./execution.ts";
import { followImports } from "./imports.ts";
import type { Language } from "./program.ts";
import { isSecretPath } from "./sent-data.ts";
import type { Source } from "./source.ts";
import { type Token, tokens } from "./tokens.ts";

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
    secret: false,
    pipedShell: null,
    shellNamed: false,
    runsUnknown: false,
    firstConnect: null,
    host: "",
    fetchedFrom: "",
    lastOpened: "",
  };
  followImports(frame, language, list, source);
  if (language === "python") noteEngineCalls(frame, source);
  const path = source.place(0, 0).path;
  for (let at = 0; at < list.length; at++) {
    if (at % TOKENS_OF_STEP === 0 && !frame.session.spend(path)) break;
    readAt(reading, at);
  }
  noteShellOnSocket(reading);
  noteRansom(reading);
  notePipedShell(reading);
}

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
    noteString(reading, token);
    return;
  }
  if (token.kind !== "word") return;
  noteBindings(reading, at);
  const next = reading.list[at + 1];
  if (next?.text === "=" && next.kind === "mark" && reading.list[at + 2]?.text !== "=") {
    assign(reading, token.text, at + 2);
    assignBefore(reading, at);
  }
  if (next?.kind === "mark" && /^[+.]$/.test(next.text) && reading.list[at + 2]?.text === "=")
    append(reading, token, at + 3);
  if (reading.language === "perl") notePerlHandle(reading, at, token.text);
  if (reading.language === "python" && token.text === "getattr") runNamed(reading, at);
  const kind = kindOf(reading, reading.list, at);
  if (kind === null || reading.list[at - 1]?.text === "def" || reading.list[at - 1]?.text === "function")
    return;
  // Perl's and Ruby's `eval { … }` only catches errors.
  if (kind === "evaluate" && next?.text === "{") return;
  const args = argumentsAfter(reading, at + 1);
  if (args === null && kind === "receive") reading.seen.add(kind);
  if (args !== null && spendTokens(reading, args.length)) perform(reading, kind, token, args);
}

/** `getattr(os, "sys" + "tem")(…)`: a call by a name that is put together. */
function runNamed(reading: Reading, at: number): void {
  const [owner, name] = separate(argumentsAfter(reading, at + 1) ?? []);
  const [module] = owner ?? [];
  const open = closingOf(reading.list, at + 1) + 1;
  const [first] = name ?? [];
  if (name === undefined || first === undefined || module?.kind !== "word" || owner?.length !== 1) return;
  const { text, complete, span } = evaluate(reading, name, placeOf(reading, first));
  const kind = complete
    ? callKind("python", `${reading.aliases.get(module.text) ?? module.text}.${text}`)
    : null;
  const args = reading.list[open]?.text === "(" ? argumentsAfter(reading, open) : null;
  if (kind === null || args === null || !spendTokens(reading, args.length)) return;
  if (name.length > 1) {
    const says = `The name of the call ${module.text}.${text} is put together from pieces.`;
    reading.frame.session.say(reading.frame, "encoded-text", span, says, "medium", { decoded: text });
  }
  perform(reading, kind, { ...first, kind: "word", text: `${module.text}.${text}` }, args);
}

/** Perl reads a line of a socket by `<$s>`, and a shell's input becomes one by reopening STDIN. */
function notePerlHandle(reading: Reading, at: number, name: string): void {
  const { list, seen } = reading;
  if (name === "STDIN" && list[at - 1]?.text !== "<") seen.add("attach");
  else if (name.startsWith("$") && list[at - 1]?.text === "<" && list[at + 1]?.text === ">")
    seen.add("receive");
}

/** Addresses that mean something wherever they stand. */
function noteString(reading: Reading, token: Token): void {
  const { frame, source } = reading;
  reading.secret ||= isSecretPath(token.text);
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
