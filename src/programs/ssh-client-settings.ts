/** What ssh is told to run by its own configuration, without a word of it on the command line (ssh_config(5)). */
import { matchesGlob } from "../manager/glob.ts";
import type { Call } from "./engine.ts";
import { targetPath } from "./paths.ts";
import type { Source } from "./source.ts";
import { known } from "./value.ts";
import { runWordsAsCode } from "./wrappers.ts";

/** Programs that connect by ssh. */
const CLIENTS: ReadonlySet<string> = new Set([
  "ssh",
  "autossh",
  "scp",
  "sftp",
  "sshfs",
  "rsync",
  "ssh-copy-id",
]);
const CONFIG_BYTES = 65_536;
const MOST_FILES = 32;
const MOST_LINES = 2048;
/** `user@host:path`, `host`, `ssh://host/path`. */
const REMOTE = /^(?:ssh:\/\/|sftp:\/\/)?(?:[\w.$+-]+@)?([\w.-]+)(?::.*|\/.*)?$/s;

/** Follows the commands that the settings for the host it connects to name. */
export function followSshSettings(call: Call): void {
  const { args, frame, name } = call;
  if (!CLIENTS.has(name) || args.some(({ text }) => text.startsWith("-F"))) return;
  const host = hostOf(call);
  if (host === null) return;
  const key = `ssh settings ${host}`;
  if ((frame.session.runs.get(key) ?? 0) > 0) return;
  frame.session.runs.set(key, 1);
  const { home } = frame.session.context;
  const own = home === undefined ? [] : [`${home}/.ssh/config`];
  for (const file of [...own, ...systemFiles(call)]) {
    const read = frame.session.library.script(targetPath(frame, file), CONFIG_BYTES);
    if (read !== null) runCommands(call, read.source, host);
  }
}

/** The host it connects to; where only a variable names it, the empty text, which `Host *` alone means. */
function hostOf({ args, name }: Call): string | null {
  const operands = args.filter(
    ({ text }, at) => !text.startsWith("-") && !/^-[bceiJlmopBDEFILQRSW]$/.test(args[at - 1]?.text ?? ""),
  );
  const named =
    name === "ssh" || name === "autossh" || name === "ssh-copy-id"
      ? operands[0]
      : operands.find(({ text }) => /^(?!\/)[^/]+:(?!:)/.test(text) || /^(sftp|ssh):\/\//.test(text));
  if (named === undefined) return null;
  return REMOTE.exec(named.text)?.[1] ?? "";
}

function systemFiles({ frame }: Call): readonly string[] {
  const directory = "/etc/ssh/ssh_config.d";
  const listed = frame.session.host.readDirectory(targetPath(frame, directory));
  const names = listed.kind === "present" ? listed.value.map(({ name }) => name) : [];
  const added = names.filter((name) => name.endsWith(".conf")).slice(0, MOST_FILES);
  return [...added.map((name) => `${directory}/${name}`), "/etc/ssh/ssh_config"];
}

function runCommands(call: Call, source: Source, host: string): void {
  let applies = true;
  let at = 0;
  for (const line of source.text.split("\n", MOST_LINES)) {
    const [, keyword = "", value = ""] = /^[ \t]*(\w+)[ \t=]+"?(.*)$/.exec(line.slice(0, 4096)) ?? [];
    const command = value.replace(/"[ \t]*$/, "").trim();
    const key = keyword.toLowerCase();
    const place = source.place(at + line.lastIndexOf(command), command.length);
    at += line.length + 1;
    if (key === "host") applies = isMeant(command.split(/[ \t]+/), host);
    else if (key === "match") {
      const asked = /\bexec[ \t]+"?([^"]+)"?/.exec(value)?.[1];
      if (asked !== undefined) runWordsAsCode(call, [known(asked, place)], "ssh_config");
      const patterns = /\b(?:original)?host[ \t]+"?([^\s"]+)/i.exec(value)?.[1];
      applies = patterns === undefined || isMeant(patterns.split(","), host);
    } else if (applies && /^(proxy|local|knownhosts)command$/.test(key) && !/^(none)?$/i.test(command))
      runWordsAsCode(call, [known(command.replaceAll("%h", host), place)], "ssh_config");
  }
}

/** Patterns of `Host`: `*` and `?`, and `!` before one that is not meant. */
function isMeant(patterns: readonly string[], host: string): boolean {
  const fits = (pattern: string): boolean => matchesGlob(pattern.toLowerCase(), host.toLowerCase());
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && fits(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1)))
  );
}
