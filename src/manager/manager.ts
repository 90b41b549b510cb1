import { compareFileNames } from "../hosts/file-name.ts";
import type { FileFacts, Host } from "../hosts/host.ts";
import { type ManagerContext, ROOT_USER, UNKNOWN_USER } from "../syntax/specifier.ts";
import { parseUnitFile, type UnitFile } from "../syntax/unit-file.ts";
import { instantiate, parseUnitName } from "../syntax/unit-name.ts";
import { dropInsOfMasked, hasUpholds, type SystemdVersion } from "../time/systemd-version.ts";
import type { UnitDirectorySuffix } from "../units/drop-in.ts";
import { mergeUnit, type Unit, type UnitSource } from "../units/unit.ts";
import { DirectoryReader, type Gap } from "./directory-reader.ts";
import { type RankedFile, rankFiles } from "./drop-in-order.ts";
import { fileNature, UNIT_FILE_BYTES } from "./file-nature.ts";
import { hostFactsOf } from "./host-facts.ts";
import { buildNameMap, type NameEntry, type NameMap } from "./name-map.ts";
import { extraDirectories, findPathOverrides, type PathOverride } from "./path-override.ts";
import type { Scope } from "./scope.ts";
import { type SearchDirectory, searchPath } from "./search-path.ts";
import { directoriesOf, findUnitDirectories, type UnitDirectories } from "./unit-directories.ts";
import { type AliasRoots, aliasRoots } from "./unit-link.ts";
import { type AliasMap, buildAliasMap, namesOf, primaryIdOf, searchUnit } from "./unit-names.ts";

/** Where a name leads, without reading the unit itself. */
export interface Lookup {
  readonly name: string;
  readonly state: "loaded" | "masked" | "not-found" | "error";
  /** The entry that holds or masks the unit, as `FragmentPath` shows it; null if there is none. */
  readonly path: string | null;
  /** Where that entry finally leads. */
  readonly realPath: string | null;
  readonly directory: SearchDirectory | null;
  /** The name the unit is loaded under. */
  readonly primaryId: string;
  /** All its names, the primary one first. */
  readonly names: readonly string[];
  /** Links walked to get there: aliases, and the entry itself if it is a link. */
  readonly via: readonly { readonly path: string; readonly target: string; readonly kind: string }[];
  /** Files of the same name in weaker directories, which this one shadows. */
  readonly overrides: readonly { readonly path: string; readonly directory: SearchDirectory }[];
  /** Why it is not found or in error. */
  readonly reason: string | null;
}

/** A file a unit is made of. */
export interface SourceFile {
  readonly path: string;
  readonly realPath: string;
  readonly facts: FileFacts;
  readonly file: UnitFile;
}

/** A drop-in in force, in its place in the order. */
export interface DropIn {
  readonly name: string;
  readonly path: string;
  readonly directory: SearchDirectory;
  /** Null when nothing of it is read: it masks weaker files of its name. */
  readonly source: SourceFile | null;
  /** Weaker drop-ins of the same file name, which are not read. */
  readonly hidden: readonly string[];
  /** Why `source` is null. */
  readonly reason: string | null;
}

export type DependencyKind = "Wants" | "Requires" | "Upholds";

/** An entry of a `.wants`, `.requires`, or `.upholds` directory of a unit. */
export interface DependencyLink {
  readonly dependency: DependencyKind;
  readonly path: string;
  readonly directory: SearchDirectory;
  readonly facts: FileFacts | null;
  /** The link's text; null when it is no link. */
  readonly target: string | null;
  /** The unit pulled in, a template's instance filled in; null when the entry has no effect. */
  readonly unit: string | null;
  /** Why it has no effect. */
  readonly reason: string | null;
  readonly hidden: readonly string[];
}

export interface LoadedUnit extends Lookup {
  readonly fragment: SourceFile | null;
  readonly dropIns: readonly DropIn[];
  readonly links: readonly DependencyLink[];
  /** Fragment and drop-ins merged; of a unit without files, an empty one. */
  readonly unit: Unit;
}

/** What a service manager knows from files. Lazy: directories and files are read when first asked for, and once. */
export interface Manager {
  readonly host: Host;
  readonly scope: Scope;
  readonly version: SystemdVersion;
  readonly searchPath: readonly SearchDirectory[];
  readonly reader: DirectoryReader;
  readonly roots: AliasRoots;
  readonly nameMap: NameMap;
  readonly unitDirectories: UnitDirectories;
  /** Settings found that would change the search path. */
  readonly pathOverrides: readonly PathOverride[];
  /** Every unit name with an entry, in byte order, names beginning with a dot included. */
  names(): readonly string[];
  lookup(name: string): Lookup;
  dropIns(name: string): readonly DropIn[];
  dependencyLinks(name: string): readonly DependencyLink[];
  /** The unit with all it is made of. The name must be valid (`parseUnitName`); anything else is a mistake of the caller. */
  load(name: string): LoadedUnit;
  /** Remembers every unit from here on: for a caller that holds them anyway, and would be given equal ones again. */
  keepAll(): void;
  /** What could not be read so far. */
  gaps(): readonly Gap[];
}

/** Managers of one host share what they read of the directories they have in common through one `reader`. */
export function openManager(
  host: Host,
  scope: Scope,
  version: SystemdVersion,
  reader: DirectoryReader = new DirectoryReader(host),
): Manager {
  return new FileManager(host, scope, version, reader);
}

/** Loaded units remembered; a host with more reads some again, which costs less than holding all. */
const LOADED_KEPT = 256;

const DEPENDENCIES: readonly (readonly [DependencyKind, UnitDirectorySuffix])[] = [
  ["Requires", ".requires"],
  ["Wants", ".wants"],
  ["Upholds", ".upholds"],
];

class FileManager implements Manager {
  readonly host: Host;
  readonly scope: Scope;
  readonly version: SystemdVersion;
  readonly reader: DirectoryReader;
  readonly pathOverrides: readonly PathOverride[];
  readonly searchPath: readonly SearchDirectory[];
  readonly roots: AliasRoots;
  readonly nameMap: NameMap;
  readonly unitDirectories: UnitDirectories;
  readonly #lookups = new Map<string, Lookup>();
  readonly #loaded = new Map<string, LoadedUnit>();
  #kept = LOADED_KEPT;
  readonly #links = new Map<string, readonly DependencyLink[]>();
  /** Drop-ins belong to many units at once (`service.d`), fragments only to aliases of one. */
  readonly #dropInFiles = new Map<string, Pick<DropIn, "source" | "reason">>();
  readonly #context: ManagerContext;
  #aliases: AliasMap | null = null;

  constructor(host: Host, scope: Scope, version: SystemdVersion, reader: DirectoryReader) {
    this.host = host;
    this.scope = scope;
    this.version = version;
    this.reader = reader;
    this.#context = managerContext(host, scope, version);
    this.pathOverrides = findPathOverrides(this.reader, scope);
    this.searchPath = searchPath(scope, host, version, extraDirectories(this.pathOverrides)).map(
      (directory) => reader.searched(directory),
    );
    this.roots = aliasRoots(host, this.searchPath);
    this.nameMap = buildNameMap(this.reader, this.searchPath, this.roots);
    this.unitDirectories = findUnitDirectories(this.reader, this.searchPath, hasUpholds(version));
  }

  names(): readonly string[] {
    return [...this.nameMap.keys()].sort(compareFileNames);
  }

  gaps(): readonly Gap[] {
    return this.reader.gaps();
  }

  lookup(name: string): Lookup {
    const known = this.#lookups.get(name);
    if (known !== undefined) return known;
    const found = this.#find(name);
    this.#lookups.set(name, found);
    return found;
  }

  #find(name: string): Lookup {
    const { walked, found, reason } = searchUnit(this.nameMap, name);
    const via = walked.flatMap(linkOf);
    if (found === null) return notFound(name, via, reason);
    if (parseUnitName(primaryIdOf(name, found)) === null)
      return notFound(name, via, "its name is too long with the instance in it");
    const nature = fileNature(this.host, found.path);
    const base = {
      name,
      path: found.path,
      realPath: this.reader.valueOf(this.host.realPath(found.path), found.path, `the unit ${name}`),
      directory: found.directory,
      via,
      overrides: this.#overridesOf(found),
    };
    this.#aliases ??= buildAliasMap(this.nameMap);
    const names = namesOf(this.nameMap, this.#aliases, name, found);
    const primaryId = names[0] ?? name;
    switch (nature.kind) {
      case "content":
        return { ...base, state: "loaded", names, primaryId, reason: null };
      case "empty":
        return { ...base, state: "masked", names, primaryId, reason: null };
      case "missing":
        return { ...base, state: "not-found", names, primaryId, reason: "its link leads to nothing" };
      case "unusable":
        return { ...base, state: "error", names, primaryId, reason: nature.reason };
      case "unreadable":
        this.reader.addGap(found.path, nature.reason, `the unit ${name}`);
        return { ...base, state: "error", names, primaryId, reason: nature.reason };
    }
  }

  #overridesOf(found: NameEntry): Lookup["overrides"] {
    const entries = this.nameMap.get(found.name) ?? [];
    return entries
      .slice(entries.indexOf(found) + 1)
      .filter(({ path }) => !this.#isSameFile(path, found.path))
      .map(({ path, directory }) => ({ path, directory }));
  }

  #isSameFile(left: string, right: string): boolean {
    const a = this.host.realPath(left);
    const b = this.host.realPath(right);
    return a.kind === "present" && b.kind === "present" && a.value === b.value;
  }

  dropIns(name: string): readonly DropIn[] {
    const { state, names } = this.lookup(name);
    if (state === "masked" && !dropInsOfMasked(this.version)) return [];
    const directories = directoriesOf(this.unitDirectories, this.searchPath, names, ".d");
    return rankFiles(this.reader, directories, ".conf", "drop-ins in it").map((file) => ({
      name: file.name,
      path: file.path,
      directory: file.directory.searchDirectory,
      hidden: file.hidden,
      ...this.#dropInFile(file.path),
    }));
  }

  #dropInFile(path: string): Pick<DropIn, "source" | "reason"> {
    const known = this.#dropInFiles.get(path);
    if (known !== undefined) return known;
    const nature = fileNature(this.host, path);
    const source = nature.kind === "content" ? this.#read(path, `the drop-in ${path}`) : null;
    if (nature.kind === "unreadable") this.reader.addGap(path, nature.reason, `the drop-in ${path}`);
    const reason = source === null ? reasonOf(nature) : null;
    if (this.#dropInFiles.size >= this.#kept) this.#dropInFiles.clear();
    this.#dropInFiles.set(path, { source, reason });
    return { source, reason };
  }

  #read(path: string, hides: string): SourceFile | null {
    const content = this.reader.valueOf(this.host.readFile(path, UNIT_FILE_BYTES), path, hides);
    if (content === null) return null;
    if (content.truncated)
      this.reader.addGap(path, "It is longer than 2 MiB; only its beginning was read.", hides);
    const { realPath, facts, bytes } = content;
    return { path, realPath, facts, file: parseUnitFile(bytes, path) };
  }

  /** Remembered: everything that `timers.target` starts asks for the links of `timers.target`. */
  dependencyLinks(name: string): readonly DependencyLink[] {
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const links = this.#dependencyLinks(name);
    if (this.#links.size >= this.#kept) this.#links.clear();
    this.#links.set(name, links);
    return links;
  }

  #dependencyLinks(name: string): readonly DependencyLink[] {
    const { names, primaryId } = this.lookup(name);
    return DEPENDENCIES.flatMap(([dependency, suffix]) => {
      const directories = directoriesOf(this.unitDirectories, this.searchPath, names, suffix);
      return rankFiles(this.reader, directories, "", "dependencies of units").map((file) =>
        this.#dependencyLink(dependency, primaryId, file),
      );
    });
  }

  #dependencyLink(dependency: DependencyKind, owner: string, file: RankedFile): DependencyLink {
    const { path, name, hidden } = file;
    const hides = `what ${owner} pulls in`;
    const base = {
      dependency,
      path,
      directory: file.directory.searchDirectory,
      facts: this.reader.valueOf(this.host.lstat(path), path, hides),
      target: file.kind === "symlink" ? this.reader.valueOf(this.host.readLink(path), path, hides) : null,
      hidden,
    };
    if (fileNature(this.host, path).kind === "empty") return { ...base, unit: null, reason: "masked" };
    if (file.kind !== "symlink") return { ...base, unit: null, reason: "not a symbolic link" };
    if (parseUnitName(name) === null) return { ...base, unit: null, reason: "not a unit name" };
    return { ...base, unit: dependencyName(owner, name), reason: null };
  }

  keepAll(): void {
    this.#kept = Number.POSITIVE_INFINITY;
  }

  load(name: string): LoadedUnit {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const lookup = this.lookup(name);
    const loaded =
      lookup.primaryId === name
        ? this.#load(lookup)
        : this.#withLinks({ ...this.load(lookup.primaryId), name }, lookup.primaryId);
    if (this.#loaded.size >= this.#kept) this.#loaded.clear();
    this.#loaded.set(name, loaded);
    return loaded;
  }

  #load(lookup: Lookup): LoadedUnit {
    const { state, path, primaryId } = lookup;
    const fragment = state === "loaded" && path !== null ? this.#read(path, `the unit ${primaryId}`) : null;
    const dropIns = this.dropIns(primaryId);
    const sources: UnitSource[] = fragment === null ? [] : [{ file: fragment.file, kind: "fragment" }];
    for (const { source } of dropIns)
      if (source !== null) sources.push({ file: source.file, kind: "drop-in" });
    const unit = mergeUnit(primaryId, sources, { context: this.#context, aliases: lookup.names.slice(1) });
    const known = { ...lookup, ...failureOf(lookup, fragment), fragment, dropIns, unit };
    return this.#withLinks(known, primaryId);
  }

  /** Links are looked for only when asked for: a list of timers needs none, a closure all. */
  #withLinks(known: Omit<LoadedUnit, "links">, primaryId: string): LoadedUnit {
    return new UnitWithLinks(known, () => this.dependencyLinks(primaryId));
  }
}

class UnitWithLinks implements LoadedUnit {
  readonly name: string;
  readonly state: LoadedUnit["state"];
  readonly path: string | null;
  readonly realPath: string | null;
  readonly directory: SearchDirectory | null;
  readonly primaryId: string;
  readonly names: readonly string[];
  readonly via: LoadedUnit["via"];
  readonly overrides: LoadedUnit["overrides"];
  readonly reason: string | null;
  readonly fragment: SourceFile | null;
  readonly dropIns: readonly DropIn[];
  readonly unit: Unit;
  readonly #find: () => readonly DependencyLink[];
  #links: readonly DependencyLink[] | null = null;

  constructor(known: Omit<LoadedUnit, "links">, find: () => readonly DependencyLink[]) {
    this.name = known.name;
    this.state = known.state;
    this.path = known.path;
    this.realPath = known.realPath;
    this.directory = known.directory;
    this.primaryId = known.primaryId;
    this.names = known.names;
    this.via = known.via;
    this.overrides = known.overrides;
    this.reason = known.reason;
    this.fragment = known.fragment;
    this.dropIns = known.dropIns;
    this.unit = known.unit;
    this.#find = find;
  }

  get links(): readonly DependencyLink[] {
    this.#links ??= this.#find();
    return this.#links;
  }
}

function managerContext(host: Host, scope: Scope, { major }: SystemdVersion): ManagerContext {
  const facts = hostFactsOf(host);
  switch (scope.kind) {
    case "system":
      return { manager: "system", user: ROOT_USER, host: facts, major };
    case "global-user":
      return { manager: "user", user: UNKNOWN_USER, host: facts, major };
    case "user": {
      const { name, uid, gid, home } = scope;
      return { manager: "user", user: { ...UNKNOWN_USER, name, uid, gid, home }, host: facts, major };
    }
  }
}

function failureOf(lookup: Lookup, fragment: SourceFile | null): Pick<Lookup, "state" | "reason"> {
  if (lookup.state === "loaded" && fragment === null) return { state: "error", reason: "it cannot be read" };
  const failure = fragment?.file.failure ?? null;
  return failure === null ? lookup : { state: "error", reason: failure.reason };
}

function linkOf(entry: NameEntry): Lookup["via"] {
  return entry.link === null ? [] : [{ path: entry.path, target: entry.link.target, kind: entry.link.kind }];
}

function notFound(name: string, via: Lookup["via"], reason: string | null): Lookup {
  return {
    name,
    state: "not-found",
    path: null,
    realPath: null,
    directory: null,
    primaryId: name,
    names: [name],
    via,
    overrides: [],
    reason: reason ?? "there is no file of that name",
  };
}

function reasonOf(nature: ReturnType<typeof fileNature>): string {
  switch (nature.kind) {
    case "content":
      return "it cannot be read";
    case "empty":
      return "it is empty or a device: a mask";
    case "missing":
      return "its link leads to nothing";
    case "unusable":
    case "unreadable":
      return nature.reason;
  }
}

/**
 * The unit meant by `name` in a dependency of `owner`: a template gets the owner's instance, or the owner's prefix
 * if it is no instance (`unit_name_printf()` by `unit_add_dependency_by_name()`, src/core/unit.c: `resolve_template()`).
 */
export function dependencyName(owner: string, name: string): string {
  const parts = parseUnitName(owner);
  if (parts === null) return name;
  return instantiate(name, parts.instance !== null && parts.instance !== "" ? parts.instance : parts.prefix);
}
