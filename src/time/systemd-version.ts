/** A release of systemd as its package or `systemctl --version` tells it. */
export interface SystemdVersion {
  readonly major: number;
  /** The point release of the stable branch; `null` when the text did not say. */
  readonly point: number | null;
}

/** Debian 12's systemd, on which the behaviour here was measured. */
export const DEFAULT_SYSTEMD_VERSION: SystemdVersion = { major: 252, point: 38 };

/** The newest whose differences are known here: what a repository's units may be written for. */
export const NEWEST_SYSTEMD_VERSION: SystemdVersion = { major: 260, point: null };

/**
 * Reads `252`, `252.38`, `v257`, `252.38-1~deb12u1`, `systemd 252 (252.38-1~deb12u1)`, `257~rc1`, `239-82.el8`;
 * `null` when no release number is to be found.
 */
export function parseSystemdVersion(text: string): SystemdVersion | null {
  const detailed = /\((?:\d+:)?v?(\d{2,4})(?:\.(\d{1,4}))?[^)]{0,80}\)/.exec(text.slice(0, 200));
  const plain = /^\s*(?:systemd\s+)?(?:\d+:)?v?(\d{2,4})(?:\.(\d{1,4}))?(?![\d.]*\d{5})/.exec(
    text.slice(0, 200),
  );
  const match = detailed ?? plain;
  if (match === null) return null;
  const point = match[2];
  return { major: Number(match[1]), point: point === undefined ? null : Number(point) };
}

/** Prints `252.38`, or `252` when the point release is unknown. */
export function formatSystemdVersion({ major, point }: SystemdVersion): string {
  return point === null ? String(major) : `${major}.${point}`;
}

/**
 * True from `major` on. Where a fix was also carried to stable branches, `fixed` says from which of their points;
 * an unknown point counts as the newest of its branch, since that is what distributions ship.
 */
function since(
  version: SystemdVersion,
  major: number,
  fixed: ReadonlyMap<number, number> = new Map(),
): boolean {
  if (version.major >= major) return true;
  const point = fixed.get(version.major);
  return point !== undefined && (version.point === null || version.point >= point);
}

/** `.upholds/` directories, `UpheldBy=`: systemd 254 (NEWS 254, `unit_dir_is_…` in `install.c`). */
export const hasUpholds = (version: SystemdVersion): boolean => since(version, 254);

/** `ignore` in preset files: systemd 254 (NEWS 254, systemd.preset(5)). */
export const presetIgnore = (version: SystemdVersion): boolean => since(version, 254);

/** A comment ending in a backslash no longer swallows the next line of an environment file: 254 (`env-file.c`). */
export const envFileCommentEnds = (version: SystemdVersion): boolean => since(version, 254);

/** `DeferReactivation=` in timers: systemd 257 (systemd.timer(5)). */
export const deferReactivation = (version: SystemdVersion): boolean => since(version, 257);

/** `RandomizedOffsetSec=`: systemd 258 (systemd.timer(5)). */
export const randomizedOffset = (version: SystemdVersion): boolean => since(version, 258);

/** `|` before a command runs it in the user's shell: systemd 258 (systemd.service(5)); before, part of the name. */
export const execShellPrefix = (version: SystemdVersion): boolean => since(version, 258);

/** `!!` asks for ambient capabilities; from 258 on it is accepted and means nothing (systemd.service(5)). */
export const execAmbientPrefix = (version: SystemdVersion): boolean => !since(version, 258);

/** User units in `/etc/xdg/systemd/user` by default: until 256 (`path-lookup.c`). */
export const xdgUserDefault = (version: SystemdVersion): boolean => !since(version, 257);

/** Portable services of users, `user.attached`: systemd 260 (`path-lookup.c`). */
export const userAttached = (version: SystemdVersion): boolean => since(version, 260);

/** Drop-ins of a masked unit are still read: seen on 252, gone on 257 (`unit_load_dropin`). */
export const dropInsOfMasked = (version: SystemdVersion): boolean => !since(version, 257);

/** A new `.d` directory sets NeedDaemonReload: not on 252, yes on 257 (`unit_need_daemon_reload`). */
export const reloadNeededForNewDropInDirectory = (version: SystemdVersion): boolean => since(version, 257);

/** Restarting a timer fires a boot span that is already past: seen up to 257.3, not on 257.13 (`timer.c`). */
export const restartRefiresPastBoot = (version: SystemdVersion): boolean =>
  !since(version, 258, new Map([[257, 13]]));

/** A calendar elapse before boot is moved to boot always; later only without or with a stale stamp (`timer.c`). */
export const rebase = (version: SystemdVersion): "always" | "stale" =>
  since(version, 258, new Map([[257, 13]])) ? "stale" : "always";

/** Monotonic values are computed anew when the clock is set: until 257 (`timer_time_change`). */
export const monotonicRecomputed = (version: SystemdVersion): boolean => !since(version, 258);

/** The search leaves a repeated hour instead of circling in it: the fix of May 2025 in `find_next`. */
export const calendarStuckGuard = (version: SystemdVersion): boolean =>
  since(
    version,
    258,
    new Map([
      [252, 38],
      [257, 13],
    ]),
  );

/** An overflow into the next year also starts it on day 1: 259 and 257.13 (`tm_within_bounds`). */
export const calendarYearResetsDay = (version: SystemdVersion): boolean =>
  since(version, 259, new Map([[257, 13]]));

/** `@-1` is out of range rather than invalid: systemd 257 (`parse_date` in `calendarspec.c`). */
export const calendarNegativeEpochRange = (version: SystemdVersion): boolean => since(version, 257);

/** SysV scripts and `rc.local` become units: generators removed in 260 (NEWS 260; a build option before). */
export const sysvGenerators = (version: SystemdVersion): boolean => !since(version, 260);

/** `/lib/systemd/system` is a search directory of its own in split-usr builds: until 254 (NEWS 255). */
export const splitUsr = (version: SystemdVersion): boolean => !since(version, 255);

/** Credentials `systemd.extra-unit.*` and `systemd.unit-dropin.*`: systemd 256 (systemd.system-credentials(7)). */
export const unitCredentials = (version: SystemdVersion): boolean => since(version, 256);

/** `capsule@.service` managers: systemd 256 (NEWS 256). */
export const capsules = (version: SystemdVersion): boolean => since(version, 256);

/** `TRIGGER_UNIT` and its like in the environment of a triggered service: systemd 252 (NEWS 252). */
export const triggerVariables = (version: SystemdVersion): boolean => since(version, 252);
