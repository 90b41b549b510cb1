/**
 * What of a compressed archive is held during its one pass. `"script"` holds a file only if it begins with `#!`.
 * Paths are as the archive writes them, so a rule must fit below any prefix (`./`, `rootfs/`, `[root]/`).
 */
export type KeepPolicy = (path: string, size: number) => boolean | "script";

const LARGEST_TEXT = 8 * 1024 * 1024;
const LARGEST_DATABASE = 128 * 1024 * 1024;
const LARGEST_SCRIPT = 1024 * 1024;

/** Configuration and state that nearly every audit opens. */
const TEXTS: RegExp = new RegExp(
  `(?:^|/)(?:${[
    "etc/",
    "(?:usr/)?(?:local/)?(?:lib|share)/(?:systemd|environment\\.d|sysusers\\.d|tmpfiles\\.d)/",
    "usr/share/(?:zoneinfo|dbus-1/(?:system-)?services)/",
    "usr/lib/(?:os-release|pacman|sysimage)",
    "run/systemd/",
    "var/lib/(?:systemd|dpkg/(?:info/[^/]*\\.(?:list|md5sums|conffiles)$|alternatives/|diversions$|statoverride$)|pacman/local|misc)",
    "var/spool/(?:cron|anacron|at)/",
    "(?:\\.config|\\.local/share)/(?:systemd|environment\\.d)/",
    "live_response/",
    "bodyfile/",
    "results/",
    "(?:index|manifest|oci-layout|repositories|uploads|client_info|collection_context)(?:\\.json)?$",
    "uac\\.log",
  ].join("|")})`,
);

const DATABASES: RegExp =
  /(?:^|\/)(?:bodyfile\/bodyfile\.txt|var\/lib\/dpkg\/status|lib\/apk\/db\/(?:installed|scripts\.tar)|(?:var\/lib|usr\/lib\/sysimage)\/rpm\/[^/]+)$/;

const SCRIPTS: RegExp = /(?:^|\/)(?:s?bin|lib|libexec|opt|root|home\/[^/]+)\//;

export const keepForAudit: KeepPolicy = (path, size) => {
  if (size <= LARGEST_TEXT && TEXTS.test(path)) return true;
  if (size <= LARGEST_DATABASE && DATABASES.test(path)) return true;
  return size <= LARGEST_SCRIPT && SCRIPTS.test(path) ? "script" : false;
};
