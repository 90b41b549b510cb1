import { compareFileNames } from "../hosts/file-name.ts";
import { instantiate, parseUnitName, templateOf } from "../syntax/unit-name.ts";
import { isHiddenOrBackup } from "../units/drop-in.ts";
import { type RankedFile, rankFiles } from "./drop-in-order.ts";
import { indexLinks, type LinkIndexes, stateFromLinks } from "./enablement-links.ts";
import { fileNature, UNIT_FILE_BYTES } from "./file-nature.ts";
import { type InstallRules, noRules, readInstall } from "./install-section.ts";
import type { Manager } from "./manager.ts";
import { type PresetAction, presetOf, readPresets } from "./preset.ts";
import type { UnitDirectory } from "./unit-directories.ts";
import { followUnitLink } from "./unit-link.ts";

/** The words of `systemctl is-enabled` (systemctl(1), `unit_file_state_table`). */
export type UnitFileState =
  | "enabled"
  | "enabled-runtime"
  | "linked"
  | "linked-runtime"
  | "alias"
  | "masked"
  | "masked-runtime"
  | "static"
  | "indirect"
  | "disabled"
  | "generated"
  | "transient"
  | "bad";

/** A row of `systemctl list-unit-files`. */
export interface ListedUnitFile {
  readonly name: string;
  readonly state: UnitFileState;
  /** Null for states that presets do not concern. */
  readonly preset: PresetAction | null;
}

/** Answers for one manager; holds the links of the whole search path. */
export interface UnitFileStates {
  /** The state of one name; null if systemctl knows no such unit ("No such file or directory"). */
  stateOf(name: string): UnitFileState | null;
  /** All rows, in byte order of names. */
  list(): readonly ListedUnitFile[];
}

export function openUnitFileStates(manager: Manager): UnitFileStates {
  const indexes = indexLinks(manager);
  const states = new Map<string, UnitFileState | null>();
  const stateOf = (name: string): UnitFileState | null => {
    const known = states.get(name);
    if (known !== undefined) return known;
    const state = findState(manager, indexes, name);
    states.set(name, state);
    return state;
  };
  return { stateOf, list: () => listAll(manager, stateOf) };
}

/** The state of one unit. For many units of one manager use `openUnitFileStates`. */
export function unitFileState(manager: Manager, name: string): UnitFileState | null {
  return openUnitFileStates(manager).stateOf(name);
}

/** What `systemctl list-unit-files` prints (`unit_file_get_list()`, src/shared/install.c). */
export function listUnitFiles(manager: Manager): readonly ListedUnitFile[] {
  return openUnitFileStates(manager).list();
}

const PRESETLESS: ReadonlySet<UnitFileState> = new Set(["alias", "static", "generated", "transient"]);

function listAll(
  manager: Manager,
  stateOf: (name: string) => UnitFileState | null,
): readonly ListedUnitFile[] {
  const presets = readPresets(manager);
  return [...manager.nameMap.keys()]
    .filter((name) => !isHiddenOrBackup(name))
    .sort(compareFileNames)
    .map((name) => {
      const state = stateOf(name) ?? "bad";
      return { name, state, preset: PRESETLESS.has(state) ? null : presetOf(presets, name) };
    });
}

/** A unit on its way from the name asked for to the file that counts (`UnitFileInstallInfo`). */
interface Candidate {
  readonly name: string;
  path: string;
  mode: "regular" | "masked" | "alias" | "linked";
  target: string | null;
  readonly rules: InstallRules;
}

/** systemctl failed on it; `missing` when there is simply no such file. */
type Failure = "missing" | "bad";

function findState(manager: Manager, indexes: LinkIndexes, name: string): UnitFileState | null {
  const unit = discover(manager, name);
  if (unit === "missing") return null;
  if (unit === "bad") return "bad";
  const directory = dirname(unit.path);
  const kind = manager.searchPath.find(({ path }) => path === directory);
  if (unit.mode === "masked") {
    const runtime = unit.path.startsWith("/run/") || (kind !== undefined && !kind.persistent);
    return runtime ? "masked-runtime" : "masked";
  }
  if (lastPart(unit.path) !== name && parseUnitName(unit.name)?.kind !== "instance") return "alias";
  if (kind?.kind === "generator") return "generated";
  if (kind?.kind === "transient") return "transient";
  const { aliases, defaultInstance } = unit.rules;
  const subject = { name: unit.name, path: unit.path, aliases, defaultInstance };
  const known = stateFromLinks(manager, indexes, subject, true);
  if (known !== null) return known;
  if (stateFromLinks(manager, indexes, subject, false) !== null) return "indirect";
  return stateFromRules(unit.rules);
}

function stateFromRules({ aliases, wantedBy, requiredBy, upheldBy, also }: InstallRules): UnitFileState {
  if (aliases.length + wantedBy.length + requiredBy.length + upheldBy.length > 0) return "disabled";
  return also.length > 0 ? "indirect" : "static";
}

/** UNIT_FILE_FOLLOW_SYMLINK_MAX, src/shared/install.c. */
const LINK_LIMIT = 64;

/** `install_info_traverse()`: from the name to a regular or masked file, along aliases and links. */
function discover(manager: Manager, name: string): Candidate | Failure {
  let unit = search(manager, name);
  for (let hop = 0; typeof unit !== "string" && (unit.mode === "alias" || unit.mode === "linked"); hop++) {
    if (hop >= LINK_LIMIT || unit.target === null) return "bad";
    const next: Candidate | Failure = follow(manager, unit, unit.target);
    // A name that leads nowhere is not the same as a name that does not exist.
    unit = next === "missing" ? "bad" : next;
  }
  return unit;
}

function follow(manager: Manager, unit: Candidate, target: string): Candidate | Failure {
  const targetName = lastPart(target);
  const instance =
    parseUnitName(unit.name)?.kind === "instance" ? (parseUnitName(unit.name)?.instance ?? "") : null;
  const nextName = instance === null ? targetName : instantiate(targetName, instance);
  // The target of a linked unit may have any name; the unit keeps that of the link.
  if (unit.mode === "alias" && nextName !== unit.name) return search(manager, nextName);
  unit.path = target;
  const failure = loadFile(manager, unit, target);
  return failure ?? unit;
}

/** `unit_file_search()`: the strongest file of the name, else of its template, and the drop-ins of both. */
function search(manager: Manager, name: string): Candidate | Failure {
  if (parseUnitName(name) === null) return "bad";
  const template = templateOf(name);
  const unit: Candidate = { name, path: "", mode: "regular", target: null, rules: noRules() };
  const failure = searchName(manager, unit, name) ?? null;
  if (failure === "missing" && template !== null) {
    const again = searchName(manager, unit, template);
    if (again !== null) return again;
  } else if (failure !== null) return failure;
  if (unit.mode === "masked") return unit;
  for (const { path } of dropInsOf(manager, template === null ? [name] : [name, template])) {
    if (!loadDropIn(manager, unit, path)) return "bad";
  }
  return unit;
}

function searchName(manager: Manager, unit: Candidate, name: string): Failure | null {
  for (const directory of manager.searchPath) {
    if (directory.kind === "extra") continue;
    const kind = manager.reader.kindOf(directory.path, name, "unit files in it");
    if (kind === null) continue;
    const path = `${directory.path}/${name}`;
    const failure = kind === "file" ? loadRegular(manager, unit, path) : loadFile(manager, unit, path);
    if (failure === "missing") continue;
    unit.path = path;
    return failure;
  }
  return "missing";
}

/** `unit_file_load_or_readlink()`: classifies one path and reads its `[Install]`. */
function loadFile(manager: Manager, unit: Candidate, path: string): Failure | null {
  const { host } = manager;
  const facts = host.lstat(path);
  if (facts.kind === "absent") return "missing";
  if (facts.kind === "unreadable") return facts.code === "EACCES" ? "missing" : "bad";
  return facts.value.kind === "symlink" ? loadLink(manager, unit, path) : loadRegular(manager, unit, path);
}

function loadRegular(manager: Manager, unit: Candidate, path: string): Failure | null {
  const { host } = manager;
  const nature = fileNature(host, path);
  unit.mode = nature.kind === "empty" ? "masked" : "regular";
  if (nature.kind === "empty") return null;
  if (nature.kind !== "content") return "bad";
  return readRules(manager, unit, path) ? null : "bad";
}

function loadLink(manager: Manager, unit: Candidate, path: string): Failure | null {
  const link = followUnitLink(manager.host, manager.roots, dirname(path), lastPart(path));
  if (link === null || link.kind === "rejected") return "bad";
  const nature = fileNature(manager.host, link.target);
  if (nature.kind === "unreadable") return "bad";
  unit.target = link.target;
  unit.mode = nature.kind === "empty" && masksAtOnce(manager, link.target) ? "masked" : link.kind;
  return null;
}

/**
 * In a root other than `/` systemctl recognizes only a link to /dev/null itself; other links to empty files are
 * followed first, so that the place of the file, not of the link, decides between masked and masked-runtime.
 */
function masksAtOnce(manager: Manager, target: string): boolean {
  return target === "/dev/null" || manager.host.live;
}

function loadDropIn(manager: Manager, unit: Candidate, path: string): boolean {
  const nature = fileNature(manager.host, path);
  if (nature.kind === "empty") return true;
  return nature.kind === "content" && readRules(manager, unit, path);
}

function readRules(manager: Manager, unit: Candidate, path: string): boolean {
  const hides = `the [Install] section of ${unit.name}`;
  const content = manager.reader.valueOf(manager.host.readFile(path, UNIT_FILE_BYTES), path, hides);
  return content !== null && readInstall(manager, unit.name, content.bytes, path, unit.rules);
}

/**
 * Only `NAME.d` and the template's: not the prefixes', not the type's, which the manager reads too. And unlike the
 * manager systemctl follows any link of that name.
 */
function dropInsOf(manager: Manager, names: readonly string[]): readonly RankedFile[] {
  const directories: UnitDirectory[] = [];
  for (const name of names) {
    for (const searchDirectory of manager.searchPath) {
      if (searchDirectory.kind === "extra") continue;
      const kind = manager.reader.kindOf(searchDirectory.path, `${name}.d`, "unit files in it");
      if (kind !== "directory" && kind !== "symlink") continue;
      const listed = `${searchDirectory.path}/${name}.d`;
      const real = manager.reader.valueOf(manager.host.realPath(listed), listed, "drop-ins in it");
      if (real !== null) directories.push({ listed, real, searchDirectory });
    }
  }
  return directories.length === 0 ? [] : rankFiles(manager.reader, directories, ".conf", "drop-ins in it");
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function dirname(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
