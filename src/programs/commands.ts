import type { Span } from "../syntax/span.ts";
import { BUILD_FILES } from "./build-files.ts";
import { BUILTINS } from "./builtins.ts";
import { noteCarried } from "./carriers.ts";
import { COPIERS } from "./copiers.ts";
import { DATABASE_VERBS, noteRedisFile } from "./database-verbs.ts";
import { DECODERS } from "./decoders.ts";
import { noteEncryption } from "./encryption.ts";
import type { Call, Found, Frame, Handler } from "./engine.ts";
import { noteExecution, noteOddPath, noteRunPath } from "./execution.ts";
import { noteExpandedNames } from "./expanded-names.ts";
import { FETCHERS } from "./fetchers.ts";
import { noteFileServer } from "./file-servers.ts";
import { FILE_VERBS } from "./file-verbs.ts";
import { noteForeignLoader } from "./foreign-loaders.ts";
import { noteHiddenFile } from "./hidden-files.ts";
import { HOOKED } from "./hooks.ts";
import { INSTALLERS, noteInstalling } from "./installing.ts";
import { interpret } from "./interpret.ts";
import { LANGUAGE_PACKAGES } from "./language-packages.ts";
import { BUILTIN_NAMES, INTERPRETERS, programName, SHELLS } from "./names.ts";
import {
  NETWORK_VERBS,
  noteMinerArguments,
  noteTellingSettings,
  noteTunnelArguments,
} from "./network-verbs.ts";
import {
  followClusterCredentials,
  followCompose,
  followPackageScripts,
  followPlaybook,
} from "./orchestrated.ts";
import { isPathPattern, pathsMatching } from "./pathnames.ts";
import { findProgram, targetPath } from "./paths.ts";
import { RAW_SENDERS } from "./raw-senders.ts";
import { REMOTE_DESKTOPS } from "./remote-desktops.ts";
import { noteExtent } from "./retelling.ts";
import { RUNNERS } from "./runners.ts";
import { fixedSource } from "./source.ts";
import { followSshSettings } from "./ssh-client-settings.ts";
import { SYSTEM_IMAGES } from "./system-images.ts";
import { SYSTEM_VERBS } from "./system-verbs.ts";
import { joined, unknown, type Value } from "./value.ts";
import { VERIFICATION } from "./verification.ts";
import { noteDestruction } from "./whole-stores.ts";
import { wrapperOf } from "./wrappers.ts";

/** Programs that make real what a file of theirs says, by name. */
const ORCHESTRATORS: ReadonlyMap<string, (call: Call) => void> = new Map([
  ...["docker", "docker-compose", "podman", "podman-compose", "nerdctl"].map(
    (name) => [name, followCompose] as const,
  ),
  ...["npm", "pnpm", "yarn", "bun"].map((name) => [name, followPackageScripts] as const),
  ...["kubectl", "helm", "flux", "k9s", "oc"].map((name) => [name, followClusterCredentials] as const),
  ["ansible-playbook", followPlaybook] as const,
]);

const MOST_WRAPPERS = 24;

/** What is known of commands, by kind; each stands in one table. */
export const COMMAND_TABLES: readonly ReadonlyMap<string, Handler>[] = [
  BUILTINS,
  SYSTEM_VERBS,
  FILE_VERBS,
  DATABASE_VERBS,
  NETWORK_VERBS,
  VERIFICATION,
  DECODERS,
  FETCHERS,
  COPIERS,
  LANGUAGE_PACKAGES,
  RAW_SENDERS,
  BUILD_FILES,
  RUNNERS,
  HOOKED,
  SYSTEM_IMAGES,
  REMOTE_DESKTOPS,
];

/** Every command whose meaning is known. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map(COMMAND_TABLES.flatMap((table) => [...table]));

/** True for a command that is more than the start of a program nothing is known of. */
export function isKnownCommand(name: string): boolean {
  if (HANDLERS.has(name) || INSTALLERS.has(name) || wrapperOf(name) !== undefined) return true;
  const plain = programName(name);
  return SHELLS.has(plain) || INTERPRETERS.has(plain);
}

/** Runs one simple command: finds its program, says what it does, follows it into scripts and wrapped commands. */
export function runSimple(frame: Frame, argv: readonly Value[], span: Span): Value | null {
  const [program, ...args] = argv;
  if (program === undefined) return null;
  noteExtent(frame);
  if (frame.via.length > MOST_WRAPPERS || frame.depth > frame.session.limits.depth) {
    frame.session.gap(span.path, "nested too deeply", `what ${program.text} runs`);
    return null;
  }
  if (!frame.session.spend(span.path)) return null;
  if (isPathPattern(program)) return runMatching(frame, program, args, span);
  const name = programName(program.text);
  const call: Call = { frame, name, argv, args, span };
  noteName(call, program);
  const found = isBuiltin(frame, program.text) ? null : reachProgram(call, program);
  noteMinerArguments(call);
  noteTunnelArguments(call);
  noteFileServer(call);
  if (found?.shape.head === "elf" && !isKnownCommand(name)) noteTellingSettings(call, found.inside);
  return perform(call, program, found) ?? null;
}

/** Each program a pattern names is run: a loop's variable holds the pattern where one of them will stand. */
function runMatching(frame: Frame, program: Value, args: readonly Value[], span: Span): Value | null {
  noteOddPath(frame, program);
  return pathsMatching(frame, program.text).reduce<Value | null>((printed, text) => {
    const found = { ...program, text, complete: true, source: null };
    return joined(printed, runSimple(frame, [found, ...args], span));
  }, null);
}

function isBuiltin(frame: Frame, name: string): boolean {
  if (!BUILTIN_NAMES.has(name)) return false;
  return insideShell(frame);
}

/** Below the unit's own line: there execvp(3) and shells run even files without `#!`, as shell code (ENOEXEC). */
function insideShell(frame: Frame): boolean {
  return frame.script !== null || frame.via.length > 0;
}

/** A program named by pieces, by decoded text, or by what was fetched. */
function noteName(call: Call, program: Value): void {
  const { frame, span } = call;
  if (program.pieced) {
    const says = `The command's name ${program.text} is written in pieces.`;
    frame.session.say(frame, "encoded-text", program.span, says, "medium", { decoded: program.text });
  }
  // A text with unknown parts in its middle is none that was fetched or decoded as a whole.
  const whole = program.complete || /^[$`]/.test(program.text);
  if (whole && (program.taint?.kind === "fetch" || program.taint?.kind === "decode"))
    noteExecution(frame, program, "the shell", span);
}

function reachProgram(call: Call, program: Value): Found | null {
  const { frame } = call;
  if (program.text === "" || (!program.complete && /^\$|[$`*?]/.test(program.text))) return null;
  const found = findProgram(frame, program.text);
  const shape = found?.shape ?? null;
  const fallback = program.text.startsWith("/") ? targetPath(frame, program.text) : null;
  const entry = {
    kind: shape?.head === "interpreted" ? "script" : "program",
    path: found === null ? fallback : targetPath(frame, found.inside),
    name: program.text,
    span: program.span,
    via: frame.via,
    depth: frame.depth,
    exists: shape?.exists ?? false,
  } as const;
  frame.session.reach(shape === null || shape.facts === null ? entry : { ...entry, facts: shape.facts });
  if (shape?.unreadable && shape.exists) {
    frame.session.gap(
      targetPath(frame, found?.inside ?? program.text),
      shape.unreadable,
      `what ${program.text} does`,
      "unread",
    );
  }
  if (found !== null && program.text.includes("/")) noteRunPath(frame, found.inside, call.span);
  return found;
}

function perform(call: Call, program: Value, found: Found | null): Value | null {
  const { frame, name } = call;
  const wrapper = wrapperOf(name);
  if (wrapper !== undefined) return wrapper(call);
  if (SHELLS.has(name) || INTERPRETERS.has(name)) return interpret(call);
  noteCarried(call);
  followSshSettings(call);
  ORCHESTRATORS.get(name)?.(call);
  noteEncryption(call);
  noteDestruction(call);
  noteRedisFile(call);
  noteInstalling(call);
  noteHiddenFile(call);
  noteExpandedNames(call);
  noteForeignLoader(call);
  const handler = HANDLERS.get(name);
  const printed = handler?.(call) ?? null;
  const written = found === null ? undefined : frame.session.written.get(found.inside);
  if (written !== undefined && found !== null) return runWritten(frame, written.content, call, found);
  if (found?.shape.head === "interpreted" || (found?.shape.head === "text" && insideShell(frame))) {
    return (
      frame.session.engine.file(
        frame,
        program.text === found.inside ? program : { ...program, text: found.inside },
        call.args,
        null,
      ) ?? printed
    );
  }
  return handler === undefined ? printedBy(call) : printed;
}

/** An address among a program's words: `s3://…`, `@192.0.2.53`, `//192.0.2.7/share`. */
const ADDRESS = /^(--?[\w-]+=)?(?!file:)[a-z][a-z0-9+.-]*:\/\/.|^(\/\/|@)?\d+\.\d+\.\d+\.\d+(:\d+|\/\S*)?$/i;

/** What a program nothing is known of prints: what it was piped, else what it got from where its words say. */
function printedBy({ args, frame, span }: Call): Value | null {
  if (frame.stdin?.taint) return unknown("", span, frame.stdin.taint);
  if (frame.sink !== "used") return null;
  const address = args.find(({ text }) => ADDRESS.test(text));
  return address === undefined ? null : unknown("", span, { kind: "fetch", span, url: address.text });
}

/** Runs what the analysed code itself wrote just before. */
function runWritten(frame: Frame, content: Value | null, call: Call, found: Found): Value | null {
  if (content === null || !content.complete || content.text === "") return null;
  const key = `written ${found.inside}`;
  if (frame.session.active.has(key)) return null;
  frame.session.active.set(key, true);
  const source = content.source ?? fixedSource(call.span, content.text);
  const printed = frame.session.engine.shell({ ...frame, depth: frame.depth + 1 }, source);
  frame.session.active.delete(key);
  return printed;
}
