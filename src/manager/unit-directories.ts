import { isUnitType, parseUnitName } from "../syntax/unit-name.ts";
import { dropInDirectoryNames, typeDirectoryName, type UnitDirectorySuffix } from "../units/drop-in.ts";
import type { DirectoryReader } from "./directory-reader.ts";
import type { SearchDirectory } from "./search-path.ts";

/** One such directory: where the search path names it and where it really is. */
export interface UnitDirectory {
  readonly listed: string;
  readonly real: string;
  readonly searchDirectory: SearchDirectory;
}

/** By directory name (`foo.timer.wants`), strongest first: the manager's path cache. */
export type UnitDirectories = ReadonlyMap<string, readonly UnitDirectory[]>;

/** Finds every `NAME.d`, `.wants`, `.requires`, and, if the version has it, `.upholds` directory the manager looks into. */
export function findUnitDirectories(
  reader: DirectoryReader,
  directories: readonly SearchDirectory[],
  upholds: boolean,
): UnitDirectories {
  const find = upholds ? withUpholds : withoutUpholds;
  const found = new Map<string, UnitDirectory[]>();
  for (const searchDirectory of directories) {
    for (const { name, directory } of reader.once(find, searchDirectory)) {
      const others = found.get(name);
      if (others === undefined) found.set(name, [directory]);
      else others.push(directory);
    }
  }
  return found;
}

const withoutUpholds = (reader: DirectoryReader, searchDirectory: SearchDirectory): readonly Named[] =>
  unitDirectoriesIn(reader, searchDirectory, [".d", ".wants", ".requires"]);

const withUpholds = (reader: DirectoryReader, searchDirectory: SearchDirectory): readonly Named[] =>
  unitDirectoriesIn(reader, searchDirectory, [".d", ".wants", ".requires", ".upholds"]);

interface Named {
  readonly name: string;
  readonly directory: UnitDirectory;
}

function unitDirectoriesIn(
  reader: DirectoryReader,
  searchDirectory: SearchDirectory,
  suffixes: readonly UnitDirectorySuffix[],
): readonly Named[] {
  const found: Named[] = [];
  for (const { name, kind } of reader.list(searchDirectory.path, "unit files in it") ?? []) {
    if (kind !== "directory" && kind !== "symlink") continue;
    if (!isUnitDirectoryName(name, suffixes)) continue;
    const listed = `${searchDirectory.path}/${name}`;
    if (kind === "symlink" && !isAcceptedLink(reader, listed)) continue;
    const real = reader.valueOf(reader.host.realPath(listed), listed, "drop-ins and dependencies in it");
    if (real !== null) found.push({ name, directory: { listed, real, searchDirectory } });
  }
  return found;
}

function isUnitDirectoryName(name: string, suffixes: readonly UnitDirectorySuffix[]): boolean {
  const suffix = suffixes.find((candidate) => name.endsWith(candidate));
  if (suffix === undefined) return false;
  const stem = name.slice(0, -suffix.length);
  return isUnitType(stem) || parseUnitName(stem) !== null;
}

/** systemd tests the raw text of such a link, so a relative one is judged from the manager's `/`. */
function isAcceptedLink(reader: DirectoryReader, path: string): boolean {
  const link = reader.host.readLink(path);
  if (link.kind !== "present") return false;
  const target = reader.host.stat(link.value.startsWith("/") ? link.value : `/${link.value}`);
  return target.kind === "present" && target.value.kind === "directory";
}

/**
 * The directories that belong to a unit, strongest first: for each of its names all search directories, in each the
 * more specific name first; then the type's own (`unit_file_find_dropin_paths()`, src/shared/dropin.c).
 */
export function directoriesOf(
  known: UnitDirectories,
  searchPath: readonly SearchDirectory[],
  names: readonly string[],
  suffix: UnitDirectorySuffix,
): readonly UnitDirectory[] {
  const groups = names.map((name) => dropInDirectoryNames(name, suffix));
  const type = names[0] === undefined ? null : typeDirectoryName(names[0], suffix);
  if (type !== null) groups.push([type]);
  const result: UnitDirectory[] = [];
  for (const group of groups) {
    const candidates = group.map((name) => known.get(name) ?? []);
    if (candidates.every((list) => list.length === 0)) continue;
    for (const searchDirectory of searchPath) {
      for (const list of candidates) {
        const hit = list.find((directory) => directory.searchDirectory === searchDirectory);
        if (hit !== undefined) result.push(hit);
      }
    }
  }
  return result;
}
