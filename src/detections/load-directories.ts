/** Every directory a manager loads units from, on any host: made by the very function that the audit reads units with. */
import { memoryHost } from "../hosts/memory.ts";
import type { Scope } from "../manager/scope.ts";
import { type SearchDirectory, searchPath } from "../manager/search-path.ts";
import { DEFAULT_SYSTEMD_VERSION, NEWEST_SYSTEMD_VERSION } from "../time/systemd-version.ts";

/** A host on which `/lib` is a directory of its own has the longest list. */
const SPLIT_USR = { "/lib/systemd": { dir: true }, "/usr/lib/systemd": { dir: true } } as const;

/** Everybody's own directories, with `HOME` and `RUNTIME` where an account's stand. */
const ANYBODY: Scope = { kind: "user", name: "", uid: 0, gid: 0, home: "HOME", runtimeDirectory: "RUNTIME" };

/** Strongest first, as `searchPath` orders them; a directory both scopes read is listed with the users'. */
export function loadDirectories(of: "system" | "users"): readonly SearchDirectory[] {
  const host = memoryHost(SPLIT_USR);
  const scope: Scope = of === "system" ? { kind: "system" } : ANYBODY;
  const all = [DEFAULT_SYSTEMD_VERSION, NEWEST_SYSTEMD_VERSION].flatMap((version) =>
    searchPath(scope, host, version),
  );
  return [...new Map(all.map((directory) => [directory.path, directory])).values()];
}
