/**
 * The audit rules of a host as the kernel would hold them once they are loaded: files in augenrules' order, `-D` and
 * deletions carried out, links of watched paths followed. What the running kernel holds may differ.
 */
import { compareFileNames } from "../../hosts/file-name.ts";
import type { Host } from "../../hosts/host.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { type AuditField, type AuditLine, parseAuditLine, type RuleText } from "./audit-rules-line.ts";
import { compareVersionNames } from "./audit-rules-order.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";

export interface AuditRules {
  /** In the order in which the kernel asks them. */
  readonly rules: readonly AuditRule[];
  readonly problems: readonly SourceProblem[];
  /** Files that were read, in their order. */
  readonly files: readonly string[];
  /** Whether any rule file could be read. */
  readonly present: boolean;
  /** `-e 2`: no change until the next boot; `last` when nothing that follows is refused for it. */
  readonly locked: { readonly span: Span; readonly last: boolean } | null;
  /** The last `-e`. */
  readonly enabled: { readonly value: 0 | 1 | 2; readonly span: Span } | null;
}

export interface AuditRule {
  readonly span: Span;
  readonly text: string;
  /** `exit`, `exclude`, `task`, `user`, `filesystem`. */
  readonly list: string;
  readonly action: "always" | "never";
  readonly syscalls: readonly string[];
  readonly fields: readonly AuditField[];
  readonly watch: AuditWatch | null;
}

export interface AuditWatch {
  /** As written, without a slash at the end. */
  readonly path: string;
  /** Where its links lead, if it is there. */
  readonly realPath: string;
  /** Letters of `rwxa`. */
  readonly permissions: string;
  /** The tree below is watched too. */
  readonly directory: boolean;
  /** Names a directory as a single entry: what is in the files below goes unseen. */
  readonly shallow: boolean;
}

export const AUDIT_RULES = "/etc/audit/audit.rules";
export const AUDIT_RULES_FOLDER = "/etc/audit/rules.d";

/** A line of the set that is loaded. */
interface RuleLine {
  readonly text: string;
  readonly span: Span;
}

/** fgets() with a buffer of this size reads rule files (auditctl.c). */
const MAX_LINE = 6143;
const MAX_RULES = 20_000;

/** The audit rules of a host, for `Subject.once`. */
export function readAuditRules({ host, system }: Pick<Subject, "host" | "system">): AuditRules {
  const problems: SourceProblem[] = [];
  const files: string[] = [];
  const only = loadedDirectly(system);
  const lines =
    only === null && host.stat(AUDIT_RULES_FOLDER).kind !== "absent"
      ? mergedLines(host, files, problems)
      : linesOf(host, only ?? AUDIT_RULES, files, problems);
  return { ...load(lines, host, problems), problems, files, present: files.length > 0 };
}

/** The file that a unit loads with `auditctl -R` in place of augenrules; `null` when none does. */
function loadedDirectly(system: Subject["system"]): string | null {
  let direct: string | null = null;
  for (const name of ["auditd.service", "audit-rules.service"]) {
    for (const [key, settings] of system?.load(name).unit.settings ?? []) {
      if (!key.startsWith("Service.ExecStart")) continue;
      if (settings.some(({ value }) => /\baugenrules\b/.test(value))) return null;
      for (const { value } of settings) direct = /\bauditctl\s+-R\s*(\/\S+)/.exec(value)?.[1] ?? direct;
    }
  }
  return direct;
}

function linesOf(host: Host, path: string, files: string[], problems: SourceProblem[]): readonly RuleLine[] {
  const text = readText(host, path, problems);
  if (text === null) return [];
  files.push(path);
  return text.split("\n").map((line, index) => ({ text: line, span: lineSpan(path, index + 1) }));
}

/**
 * What augenrules makes of the folder: the last `-D`, `-b`, `-f` first, the last `-e` last. Files are joined byte by
 * byte, so a last line without an end runs into the next file.
 */
function mergedLines(host: Host, files: string[], problems: SourceProblem[]): readonly RuleLine[] {
  const all: RuleLine[] = [];
  let open = false;
  const names = namesIn(host, AUDIT_RULES_FOLDER, problems).filter((name) => name.endsWith(".rules"));
  for (const name of [...names].sort(compareVersionNames)) {
    const path = `${AUDIT_RULES_FOLDER}/${name}`;
    if (/\s/.test(name)) {
      problems.push({
        span: wholeFile(path),
        reason: "augenrules cannot read a file with a blank in its name",
      });
      continue;
    }
    const lines = linesOf(host, path, files, problems);
    const [first, ...others] = lines;
    if (first === undefined) continue;
    const last = open ? all.pop() : undefined;
    all.push(last === undefined ? first : { text: last.text + first.text, span: last.span }, ...others);
    open = true;
  }
  return reordered(all);
}

function reordered(lines: readonly RuleLine[]): readonly RuleLine[] {
  const lastOf = (pattern: RegExp): RuleLine[] => lines.filter(({ text }) => pattern.test(text)).slice(-1);
  const special = [/^\s*-D\s*$/, /^\s*-b/, /^\s*-f/, /^\s*-e/] as const;
  const rest = lines.filter(({ text }) => special.every((pattern) => !pattern.test(text)));
  const [deletes, backlog, failure, enable] = special;
  return [...lastOf(deletes), ...lastOf(backlog), ...lastOf(failure), ...rest, ...lastOf(enable)];
}

interface Loaded {
  rules: AuditRule[];
  locked: AuditRules["locked"];
  enabled: AuditRules["enabled"];
}

/** Keys of a rule are only needed while `-D -k` may still ask for them. */
type Draft = AuditRule & { readonly keys: readonly string[] };

function load(lines: readonly RuleLine[], host: Host, problems: SourceProblem[]): Loaded {
  const state: { rules: Draft[] } & Omit<Loaded, "rules"> = { rules: [], locked: null, enabled: null };
  for (const { text, span } of lines) {
    const line = text.length > MAX_LINE ? null : parseAuditLine(text);
    if (line === null) problems.push({ span, reason: "longer than auditctl reads a line" });
    else if (!line.ok) problems.push({ span, reason: line.problem.message });
    else if (line.value.kind === "nothing") continue;
    else if (state.locked !== null) state.locked = { ...state.locked, last: false };
    else apply(state, line.value, { text: text.trim(), span }, host);
    if (state.rules.length > MAX_RULES) {
      problems.push({ span, reason: "more rules than anybody writes; the rest is not read" });
      break;
    }
  }
  return { ...state, rules: state.rules.map(({ keys: _keys, ...rule }) => rule) };
}

function apply(
  state: { rules: Draft[] } & Omit<Loaded, "rules">,
  line: AuditLine,
  { text, span }: RuleLine,
  host: Host,
): void {
  switch (line.kind) {
    case "nothing":
    case "ignore-errors":
      return;
    case "delete-all":
      state.rules = state.rules.filter(({ keys }) => line.key !== null && !keys.includes(line.key));
      return;
    case "enable":
      state.enabled = { value: line.value, span };
      if (line.value === 2) state.locked = { span, last: true };
      return;
    case "add": {
      const rule = { ...line.rule, watch: watchIn(host, line.rule), text, span };
      if (line.first) state.rules.unshift(rule);
      else state.rules.push(rule);
      return;
    }
    case "delete": {
      const wanted = identity(line.rule);
      state.rules = state.rules.filter((rule) => identity(rule) !== wanted);
    }
  }
}

function identity({ list, action, syscalls, fields, watch }: RuleText | AuditRule): string {
  const parts = fields
    .map(({ name, operator, value }) => `${name}${operator}${value}`)
    .sort(compareFileNames);
  const place =
    watch === null ? "" : `${watch.path} ${[...watch.permissions].sort(compareFileNames).join("")}`;
  return JSON.stringify([list, action, [...syscalls].sort(compareFileNames), parts, place]);
}

/** A watch that names a directory of the host becomes a watch of the tree (`audit_setup_watch_name()`). */
function watchIn(host: Host, { watch }: RuleText): AuditWatch | null {
  if (watch === null) return null;
  const { path, permissions, by } = watch;
  const facts = host.stat(path);
  const isDirectory = facts.kind === "present" && facts.value.kind === "directory";
  const real = host.realPath(path);
  return {
    path,
    realPath: real.kind === "present" ? real.value : path,
    permissions,
    directory: by === "dir" || (by === "option" && isDirectory),
    shallow: by === "path" && isDirectory,
  };
}
