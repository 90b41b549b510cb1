import { compareFileNames } from "../hosts/file-name.ts";
import { instantiate, parseUnitName, templateOf } from "../syntax/unit-name.ts";
import { type FragmentSearch, findFragment, type NameEntry, type NameMap } from "./name-map.ts";

/** For the name of each entry that holds a unit, the alias names that lead to it. */
export type AliasMap = ReadonlyMap<string, readonly string[]>;

export function buildAliasMap(map: NameMap): AliasMap {
  const aliases = new Map<string, string[]>();
  for (const name of map.keys()) {
    const { found } = findFragment(map, name);
    if (found === null || found.name === name) continue;
    const known = aliases.get(found.name);
    if (known === undefined) aliases.set(found.name, [name]);
    else known.push(name);
  }
  return aliases;
}

/** A name's own entry, or its template's (`unit_file_find_fragment()`). */
export function searchUnit(map: NameMap, name: string): FragmentSearch {
  const own = findFragment(map, name);
  if (own.found !== null || own.reason !== null) return own;
  const template = templateOf(name);
  return template === null ? own : findFragment(map, template);
}

/** The name the unit is loaded under: that of its fragment, with the instance put in. */
export function primaryIdOf(name: string, found: NameEntry): string {
  const instance = parseUnitName(name)?.instance ?? null;
  return instance === null || instance === "" ? found.name : instantiate(found.name, instance);
}

/** All names of a unit, the primary one first. systemd keeps the others in no order; here it is that of their bytes. */
export function namesOf(map: NameMap, aliases: AliasMap, name: string, found: NameEntry): readonly string[] {
  const primary = primaryIdOf(name, found);
  const instance = parseUnitName(primary)?.instance ?? null;
  const names = new Set([name]);
  for (const alias of aliases.get(found.name) ?? []) {
    const filled = instance === null || instance === "" ? alias : instantiate(alias, instance);
    const parts = parseUnitName(filled);
    if (parts === null || parts.instance !== instance) continue;
    if (filled === alias || isSameFragment(map, filled, found)) names.add(filled);
  }
  names.delete(primary);
  return [primary, ...[...names].sort(compareFileNames)];
}

function isSameFragment(map: NameMap, name: string, found: NameEntry): boolean {
  return searchUnit(map, name).found?.path === found.path;
}
