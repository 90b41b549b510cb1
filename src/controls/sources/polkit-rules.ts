/**
 * polkit's rules, read and never run: for each place that grants something, under which conditions it is reached.
 * What depends on more than comparisons of the action and the subject (programs run, loops, variables, early returns)
 * is said to be dynamic. Old `.pkla` files are read too.
 */
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { javascriptTokens, type Token } from "./javascript-tokens.ts";
import type { PolkitGrant } from "./polkit-grant.ts";
import { readLocalAuthority } from "./polkit-local-authority.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";

export interface PolkitRules {
  readonly present: boolean;
  readonly grants: readonly PolkitGrant[];
  readonly problems: readonly SourceProblem[];
}

/** In the order polkit reads them: by file name over all directories, `/etc` first of one name. */
export const POLKIT_RULE_DIRECTORIES = [
  "/etc/polkit-1/rules.d",
  "/run/polkit-1/rules.d",
  "/usr/local/share/polkit-1/rules.d",
  "/usr/share/polkit-1/rules.d",
] as const;

export function readPolkitRules({ host }: Pick<Subject, "host">): PolkitRules {
  const problems: SourceProblem[] = [];
  const grants: PolkitGrant[] = [];
  const seen = new Set<string>();
  let present = false;
  for (const directory of POLKIT_RULE_DIRECTORIES) {
    if (host.stat(directory).kind === "absent") continue;
    present = true;
    for (const name of namesIn(host, directory, problems)) {
      if (!name.endsWith(".rules") || seen.has(name)) continue;
      seen.add(name);
      const path = `${directory}/${name}`;
      const text = readText(host, path, problems);
      if (text !== null) grants.push(...parsePolkitRules(text, path, problems));
    }
  }
  const old = readLocalAuthority(host, problems);
  return { present: present || old.present, grants: [...grants, ...old.grants], problems };
}

/** Results that ask for no administrator. */
const GRANTING: ReadonlyMap<string, string> = new Map([
  ["YES", "yes"],
  ["AUTH_SELF", "auth_self"],
  ["AUTH_SELF_KEEP", "auth_self_keep"],
]);
const HARMLESS: ReadonlySet<string> = new Set(["NO", "AUTH_ADMIN", "AUTH_ADMIN_KEEP", "NOT_HANDLED"]);

/** The grants of one rules file. */
export function parsePolkitRules(
  text: string,
  path: string,
  problems: SourceProblem[],
): readonly PolkitGrant[] {
  const tokens = javascriptTokens(text);
  if (!tokens.ok) {
    problems.push({ span: wholeFile(path), reason: tokens.problem.message });
    return [];
  }
  const unbalanced = depthProblem(tokens.value);
  if (unbalanced !== null) {
    problems.push({ span: lineSpan(path, unbalanced), reason: "brackets do not match" });
    return [];
  }
  const strange = strayLine(tokens.value);
  if (strange !== null) problems.push({ span: lineSpan(path, strange), reason: "not a polkit rule" });
  return grantsIn(tokens.value, path, problems);
}

function depthProblem(tokens: readonly Token[]): number | null {
  const open: string[] = [];
  const pairs = new Map([
    [")", "("],
    ["]", "["],
    ["}", "{"],
  ]);
  for (const { kind, text, line } of tokens) {
    if (kind !== "mark") continue;
    if (text === "(" || text === "[" || text === "{") open.push(text);
    else if (pairs.has(text) && open.pop() !== pairs.get(text)) return line;
  }
  return open.length > 0 ? (tokens.at(-1)?.line ?? 1) : null;
}

/** The line of a first statement that begins neither as a rule nor as any statement of JavaScript. */
function strayLine(tokens: readonly Token[]): number | null {
  const [first] = tokens;
  if (first === undefined) return null;
  const known = /^(polkit|var|let|const|function|if|for)$/;
  return first.kind === "word" && known.test(first.text) ? null : first.line;
}

/** A condition on the way to a return, as its tokens; `negated` in an `else`. */
interface Guard {
  readonly tokens: readonly Token[];
  readonly negated: boolean;
}

interface Block {
  readonly guard: Guard | null;
  readonly end: "brace" | "statement";
}

function grantsIn(tokens: readonly Token[], path: string, problems: SourceProblem[]): readonly PolkitGrant[] {
  const grants: PolkitGrant[] = [];
  const blocks: Block[] = [];
  let pending: Guard | null = null;
  let last: Guard | null = null;
  let dynamic: string | null = null;
  const note = (at: Token, reason: string): void => {
    problems.push({ span: lineSpan(path, at.line), reason });
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind === "word" && token.text === "addAdminRule") dynamic = null;
    if (token.kind === "word" && token.text === "addRule") dynamic = null;
    if (token.kind === "word" && /^(for|while|do|switch|try|eval|spawn)$/.test(token.text))
      dynamic = token.text;
    if (token.kind === "word" && token.text === "if") {
      const close = closingOf(tokens, index + 1);
      pending = { tokens: tokens.slice(index + 2, close), negated: false };
      index = close;
      if (tokens[index + 1]?.text !== "{") blocks.push({ guard: pending, end: "statement" });
      if (tokens[index + 1]?.text !== "{") last = pending;
      if (tokens[index + 1]?.text !== "{") pending = null;
      continue;
    }
    if (token.kind === "word" && token.text === "else") {
      const guard = last === null ? null : { tokens: last.tokens, negated: true };
      if (tokens[index + 1]?.text === "{") pending = guard;
      else if (tokens[index + 1]?.text !== "if") blocks.push({ guard, end: "statement" });
      continue;
    }
    if (token.text === "{" && token.kind === "mark") {
      blocks.push({ guard: pending, end: "brace" });
      pending = null;
      continue;
    }
    if (token.text === "}" && token.kind === "mark") {
      while (blocks.at(-1)?.end === "statement") blocks.pop();
      last = blocks.pop()?.guard ?? null;
      continue;
    }
    if (token.kind === "word" && token.text === "return") {
      const end = endOfStatement(tokens, index + 1);
      const value = tokens.slice(index + 1, end);
      const guards = blocks.flatMap(({ guard }) => (guard === null ? [] : [guard]));
      const result = resultOf(value);
      if (result === "dynamic") note(token, "its result depends on more than can be read");
      else if (result === "ends" && guards.length > 0) dynamic ??= "an early return";
      else if (result !== "ends" && result !== "harmless")
        grants.push(grantOf(result, guards, dynamic, lineSpan(path, token.line)));
      index = end - 1;
      continue;
    }
    if (token.text === ";" && token.kind === "mark")
      while (blocks.at(-1)?.end === "statement") last = blocks.pop()?.guard ?? null;
  }
  return grants;
}

function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const text = tokens[index]?.kind === "mark" ? tokens[index]?.text : "";
    if (text === "(") depth++;
    else if (text === ")" && --depth === 0) return index;
  }
  return tokens.length;
}

/** A statement ends at `;`, at the brace around it, or where its line ends outside brackets. */
function endOfStatement(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index];
    const text = token?.kind === "mark" ? token.text : "";
    if (text === "(" || text === "[" || text === "{") depth++;
    if (depth === 0 && (text === ";" || text === "}")) return index;
    if (text === ")" || text === "]" || text === "}") depth--;
    const before = tokens[index - 1];
    if (depth === 0 && index > from && token && before && token.line > before.line && text === "")
      return index;
  }
  return tokens.length;
}

function resultOf(value: readonly Token[]): string {
  const text = value.map((token) => token.text).join("");
  if (/^(?:|null|undefined|false|true)$/.test(text)) return "ends";
  const named = /^polkit\.Result\.([A-Z_]+)$/.exec(text)?.[1];
  if (named === undefined) {
    // Administrator rules return a list of identities, which grants nothing by itself.
    if (value[0]?.text === "[" && value.every(({ kind }) => kind !== "word")) return "harmless";
    const all = [...text.matchAll(/polkit\.Result\.([A-Z_]+)/g)].map(([, name]) => name ?? "");
    return all.length > 0 && all.every((name) => HARMLESS.has(name)) ? "harmless" : "dynamic";
  }
  if (named === "NOT_HANDLED") return "ends";
  return GRANTING.get(named) ?? (HARMLESS.has(named) ? "harmless" : "dynamic");
}

interface Conditions {
  readonly exact: readonly string[];
  readonly prefixes: readonly string[];
  /** The action is tested in a way that cannot be read. */
  readonly obscure: boolean;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly units: readonly string[];
}

function grantOf(result: string, guards: readonly Guard[], dynamic: string | null, span: Span): PolkitGrant {
  const { exact, prefixes, obscure, users, groups, units } = conditionsOf(guards);
  return {
    result,
    users,
    groups,
    units,
    span,
    concerns(action) {
      const listed = exact.includes(action) || prefixes.some((prefix) => action.startsWith(prefix));
      const limited = exact.length + prefixes.length > 0;
      if (limited && !obscure) return listed && dynamic !== null && exact.length === 0 ? null : listed;
      return obscure || dynamic !== null ? null : true;
    },
  };
}

function conditionsOf(guards: readonly Guard[]): Conditions {
  const exact: string[] = [];
  const prefixes: string[] = [];
  const users: string[] = [];
  const groups: string[] = [];
  const units: string[] = [];
  let obscure = false;
  for (const { tokens, negated } of guards) {
    const text = source(tokens);
    const take = (pattern: RegExp, into: string[]): void => {
      for (const match of text.matchAll(pattern)) into.push(JSON.parse(match[1] ?? '""'));
    };
    if (/action\.id/.test(text)) {
      const before = exact.length + prefixes.length;
      take(/action\.id\s*={2,3}\s*("(?:[^"\\]|\\.)*")/g, exact);
      take(/("(?:[^"\\]|\\.)*")\s*={2,3}\s*action\.id/g, exact);
      take(/action\.id\.(?:startsWith|indexOf)\(\s*("(?:[^"\\]|\\.)*")\s*\)/g, prefixes);
      const mentions = text.match(/action\.id/g)?.length ?? 0;
      const read = exact.length + prefixes.length - before;
      if (read < mentions || negated || /indexOf\([^)]*\)\s*(?!={2,3}\s*0)/.test(text)) obscure = true;
    }
    if (negated) continue;
    take(/subject\.user\s*={2,3}\s*("(?:[^"\\]|\\.)*")/g, users);
    take(/(?<!!\s*)subject\.isInGroup\(\s*("(?:[^"\\]|\\.)*")\s*\)/g, groups);
    take(/action\.lookup\(\s*"unit"\s*\)\s*={2,3}\s*("(?:[^"\\]|\\.)*")/g, units);
  }
  return { exact, prefixes, obscure, users, groups, units };
}

/** Tokens as text again, strings in double quotes. */
function source(tokens: readonly Token[]): string {
  return tokens.map(({ kind, text }) => (kind === "string" ? JSON.stringify(text) : text)).join("");
}
