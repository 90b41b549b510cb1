import { parseUnitName, templateOf } from "../syntax/unit-name.ts";
import type { DirectoryReader } from "./directory-reader.ts";
import type { SearchDirectory } from "./search-path.ts";
import { type AliasRoots, followUnitLink, type UnitLink } from "./unit-link.ts";

/** One directory entry with a unit's name. */
export interface NameEntry {
  readonly name: string;
  readonly directory: SearchDirectory;
  readonly path: string;
  /** Null for a regular file. */
  readonly link: UnitLink | null;
}

/** Every unit name of a search path, each with all its entries, strongest first. */
export type NameMap = ReadonlyMap<string, readonly NameEntry[]>;

const HIDES_UNITS = "unit files in it";

/** Looks at every entry of every directory once, hidden ones included (`unit_file_build_name_map()`). */
export function buildNameMap(
  reader: DirectoryReader,
  directories: readonly SearchDirectory[],
  roots: AliasRoots,
): NameMap {
  const map = new Map<string, readonly NameEntry[]>();
  for (const directory of directories) {
    for (const { name, path, file } of reader.once(unitNames, directory)) {
      const found = file ?? linkEntry(reader, directory, roots, { name, path });
      const others = map.get(name);
      if (found.length > 0) map.set(name, others === undefined ? found : [...others, ...found]);
    }
  }
  return map;
}

/** An entry with a unit's name. */
interface UnitName {
  readonly name: string;
  readonly path: string;
  /** Of a regular file; what a link is depends on the manager. */
  readonly file: readonly [NameEntry] | null;
}

function unitNames(reader: DirectoryReader, directory: SearchDirectory): readonly UnitName[] {
  return (reader.list(directory.path, HIDES_UNITS) ?? [])
    .filter(({ name, kind }) => (kind === "file" || kind === "symlink") && parseUnitName(name) !== null)
    .map(({ name, kind }) => {
      const path = `${directory.path}/${name}`;
      return { name, path, file: kind === "file" ? [{ name, directory, path, link: null }] : null };
    });
}

function linkEntry(
  reader: DirectoryReader,
  directory: SearchDirectory,
  roots: AliasRoots,
  { name, path }: Pick<UnitName, "name" | "path">,
): readonly NameEntry[] {
  const link = followUnitLink(reader.host, roots, directory.path, name);
  return link === null ? [] : [{ name, directory, path, link }];
}

/** The entry the manager takes for a name: the strongest whose link it accepts. */
export function winningEntry(map: NameMap, name: string): NameEntry | null {
  return map.get(name)?.find((entry) => entry.link?.kind !== "rejected") ?? null;
}

/** The longest chain of aliases the manager follows (FOLLOW_MAX, src/basic/unit-file.c). */
const ALIAS_LIMIT = 8;

export interface FragmentSearch {
  /** Entries walked, the last one holding the unit if `found`. */
  readonly walked: readonly NameEntry[];
  readonly found: NameEntry | null;
  /** Why a name that has an entry leads nowhere. */
  readonly reason: string | null;
}

/** Follows aliases from a name to the entry that holds the unit (`unit_ids_map_get()`). */
export function findFragment(map: NameMap, name: string): FragmentSearch {
  const walked: NameEntry[] = [];
  let at = name;
  for (let hop = 0; hop <= ALIAS_LIMIT; hop++) {
    const entry = winningEntry(map, at);
    if (entry === null) {
      const viaTemplate = hop > 0 ? templateOf(at) : null;
      if (viaTemplate !== null && winningEntry(map, viaTemplate) !== null) {
        at = viaTemplate;
        continue;
      }
      const reason = hop === 0 ? null : `its alias leads to ${at}, which does not exist`;
      return { walked, found: null, reason };
    }
    walked.push(entry);
    if (entry.link?.kind !== "alias") return { walked, found: entry, reason: null };
    at = entry.link.name;
  }
  return { walked, found: null, reason: "its aliases form a loop or a chain of more than 8" };
}
