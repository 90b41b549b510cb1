import type { Span } from "../syntax/span.ts";
import type { Frame } from "./engine.ts";
import { reachPath } from "./execution.ts";
import { hiddenPart, volatileDirectory } from "./places.ts";
import type { BehaviourKind, Confidence, ReachedKind } from "./program.ts";
import { fixedSource } from "./source.ts";

/** How a variable changes what runs. */
interface Effect {
  /** What its value is: files loaded, directories searched, options that may load, or a command. */
  readonly value: "files" | "directories" | "options" | "command";
  readonly reached: ReachedKind;
  readonly says: string;
  readonly confidence: Confidence;
}

function effect(value: Effect["value"], reached: ReachedKind, says: string, confidence: Confidence): Effect {
  return { value, reached, says, confidence };
}

/** Variables that loaders and interpreters obey (ld.so(8), bash(1), python(1), perlrun(1), node(1), ruby(1), git(1)). */
const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ["LD_PRELOAD", effect("files", "library", "loads a library into every program", "high")],
  ["LD_AUDIT", effect("files", "library", "loads an auditing library into every program", "high")],
  ["LD_LIBRARY_PATH", effect("directories", "library", "searches libraries there first", "low")],
  ["GCONV_PATH", effect("directories", "library", "loads character converters from there", "medium")],
  ["LOCPATH", effect("directories", "library", "loads locale data from there", "low")],
  [
    "OPENSSL_CONF",
    effect("files", "config", "makes OpenSSL read a configuration that may load engines", "low"),
  ],
  ["OPENSSL_ENGINES", effect("directories", "library", "loads OpenSSL engines from there", "medium")],
  ["BASH_ENV", effect("files", "script", "makes every non-interactive bash run a file first", "high")],
  ["ENV", effect("files", "script", "makes every interactive sh run a file first", "medium")],
  ["ZDOTDIR", effect("directories", "script", "makes zsh read its start-up files from there", "medium")],
  ["PROMPT_COMMAND", effect("command", "inline-code", "makes bash run a command at each prompt", "medium")],
  ["PS4", effect("command", "inline-code", "is expanded by every traced shell", "low")],
  ["PYTHONSTARTUP", effect("files", "script", "makes interactive Python run a file first", "medium")],
  ["PYTHONPATH", effect("directories", "library", "makes Python import modules from there first", "low")],
  [
    "PYTHONHOME",
    effect("directories", "library", "makes Python take its whole library from there", "medium"),
  ],
  ["PYTHONINSPECT", effect("options", "config", "changes how Python ends", "low")],
  ["PERL5OPT", effect("options", "library", "adds options to every perl, such as modules to load", "high")],
  ["PERL5LIB", effect("directories", "library", "makes Perl load modules from there first", "low")],
  ["PERLLIB", effect("directories", "library", "makes Perl load modules from there first", "low")],
  ["PERL5DB", effect("command", "inline-code", "gives Perl's debugger code to run", "high")],
  ["RUBYOPT", effect("options", "library", "adds options to every ruby, such as files to require", "medium")],
  ["RUBYLIB", effect("directories", "library", "makes Ruby load files from there first", "low")],
  [
    "NODE_OPTIONS",
    effect("options", "library", "adds options to every node, such as modules to require", "low"),
  ],
  ["NODE_PATH", effect("directories", "library", "makes Node load modules from there", "low")],
  ["LUA_INIT", effect("command", "inline-code", "makes Lua run code first", "high")],
  ["LUA_PATH", effect("options", "library", "makes Lua load modules from there", "low")],
  ["PHPRC", effect("directories", "config", "makes PHP read its configuration from there", "medium")],
  [
    "PHP_INI_SCAN_DIR",
    effect("directories", "config", "makes PHP read its configuration from there", "medium"),
  ],
  [
    "JAVA_TOOL_OPTIONS",
    effect("options", "library", "adds options to every Java program, such as agents", "low"),
  ],
  [
    "_JAVA_OPTIONS",
    effect("options", "library", "adds options to every Java program, such as agents", "low"),
  ],
  ["GIT_SSH_COMMAND", effect("command", "inline-code", "is the command git runs for ssh", "low")],
  ["GIT_SSH", effect("files", "program", "is the program git runs for ssh", "low")],
  ["GIT_EXTERNAL_DIFF", effect("command", "inline-code", "is the command git runs to compare", "medium")],
  ["GIT_PAGER", effect("command", "inline-code", "is the command git runs to show output", "low")],
  ["GIT_EDITOR", effect("command", "inline-code", "is the command git runs to edit", "low")],
  ["GIT_ASKPASS", effect("files", "program", "is the program git runs for passwords", "low")],
  ["SSH_ASKPASS", effect("files", "program", "is the program ssh runs for passwords", "low")],
  ["GIT_EXEC_PATH", effect("directories", "program", "makes git take its programs from there", "medium")],
  ["GIT_TEMPLATE_DIR", effect("directories", "script", "gives new git repositories their hooks", "low")],
  ["BORG_RSH", effect("command", "inline-code", "is the command borg runs to connect", "low")],
  ["SUDO_ASKPASS", effect("files", "program", "is the program sudo runs for passwords", "low")],
  ["GIT_PROXY_COMMAND", effect("command", "inline-code", "is the command git runs to connect", "low")],
  ["RSYNC_RSH", effect("command", "inline-code", "is the command rsync runs to connect", "low")],
  [
    "TAR_OPTIONS",
    effect("options", "config", "adds options to every tar, such as commands to run", "medium"),
  ],
  ["LESSOPEN", effect("command", "inline-code", "is a command less runs on each file", "low")],
  ["PAGER", effect("command", "inline-code", "is the command run to show output", "low")],
  ["EDITOR", effect("command", "inline-code", "is the command run to edit", "low")],
  ["VISUAL", effect("command", "inline-code", "is the command run to edit", "low")],
  ["MANPAGER", effect("command", "inline-code", "is the command run to show a page", "low")],
  ["BROWSER", effect("command", "inline-code", "is the command run to show a page", "low")],
  ["SHELL", effect("files", "program", "is the shell programs start", "low")],
]);

/** Commands by which a backup program asks for its password: run like any other, and nothing strange by themselves. */
const ASKS = /_PASS(WORD_)?COMMAND$/;

/** Options inside `NODE_OPTIONS`, `PERL5OPT`, `RUBYOPT`, … that load code. */
const LOADING =
  /(^|\s)(-r|--require|--import|--loader|--experimental-loader|-M|-m|-I|-d:|-javaagent|-agentpath|--checkpoint-action|--to-command)/;

/**
 * Whether a variable with this value makes whatever is started load other code, whichever program that is. A start-up
 * file is named by its path (`ENV=production` is an application's own), and options load code only by some.
 */
export function loadsCode(name: string, value: string): boolean {
  if (/^BASH_FUNC_\w+/.test(name)) return true;
  const found = EFFECTS.get(name);
  if (found === undefined || value === "") return false;
  if (found.value === "options") return found.reached === "library" && LOADING.test(value.slice(0, 4096));
  if (found.value === "command") return found.confidence === "high";
  return found.reached === "library" || (found.reached === "script" && value.includes("/"));
}

/** Notes one variable set for a command: what it makes the command load or run. */
export function noteVariable(frame: Frame, name: string, value: string, span: Span): void {
  if (name === "PATH") {
    notePath(frame, value, span);
    return;
  }
  if (ASKS.test(name)) runValue(frame, name, value, span);
  const found = EFFECTS.get(name) ?? (/^(BASH_FUNC_\w+(%%|\(\)))$/.test(name) ? BASH_FUNCTION : undefined);
  if (found === undefined || value === "") return;
  const parts =
    found.value === "files"
      ? value.split(/[:\s]+/, 32)
      : found.value === "directories"
        ? value.split(":", 64)
        : [];
  const paths = parts.filter((part) => part.startsWith("/"));
  const odd = [...paths, ...withoutKeys(value).split(/[\s:=,]+/, 64)].find((path) => isOdd(path));
  const kind: BehaviourKind = "loads-library";
  const shown = value.length > 120 ? `${value.slice(0, 117)}…` : value;
  const confidence = odd === undefined ? quietConfidence(found, value, paths) : "high";
  const says = `${name}=${shown} ${found.says}.`;
  const detail = { variable: name, ...(paths[0] === undefined ? {} : { path: paths[0] }) };
  frame.session.say(frame, kind, span, says, confidence, detail);
  for (const path of paths) reachPath(frame, found.reached, path, name, span);
  if (found.value === "command") runValue(frame, name, value, span);
  if (found.value === "files" && found.reached === "script") readStartup(frame, paths[0], span);
  if (found.value === "options") reachOptions(frame, name, value, span);
}

const BASH_FUNCTION = effect("command", "inline-code", "replaces a command in every bash", "high");

/** Nothing odd in the value: a bare library name or an unknown path says less than a path. */
function quietConfidence(found: Effect, value: string, paths: readonly string[]): Confidence {
  if (found.value === "files" && paths.length === 0 && found.confidence === "high") return "medium";
  if (found.value !== "options") return found.confidence;
  return LOADING.test(value.slice(0, 4096)) ? "medium" : "low";
}

/** A command of ssh without the keys and lists of hosts it is given: they are read, never run. */
export function withoutKeys(command: string): string {
  return command.replace(/\s-i\s?\S+|(IdentityFile|CertificateFile|UserKnownHostsFile)[= ]\S+/g, "");
}

function isOdd(path: string): boolean {
  return path.startsWith("/") && (volatileDirectory(`${path}/`) !== null || hiddenPart(path) !== null);
}

/** `-r FILE`, `--require=FILE` and the like inside an options variable. */
function reachOptions(frame: Frame, name: string, value: string, span: Span): void {
  for (const word of value.split(/[\s=]+/, 64)) {
    const at = word.indexOf("/");
    if (at >= 0 && at <= 2) reachPath(frame, "library", word.slice(at), name, span);
  }
}

function runValue(frame: Frame, name: string, value: string, span: Span): void {
  const inner = { ...frame, via: [...frame.via, name], doubtful: true, depth: frame.depth + 1 };
  frame.session.engine.shell(inner, fixedSource(span, value));
}

function readStartup(frame: Frame, path: string | undefined, span: Span): void {
  if (path === undefined) return;
  const value = { text: path, complete: true, span, taint: null, source: null };
  frame.session.engine.file({ ...frame, via: [...frame.via, "BASH_ENV"] }, value, [], "sh");
}

/** Directories of PATH that only an attacker or an accident puts there. */
function notePath(frame: Frame, value: string, span: Span): void {
  if (value === "") return;
  for (const directory of value.split(":", 64)) {
    const relative = !/^[/$~`"]/.test(directory);
    if (!relative && !isOdd(directory)) continue;
    const what = directory === "" || directory === "." ? "the working directory" : directory;
    const says = `PATH makes programs be taken from ${what}.`;
    // An empty element also means the working directory, but mostly by accident.
    const accident = directory === "" || (!relative && volatileDirectory(`${directory}/`) === null);
    const confidence = accident ? "low" : "high";
    frame.session.say(frame, "loads-library", span, says, confidence, { variable: "PATH", path: directory });
  }
}
