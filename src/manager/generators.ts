import type { FileFacts } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import { fileNature } from "./file-nature.ts";
import type { Manager } from "./manager.ts";

/** What a generator makes: units, or environment variables for the manager. */
export type GeneratorKind = "system" | "user" | "system-environment" | "user-environment";

/** An executable the manager runs at boot and at every daemon-reload (systemd.generator(7)). */
export interface Generator {
  readonly name: string;
  readonly kind: GeneratorKind;
  readonly path: string;
  /** Null when its facts cannot be had. */
  readonly facts: FileFacts | null;
  /** `runs`; `masked` hides weaker ones of its name; `not-executable` is passed over. */
  readonly state: "runs" | "masked" | "not-executable";
  /** Weaker files of the same name, which do not run. */
  readonly overrides: readonly string[];
  /** The setting that makes its directory count; null for the built-in directories. */
  readonly because: Span | null;
}

/** Where systemd's own settings and programs lie, beside units (`CONF_PATHS`, src/basic/constants.h). */
export const SYSTEMD_BASES: readonly string[] = [
  "/run/systemd",
  "/etc/systemd",
  "/usr/local/lib/systemd",
  "/usr/lib/systemd",
];

const KINDS: readonly (readonly [GeneratorKind, string, string])[] = [
  ["system", "system-generators", "SYSTEMD_GENERATOR_PATH"],
  ["system-environment", "system-environment-generators", "SYSTEMD_ENVIRONMENT_GENERATOR_PATH"],
  ["user", "user-generators", "SYSTEMD_GENERATOR_PATH"],
  ["user-environment", "user-environment-generators", "SYSTEMD_ENVIRONMENT_GENERATOR_PATH"],
];

/** Every directory whose programs the managers run at boot and reload. */
export const GENERATOR_FOLDERS: readonly { readonly kind: GeneratorKind; readonly path: string }[] =
  KINDS.flatMap(([kind, folder]) => SYSTEMD_BASES.map((base) => ({ kind, path: `${base}/${folder}` })));

/**
 * The generators of a manager's scope, in byte order of names within a kind (`generator_binary_paths()`,
 * `execute_directories()`; of each name only the strongest file counts).
 */
export function generatorsOf(manager: Manager): readonly Generator[] {
  const isSystem = manager.scope.kind === "system";
  return KINDS.filter(([kind]) => kind.startsWith("system") === isSystem).flatMap(
    ([kind, folder, variable]) => {
      const extra = manager.pathOverrides
        .filter((override) => override.variable === variable)
        .flatMap(({ value, span }) => value.split(":").map((path) => ({ path, because: span })))
        .filter(({ path }) => path.startsWith("/"));
      const standard = SYSTEMD_BASES.map((base) => ({ path: `${base}/${folder}`, because: null }));
      return generatorsIn(manager, kind, [...extra, ...standard]);
    },
  );
}

function generatorsIn(
  manager: Manager,
  kind: GeneratorKind,
  directories: readonly { readonly path: string; readonly because: Span | null }[],
): readonly Generator[] {
  const found = new Map<string, Generator & { readonly overrides: string[] }>();
  for (const { path: directory, because } of directories) {
    for (const entry of manager.reader.list(directory, "generators, which make units at boot") ?? []) {
      if (entry.kind !== "file" && entry.kind !== "symlink") continue;
      const path = `${directory}/${entry.name}`;
      const stronger = found.get(entry.name);
      if (stronger === undefined)
        found.set(entry.name, { ...describe(manager, kind, entry.name, path), because, overrides: [] });
      else stronger.overrides.push(path);
    }
  }
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function describe(
  manager: Manager,
  kind: GeneratorKind,
  name: string,
  path: string,
): Omit<Generator, "overrides" | "because"> {
  const facts = manager.reader.valueOf(manager.host.stat(path), path, "a generator");
  const masked = fileNature(manager.host, path).kind === "empty";
  const executable = facts !== null && facts.kind === "file" && (facts.mode & 0o111) !== 0;
  return { name, kind, path, facts, state: masked ? "masked" : executable ? "runs" : "not-executable" };
}
