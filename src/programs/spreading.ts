import type { Call } from "./engine.ts";
import { insidePath } from "./paths.ts";
import type { Value } from "./value.ts";

/** Where somebody's keys open a door: hosts that were ever gone to. */
const VISITED = /(^|\/)(known_hosts2?|\.(bash|zsh)_history)$/;

/** A list of hosts that was kept for no job. */
export function isListOfVisited(path: string): boolean {
  return VISITED.test(path);
}

/** `scp "$0" HOST:…`, `ssh $H` with a host out of known_hosts: how a worm goes on (T1021.004). */
export function noteSpreading({ frame, name, span }: Call, words: readonly Value[]): void {
  const { session, script } = frame;
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

/** `curl URL | sh` as another shell will read it. */
const DOWNLOAD_TO_SHELL =
  /\b(curl|wget)\b[^|;&\n]{0,512}\|\s{0,4}(sudo\s{1,4})?(\/[\w/]{1,40}\/)?(ba|da|z|k)?sh\b/;

/** `ssh HOST 'curl URL | sh'`: the download is run over there. */
export function noteRemoteDownload({ frame, name, span }: Call, words: readonly Value[]): void {
  const told = words.map(({ text }) => text.slice(0, 4096)).join(" ");
  if (!DOWNLOAD_TO_SHELL.test(told)) return;
  const says = `${name} makes another host run what it downloads there.`;
  frame.session.say(frame, "spreads", span, says, "medium", { program: name });
}
