/** sudoers(5): who may run what as whom, with includes, aliases and tags. Read as sudo 1.9 does; nothing is asked of NSS. */
import type { Host } from "../../hosts/host.ts";
import { hostNameOf } from "../../manager/host-facts.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import { type SourceProblem, wholeFile } from "./source-problem.ts";
import { type CommandSpec, parseSudoersLine, type SudoersLine, type SudoMember } from "./sudoers-line.ts";

export interface Sudoers {
  /** False when there is no `/etc/sudoers`. */
  readonly present: boolean;
  /** Files in the order they were read. */
  readonly files: readonly string[];
  readonly rules: readonly SudoRule[];
  readonly defaults: readonly SudoDefault[];
  readonly aliases: SudoAliases;
  readonly problems: readonly SourceProblem[];
}

/** One user specification: some users, on some hosts, some commands. */
export interface SudoRule {
  readonly users: readonly SudoMember[];
  readonly hosts: readonly SudoMember[];
  readonly commands: readonly CommandSpec[];
  readonly span: Span;
}

/** One setting of a `Defaults` line; `scope` is what stands between `Defaults` and the blank: `:anna`, `!CMD`, empty. */
export interface SudoDefault {
  readonly scope: string;
  readonly name: string;
  readonly negated: boolean;
  readonly value: string | null;
  readonly span: Span;
}

/** Members by alias name, of each of the four kinds. */
export interface SudoAliases {
  readonly User: ReadonlyMap<string, readonly SudoMember[]>;
  readonly Runas: ReadonlyMap<string, readonly SudoMember[]>;
  readonly Host: ReadonlyMap<string, readonly SudoMember[]>;
  readonly Cmnd: ReadonlyMap<string, readonly SudoMember[]>;
}

export const SUDOERS = "/etc/sudoers";

/** sudo's own limit is 128 (`MAX_SUDOERS_DEPTH`, plugins/sudoers/toke.l). */
const MAX_DEPTH = 128;
const MAX_FILES = 2000;
/** Lines read in all, however files include each other. */
const MAX_LINES = 100_000;

interface Draft {
  readonly host: Host;
  readonly hostName: string;
  readonly files: string[];
  readonly rules: SudoRule[];
  readonly defaults: SudoDefault[];
  readonly aliases: Record<keyof SudoAliases, Map<string, readonly SudoMember[]>>;
  readonly problems: SourceProblem[];
  read: number;
}

/** The sudoers of a host, for `Subject.once`. */
export function readSudoers({ host }: Pick<Subject, "host">): Sudoers {
  const draft: Draft = {
    host,
    hostName: (hostNameOf(host) ?? "").split(".")[0] ?? "",
    files: [],
    rules: [],
    defaults: [],
    aliases: { User: new Map(), Runas: new Map(), Host: new Map(), Cmnd: new Map() },
    problems: [],
    read: 0,
  };
  const present = host.stat(SUDOERS).kind !== "absent";
  if (present) readSudoersFile(draft, SUDOERS, 0);
  const { files, rules, defaults, aliases, problems } = draft;
  return { files, rules, defaults, aliases, problems, present };
}

function readSudoersFile(draft: Draft, path: string, depth: number): void {
  if (depth > MAX_DEPTH || draft.files.length >= MAX_FILES) {
    draft.problems.push({ span: wholeFile(path), reason: "too many includes" });
    return;
  }
  const text = readText(draft.host, path, draft.problems);
  if (text === null) return;
  draft.files.push(path);
  for (const line of logicalLines(text)) {
    if (++draft.read > MAX_LINES) {
      draft.problems.push({ span: wholeFile(path), reason: "too many lines; the rest is not read" });
      return;
    }
    const span: Span = { path, line: line.number, column: 1, length: 0 };
    const result = parseSudoersLine(line.text);
    if (result.ok) take(draft, result.value, span, depth);
    else draft.problems.push({ span: { ...span, column: 1 }, reason: result.problem.message });
  }
}

function take(draft: Draft, line: SudoersLine, span: Span, depth: number): void {
  switch (line.kind) {
    case "blank":
      return;
    case "include":
      include(draft, resolved(draft, line.path, span.path), span, depth);
      return;
    case "includedir":
      includeDirectory(draft, resolved(draft, line.path, span.path), depth);
      return;
    case "alias":
      for (const { name, members } of line.aliases) draft.aliases[line.of].set(name, members);
      return;
    case "defaults":
      for (const setting of line.settings) draft.defaults.push({ scope: line.scope, ...setting, span });
      return;
    case "rule":
      for (const { hosts, commands } of line.privileges)
        draft.rules.push({ users: line.users, hosts, commands, span });
  }
}

/** `%h` is the short host name; a relative path starts beside the file that names it. */
function resolved({ hostName }: Draft, path: string, from: string): string {
  const full = path.replace(/%(.)/g, (whole, letter) =>
    letter === "h" ? hostName : letter === "%" ? "%" : whole,
  );
  return full.startsWith("/") ? full : `${from.slice(0, from.lastIndexOf("/"))}/${full}`;
}

function include(draft: Draft, path: string, span: Span, depth: number): void {
  if (draft.host.stat(path).kind === "absent")
    draft.problems.push({ span, reason: `${path} is included and is not there` });
  else readSudoersFile(draft, path, depth + 1);
}

/** Names in byte order, without those that hold a dot or end in `~`; a directory that is not there is no fault. */
function includeDirectory(draft: Draft, directory: string, depth: number): void {
  const path = directory.replace(/\/+$/, "") || "/";
  for (const name of namesIn(draft.host, path, draft.problems)) {
    if (name.includes(".") || name.endsWith("~")) continue;
    const file = `${path}/${name}`;
    const facts = draft.host.stat(file);
    if (facts.kind === "present" && facts.value.kind !== "file") {
      draft.problems.push({
        span: wholeFile(file),
        reason: `it is a ${facts.value.kind}, which sudo passes over`,
      });
      continue;
    }
    readSudoersFile(draft, file, depth + 1);
  }
}

/** A backslash at a line's end joins the next; the number is that of the first. */
function* logicalLines(text: string): Generator<{ readonly text: string; readonly number: number }> {
  let joined = "";
  let first = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (joined === "") first = index + 1;
    const isComment = joined === "" && /^\s*#(?!include|-?\d)/.test(line);
    if (line.endsWith("\\") && !isComment) {
      joined += `${line.slice(0, -1)} `;
      continue;
    }
    yield { text: joined + line, number: first };
    joined = "";
  }
  if (joined !== "") yield { text: joined, number: first };
}
