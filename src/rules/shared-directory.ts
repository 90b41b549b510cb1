/** Directories where any local user may create files, or that vanish at reboot. Source: file-hierarchy(7), tmpfiles.d/tmp.conf. */
const SHARED: readonly (readonly [prefix: string, what: string])[] = [
  ["/dev/shm/", "a memory file system any user can write to, gone after reboot"],
  ["/dev/mqueue/", "a memory file system any user can write to, gone after reboot"],
  ["/tmp/", "a directory any user can write to, emptied at boot"],
  ["/var/tmp/", "a directory any user can write to"],
  ["/run/lock/", "a directory any user can write to, gone after reboot"],
  ["/var/lock/", "a directory any user can write to, gone after reboot"],
  ["/run/user/", "a user's runtime directory, gone when they log out"],
  ["/run/shm/", "a memory file system any user can write to, gone after reboot"],
  ["/var/crash/", "a directory any user can write to"],
  ["/var/spool/samba/", "a directory any user can write to"],
];

/** What is special about the place of a path, or `null`. A path that only begins alike (`/tmpfiles/x`) is not there. */
export function sharedDirectory(path: string): { readonly directory: string; readonly what: string } | null {
  for (const [directory, what] of SHARED) if (path.startsWith(directory)) return { directory, what };
  return null;
}

/** The home a path lies in: `/home/NAME` or `/root`, or a home of the accounts given. */
export function homeOf(path: string, homes: Iterable<string>): string | null {
  for (const home of homes)
    if (home.length > 1 && path[home.length] === "/" && path.startsWith(home) && !NOT_HOMES.has(home))
      return home;
  return /^\/home\/[^/]+(?=\/)/.exec(path)?.[0] ?? (path.startsWith("/root/") ? "/root" : null);
}

/** A shell's own start-up file at the top of a home: hidden by custom, and read at every login. */
export function isShellStartUp(path: string): boolean {
  return /^(\/home\/[^/]+|\/root)\/\.(bashrc|bash_profile|bash_login|bash_aliases|bash_env|profile|zshrc|zshenv|zprofile|kshrc|env)$/.test(
    path,
  );
}

/** Directories that accounts name as home and that are no one's own. */
const NOT_HOMES: ReadonlySet<string> = new Set([
  "/",
  "/bin",
  "/dev",
  "/sbin",
  "/usr",
  "/usr/sbin",
  "/usr/bin",
  "/usr/games",
  "/usr/lib",
  "/var",
  "/var/lib",
  "/var/mail",
  "/var/run",
  "/run",
  "/etc",
  "/opt",
  "/srv",
  "/nonexistent",
]);
