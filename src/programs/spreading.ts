import type { Call } from "./engine.ts";
import { insidePath } from "./paths.ts";
import type { Value } from "./value.ts";

/** Where somebody's keys open a door: hosts that were ever gone to. */
const VISITED = /(^|\/)(known_hosts2?|\.(bash|zsh)_history)$/;

/** What another host is told: to download, and to run that. */
export const FETCHES_AND_RUNS = /\b(curl|wget)\b[^|;&]{1,400}\|\s{0,8}(sudo\s{1,8})?(ba|da)?sh\b/;

/** A list of hosts that was kept for no job. */
export function isListOfVisited(path: string): boolean {
  return VISITED.test(path);
}

/** `scp "$0" HOST:…`, `ssh $H` with a host out of known_hosts: how a worm goes on (T1021.004). */
export function noteSpreading({ frame, name, span }: Call, words: readonly Value[]): void {
  const { session, script } = frame;
  const told =
    name === "ssh" ? words.find(({ text }) => FETCHES_AND_RUNS.test(text.slice(0, 4096))) : undefined;
  if (told !== undefined) {
    const says = `${name} makes another host download something and run it.`;
    session.say(frame, "spreads", span, says, "medium", { program: name });
  }
  const own = words.find(({ text }) => script !== null && insidePath(frame, text) === script);
  const visited = words.find(({ taint }) => taint?.kind === "file" && isListOfVisited(taint.path ?? ""));
  if (own !== undefined)
    session.say(frame, "spreads", span, `${name} copies the script itself to another host.`, "medium", {
      path: own.text,
      program: name,
    });
  if (visited !== undefined)
    session.say(frame, "spreads", span, `${name} goes to hosts out of ${visited.taint?.path}.`, "medium", {
      program: name,
    });
}
