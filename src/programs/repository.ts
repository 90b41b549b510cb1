import type { Call } from "./engine.ts";
import { runCode } from "./interpret.ts";
import { insidePath, shapeAt, targetPath, workingDirectory } from "./paths.ts";
import { partSource } from "./source.ts";
import { known } from "./value.ts";

const CONFIG_BYTES = 65_536;
const MOST_HOOKS = 64;

/** Settings whose value git runs (git-config(1)); an alias counts only when it is called. */
const COMMANDS =
  /^[ \t]*(fsmonitor|sshcommand|pager|editor|askpass|gitproxy|alternaterefscommand|textconv|smudge|clean|process|helper|uploadpack|receivepack)[ \t]*=[ \t]*(.*)$/gim;
const HOOKS_PATH = /^[ \t]*hookspath[ \t]*=[ \t]*(\S.*)$/im;

/** A git command in a repository runs what that repository's settings and hooks say. */
export function followRepository(call: Call): void {
  followSettingsOfAll(call);
  const at = call.args.findIndex(({ text }) => text === "-C");
  const named = at < 0 ? undefined : call.args[at + 1];
  const directory = named === undefined ? workingDirectory(call.frame) : insidePath(call.frame, named.text);
  if (directory === null) return;
  const gitDirectory = [`${directory}/.git`, directory].find(
    (path) => shapeAt(call.frame, `${path}/config`).exists,
  );
  if (gitDirectory === undefined) return;
  const hooks = followConfig(call, `${gitDirectory}/config`);
  runHooks(call, hooks ?? `${gitDirectory}/hooks`, directory);
}

/** Settings of the account and of the host, which hold in every repository (git-config(1), FILES). */
function followSettingsOfAll(call: Call): void {
  const { home } = call.frame.session.context;
  const own = home === undefined ? [] : [`${home}/.gitconfig`, `${home}/.config/git/config`];
  for (const config of [...own, "/etc/gitconfig"]) {
    const hooks = followConfig(call, config);
    if (hooks?.startsWith("/")) runHooks(call, hooks, "/");
  }
}

/** Runs the commands that a file of settings names; gives back where it says hooks are. */
function followConfig(call: Call, config: string): string | undefined {
  const { session } = call.frame;
  const source = session.library.script(targetPath(call.frame, config), CONFIG_BYTES)?.source;
  if (source === undefined) return undefined;
  const hooks = HOOKS_PATH.exec(source.text)?.[1]?.trim();
  const key = `git settings ${config}`;
  if ((session.runs.get(key) ?? 0) > 0) return hooks;
  session.runs.set(key, 1);
  for (const match of source.text.matchAll(COMMANDS)) {
    const raw = (match[2] ?? "").trim();
    if (/^("?)(true|false|yes|no|on|off|store|cache|osxkeychain|manager|less|cat|vim?|nano|)\1$/.test(raw))
      continue;
    const text = raw
      .replace(/^!/, "")
      .replace(/^"(.*)"$/s, "$1")
      .replaceAll('\\"', '"');
    const where = partSource(source, match.index, match[0]).place(0, match[0].length);
    const frame = { ...call.frame, via: [...call.frame.via, `git ${match[1] ?? ""}`], script: config };
    runCode(frame, "shell", known(text, where), "sh", [], where);
  }
  return hooks;
}

function runHooks(call: Call, path: string, directory: string): void {
  const hooks = path.startsWith("/") ? path : `${directory}/${path}`;
  const listed = call.frame.session.host.readDirectory(targetPath(call.frame, hooks));
  if (listed.kind !== "present") return;
  for (const { name } of listed.value.slice(0, MOST_HOOKS)) {
    const hook = `${hooks}/${name}`;
    const mode = shapeAt(call.frame, hook).facts?.mode ?? 0;
    if (name.endsWith(".sample") || (mode & 0o111) === 0) continue;
    const inner = { ...call.frame, via: [...call.frame.via, `git ${name}`], stdin: null };
    inner.session.reach({
      kind: "config",
      path: targetPath(call.frame, hook),
      name: hook,
      span: call.span,
      via: inner.via,
      depth: inner.depth,
      exists: true,
    });
    inner.session.engine.file(inner, known(hook, call.span), [], null);
  }
}
