import type { Host } from "../hosts/host.ts";
import { type SystemdVersion, splitUsr, userAttached, xdgUserDefault } from "../time/systemd-version.ts";
import type { Scope } from "./scope.ts";

/** What a directory of the search path is for, after systemd's own names (`LookupPaths`, src/basic/path-lookup.h). */
export type DirectoryKind =
  | "control"
  | "transient"
  | "generator"
  | "config"
  | "attached"
  | "vendor"
  /** Only reached if an override of the search path holds (`path-override.ts`). */
  | "extra";

/** One directory of a manager's search path; its index in the path is its rank, 0 being the strongest. */
export interface SearchDirectory {
  readonly path: string;
  readonly kind: DirectoryKind;
  /** False below `/run`: gone at the next boot. */
  readonly persistent: boolean;
}

/**
 * Where a manager looks for units, strongest first (`lookup_paths_init()`, src/basic/path-lookup.c).
 *
 * Directories need not exist. `/lib` is listed only before systemd 255, and only where it is not the same directory as `/usr/lib`.
 */
export function searchPath(
  scope: Scope,
  host: Host,
  version: SystemdVersion,
  extra: readonly string[] = [],
): readonly SearchDirectory[] {
  return unique([...standardPath(scope, host, version), ...extra.map((path) => directory(path, "extra"))]);
}

function standardPath(scope: Scope, host: Host, version: SystemdVersion): readonly SearchDirectory[] {
  switch (scope.kind) {
    case "system":
      return systemPath(host, version);
    case "global-user":
      return globalUserPath(host, version);
    case "user":
      return userPath(scope, host, version);
  }
}

function systemPath(host: Host, version: SystemdVersion): readonly SearchDirectory[] {
  return [
    directory("/etc/systemd/system.control", "control"),
    directory("/run/systemd/system.control", "control"),
    directory("/run/systemd/transient", "transient"),
    directory("/run/systemd/generator.early", "generator"),
    directory("/etc/systemd/system", "config"),
    directory("/etc/systemd/system.attached", "attached"),
    directory("/run/systemd/system", "config"),
    directory("/run/systemd/system.attached", "attached"),
    directory("/run/systemd/generator", "generator"),
    directory("/usr/local/lib/systemd/system", "vendor"),
    ...(usesSplitUsr(host, version) ? [directory("/lib/systemd/system", "vendor")] : []),
    directory("/usr/lib/systemd/system", "vendor"),
    directory("/run/systemd/generator.late", "generator"),
  ];
}

function globalUserPath(host: Host, version: SystemdVersion): readonly SearchDirectory[] {
  return [
    directory("/etc/systemd/user", "config"),
    directory("/run/systemd/user", "config"),
    ...sharedUserPath(),
    ...(usesSplitUsr(host, version) ? [directory("/lib/systemd/user", "vendor")] : []),
  ];
}

function sharedUserPath(): readonly SearchDirectory[] {
  return ["/usr/local/share", "/usr/share", "/usr/local/lib", "/usr/lib"].map((base) =>
    directory(`${base}/systemd/user`, "vendor"),
  );
}

function userPath(
  scope: Extract<Scope, { kind: "user" }>,
  host: Host,
  version: SystemdVersion,
): readonly SearchDirectory[] {
  const config = `${scope.home}/.config/systemd`;
  const runtime = (name: string, kind: DirectoryKind): readonly SearchDirectory[] =>
    scope.runtimeDirectory === null
      ? []
      : [{ path: `${scope.runtimeDirectory}/systemd/${name}`, kind, persistent: false }];
  const attached = userAttached(version);
  const xdgDefault = xdgUserDefault(version);
  return [
    directory(`${config}/user.control`, "control"),
    ...runtime("user.control", "control"),
    ...runtime("transient", "transient"),
    ...runtime("generator.early", "generator"),
    directory(`${config}/user`, "config"),
    ...(attached ? [directory(`${config}/user.attached`, "attached")] : []),
    ...(xdgDefault && !isSame(host, "/etc/xdg/systemd/user", "/etc/systemd/user")
      ? [directory("/etc/xdg/systemd/user", "config")]
      : []),
    directory("/etc/systemd/user", "config"),
    ...runtime("user", "config"),
    ...(attached ? runtime("user.attached", "attached") : []),
    directory("/run/systemd/user", "config"),
    ...runtime("generator", "generator"),
    directory(`${scope.home}/.local/share/systemd/user`, "vendor"),
    ...sharedUserPath(),
    ...(usesSplitUsr(host, version) ? [directory("/lib/systemd/user", "vendor")] : []),
    ...runtime("generator.late", "generator"),
  ];
}

function directory(path: string, kind: DirectoryKind): SearchDirectory {
  return { path, kind, persistent: !path.startsWith("/run/") };
}

/** A manager built with split-usr support reads `/lib` too; upstream dropped that in 255. */
export function usesSplitUsr(host: Host, version: SystemdVersion): boolean {
  if (!splitUsr(version)) return false;
  return host.stat("/lib/systemd").kind === "present" && !isSame(host, "/lib/systemd", "/usr/lib/systemd");
}

function isSame(host: Host, left: string, right: string): boolean {
  const a = host.realPath(left);
  const b = host.realPath(right);
  return a.kind === "present" && b.kind === "present" && a.value === b.value;
}

function unique(directories: readonly SearchDirectory[]): readonly SearchDirectory[] {
  const seen = new Set<string>();
  return directories.filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined);
}
