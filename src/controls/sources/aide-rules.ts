/**
 * aide.conf(5): which files AIDE looks after, and with which attributes. Macros and includes are carried out as AIDE
 * 0.18 does; snippets it would execute are named, never run.
 */

import { compareFileNames } from "../../hosts/file-name.ts";
import type { Host } from "../../hosts/host.ts";
import { hostNameOf } from "../../manager/host-facts.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { AideGroups } from "./aide-rules-groups.ts";
import { compilePattern, type PathPattern } from "./aide-rules-pattern.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";

export interface AideRules {
  /** The configuration that was read; `null` when there is none. */
  readonly path: string | null;
  readonly rules: readonly AideRule[];
  /** The same by the directory they hang on. */
  readonly byNode: ReadonlyMap<string, readonly AideRule[]>;
  /** `database_in`, `report_url` and so on; the first line of a name counts. */
  readonly options: ReadonlyMap<string, { readonly value: string; readonly span: Span }>;
  /** Snippets AIDE runs for their output, so that rules of theirs are not known here. */
  readonly executables: readonly string[];
  readonly problems: readonly SourceProblem[];
}

export interface AideRule {
  readonly kind: "regular" | "equals" | "negative";
  readonly pattern: PathPattern;
  readonly text: string;
  /** The literal directory the pattern begins with: the node of AIDE's tree it hangs on. */
  readonly node: string;
  /** Letters of file types it is for; empty for all. */
  readonly types: string;
  readonly attributes: ReadonlySet<string>;
  readonly span: Span;
}

/** Where distributions keep it; the first that is there counts. */
export const AIDE_CONFIGS: readonly string[] = ["/etc/aide/aide.conf", "/etc/aide.conf"];

const MAX_DEPTH = 16;
const MAX_FILES = 2000;
const MAX_RULES = 50_000;
const MAX_EXPANDED = 16 * 1024;

interface Draft {
  readonly host: Host;
  readonly variables: Map<string, string>;
  readonly groups: AideGroups;
  readonly rules: AideRule[];
  readonly options: Map<string, { value: string; span: Span }>;
  readonly executables: string[];
  readonly problems: SourceProblem[];
  files: number;
}

/** AIDE's configuration, for `Subject.once`. */
export function readAideRules({ host }: Pick<Subject, "host">): AideRules {
  const draft: Draft = {
    host,
    variables: new Map([["HOSTNAME", (hostNameOf(host) ?? "").split(".")[0] ?? ""]]),
    groups: new AideGroups(),
    rules: [],
    options: new Map(),
    executables: [],
    problems: [],
    files: 0,
  };
  const path = AIDE_CONFIGS.find((candidate) => host.stat(candidate).kind !== "absent") ?? null;
  if (path !== null) readFile(draft, path, 0, "");
  const { rules, options, executables, problems } = draft;
  return { path, rules, byNode: grouped(rules), options, executables, problems };
}

function grouped(rules: readonly AideRule[]): ReadonlyMap<string, readonly AideRule[]> {
  const groups = new Map<string, AideRule[]>();
  for (const rule of rules) {
    const group = groups.get(rule.node);
    if (group === undefined) groups.set(rule.node, [rule]);
    else group.push(rule);
  }
  return groups;
}

function readFile(draft: Draft, path: string, depth: number, prefix: string): void {
  draft.files += 1;
  if (depth > MAX_DEPTH || draft.files > MAX_FILES || draft.rules.length > MAX_RULES) {
    draft.problems.push({ span: wholeFile(path), reason: "more includes or rules than AIDE takes" });
    return;
  }
  const text = readText(draft.host, path, draft.problems);
  if (text === null) return;
  const conditions: boolean[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const span = lineSpan(path, index + 1);
    if (takeCondition(draft, line, conditions, span)) continue;
    if (conditions.includes(false)) continue;
    if (line.startsWith("@@") && !line.startsWith("@@{")) takeMacro(draft, line, span, depth, prefix);
    else takeLine(draft, line, span, prefix);
  }
}

/** `@@if` and its older forms, `@@else`, `@@endif`. */
function takeCondition(draft: Draft, line: string, conditions: boolean[], span: Span): boolean {
  const [, word = "", rest = ""] =
    /^@@(if|ifdef|ifndef|ifhost|ifnhost|else|endif)\b\s*(.*)$/.exec(line) ?? [];
  switch (word) {
    case "":
      return false;
    case "endif":
      conditions.pop();
      return true;
    case "else": {
      const last = conditions.pop();
      conditions.push(!(last ?? false));
      return true;
    }
    default: {
      const old = new Map([
        ["ifdef", "defined"],
        ["ifndef", "not defined"],
        ["ifhost", "hostname"],
        ["ifnhost", "not hostname"],
      ]).get(word);
      const holds = isTrue(draft, old === undefined ? rest : `${old} ${rest}`);
      if (holds === null) draft.problems.push({ span, reason: "a condition that is not understood" });
      conditions.push(holds ?? false);
      return true;
    }
  }
}

function isTrue(draft: Draft, expression: string): boolean | null {
  const words = expression
    .trim()
    .split(/\s+/)
    .map((word) => expand(draft, word));
  let negated = false;
  while (words[0] === "not") {
    words.shift();
    negated = !negated;
  }
  const [name, argument] = words;
  if (argument === undefined || words.length !== 2) return null;
  switch (name) {
    case "defined":
      return draft.variables.has(argument) !== negated;
    case "hostname":
      return (draft.variables.get("HOSTNAME") === argument) !== negated;
    case "exists":
      return (draft.host.stat(argument).kind === "present") !== negated;
    default:
      return null;
  }
}

function takeMacro(draft: Draft, line: string, span: Span, depth: number, prefix: string): void {
  const [word = "", ...rest] = line.split(/\s+/);
  const fault = (reason: string): void => {
    draft.problems.push({ span, reason });
  };
  switch (word) {
    case "@@define":
      draft.variables.set(rest[0] ?? "", expand(draft, rest.slice(1).join(" ")));
      return;
    case "@@undef":
      draft.variables.delete(rest[0] ?? "");
      return;
    case "@@x_include_setenv":
      return;
    case "@@include":
    case "@@x_include": {
      const [path = "", pattern, more = ""] = rest.map((part) => unescaped(expand(draft, part)));
      if (!path.startsWith("/")) fault(`"${path.slice(0, 80)}" is no path to include`);
      else if (draft.host.stat(path).kind === "absent") fault(`${path} is included and is not there`);
      else if (pattern === undefined) includeOne(draft, path, word === "@@x_include", depth, prefix);
      else
        includeFolder(
          draft,
          { path, pattern, prefix: prefix + more, runs: word === "@@x_include" },
          span,
          depth,
        );
      return;
    }
    default:
      fault(`AIDE has no macro ${word.slice(0, 40)}`);
  }
}

function includeFolder(
  draft: Draft,
  {
    path,
    pattern,
    prefix,
    runs,
  }: { readonly path: string; readonly pattern: string; readonly prefix: string; readonly runs: boolean },
  span: Span,
  depth: number,
): void {
  // Only here a match may begin anywhere in the name.
  const compiled = compilePattern(pattern.startsWith("^") ? pattern : `.*(${pattern})`);
  if (!compiled.ok) {
    draft.problems.push({ span, reason: compiled.problem.message });
    return;
  }
  for (const name of [...namesIn(draft.host, path, draft.problems)].sort(compareFileNames)) {
    if (!compiled.value.matches(name)) continue;
    const file = `${path.replace(/\/+$/, "")}/${name}`;
    const facts = draft.host.stat(file);
    if (facts.kind === "present" && facts.value.kind !== "file") {
      draft.problems.push({
        span: wholeFile(file),
        reason: `it is a ${facts.value.kind}, which AIDE passes over`,
      });
      continue;
    }
    includeOne(draft, file, runs, depth, prefix);
  }
}

function includeOne(draft: Draft, path: string, runs: boolean, depth: number, prefix: string): void {
  const facts = draft.host.stat(path);
  if (runs && facts.kind === "present" && (facts.value.mode & 0o111) !== 0) draft.executables.push(path);
  else readFile(draft, path, depth + 1, prefix);
}

function takeLine(draft: Draft, line: string, span: Span, prefix: string): void {
  if (/^[!=/]|^@@\{/.test(line)) {
    takeRule(draft, line, span, prefix);
    return;
  }
  const [, name = "", value = ""] = /^([A-Za-z0-9_>]+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === "") {
    draft.problems.push({ span, reason: "neither a setting nor a rule" });
    return;
  }
  const expanded = unescaped(expand(draft, value));
  if (draft.groups.isOption(name)) {
    if (!draft.options.has(name)) draft.options.set(name, { value: expanded, span });
    return;
  }
  const unknown = draft.groups.define(name, expanded);
  if (unknown !== null)
    draft.problems.push({ span, reason: `the group ${unknown.slice(0, 40)} is not defined` });
}

function takeRule(draft: Draft, line: string, span: Span, prefix: string): void {
  const undefinedName = undefinedIn(draft, line);
  if (undefinedName !== null && draft.executables.length > 0) {
    draft.problems.push({
      span,
      reason: `the variable ${undefinedName} may come from a snippet that AIDE executes`,
    });
    return;
  }
  const whole = expand(draft, line);
  const sign = whole.startsWith("!") ? "negative" : whole.startsWith("=") ? "equals" : "regular";
  const body = sign === "regular" ? whole : whole.slice(1).trimStart();
  const [expression = "", ...words] = body.split(/(?<!\\)\s+/);
  const text = prefix + unescaped(expression);
  const [restriction, attributes] =
    sign === "negative" ? [words[0], ""] : words.length > 1 ? words : ["", words[0]];
  const reason = faultOf(text, restriction ?? "", words.length, sign);
  const compiled = compilePattern(text);
  const expanded = draft.groups.attributesOf(attributes ?? "");
  if (reason !== null) draft.problems.push({ span, reason });
  else if (!compiled.ok) draft.problems.push({ span, reason: compiled.problem.message });
  else if (typeof expanded === "string")
    draft.problems.push({ span, reason: `the group ${expanded} is not defined` });
  else {
    const types = restriction === "0" ? "" : (restriction ?? "").replaceAll(",", "");
    draft.rules.push({
      kind: sign,
      pattern: compiled.value,
      text,
      node: nodeOf(text),
      types,
      attributes: expanded,
      span,
    });
  }
}

function faultOf(text: string, restriction: string, words: number, sign: AideRule["kind"]): string | null {
  if (!text.startsWith("/")) return "a rule must begin with /";
  if (restriction !== "" && !/^(0|[fdlcbpsDP](,[fdlcbpsDP])*)$/.test(restriction))
    return `"${restriction.slice(0, 40)}" names no types of file`;
  if (sign === "negative") return words > 1 ? "a negative rule takes no attributes" : null;
  return words === 0 || words > 2 ? "a rule takes attributes, and types of file before them" : null;
}

const VARIABLE = /@@\{([^}]*)\}/g;

function expand({ variables }: Draft, text: string): string {
  return text.replace(VARIABLE, (_whole, name: string) => variables.get(name) ?? "").slice(0, MAX_EXPANDED);
}

function undefinedIn({ variables }: Draft, text: string): string | null {
  for (const [, name = ""] of text.matchAll(VARIABLE)) if (!variables.has(name)) return name;
  return null;
}

/** AIDE's own escapes: of a blank, `@`, and the backslash itself. */
function unescaped(text: string): string {
  return text.replace(/\\([ @\\])/g, "$1");
}

/** The literal start of a pattern up to its last slash (`strrxtok()`, src/gen_list.c). */
function nodeOf(text: string): string {
  let slash = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "/") slash = at;
    else if (letter === "\\") at += 1;
    else if ("^$.[]{}()*+?|".includes(letter)) break;
  }
  return slash === 0 ? "/" : text.slice(0, slash).replace(/\\(.)/g, "$1");
}
