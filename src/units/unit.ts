import { parseBoolean } from "../syntax/boolean.ts";
import { type ExecLine, parseExecLine } from "../syntax/exec-line.ts";
import type { Span } from "../syntax/span.ts";
import type { ManagerContext, SpecifierContext } from "../syntax/specifier.ts";
import type { Assignment, UnitFile } from "../syntax/unit-file.ts";
import { parseUnitName, type UnitName } from "../syntax/unit-name.ts";
import { parseTimespan } from "../time/timespan.ts";
import { type Directive, directiveOf, sectionsOf, suggestKey } from "./directive.ts";
import { fatalReason } from "./fatal-setting.ts";
import { resolveUnitName } from "./unit-reference.ts";

/** One file a unit is made of, in the order systemd reads them. */
export interface UnitSource {
  readonly file: UnitFile;
  readonly kind: "fragment" | "drop-in";
}

/** One assignment of a key systemd knows. */
export interface Setting {
  /** Where the value is kept: old spellings are under their present name. */
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly span: Span;
  readonly assignment: Assignment;
  readonly directive: Directive;
  readonly source: UnitSource["kind"];
}

export type Fate = "effective" | "cleared" | "overridden" | "ignored";

/** What became of an assignment, and through which other one. */
export interface HistoryEntry {
  readonly setting: Setting;
  readonly fate: Fate;
  readonly reason: string | null;
  readonly by: Setting | null;
}

/** A line that has no effect. `quiet` ones (`X-…`) are meant for other programs and systemd does not warn of them. */
export interface IgnoredSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly reason: string;
  readonly quiet: boolean;
  readonly span: Span;
}

/** Why systemd loads the files but refuses to start the unit. */
export interface LoadError {
  readonly state: "error" | "bad-setting";
  readonly reason: string;
  readonly span: Span;
}

export interface UnitOptions {
  readonly context: ManagerContext;
  /** Other names of the unit; a unit cannot trigger itself under any of them. */
  readonly aliases?: readonly string[];
}

/** A unit as systemd has it after reading its file and all drop-ins. */
export interface Unit {
  readonly id: string;
  readonly name: UnitName;
  readonly aliases: readonly string[];
  readonly sources: readonly UnitSource[];
  readonly specifiers: SpecifierContext;
  /** What counts, by `Section.Key`, in the order of assignment. */
  readonly settings: ReadonlyMap<string, readonly Setting[]>;
  /** Every assignment of a known key in the order systemd read them. */
  readonly history: readonly HistoryEntry[];
  /** The parsed form of each effective `Exec…=` line. */
  readonly execLines: ReadonlyMap<Setting, ExecLine>;
  readonly loadError: LoadError | null;
  readonly ignored: readonly IgnoredSetting[];
}

/** All assignments of a key that count, in order. */
export function values(unit: Unit, section: string, key: string): readonly Setting[] {
  return unit.settings.get(`${section}.${key}`) ?? NOTHING;
}

/** The one assignment that counts for a key with a single value; for a list the last. */
export function value(unit: Unit, section: string, key: string): Setting | null {
  return values(unit, section, key).at(-1) ?? null;
}

const NOTHING: readonly Setting[] = [];

type Entry = { -readonly [Name in keyof HistoryEntry]: HistoryEntry[Name] };

interface Merger {
  readonly name: UnitName;
  readonly aliases: readonly string[];
  readonly specifiers: SpecifierContext;
  readonly sections: readonly string[];
  readonly history: Entry[];
  /** Entries that count so far, by `Section.Key`. */
  readonly effective: Map<string, Entry[]>;
  readonly execLines: Map<Setting, ExecLine>;
  readonly ignored: IgnoredSetting[];
  /** How many more unknown keys get a suggestion: a file of nothing else shall not cost minutes. */
  suggestionsLeft: number;
}

const MAX_SUGGESTIONS = 100;

/** Why reading a file ends at an assignment. */
type Stop = { readonly reason: string; readonly span: Span } | null;

/**
 * Merges a unit's file and its drop-ins, in this order, as systemd does (`unit_load_fragment_and_dropin()`,
 * src/core/load-fragment.c, load-dropin.c). A mistake that ends the reading of the file makes the unit unusable and
 * leaves the drop-ins unread; the same mistake in a drop-in only ends that drop-in. `id` must be a valid unit name.
 */
export function mergeUnit(id: string, sources: readonly UnitSource[], options: UnitOptions): Unit {
  const name = parseUnitName(id);
  if (name === null) throw new TypeError(`no unit name: ${id}`);
  const aliases = options.aliases ?? [];
  const fragmentPath = sources.find(({ kind }) => kind === "fragment")?.file.path ?? null;
  const specifiers: SpecifierContext = { ...options.context, unit: name, fragmentPath };
  const merger: Merger = {
    name,
    aliases,
    specifiers,
    sections: sectionsOf(name.type),
    history: [],
    effective: new Map(),
    execLines: new Map(),
    ignored: [],
    suggestionsLeft: MAX_SUGGESTIONS,
  };
  let loadError: LoadError | null = null;
  for (const source of sources) {
    loadError = mergeFile(merger, source);
    if (loadError !== null) break;
  }
  const settings = new Map<string, readonly Setting[]>();
  for (const [key, entries] of merger.effective) {
    settings.set(
      key,
      entries.map(({ setting }) => setting),
    );
  }
  const { history, execLines, ignored } = merger;
  return { id, name, aliases, sources, specifiers, settings, history, execLines, loadError, ignored };
}

function mergeFile(merger: Merger, source: UnitSource): LoadError | null {
  const { file, kind } = source;
  reportLines(merger, file);
  for (const [index, assignment] of file.assignments.entries()) {
    const stop = mergeAssignment(merger, assignment, kind);
    if (stop === null) continue;
    if (kind === "fragment") return { state: "bad-setting", ...stop };
    const rest = file.assignments.slice(index + 1);
    const reason = `not read: the drop-in ends at line ${stop.span.line} (${stop.reason})`;
    for (const unread of rest) ignore(merger, unread, reason, false);
    return null;
  }
  if (file.failure === null) return null;
  const { reason, span } = file.failure;
  if (kind === "fragment") return { state: "error", reason, span };
  const text = `${reason}; the rest of the drop-in is not read`;
  merger.ignored.push({ section: "", key: "", value: "", reason: text, quiet: false, span });
  return null;
}

function reportLines(merger: Merger, file: UnitFile): void {
  for (const { reason, text, span } of file.ignored) {
    merger.ignored.push({ section: "", key: "", value: text, reason, quiet: false, span });
  }
  for (const { name, span } of file.sections) {
    if (merger.sections.includes(name) || name.startsWith("X-")) continue;
    const reason = `unknown section [${name}] in a ${merger.name.type} unit`;
    merger.ignored.push({ section: name, key: "", value: "", reason, quiet: false, span });
  }
}

function ignore(merger: Merger, assignment: Assignment, reason: string, quiet: boolean): void {
  const { section, key, value: text, span } = assignment;
  merger.ignored.push({ section, key, value: text, reason, quiet, span });
}

function mergeAssignment(merger: Merger, assignment: Assignment, source: UnitSource["kind"]): Stop {
  const { section, key, value: text, span } = assignment;
  if (!merger.sections.includes(section)) {
    ignore(merger, assignment, `in the unknown section [${section}]`, true);
    return null;
  }
  const directive = directiveOf(section, key);
  const reason = unknownReason(merger, section, key, directive);
  if (directive === null || reason !== null) {
    ignore(merger, assignment, reason ?? "", key.startsWith("X-"));
    return null;
  }
  const setting = {
    section: directive.section,
    key: directive.key,
    value: text,
    span,
    assignment,
    directive,
    source,
  };
  const entry: Entry = { setting, fate: "effective", reason: null, by: null };
  merger.history.push(entry);
  return apply(merger, entry);
}

function unknownReason(
  merger: Merger,
  section: string,
  key: string,
  directive: Directive | null,
): string | null {
  if (key.startsWith("X-")) return "meant for other programs";
  if (directive === null) {
    const hint = merger.suggestionsLeft-- > 0 ? suggestKey(section, key) : null;
    return `unknown key in [${section}]${hint === null ? "" : `; ${hint}`}`;
  }
  const { since } = directive;
  return since > merger.specifiers.major ? `known only since systemd ${since}` : null;
}

function apply(merger: Merger, entry: Entry): Stop {
  const { setting } = entry;
  const { directive } = setting;
  const key = `${setting.section}.${setting.key}`;
  switch (directive.combination) {
    case "kept":
      if (setting.value === "") reject(merger, entry, "an empty value does not reset this list");
      else add(merger, key, entry);
      return null;
    case "list":
      return applyList(merger, key, entry);
    case "first":
      applyFirst(merger, key, entry);
      return null;
    case "last":
      return applyLast(merger, key, entry);
  }
}

function applyList(merger: Merger, key: string, entry: Entry): Stop {
  const { setting } = entry;
  if (setting.value === "") {
    for (const [other, entries] of merger.effective) {
      const { group } = setting.directive;
      const isShared = group !== null && entries[0]?.setting.directive.group === group;
      if (other === key || isShared) settle(merger, other, "cleared", entry);
    }
    entry.fate = "cleared";
    entry.reason = "an empty value resets the list";
    return null;
  }
  if (setting.directive.type === "exec") return applyExec(merger, key, entry);
  const fatal = fatalReason(setting.key, setting.value, merger.specifiers);
  if (fatal !== null) return halt(merger, entry, fatal, setting.span);
  add(merger, key, entry);
  return null;
}

function applyExec(merger: Merger, key: string, entry: Entry): Stop {
  const { setting } = entry;
  const line = parseExecLine(setting.assignment, merger.specifiers);
  merger.execLines.set(setting, line);
  if (line.commands.length > 0) add(merger, key, entry);
  if (line.problem === null) return null;
  const { fatal, reason, span } = line.problem;
  if (fatal) return halt(merger, entry, reason, span, line.commands.length > 0);
  if (line.commands.length === 0) reject(merger, entry, reason);
  else ignore(merger, setting.assignment, reason, false);
  return null;
}

/** The first valid name wins, and nothing takes it back (`config_parse_trigger_unit()`). */
function applyFirst(merger: Merger, key: string, entry: Entry): void {
  const first = merger.effective.get(key)?.[0];
  if (first !== undefined) {
    entry.by = first.setting;
    reject(merger, entry, "a unit to trigger is already set; the first one wins");
    return;
  }
  const named = resolveUnitName(entry.setting.value, merger.specifiers);
  if (!named.ok) reject(merger, entry, named.problem.message);
  else if (named.value === merger.name.name || merger.aliases.includes(named.value)) {
    reject(merger, entry, "a unit cannot trigger itself");
  } else add(merger, key, entry);
}

function applyLast(merger: Merger, key: string, entry: Entry): Stop {
  const { directive, value: text } = entry.setting;
  const invalid = invalidReason(directive, text, merger.specifiers.major);
  if (invalid !== null) {
    reject(merger, entry, invalid);
    return null;
  }
  const fatal = fatalReason(directive.key, text, merger.specifiers);
  if (fatal !== null) return halt(merger, entry, fatal, entry.setting.span);
  settle(merger, key, text === "" ? "cleared" : "overridden", entry);
  if (text === "") {
    entry.fate = "cleared";
    entry.reason = "an empty value resets the setting";
  } else add(merger, key, entry);
  return null;
}

/** Values systemd checks when it reads them; for the rest any text is taken as valid. */
function invalidReason({ type, section, key }: Directive, text: string, major: number): string | null {
  const choices = CHOICES.get(`${section}.${key}`);
  const isTooNew = text === "notify-reload" && major < 253;
  if (choices !== undefined && (isTooNew || !choices.has(text))) return `'${text}' is no value of ${key}=`;
  if (/^Standard(Input|Output|Error)$/.test(key) && /^(file|append|truncate):(?![/%])/.test(text)) {
    return `'${text}' names no absolute path`;
  }
  if (type === "boolean" && parseBoolean(text) === null) return `'${text}' is no boolean`;
  if (type === "timespan" && !key.endsWith("NSec")) {
    const span = parseTimespan(text);
    return span.ok ? null : span.problem.message;
  }
  return text === "" && (type === "number" || type === "choice") ? "empty value" : null;
}

/** The enumerations that decide what runs. */
const CHOICES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Service.Type", new Set("simple exec forking oneshot dbus notify notify-reload idle".split(" "))],
  ["Service.Restart", new Set("no on-success on-failure on-abnormal on-watchdog on-abort always".split(" "))],
  ["Service.KillMode", new Set("control-group process mixed none".split(" "))],
  ["Service.ExitType", new Set(["main", "cgroup"])],
]);

function halt(merger: Merger, entry: Entry, reason: string, span: Span, isPartly = false): Stop {
  if (isPartly) ignore(merger, entry.setting.assignment, reason, false);
  else reject(merger, entry, reason);
  return { reason, span };
}

function reject(merger: Merger, entry: Entry, reason: string): void {
  entry.fate = "ignored";
  entry.reason = reason;
  ignore(merger, entry.setting.assignment, reason, false);
}

function add(merger: Merger, key: string, entry: Entry): void {
  const entries = merger.effective.get(key);
  if (entries === undefined) merger.effective.set(key, [entry]);
  else entries.push(entry);
}

/** Ends the reign of all entries of a key. */
function settle(merger: Merger, key: string, fate: "cleared" | "overridden", by: Entry): void {
  for (const entry of merger.effective.get(key) ?? []) {
    entry.fate = fate;
    entry.by = by.setting;
  }
  merger.effective.delete(key);
}
