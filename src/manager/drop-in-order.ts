import { compareFileNames } from "../hosts/file-name.ts";
import type { DirectoryEntry } from "../hosts/host.ts";
import { isHiddenOrBackup } from "../units/drop-in.ts";
import type { DirectoryReader } from "./directory-reader.ts";
import type { UnitDirectory } from "./unit-directories.ts";

/** A file found by name in several directories: the strongest wins, in the order systemd applies them. */
export interface RankedFile {
  readonly name: string;
  /** Below the canonical directory, as `DropInPaths` prints it. */
  readonly path: string;
  readonly directory: UnitDirectory;
  readonly kind: DirectoryEntry["kind"];
  /** Weaker files of the same name, which are not read. */
  readonly hidden: readonly string[];
}

/**
 * Collects entries of a suffix, of whatever kind, in byte order of their names (`conf_files_list_strv()`,
 * src/basic/conf-files.c).
 */
export function rankFiles(
  reader: DirectoryReader,
  directories: readonly UnitDirectory[],
  suffix: string,
  hides: string,
): readonly RankedFile[] {
  const found = new Map<string, RankedFile & { readonly hidden: string[] }>();
  const seen = new Set<string>();
  for (const directory of directories) {
    if (seen.has(directory.real)) continue;
    seen.add(directory.real);
    for (const { name, kind } of reader.list(directory.real, hides) ?? []) {
      if (!name.endsWith(suffix) || isHiddenOrBackup(name)) continue;
      const path = `${directory.real}/${name}`;
      const winner = found.get(name);
      if (winner === undefined) found.set(name, { name, path, directory, kind, hidden: [] });
      else winner.hidden.push(path);
    }
  }
  return [...found.values()].sort((left, right) => compareFileNames(left.name, right.name));
}
