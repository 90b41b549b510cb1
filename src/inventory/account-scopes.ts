import type { Accounts } from "../accounts/accounts.ts";
import type { Host } from "../hosts/host.ts";
import type { Scope } from "../manager/scope.ts";

type UserScope = Extract<Scope, { kind: "user" }>;

/** What in a home or runtime directory may hold units of its owner, or change where they are looked for. */
const IN_HOME = [".config/systemd", ".local/share/systemd", ".config/environment.d"];

/**
 * The accounts whose own user manager has something of its own to read: a unit directory in the home or the runtime
 * directory, or lingering. The others share what `global-user` shows. Homes that belong to no account count too,
 * under the owner of the directory: units may wait there for an account to come back.
 */
export function accountScopes(host: Host, accounts: Accounts): readonly UserScope[] {
  const scopes: UserScope[] = [];
  const seen = new Set<string>();
  const add = (name: string, uid: number, gid: number, home: string) => {
    if (seen.has(name) || !home.startsWith("/")) return;
    const runtime = `/run/user/${uid}`;
    const runtimeDirectory = host.stat(`${runtime}/systemd`).kind === "present" ? runtime : null;
    const hasOwn = IN_HOME.some((path) => host.stat(`${home === "/" ? "" : home}/${path}`).kind !== "absent");
    if (!hasOwn && runtimeDirectory === null && !accounts.linger.has(name)) return;
    seen.add(name);
    scopes.push({ kind: "user", name, uid, gid, home, runtimeDirectory });
  };
  for (const { name, uid, gid, home } of accounts.all) add(name, uid, gid, home);
  // What a new account's home is filled with (useradd(8), SKEL): it runs for whoever comes next.
  if (!accounts.byName.has("skel")) add("skel", 0, 0, "/etc/skel");
  for (const { path, uid } of accounts.strayHomes) add(path.slice(path.lastIndexOf("/") + 1), uid, uid, path);
  return scopes;
}
