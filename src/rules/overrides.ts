/** What files that no package ships change in a unit that one does. */
import type { Closure, ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { UNIT_FILE_BYTES } from "../manager/file-nature.ts";
import type { LoadedUnit } from "../manager/manager.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import { parseUnitFile, type UnitFile } from "../syntax/unit-file.ts";
import { type HistoryEntry, mergeUnit, type Setting, type Unit, type UnitSource } from "../units/unit.ts";
import { isStray, type Standing, standingOf } from "./standing.ts";

/** A packaged unit with drop-ins nobody answers for. */
export interface Overridden {
  readonly loaded: LoadedUnit;
  readonly fragment: ClosureFile;
  /** What those drop-ins say, in the order read. */
  readonly foreign: readonly HistoryEntry[];
  /** What the package's own file says, whatever became of it. */
  readonly original: readonly HistoryEntry[];
}

/** Every packaged unit of the closure that drop-ins of somebody else change. */
export function overriddenUnits(closure: Closure, inventory: Inventory): readonly Overridden[] {
  return closure.units.flatMap(({ loaded }) => {
    if (loaded.dropIns.length === 0 || loaded.path === null) return [];
    const files = closure.files.filter(({ unit }) => unit === loaded.primaryId);
    const fragment = files.find(({ role }) => role === "fragment");
    if (fragment === undefined || !isVendorPlace(standingOf(fragment, inventory), fragment.path)) return [];
    const strange = new Set(
      files.filter((file) => file.role === "drop-in" && isStray(file, inventory)).map(({ path }) => path),
    );
    const foreign = loaded.unit.history.filter(({ setting }) => strange.has(setting.span.path));
    const original = loaded.unit.history.filter(({ setting }) => !strange.has(setting.span.path));
    return foreign.length === 0 ? [] : [{ loaded, fragment, foreign, original }];
  });
}

/**
 * The unit as packages ship it: their file where a copy stands above it, their drop-ins where a file of the same name
 * hides them. `null` when no package ships the unit, or its file cannot be read.
 */
export function asShipped(loaded: LoadedUnit, inventory: Inventory): Unit | null {
  const sources: UnitSource[] = [];
  const add = (kind: UnitSource["kind"], candidates: readonly string[]): boolean => {
    const path = candidates.find((each) => isVendors(each, inventory));
    const file = path === undefined ? null : unitFileAt(path, inventory);
    if (file !== null) sources.push({ kind, file });
    return file !== null;
  };
  const above = loaded.path === null ? [] : [loaded.path];
  if (!add("fragment", [...above, ...loaded.overrides.map(({ path }) => path)])) return null;
  for (const { path, hidden } of loaded.dropIns) add("drop-in", [path, ...hidden]);
  const { specifiers, aliases } = loaded.unit;
  return mergeUnit(loaded.primaryId, sources, { context: specifiers, aliases });
}

/** A package's file of a unit, wherever others stand above it. */
export function isVendors(path: string, inventory: Inventory): boolean {
  return isVendorPlace(standingOf({ path, provenance: inventory.provenanceOf(path) }, inventory), path);
}

/** The text at a path as systemd would read it, or `null`. */
export function unitFileAt(path: string, { host }: Inventory): UnitFile | null {
  const content = host.readFile(path, UNIT_FILE_BYTES);
  return content.kind === "present" ? parseUnitFile(content.value.bytes, path) : null;
}

export function isExec({ section, key }: Setting): boolean {
  return section === "Service" && key.startsWith("Exec") && key !== "ExecSearchPath";
}

/** Commands of one setting. */
export function commandsOf({ unit }: LoadedUnit, setting: Setting): readonly ExecCommand[] {
  return unit.execLines.get(setting)?.commands ?? [];
}

const INTERPRETER =
  /^(env|busybox|sudo|setpriv|chroot|nsenter|unshare|systemd-run|(ba|da|z|k|c|tc)?sh|(python|perl|ruby|node|php|lua|tclsh|g?awk)[0-9.]*)$/;

/** True for a program that runs what its arguments say, so that the same program need not do the same. */
export function runsItsArguments(path: string): boolean {
  return INTERPRETER.test(path.slice(path.lastIndexOf("/") + 1));
}

/** A package's unit; without a package database, one in the directory that only packages fill. */
export function isVendorPlace(standing: Standing, path: string): boolean {
  if (standing === "unknown") return /^\/(usr\/)?lib\/systemd\//.test(path);
  return standing === "packaged" || standing === "modified" || standing === "store";
}
