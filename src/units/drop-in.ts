import { parseUnitName, templateOf, type UnitName } from "../syntax/unit-name.ts";
import { encodeUtf8, isAsciiText } from "../syntax/utf8.ts";

/** What the name of a directory beside unit files ends in. */
export type UnitDirectorySuffix = ".d" | ".wants" | ".requires" | ".upholds";

/**
 * The directories that belong to a unit's name within one search directory, most specific first, without the one of
 * the type: itself, its template, and everything its dashes lead to (systemd.unit(5), `unit_file_process_dir()`,
 * src/shared/dropin.c). Empty for what is no unit name.
 */
export function dropInDirectoryNames(name: string, suffix: UnitDirectorySuffix = ".d"): readonly string[] {
  const names = new Set<string>();
  addNames(names, name);
  return [...names].map((each) => each + suffix);
}

/** The directory that belongs to all units of a type, `timer.d`; it comes after those of every name. */
export function typeDirectoryName(name: string, suffix: UnitDirectorySuffix = ".d"): string | null {
  const parts = parseUnitName(name);
  return parts === null ? null : parts.type + suffix;
}

function addNames(names: Set<string>, name: string): void {
  const parts = parseUnitName(name);
  if (parts === null || names.has(name)) return;
  names.add(name);
  const template = templateOf(name);
  if (template !== null) addNames(names, template);
  const parent = parentOf(parts);
  if (parent !== null) addNames(names, parent);
}

/** `foo-bar@i.timer` → `foo-@i.timer`; a template's parent is a plain name, as in systemd. */
function parentOf({ prefix, instance, type }: UnitName): string | null {
  const body = prefix.endsWith("-") ? prefix.slice(0, -1) : prefix;
  const dash = body.lastIndexOf("-");
  if (dash <= 0) return null;
  const suffix = instance === null || instance === "" ? "" : `@${instance}`;
  return `${body.slice(0, dash + 1)}${suffix}.${type}`;
}

/**
 * All drop-in directories of a unit, highest priority first: for each of its names (the id first, then aliases) the
 * search directories in order, and after all names those of the type.
 */
export function dropInDirectories(
  names: readonly string[],
  searchPath: readonly string[],
  suffix: UnitDirectorySuffix = ".d",
): readonly string[] {
  const found = names.flatMap((name) => {
    const own = dropInDirectoryNames(name, suffix);
    return searchPath.flatMap((directory) => own.map((each) => `${directory}/${each}`));
  });
  const type = names[0] === undefined ? null : typeDirectoryName(names[0], suffix);
  const ofType = type === null ? [] : searchPath.map((directory) => `${directory}/${type}`);
  return [...new Set([...found, ...ofType])];
}

/** A drop-in file in the order it is applied. */
export interface DropIn {
  readonly name: string;
  readonly path: string;
  /** Files of the same name in lower directories, which are not read. */
  readonly hides: readonly string[];
}

/**
 * Which drop-ins count and in which order: of each file name the one in the highest directory, all in byte order of
 * their names whatever their directory (`conf_files_list_strv()`, src/basic/conf-files.c). `directories` comes
 * highest priority first; names that are no drop-ins are left out.
 */
export function orderDropIns(
  directories: readonly { readonly path: string; readonly entries: readonly string[] }[],
): readonly DropIn[] {
  const winners = new Map<string, { path: string; hides: string[] }>();
  for (const { path, entries } of directories) {
    for (const name of entries) {
      if (!isDropInName(name)) continue;
      const winner = winners.get(name);
      if (winner === undefined) winners.set(name, { path: `${path}/${name}`, hides: [] });
      else winner.hides.push(`${path}/${name}`);
    }
  }
  const names = [...winners.keys()].sort(compareBytes);
  return names.map((name) => ({ name, path: "", hides: [], ...winners.get(name) }));
}

/** Ends in `.conf` and is not hidden. */
function isDropInName(name: string): boolean {
  return name.endsWith(".conf") && !isHiddenOrBackup(name);
}

const BACKUP_EXTENSIONS: ReadonlySet<string> = new Set(
  `rpmnew rpmsave rpmorig dpkg-old dpkg-new dpkg-tmp dpkg-dist dpkg-bak dpkg-backup dpkg-remove ucf-new ucf-old
  ucf-dist swp bak old new`.split(/\s+/),
);

/** File names systemd passes over in most listings (`hidden_or_backup_file()`, src/basic/path-util.c). */
export function isHiddenOrBackup(name: string): boolean {
  if (name.startsWith(".") || name.endsWith("~")) return true;
  if (name === "lost+found" || name === "aquota.user" || name === "aquota.group") return true;
  const dot = name.lastIndexOf(".");
  return dot >= 0 && BACKUP_EXTENSIONS.has(name.slice(dot + 1));
}

/** Byte order, as `strcmp()` has it: differs from code unit order only outside ASCII. */
export function compareBytes(a: string, b: string): number {
  if (isAsciiText(a) && isAsciiText(b)) return a < b ? -1 : a > b ? 1 : 0;
  const left = encodeUtf8(a);
  const right = encodeUtf8(b);
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
