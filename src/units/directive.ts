import { nearest } from "../nearest.ts";
import type { UnitType } from "../syntax/unit-name.ts";
import {
  AUTOMOUNT_ROWS,
  type Combination,
  type DirectiveType,
  EXEC_ROWS,
  INSTALL_ROWS,
  KILL_ROWS,
  MOUNT_ROWS,
  PATH_ROWS,
  RESOURCES_ROWS,
  type Row,
  SCOPE_ROWS,
  SERVICE_ROWS,
  SOCKET_ROWS,
  SWAP_ROWS,
  TIMER_ROWS,
  UNIT_ROWS,
} from "./directive-tables.ts";
import { NEWER_ROWS } from "./newer-directives.ts";

/** A key systemd knows in a section. */
export interface Directive {
  /** Where its value is kept: differs from where it stands only for old spellings (`BindTo=` is `BindsTo=`). */
  readonly section: string;
  readonly key: string;
  readonly type: DirectiveType;
  readonly combination: Combination;
  /** Keys with the same group share one list: an empty value of one clears all. */
  readonly group: string | null;
  /** The first release that knows it; 0 for all that 252 knows. */
  readonly since: number;
}

/** Which groups of keys a section is made of. */
const SECTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Unit", ["Unit"]],
  ["Install", ["Install"]],
  ["Timer", ["Timer"]],
  ["Path", ["Path"]],
  ["Automount", ["Automount"]],
  ["Service", ["Service", "exec", "kill", "resources"]],
  ["Socket", ["Socket", "exec", "kill", "resources"]],
  ["Mount", ["Mount", "exec", "kill", "resources"]],
  ["Swap", ["Swap", "exec", "kill", "resources"]],
  ["Slice", ["Slice", "resources"]],
  ["Scope", ["Scope", "kill", "resources"]],
]);

const ROWS: ReadonlyMap<string, readonly Row[]> = new Map([
  ["Unit", UNIT_ROWS],
  ["Install", INSTALL_ROWS],
  ["Timer", TIMER_ROWS],
  ["Path", PATH_ROWS],
  ["Automount", AUTOMOUNT_ROWS],
  ["Service", SERVICE_ROWS],
  ["Socket", SOCKET_ROWS],
  ["Mount", MOUNT_ROWS],
  ["Swap", SWAP_ROWS],
  ["Scope", SCOPE_ROWS],
  ["exec", EXEC_ROWS],
  ["kill", KILL_ROWS],
  ["resources", RESOURCES_ROWS],
]);

/** Old spellings and what they set (the same row of src/core/load-fragment-gperf.gperf.in). */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["Unit.BindTo", "Unit.BindsTo"],
  ["Unit.PropagateReloadTo", "Unit.PropagatesReloadTo"],
  ["Unit.PropagateReloadFrom", "Unit.ReloadPropagatedFrom"],
  ["Unit.RequiresOverridable", "Unit.Requires"],
  ["Unit.RequisiteOverridable", "Unit.Requisite"],
  ["Unit.StartLimitInterval", "Unit.StartLimitIntervalSec"],
  ["Service.StartLimitInterval", "Unit.StartLimitIntervalSec"],
  ["Service.StartLimitBurst", "Unit.StartLimitBurst"],
  ["Service.StartLimitAction", "Unit.StartLimitAction"],
  ["Service.FailureAction", "Unit.FailureAction"],
  ["Service.RebootArgument", "Unit.RebootArgument"],
]);

/** The sections a unit of this type may have, besides those that start with `X-`. */
export function sectionsOf(type: UnitType): readonly string[] {
  const own = type[0]?.toUpperCase() + type.slice(1);
  return SECTIONS.has(own) ? ["Unit", own, "Install"] : ["Unit", "Install"];
}

const TABLE: ReadonlyMap<string, ReadonlyMap<string, Directive>> = new Map(
  [...SECTIONS].map(([section, groups]) => [section, directivesOf(section, groups)]),
);

/** The directive a key means in a section, whatever its release; null if none does. */
export function directiveOf(section: string, key: string): Directive | null {
  return TABLE.get(section)?.get(key) ?? null;
}

/** All keys of a section by name. */
export function directivesIn(section: string): ReadonlyMap<string, Directive> {
  return TABLE.get(section) ?? NONE;
}

const NONE: ReadonlyMap<string, Directive> = new Map();

/** The key of the section most like an unknown one, and where it belongs if it is right but elsewhere. */
export function suggestKey(section: string, key: string): string | null {
  for (const [other, directives] of TABLE) {
    if (other !== section && directives.has(key)) return `${key}= belongs in [${other}]`;
  }
  const near = nearest(key, TABLE.get(section)?.keys() ?? []);
  return near === null ? null : `did you mean ${near}=?`;
}

function directivesOf(section: string, groups: readonly string[]): Map<string, Directive> {
  const directives = new Map<string, Directive>();
  for (const group of groups) {
    for (const row of ROWS.get(group) ?? []) addRow(directives, section, row, 0);
    for (const [major, of, ...row] of NEWER_ROWS) if (of === group) addRow(directives, section, row, major);
  }
  return directives;
}

function addRow(directives: Map<string, Directive>, section: string, row: Row, since: number): void {
  const [type, combination, keys] = row;
  for (const name of keys.trim().split(/\s+/)) {
    const [home, key] = homeOf(section, name);
    const group = groupOf(section, name, type);
    directives.set(name, { section: home, key, type, combination, group, since });
  }
}

function homeOf(section: string, name: string): readonly [section: string, key: string] {
  const [home = section, key = name] = (SAME_AS.get(`${section}.${name}`) ?? "").split(".").filter(Boolean);
  const isOldPathList = /^(ReadWrite|ReadOnly|Inaccessible)Directories$/.test(key);
  return [home, isOldPathList ? key.replace("Directories", "Paths") : key];
}

function groupOf(section: string, name: string, type: DirectiveType): string | null {
  if (type === "condition") return name.startsWith("Assert") ? "asserts" : "conditions";
  if (type === "listen") return "listen";
  if (section === "Timer" && /^On(Calendar|.*Sec)$/.test(name)) return "timer values";
  if (section === "Path" && type === "path") return "path specifications";
  return /^(Bind(ReadOnly)?Paths|StandardInput(Text|Data)|(Load|Set)Credential(Encrypted)?)$/.test(name)
    ? `${section} ${name.replace(/ReadOnly|Text|Data|Encrypted/, "")}`
    : null;
}
