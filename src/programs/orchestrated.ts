/**
 * Files that say what is to be run, for programs that make it so: compose files, playbooks, scripts of npm packages,
 * and the credentials of clusters (compose-spec, Ansible's playbooks, package.json, kubeconfig).
 */
import type { Call, Frame } from "./engine.ts";
import { noteVariable } from "./environment.ts";
import { runCode } from "./interpret.ts";
import { insidePath, targetPath, workingDirectory } from "./paths.ts";
import { hiddenPart, volatileDirectory } from "./places.ts";
import type { Source } from "./source.ts";
import { known, type Value } from "./value.ts";
import { below, flowList, type YamlLine, yamlLines } from "./yaml-lines.ts";

const MOST_BYTES = 262_144;
const MOST_COMMANDS = 64;

interface Read {
  readonly path: string;
  readonly source: Source;
  /** What the text was parsed to, kept with it. */
  readonly trees: Map<string, unknown>;
}

/** Parsed once, however many commands name the file. */
function yamlOf({ source, trees }: Read): readonly YamlLine[] {
  let lines = trees.get("yaml") as readonly YamlLine[] | undefined;
  if (lines === undefined) {
    lines = yamlLines(source.text);
    trees.set("yaml", lines);
  }
  return lines;
}

/** False from the second time on: files that name each other, or a script that names one often, teach nothing new. */
function isFirst({ session }: Frame, what: string): boolean {
  if ((session.runs.get(what) ?? 0) > 0) return false;
  session.runs.set(what, 1);
  return true;
}

function readFirst(frame: Frame, paths: readonly (string | null)[]): Read | null {
  for (const path of paths) {
    if (path === null) continue;
    const read = frame.session.library.script(targetPath(frame, path), MOST_BYTES);
    if (read === null) continue;
    const { via, depth, session } = frame;
    const span = read.source.place(0, 0);
    session.reach({
      kind: "config",
      path: targetPath(frame, path),
      name: path,
      span,
      via,
      depth,
      exists: true,
    });
    return { path, source: read.source, trees: read.trees };
  }
  return null;
}

function optionOf({ args }: Call, pattern: RegExp): Value | undefined {
  const at = args.findIndex(({ text }) => pattern.test(text));
  const found = args[at];
  if (found === undefined) return undefined;
  const equals = found.text.indexOf("=");
  return equals > 0 ? { ...found, text: found.text.slice(equals + 1), source: null } : args[at + 1];
}

const NAMELESS = /^(?:docker:\/\/)?\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\//;

/** `docker compose -f FILE up`: a service that is given the whole host. */
export function followCompose(call: Call): void {
  const { frame, args, name } = call;
  const isCompose = /compose$/.test(name) || args.some(({ text }) => text === "compose");
  if (!isCompose || !args.some(({ text }) => /^(up|run|start|restart|create)$/.test(text))) return;
  const named = optionOf(call, /^(-f|--file)(=|$)/);
  const directory =
    optionOf(call, /^--project-directory(=|$)/)?.text ?? workingDirectory(frame) ?? "/nonexistent";
  const usual = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
  const file = readFirst(
    frame,
    named === undefined ? usual.map((each) => `${directory}/${each}`) : [insidePath(frame, named.text)],
  );
  if (file === null) return;
  if (!isFirst(frame, `compose ${file.path}`)) return;
  const lines = yamlOf(file);
  const services = lines.findIndex(({ key, indent }) => key === "services" && indent === 0);
  if (services < 0) return;
  const inner = below(lines, services);
  const depth = inner[0]?.indent ?? 0;
  for (const [index, line] of inner.entries())
    if (line.indent === depth && line.key !== null && reachesHost(below(inner, index))) {
      const says = `the service ${line.key} of ${file.path} can reach the host.`;
      frame.session.say(frame, "container-run", file.source.place(line.at, line.length), says, "medium", {
        path: file.path,
      });
    }
}

function reachesHost(lines: readonly YamlLine[]): boolean {
  const settingOf = (key: string): string => lines.find((line) => line.key === key)?.value ?? "";
  const items = lines.map(({ value, key }) => (key === null ? value : ""));
  const isPrivileged = settingOf("privileged") === "true";
  const isNameless = NAMELESS.test(settingOf("image"));
  const sees = items.some((item) => /^\/:\/[^:]*(:(?!.*\bro\b).*)?$/.test(item));
  const long = lines.some(({ key, value }) => key === "source" && value === "/");
  const isReadOnly = settingOf("read_only") === "true";
  const hasSocket = items.some((item) => /(docker|podman|containerd)\.sock:/.test(item));
  return (
    sees ||
    (long && !isReadOnly) ||
    (isPrivileged && settingOf("pid") === "host") ||
    (isNameless && (isPrivileged || hasSocket))
  );
}

const MODULE = /^(?:ansible\.(?:builtin|legacy)\.)?(?:shell|command|raw|cmd)$/;
const LOCAL = /^(localhost|127\.0\.0\.1)/;

/** `ansible-playbook -c local FILE`: the commands of its tasks, where they run on this host. */
export function followPlaybook(call: Call): void {
  const { frame, args } = call;
  followAnsibleSettings(call);
  for (const { text } of args
    .filter(({ text: each }) => /\.ya?ml$/.test(each) && !each.startsWith("-"))
    .slice(0, 8)) {
    const file = readFirst(frame, [insidePath(frame, text)]);
    if (file === null) continue;
    if (!isFirst(frame, `playbook ${file.path}`)) continue;
    const lines = yamlOf(file);
    const isLocal =
      args.some(({ text: each }) => /^(local|--connection=local|(localhost|127\.0\.0\.1),)$/.test(each)) ||
      lines.some(
        ({ key, value }) =>
          (key === "connection" && value === "local") || (key === "hosts" && LOCAL.test(value)),
      );
    if (!isLocal) continue;
    runTasks(frame, file, lines);
    const roles = lines.findIndex(({ key }) => key === "roles");
    const base = file.path.replace(/\/[^/]*$/, "");
    for (const { value, key } of roles < 0 ? [] : below(lines, roles).slice(0, 16)) {
      if (key !== null && key !== "role") continue;
      const tasks = readFirst(
        frame,
        ["yml", "yaml"].map((end) => `${base}/roles/${value}/tasks/main.${end}`),
      );
      if (tasks !== null) runTasks(frame, tasks, yamlOf(tasks));
    }
  }
}

function runTasks(frame: Frame, { path, source }: Read, lines: readonly YamlLine[]): void {
  const inner: Frame = {
    ...frame,
    via: [...frame.via, "ansible"],
    script: path,
    stdin: null,
    depth: frame.depth + 1,
  };
  for (const { key, value, at, length } of lines
    .filter((line) => MODULE.test(line.key ?? ""))
    .slice(0, MOST_COMMANDS))
    if (value !== "") {
      const span = source.place(at, length);
      runCode(inner, "shell", known(value, span), key ?? "shell", [], span);
    }
}

const PLUGINS = /^[ \t]*(\w+_plugins|library|module_utils|strategy_plugins)[ \t]*=[ \t]*(\S.*)$/gm;

/** Directories of `ansible.cfg` from which Ansible loads code of its own accord. */
function followAnsibleSettings({ frame, span }: Call): void {
  if (!isFirst(frame, "ansible.cfg")) return;
  const { home } = frame.session.context;
  const here = workingDirectory(frame);
  const file = readFirst(frame, [
    here === null ? null : `${here}/ansible.cfg`,
    home === undefined ? null : `${home}/.ansible.cfg`,
    "/etc/ansible/ansible.cfg",
  ]);
  for (const [, name = "", value = ""] of file?.source.text.slice(0, 65_536).matchAll(PLUGINS) ?? [])
    for (const path of value.split(":", 16)) {
      if (volatileDirectory(`${path}/`) === null && hiddenPart(path.replace(/\/\.ansible\//, "/")) === null)
        continue;
      const says = `Ansible loads code from ${path} (${name} in ${file?.path}).`;
      frame.session.say(frame, "loads-library", span, says, "high", { path });
    }
}

/** `npm run NAME`, `npm ci`: the scripts of the package, with those before and after. */
export function followPackageScripts(call: Call): void {
  const { frame, args } = call;
  const prefix = optionOf(call, /^(--prefix|-C|--cwd|--dir)(=|$)/);
  const directory = prefix === undefined ? workingDirectory(frame) : insidePath(frame, prefix.text);
  if (directory === null) return;
  noteNodeSettings(frame, directory);
  const words = args
    .filter(({ text }) => !text.startsWith("-") && text !== prefix?.text)
    .map(({ text }) => text);
  const [verb = "install", name] = words;
  const wanted = /^(run|run-script|rum)$/.test(verb)
    ? [name ?? ""]
    : /^(ci|i|install|add)$/.test(verb)
      ? ["install", "prepare"]
      : [verb];
  const file = readFirst(frame, [`${directory}/package.json`]);
  if (file === null) return;
  for (const script of wanted.flatMap((each) => [`pre${each}`, each, `post${each}`])) {
    const code = scriptOf(file, script);
    if (code !== null && isFirst(frame, `npm ${file.path} ${script}`))
      runCode(
        {
          ...frame,
          via: [...frame.via, `npm ${script}`],
          script: file.path,
          stdin: null,
          depth: frame.depth + 1,
        },
        "shell",
        code,
        "sh",
        [],
        code.span,
      );
  }
}

function packageOf({ source, trees }: Read): unknown {
  if (!trees.has("json")) {
    let found: unknown = null;
    try {
      found = JSON.parse(source.text);
    } catch {
      // No package.json: npm would say so, and run nothing.
    }
    trees.set("json", found);
  }
  return trees.get("json");
}

function scriptOf(file: Read, script: string): Value | null {
  const { source } = file;
  const scripts = packageOf(file);
  const all = isRecord(scripts) ? scripts["scripts"] : null;
  const code = isRecord(all) && Object.hasOwn(all, script) ? all[script] : null;
  if (typeof code !== "string") return null;
  const at = source.text.indexOf(`"${script}"`);
  return known(code, source.place(Math.max(0, at), script.length + 2));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** `node-options=` and `script-shell=` of the settings npm reads (npmrc(5)). */
function noteNodeSettings(frame: Frame, directory: string): void {
  if (!isFirst(frame, `npmrc ${directory}`)) return;
  const { home } = frame.session.context;
  for (const path of [
    `${directory}/.npmrc`,
    ...(home === undefined ? [] : [`${home}/.npmrc`]),
    "/etc/npmrc",
  ]) {
    const read = frame.session.library.script(targetPath(frame, path), 65_536);
    if (read === null) continue;
    const setting = (pattern: RegExp) => pattern.exec(read.source.text);
    const options = setting(/^[ \t]*node-options[ \t]*=[ \t]*(\S.*)$/m);
    if (options !== null) {
      const span = read.source.place(options.index, options[0].length);
      noteVariable(frame, "NODE_OPTIONS", (options[1] ?? "").replace(/^"(.*)"$/, "$1"), span);
    }
    const shell = setting(/^[ \t]*script-shell[ \t]*=[ \t]*(\S+)$/m);
    if (shell !== null) {
      const span = read.source.place(shell.index, shell[0].length);
      frame.session.engine.command(
        { ...frame, via: [...frame.via, "npm"] },
        [known(shell[1] ?? "", span)],
        span,
      );
    }
  }
}

/** The program that a cluster's settings name for credentials (kubeconfig, `exec`). */
export function followClusterCredentials(call: Call): void {
  const { frame } = call;
  const { home } = frame.session.context;
  const named =
    optionOf(call, /^--kubeconfig(=|$)/)?.text ?? frame.scope.variables.get("KUBECONFIG")?.elements[0]?.text;
  const usual = home === undefined ? null : `${home}/.kube/config`;
  const file = readFirst(frame, [named === undefined ? usual : insidePath(frame, named)]);
  if (file === null) return;
  if (!isFirst(frame, `kubeconfig ${file.path}`)) return;
  const lines = yamlOf(file);
  for (const [index, line] of lines.entries()) {
    if (line.key !== "exec" || line.value !== "") continue;
    const inner = below(lines, index);
    const command = inner.find(({ key }) => key === "command");
    if (command === undefined) continue;
    const at = inner.findIndex(({ key }) => key === "args");
    const rest = at < 0 ? [] : listAt(inner, at);
    const span = file.source.place(command.at, command.length);
    const argv = [command.value, ...rest].map((text) => known(text, span));
    frame.session.engine.command({ ...frame, via: [...frame.via, call.name], stdin: null }, argv, span);
  }
}

/** A list in one line, or an item a line, as deep as its key or deeper. */
function listAt(lines: readonly YamlLine[], at: number): readonly string[] {
  const flow = flowList(lines[at]?.value ?? "");
  if (flow.length > 0) return flow;
  const items: string[] = [];
  for (const line of lines.slice(at + 1, at + 65)) {
    if (!line.isItem || line.key !== null) break;
    items.push(line.value);
  }
  return items;
}
