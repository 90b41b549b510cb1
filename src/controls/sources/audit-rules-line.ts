/** One line of an audit rule file: the options auditctl(8) takes, parsed as its `setopt()` does (audit 3.0). */

import { type Parsed, parsed, problem } from "../../parsed.ts";
import { fieldFault, isSystemCall } from "./audit-rules-field.ts";

export interface AuditField {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

/** A rule as written; `exit`, `always` and the path of a watch are filled in for `-w`. */
export interface RuleText {
  readonly list: string;
  readonly action: "always" | "never";
  readonly syscalls: readonly string[];
  readonly fields: readonly AuditField[];
  readonly keys: readonly string[];
  /** Of `-w`, or of the fields `path`/`dir` with `perm`. */
  readonly watch: WatchText | null;
}

export interface WatchText {
  readonly path: string;
  /** Letters of `rwxa`. */
  readonly permissions: string;
  /** `option` leaves it to the file system at load time whether a tree or an entry is meant. */
  readonly by: "option" | "path" | "dir";
}

export type AuditLine =
  | { readonly kind: "nothing" }
  /** `-D`, with the key whose rules go; `null` for all. */
  | { readonly kind: "delete-all"; readonly key: string | null }
  | { readonly kind: "add"; readonly rule: RuleText; readonly first: boolean }
  | { readonly kind: "delete"; readonly rule: RuleText }
  | { readonly kind: "enable"; readonly value: 0 | 1 | 2 }
  /** `-i` and `-c`: errors in later lines do not end the loading. */
  | { readonly kind: "ignore-errors" };

/** Options that take a value, of those rule files use; `-e`, `-a` and so on decide the kind of line. */
const VALUED = new Set(["a", "A", "d", "S", "F", "C", "w", "W", "p", "k", "b", "r", "f", "e", "m", "q", "R"]);
const BARE = new Set(["D", "i", "c", "s", "l", "v", "t", "h"]);
const LONG_VALUED = new Set(["backlog_wait_time", "signal"]);
const LONG_BARE = new Set(["loginuid-immutable", "reset-lost", "reset_backlog_wait_time_actual"]);

const LISTS = new Set(["task", "exit", "user", "exclude", "filesystem", "io_uring"]);
/** Names of lib/fieldtab.h of audit-userspace. */
const FIELDS = new Set(
  "pid uid euid suid fsuid gid egid sgid fsgid auid loginuid pers arch msgtype subj_user subj_role subj_type subj_sen subj_clr obj_user obj_role obj_type obj_lev_low obj_lev_high sessionid devmajor devminor inode exit success path perm dir filetype obj_uid obj_gid field_compare exe saddr_fam a0 a1 a2 a3 key ppid fstype".split(
    " ",
  ),
);
const COMPARABLE = new Set("auid uid euid suid fsuid obj_uid gid egid sgid fsgid obj_gid".split(" "));
const MAX_WORDS = 512;
const EVERYTHING = "rwxa";

interface Options {
  readonly options: readonly (readonly [name: string, value: string])[];
}

export function parseAuditLine(text: string): Parsed<AuditLine> {
  const words = split(text);
  if (words.length === 0 || (words[0] ?? "").startsWith("#")) return parsed({ kind: "nothing" });
  if (words.length > MAX_WORDS) return bad("more options than auditctl takes in a line");
  const read = optionsOf(words);
  return read.ok ? lineOf(read.value.options) : read;
}

function bad(message: string): {
  readonly ok: false;
  readonly problem: ReturnType<typeof problem>["problem"];
} {
  return problem("EINVAL", message, 0);
}

/** Blanks part words; a backslash keeps the blank after it (`preprocess()` in auditctl.c). */
function split(text: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "\\" && text.charAt(at + 1) === " ") {
      word += " ";
      at += 1;
    } else if (letter === " " || letter === "\r" || letter === "\t") {
      if (word !== "") words.push(word);
      word = "";
    } else word += letter;
  }
  if (word !== "") words.push(word);
  return words;
}

/** As getopt_long(3) takes them apart: a value stands in the same word or in the next. */
function optionsOf(words: readonly string[]): Parsed<Options> {
  const options: (readonly [string, string])[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word.startsWith("--") && word.length > 2) {
      const [name = "", inline] = word.slice(2).split("=", 2);
      if (LONG_BARE.has(name)) options.push([name, ""]);
      else if (!LONG_VALUED.has(name)) return bad(`auditctl has no option --${name}`);
      else {
        if (inline === undefined) at += 1;
        const value = inline ?? words[at];
        if (value === undefined) return bad(`--${name} lacks its value`);
        options.push([name, value]);
      }
      continue;
    }
    if (!word.startsWith("-") || word.length < 2) return bad(`"${word.slice(0, 60)}" is no option`);
    let rest = word.slice(1);
    while (rest !== "") {
      const letter = rest.charAt(0);
      rest = rest.slice(1);
      if (BARE.has(letter)) {
        options.push([letter, ""]);
        continue;
      }
      if (!VALUED.has(letter)) return bad(`auditctl has no option -${letter}`);
      if (rest === "") at += 1;
      const value = rest === "" ? words[at] : rest;
      if (value === undefined) return bad(`-${letter} lacks its value`);
      options.push([letter, value]);
      rest = "";
    }
  }
  return parsed({ options });
}

/** What a line builds up while its options are read. */
interface Draft {
  command: "add" | "prepend" | "delete" | null;
  list: string;
  action: "always" | "never";
  readonly syscalls: string[];
  readonly fields: AuditField[];
  readonly keys: string[];
  watch: { path: string; remove: boolean } | null;
  permissions: string | null;
  deleteAll: boolean;
  enable: 0 | 1 | 2 | null;
  ignoreErrors: boolean;
}

function lineOf(options: readonly (readonly [string, string])[]): Parsed<AuditLine> {
  const draft: Draft = {
    command: null,
    list: "",
    action: "always",
    syscalls: [],
    fields: [],
    keys: [],
    watch: null,
    permissions: null,
    deleteAll: false,
    enable: null,
    ignoreErrors: false,
  };
  for (const [name, value] of options) {
    const fault = take(draft, name, value);
    if (fault !== null) return bad(fault);
  }
  return finish(draft);
}

/** Applies one option; gives the reason it is refused. */
function take(draft: Draft, name: string, value: string): string | null {
  switch (name) {
    case "a":
    case "A":
    case "d":
      return takeList(draft, name, value);
    case "S":
      return takeSystemCalls(draft, value);
    case "F":
      return draft.watch === null ? takeField(draft, value) : "a watch takes no -F";
    case "C":
      return takeComparison(draft, value);
    case "w":
    case "W":
      if (!value.startsWith("/")) return "the path of a watch must begin with /";
      if (draft.command !== null || draft.watch !== null) return "a watch and a rule in one line";
      draft.watch = { path: trimSlash(value), remove: name === "W" };
      return null;
    case "p":
      return takePermissions(draft, value);
    case "k":
      if (!draft.deleteAll && !hasSubject(draft)) return "-k stands before what it marks";
      draft.keys.push(value);
      return null;
    case "D":
      draft.deleteAll = true;
      return null;
    case "e": {
      const state = /^[012]$/.test(value) ? (Number(value) as 0 | 1 | 2) : null;
      draft.enable = state;
      return state === null ? `-e takes 0, 1 or 2, not "${value.slice(0, 20)}"` : null;
    }
    case "i":
    case "c":
      draft.ignoreErrors = true;
      return null;
    case "b":
    case "r":
      return /^\d+$/.test(value) ? null : `-${name} takes a number`;
    case "f":
      return /^[012]$/.test(value) ? null : "-f takes 0, 1 or 2";
    case "R":
      return "-R does not stand in a rule file";
    default:
      return null;
  }
}

function takeList(draft: Draft, name: "a" | "A" | "d", value: string): string | null {
  if (draft.command !== null || draft.watch !== null) return "a line holds one rule";
  const words = value.split(",");
  const list = words.find((word) => LISTS.has(word));
  const action = words.find((word) => word === "always" || word === "never");
  if (words.length !== 2 || list === undefined || action === undefined)
    return `"${value.slice(0, 60)}" is no list and action`;
  draft.command = name === "a" ? "add" : name === "A" ? "prepend" : "delete";
  draft.list = list;
  draft.action = action === "never" ? "never" : "always";
  return null;
}

/** A key needs a system call, a watch or a path before it (auditctl.c). */
function hasSubject({ watch, syscalls, fields }: Draft): boolean {
  return (
    watch !== null || syscalls.length > 0 || fields.some(({ name }) => /^(?:path|dir|perm|exe)$/.test(name))
  );
}

function takeSystemCalls(draft: Draft, value: string): string | null {
  if (draft.command === null || !["exit", "entry"].includes(draft.list))
    return "-S stands where no system call can";
  const calls = value.split(",").filter((call) => call !== "");
  const unknown = calls.find((call) => !isSystemCall(call));
  if (unknown !== undefined) return `there is no system call ${unknown.slice(0, 40)}`;
  draft.syscalls.push(...calls);
  return null;
}

function takeField(draft: Draft, value: string): string | null {
  if (draft.command === null) return "-F stands before its list";
  const [, name = "", operator = "", wanted = ""] =
    /^([A-Za-z0-9_]+)(!=|>=|<=|&=|=|>|<|&)(.*)$/.exec(value) ?? [];
  if (operator === "") return `"${value.slice(0, 60)}" is no field, operator and value`;
  if (!FIELDS.has(name)) return `there is no field ${name.slice(0, 40)}`;
  if (wanted === "") return `the field ${name} lacks its value`;
  const fault = fieldFault(draft.list, name, operator, wanted);
  if (fault !== null) return fault;
  if (name === "arch" && draft.syscalls.length > 0) return "the architecture stands before -S";
  if (name === "key" && (operator !== "=" || !hasSubject(draft))) return "a key stands before what it marks";
  if (name === "key") draft.keys.push(wanted);
  else if ((name === "path" || name === "dir") && !wanted.startsWith("/"))
    return `the ${name} must begin with /`;
  else if (name === "perm" && !/^[rwxa]+$/i.test(wanted)) return `permission "${wanted.slice(0, 20)}"`;
  else draft.fields.push({ name, operator, value: wanted });
  return null;
}

function takeComparison(draft: Draft, value: string): string | null {
  if (draft.command === null) return "-C stands before its list";
  if (draft.list !== "exit") return "only the list exit compares fields";
  const [, left = "", operator = "", right = ""] = /^([a-z_]+)(!=|=)([a-z_]+)$/.exec(value) ?? [];
  if (!COMPARABLE.has(left) || !COMPARABLE.has(right))
    return `"${value.slice(0, 60)}" compares no two fields`;
  draft.fields.push({ name: left, operator, value: right });
  return null;
}

function takePermissions(draft: Draft, value: string): string | null {
  if (draft.watch === null) return "-p without a watch before it";
  if (!/^[rwxa]+$/i.test(value)) return `permission "${value.slice(0, 20)}" is not of rwxa`;
  draft.permissions = value.toLowerCase();
  return null;
}

function finish(draft: Draft): Parsed<AuditLine> {
  if (draft.ignoreErrors) return parsed({ kind: "ignore-errors" });
  if (draft.deleteAll) return parsed({ kind: "delete-all", key: draft.keys[0] ?? null });
  if (draft.enable !== null) return parsed({ kind: "enable", value: draft.enable });
  if (draft.watch !== null) {
    const { path, remove } = draft.watch;
    const rule = ruleOf(draft, { path, permissions: draft.permissions ?? EVERYTHING, by: "option" });
    return parsed(remove ? { kind: "delete", rule } : { kind: "add", rule, first: false });
  }
  if (draft.command === null) return parsed({ kind: "nothing" });
  const rule = ruleOf(draft, watchOfFields(draft.fields));
  if (draft.command === "delete") return parsed({ kind: "delete", rule });
  return parsed({ kind: "add", rule, first: draft.command === "prepend" });
}

function ruleOf(draft: Draft, watch: WatchText | null): RuleText {
  const { action, syscalls, fields, keys } = draft;
  return { list: draft.watch === null ? draft.list : "exit", action, syscalls, fields, keys, watch };
}

function watchOfFields(fields: readonly AuditField[]): WatchText | null {
  const place = fields.find(({ name, operator }) => (name === "path" || name === "dir") && operator === "=");
  if (place === undefined) return null;
  const perm = fields.find(({ name, operator }) => name === "perm" && operator === "=");
  return {
    path: trimSlash(place.value),
    permissions: perm?.value.toLowerCase() ?? EVERYTHING,
    by: place.name === "dir" ? "dir" : "path",
  };
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}
