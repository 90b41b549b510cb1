import { compareFileNames } from "../hosts/file-name.ts";
import type { Span } from "../syntax/span.ts";
import { type Assignment, parseUnitFile } from "../syntax/unit-file.ts";
import { splitWords } from "../syntax/words.ts";
import { isHiddenOrBackup } from "../units/drop-in.ts";
import type { DirectoryReader } from "./directory-reader.ts";
import { kernelWords } from "./kernel-command-line.ts";
import type { Scope } from "./scope.ts";

/** A setting that would give the manager, or what starts it, another search path than the built-in one. */
export interface PathOverride {
  readonly variable: string;
  readonly value: string;
  /** Where it is said. */
  readonly span: Span;
  /** Which mechanism carries it to the manager. */
  readonly source: "environment.d" | "user@.service" | "manager-configuration" | "kernel-command-line";
  /** Directories that would be searched for units. */
  readonly directories: readonly string[];
}

/** Variables read by `lookup_paths_init()` and the generator runner (src/basic/path-lookup.c), and what they add. */
const VARIABLES: ReadonlyMap<string, (directory: string) => readonly string[]> = new Map([
  ["SYSTEMD_UNIT_PATH", (directory: string) => [directory]],
  ["SYSTEMD_GENERATOR_PATH", () => []],
  ["SYSTEMD_ENVIRONMENT_GENERATOR_PATH", () => []],
  [
    "XDG_CONFIG_HOME",
    (directory: string) => [`${directory}/systemd/user.control`, `${directory}/systemd/user`],
  ],
  ["XDG_CONFIG_DIRS", (directory: string) => [`${directory}/systemd/user`]],
  ["XDG_DATA_HOME", (directory: string) => [`${directory}/systemd/user`]],
  ["XDG_DATA_DIRS", (directory: string) => [`${directory}/systemd/user`]],
]);

const HIDES = "settings that move the search path of units";

/**
 * Every place in files that sets one of the variables for this scope's manager. They are taken at face value:
 * whether one really reaches the manager depends on how it is started, so they are extra places to look into, not
 * a replacement of the built-in path.
 */
export function findPathOverrides(reader: DirectoryReader, scope: Scope): readonly PathOverride[] {
  const home = scope.kind === "user" ? scope.home : null;
  const found = [
    ...managerConfiguration(reader, scope),
    ...(scope.kind === "system" ? kernelCommandLine(reader) : userUnitDropIns(reader, scope)),
    ...(scope.kind === "system" ? [] : environmentFiles(reader, home)),
  ];
  return found.flatMap(({ variable, value, span, source }) => {
    const expand = VARIABLES.get(variable);
    if (expand === undefined) return [];
    const bases = value.split(":").map((part) => (home === null ? part : part.replace(HOME, home)));
    const isUserOnly = variable.startsWith("XDG_") && scope.kind !== "user";
    const directories = isUserOnly ? [] : bases.filter((base) => base.startsWith("/")).flatMap(expand);
    return [
      { variable, value, span, source, directories: directories.map((path) => path.replace(/\/+$/, "")) },
    ];
  });
}

const HOME = /^(?:\$HOME|\$\{HOME\}|%h|~)(?=\/|$)/;

/** The directories of all overrides, each once. */
export function extraDirectories(overrides: readonly PathOverride[]): readonly string[] {
  return [...new Set(overrides.flatMap(({ directories }) => directories))];
}

type Setting = Omit<PathOverride, "directories">;

const CONFIGURATION = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/** DefaultEnvironment= and ManagerEnvironment= of system.conf or user.conf and their drop-ins (systemd-system.conf(5)). */
function managerConfiguration(reader: DirectoryReader, scope: Scope): readonly Setting[] {
  const name = scope.kind === "system" ? "system.conf" : "user.conf";
  const main = CONFIGURATION.map((directory) => `${directory}/${name}`);
  const dropIns = filesIn(
    reader,
    CONFIGURATION.map((directory) => `${directory}/${name}.d`),
    ".conf",
  );
  return settingsOf(reader, [...main, ...dropIns], "Manager", "manager-configuration", [
    "DefaultEnvironment",
    "ManagerEnvironment",
  ]);
}

const SYSTEM_UNITS = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** Environment= of the system unit that runs the user's manager, and of its drop-ins. */
function userUnitDropIns(reader: DirectoryReader, scope: Scope): readonly Setting[] {
  const units = scope.kind === "user" ? ["user@.service", `user@${scope.uid}.service`] : ["user@.service"];
  const fragments = SYSTEM_UNITS.flatMap((directory) => units.map((unit) => `${directory}/${unit}`));
  const directories = SYSTEM_UNITS.flatMap((directory) =>
    [...units, "service"].map((unit) => `${directory}/${unit}.d`),
  );
  const files = [...fragments, ...filesIn(reader, directories, ".conf")];
  return settingsOf(reader, files, "Service", "user@.service", ["Environment"]);
}

function settingsOf(
  reader: DirectoryReader,
  paths: readonly string[],
  section: string,
  source: Setting["source"],
  keys: readonly string[],
): readonly Setting[] {
  return paths.flatMap((path) => {
    const content = reader.valueOf(reader.host.readFile(path), path, HIDES);
    if (content === null) return [];
    return parseUnitFile(content.bytes, path)
      .assignments.filter((assignment) => assignment.section === section && keys.includes(assignment.key))
      .flatMap((assignment) => variablesOf(assignment, source));
  });
}

function variablesOf({ value, span }: Assignment, source: Setting["source"]): readonly Setting[] {
  const words = splitWords(value, "environment");
  return words.ok ? words.value.flatMap(({ text }) => setting(text, span, source)) : [];
}

function setting(text: string, span: Span, source: Setting["source"]): readonly Setting[] {
  const equals = text.indexOf("=");
  const variable = text.slice(0, equals);
  if (equals < 1 || !VARIABLES.has(variable)) return [];
  return [{ variable, value: text.slice(equals + 1), span, source }];
}

/** environment.d(5): `KEY=VALUE` lines for user managers. */
function environmentFiles(reader: DirectoryReader, home: string | null): readonly Setting[] {
  const bases = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((base) => `${base}/environment.d`);
  if (home !== null) bases.unshift(`${home}/.config/environment.d`);
  return filesIn(reader, bases, ".conf").flatMap((path) => lineSettings(reader, path));
}

/** Variables for PID 1: `systemd.setenv=` and bare assignments (kernel-command-line(7)). */
function kernelCommandLine(reader: DirectoryReader): readonly Setting[] {
  const files = {
    text: (path: string) => {
      const content = reader.valueOf(reader.host.readFile(path), path, HIDES);
      return content === null ? null : new TextDecoder("utf-8").decode(content.bytes);
    },
    names: (directory: string) => (reader.list(directory, HIDES) ?? []).map(({ name }) => name),
  };
  return kernelWords(files, reader.host.live).flatMap(({ text, span }) =>
    setting(text.replace(/^systemd\.setenv=/, ""), span, "kernel-command-line"),
  );
}

function lineSettings(reader: DirectoryReader, path: string): readonly Setting[] {
  return readLines(reader, path).flatMap(({ text, span }) => {
    const [, variable = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text) ?? [];
    return setting(`${variable}=${value.replace(/^(["'])(.*)\1$/, "$2")}`, span, "environment.d");
  });
}

function readLines(
  reader: DirectoryReader,
  path: string,
): readonly { readonly text: string; readonly span: Span }[] {
  const content = reader.valueOf(reader.host.readFile(path), path, HIDES);
  if (content === null) return [];
  const lines = new TextDecoder("utf-8").decode(content.bytes).split("\n");
  return lines.map((raw, index) => ({
    text: raw.trim(),
    span: { path, line: index + 1, column: 1, length: 0 },
  }));
}

/** All files of a suffix: weaker ones of the same name too, as each is worth a report. */
function filesIn(reader: DirectoryReader, directories: readonly string[], suffix: string): readonly string[] {
  return directories.flatMap((directory) =>
    (reader.list(directory, HIDES) ?? [])
      .filter(
        ({ name, kind }) =>
          (kind === "file" || kind === "symlink") && name.endsWith(suffix) && !isHiddenOrBackup(name),
      )
      .map(({ name }) => name)
      .sort(compareFileNames)
      .map((name) => `${directory}/${name}`),
  );
}
