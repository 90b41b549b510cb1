import { instantiate, parseUnitName, templateOf } from "../syntax/unit-name.ts";
import { hasUpholds } from "../time/systemd-version.ts";
import { isHiddenOrBackup } from "../units/drop-in.ts";
import type { Manager } from "./manager.ts";
import type { SearchDirectory } from "./search-path.ts";

/** Every link of one search directory that can enable something, ready to be asked by name. */
interface LinkIndex {
  /** Links in `.wants`, `.requires`, `.upholds`: by their own name, and by the template of that name. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** Links directly in the directory: by their own name, and by the last part of their target. */
  readonly byName: ReadonlyMap<string, string>;
  readonly byTarget: ReadonlyMap<string, readonly string[]>;
}

export type LinkIndexes = ReadonlyMap<string, LinkIndex>;

const HIDES = "what is enabled";

/** Reads all enablement links once, so that asking for every unit stays linear. */
export function indexLinks(manager: Manager): LinkIndexes {
  return new Map(
    manager.searchPath.map((directory) => [directory.path, indexDirectory(manager, directory.path)]),
  );
}

function indexDirectory(manager: Manager, path: string): LinkIndex {
  const dependencies = new Map<string, string[]>();
  const byName = new Map<string, string>();
  const byTarget = new Map<string, string[]>();
  for (const { name, kind } of manager.reader.list(path, HIDES) ?? []) {
    if (isHiddenOrBackup(name)) continue;
    if (kind === "directory" && isDependencyDirectory(manager, name))
      addDependencies(manager, `${path}/${name}`, dependencies);
    if (kind !== "symlink") continue;
    const target = manager.reader.valueOf(manager.host.readLink(`${path}/${name}`), `${path}/${name}`, HIDES);
    if (target === null) continue;
    const targetName = lastPart(target);
    byName.set(name, targetName);
    push(byTarget, targetName, name);
  }
  return { dependencies, byName, byTarget };
}

/** Only the end of the directory's name is looked at: `nonsense.wants` counts. */
function isDependencyDirectory(manager: Manager, name: string): boolean {
  if (name.endsWith(".wants") || name.endsWith(".requires")) return true;
  return hasUpholds(manager.version) && name.endsWith(".upholds");
}

function addDependencies(manager: Manager, path: string, into: Map<string, string[]>): void {
  for (const { name, kind } of manager.reader.list(path, HIDES) ?? []) {
    if (kind !== "symlink" || isHiddenOrBackup(name)) continue;
    push(into, name, name);
    const template = templateOf(name);
    if (template !== null) push(into, template, name);
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function lastPart(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** The unit whose links are looked for. */
export interface LinkSubject {
  readonly name: string;
  /** The directory entry its file was found at. */
  readonly path: string;
  readonly aliases: readonly string[];
  readonly defaultInstance: string | null;
}

export type LinkState = "enabled" | "enabled-runtime" | "static" | "linked" | "linked-runtime";

/** What was met on the way down the search path. */
interface Seen {
  runtime: boolean;
  anywhere: boolean;
  sameInConfig: boolean;
  sameInRuntime: boolean;
}

/** What the links say of a unit; null if they say nothing (`find_symlinks_in_scope()`, src/shared/install.c). */
export function stateFromLinks(
  manager: Manager,
  indexes: LinkIndexes,
  subject: LinkSubject,
  onlyKnownNames: boolean,
): LinkState | null {
  const accepts = onlyKnownNames ? knownNames(subject) : null;
  const seen: Seen = { runtime: false, anywhere: false, sameInConfig: false, sameInRuntime: false };
  let below = false;
  for (const directory of manager.searchPath) {
    const index = indexes.get(directory.path);
    const found = index === undefined ? "none" : findLinks(index, subject.name, accepts, below);
    if (found === "hit") {
      if (isEnablingDirectory(manager, directory)) return "enabled";
      if (directory.persistent) seen.anywhere = true;
      else seen.runtime = true;
    } else if (found === "same-name") {
      if (isPersistentConfig(manager, directory)) seen.sameInConfig = true;
      else if (!directory.persistent) seen.sameInRuntime = true;
    }
    if (subject.path.startsWith(`${directory.path}/`)) below = true;
  }
  if (seen.runtime) return "enabled-runtime";
  // An instance linked by a package is meant to run, while a plain name may be a mere alias.
  if (seen.anywhere && parseUnitName(subject.name)?.kind === "instance") return "static";
  if (seen.sameInConfig) return "linked";
  return seen.sameInRuntime ? "linked-runtime" : null;
}

function knownNames({ name, aliases, defaultInstance }: LinkSubject): ReadonlySet<string> {
  const names = new Set([name, ...aliases]);
  if (defaultInstance !== null) names.add(instantiate(name, defaultInstance));
  return names;
}

/** `find_symlinks()`: dependency links first, then links in the directory itself. */
function findLinks(
  index: LinkIndex,
  name: string,
  accepts: ReadonlySet<string> | null,
  below: boolean,
): "hit" | "same-name" | "none" {
  const isAccepted = (link: string): boolean => accepts === null || accepts.has(link);
  if (index.dependencies.get(name)?.some(isAccepted) === true) return "hit";
  const ownTarget = index.byName.get(name);
  // A link below the unit's own file is shadowed by it: only where it leads counts then.
  const sameName = ownTarget === name && !below;
  if (ownTarget !== undefined && !below && !sameName && isAccepted(name)) return "hit";
  const others = index.byTarget.get(name) ?? [];
  if (others.some((link) => (link !== name || !sameName) && isAccepted(link))) return "hit";
  return sameName ? "same-name" : "none";
}

function isEnablingDirectory(manager: Manager, directory: SearchDirectory): boolean {
  if (isPersistentConfig(manager, directory)) return true;
  return manager.scope.kind === "user" && GLOBAL_CONFIG.has(directory.path);
}

const GLOBAL_CONFIG: ReadonlySet<string> = new Set(["/etc/systemd/user", "/etc/xdg/systemd/user"]);

/** The one directory `systemctl enable` writes to. */
function isPersistentConfig(manager: Manager, directory: SearchDirectory): boolean {
  return directory === manager.searchPath.find(({ kind, persistent }) => kind === "config" && persistent);
}
