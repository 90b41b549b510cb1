import type { Language } from "../program.ts";
import { type CallKind, callKind } from "./calls.ts";
import type { Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";

/**
 * What a call does, its name as imported: `cp.exec`, `require("net").connect`, `__import__("os").system`, Lua's
 * `t:connect`, PHP's `@eval`.
 */
export function kindOf(reading: Reading, list: readonly Token[], at: number): CallKind | null {
  const { language, constants } = reading;
  const plain = spelled(language, list[at]?.text ?? "");
  // `$f = "system"; $f($x)` calls what the variable names.
  const held = language === "php" && plain.startsWith("$") ? constants.get(plain) : undefined;
  const name = held?.complete === true && list[at + 1]?.text === "(" ? held.text : realName(reading, plain);
  const before = list[at - 1];
  if (before?.kind === "mark" && (before.text === "." || (before.text === ":" && language === "lua"))) {
    const module = list[at - 2]?.text === ")" && list[at - 5]?.text === "require" ? list[at - 3]?.text : null;
    const owner = module?.replace(/^node:/, "") ?? "()";
    // `/pattern/.exec(text)` looks for something, and runs nothing.
    if (language === "node" && name === "exec" && owner !== "child_process") return null;
    return callKind(language, name) ?? callKind(language, `${owner}.${name}`);
  }
  // Perl also makes objects with the verb in front.
  if (language === "perl" && before?.text === "new") return callKind(language, `${name}->new`);
  // A mailbox's messages; a database's rows are fetched by the same word.
  if (language === "python" && name.endsWith(".fetch") && reading.texts.has("imaplib")) return "receive";
  if (language === "python" && /\.(b[lr]pop|[lr]pop|brpoplpush|xread)$/.test(name) && reading.asksFarQueue)
    return "receive";
  return callKind(language, name);
}

/** A queue of another machine: `redis.Redis(host="192.0.2.7")`. */
export function asksFarQueue(list: readonly Token[]): boolean {
  const at = list.findIndex(({ text }) => /(^|\.)(Redis|StrictRedis|from_url)$/.test(text));
  const [first] = list.slice(at + 1, at + 6).filter(({ kind }) => kind === "string");
  return (
    at >= 0 && first !== undefined && /\./.test(first.text) && !/(^|[/@])(127\.|localhost)/.test(first.text)
  );
}

/** A name by what its beginning stands for: `sh.run` for `subprocess.run`, `self.http.get` for `session.get`. */
export function realName({ aliases }: Reading, plain: string): string {
  const owner = plain.slice(0, Math.max(0, plain.lastIndexOf(".")));
  const client = owner.includes(".") ? aliases.get(owner) : undefined;
  if (client !== undefined) return client + plain.slice(owner.length);
  const head = /^[\w$]+/.exec(plain)?.[0] ?? plain;
  const real = aliases.get(head);
  return real === undefined ? plain : real + plain.slice(head.length);
}

/** Objects that ask servers, and the name their methods are known by. */
const CLIENTS =
  /^(requests\.[Ss]ession|httpx\.(Async)?Client|urllib3\.PoolManager|aiohttp\.ClientSession|Session|ClientSession|axios\.create)$/;

/** `s = requests.Session()`, `run = os.system`, `const sh = promisify(exec)`: from now on the name stands for that. */
export function noteAlias(reading: Reading, name: string, list: readonly Token[]): void {
  const { aliases, language } = reading;
  const promised = /(^|\.)promisify$/.test(list[0]?.text ?? "");
  if (list.some(({ text }) => /(^|\.)getPrototypeOf$/.test(text)) && list.at(-1)?.text === "constructor")
    aliases.set(name, "Function");
  // `promisify(require("child_process").exec)` ends in the function's own name.
  const inner = list.at(-2);
  const first = promised
    ? list.length > 4 && inner !== undefined
      ? { ...inner, text: `child_process.${inner.text}` }
      : list[2]
    : list[0];
  if (first?.kind !== "word" || aliases.size > 1024) return;
  const real = realName(reading, first.text);
  if (CLIENTS.test(real) && list[1]?.text === "(")
    aliases.set(name, language === "node" ? "axios" : "session");
  else if ((list.length === 1 || promised) && callKind(language, real) !== null) aliases.set(name, real);
}

/** Without what PHP and Perl let touch a name: `@eval`, `system$_`. */
function spelled(language: Language, text: string): string {
  if (language === "php") return text.replace(/^@/, "");
  return language === "perl" && text.includes("$") ? text.replace(/^(\w+)\$.*$/, "$1") : text;
}

/** What names of other modules stand for: `cp` for `child_process`, `sh` for `os.system`. */
export function importedNames(list: readonly Token[], language: Language): Map<string, string> {
  const names = new Map<string, string>();
  const reader = IMPORTS.get(language) ?? null;
  if (reader !== null)
    for (const [at, { kind }] of list.entries()) if (kind === "word") reader(list, at, names);
  return names;
}

/** `local http = require("socket.http")`, also without the brackets. */
function luaImport(list: readonly Token[], at: number, names: Map<string, string>): void {
  const name = list[at - 2];
  if (list[at]?.text !== "require" || list[at - 1]?.text !== "=" || name?.kind !== "word") return;
  const module = list[at + 1]?.kind === "string" ? list[at + 1] : list[at + 2];
  if (module?.kind === "string") names.set(name.text, module.text);
}

/** Adds what the words at a place import to the names. */
type ImportReader = (list: readonly Token[], at: number, names: Map<string, string>) => void;

const IMPORTS: ReadonlyMap<Language, ImportReader> = new Map<Language, ImportReader>([
  ["python", pythonImport],
  ["node", nodeImport],
  ["lua", luaImport],
]);

/** More names than this one statement does not bring. */
const MOST_NAMES = 256;

/** `import subprocess as s, os`, `from os import system as x, popen`, the names of the latter also in parentheses. */
function pythonImport(list: readonly Token[], at: number, names: Map<string, string>): void {
  if (list[at]?.text !== "import") return;
  const from = list[at - 2]?.text === "from" ? `${list[at - 1]?.text}.` : "";
  const enclosed = list[at + 1]?.text === "(";
  const named = renamings(list, enclosed ? at + 2 : at + 1, (token) =>
    enclosed ? token.text === ")" : token.kind === "line" || /^(;|import)$/.test(token.text),
  );
  for (const { name, alias } of named) if (from !== "" || alias !== name) names.set(alias, from + name);
}

/** `import cp, { exec as e } from "child_process"`, `import * as net from "net"`, `{ exec: e } = require("child_process")`. */
function nodeImport(list: readonly Token[], at: number, names: Map<string, string>): void {
  const text = list[at]?.text;
  if (text === "from" && list[at + 1]?.kind === "string") {
    const start = indexBefore(list, at, "import");
    if (start < 0) return;
    const brace = indexBefore(list, at, "{");
    const end = brace > start ? brace : at;
    const module = moduleOf(list[at + 1]);
    for (const { alias } of renamings(list, start + 1, (_, index) => index >= end)) names.set(alias, module);
    if (brace > start) nameParts(list, brace, module, names);
  } else if (text === "require" && list[at + 2]?.kind === "string" && list[at - 1]?.text === "=") {
    const module = moduleOf(list[at + 2]);
    const target = list[at - 2];
    if (target?.kind === "word") names.set(target.text, module);
    else if (target?.text === "}") nameParts(list, indexBefore(list, at, "{"), module, names);
  }
}

/** What a module's parts in braces are called. */
function nameParts(list: readonly Token[], brace: number, module: string, names: Map<string, string>): void {
  if (brace < 0) return;
  for (const { name, alias } of renamings(list, brace + 1, (token) => token.text === "}"))
    names.set(alias, `${module}.${name}`);
}

function indexBefore(list: readonly Token[], at: number, text: string): number {
  for (let index = at - 1; index >= Math.max(0, at - 2 * MOST_NAMES); index--)
    if (list[index]?.text === text) return index;
  return -1;
}

function moduleOf(token: Token | undefined): string {
  return (token?.text ?? "").replace(/^node:/, "");
}

/** `a, b as c, d: e` from `first` on: each name and what it is called here. */
function renamings(
  list: readonly Token[],
  first: number,
  ends: (token: Token, index: number) => boolean,
): readonly { readonly name: string; readonly alias: string }[] {
  const found: { name: string; alias: string }[] = [];
  let renames = false;
  const last = Math.min(list.length, first + 4 * MOST_NAMES);
  for (let at = first; at < last && found.length < MOST_NAMES; at++) {
    const token = list[at];
    if (token === undefined || ends(token, at)) break;
    const latest = found.at(-1);
    if (token.text === ":" || (token.kind === "word" && token.text === "as")) renames = true;
    else if (token.text === "," && token.kind === "mark") renames = false;
    else if (token.kind === "word" && renames && latest !== undefined) latest.alias = token.text;
    else if (token.kind === "word") found.push({ name: token.text, alias: token.text });
    else if (token.text === "*") found.push({ name: "*", alias: "*" });
  }
  return found;
}
