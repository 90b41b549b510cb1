/** Pieces of the small hosts that checks are tried on. */
import type { MemoryEntry } from "../hosts/memory.ts";

type Files = Readonly<Record<string, MemoryEntry>>;

export const PASSWD =
  "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\nbob:x:1001:1001:Bob:/home/bob:/bin/bash\n";
export const GROUP =
  "root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\nanna:x:1000:\nbob:x:1001:\nsudo:x:27:anna\n";
/** Hashes of example hosts are words that match no password. */
export const SHADOW =
  "root:*:19000:0:99999:7:::\nwww-data:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\nanna:$y$example:19000:0:99999:7:::\nbob:$y$example:19000:0:99999:7:::\n";

/** Anna, an administrator, and Bob; a service account; nothing kept elsewhere. */
export const ACCOUNTS: Files = {
  "/etc/passwd": PASSWD,
  "/etc/group": GROUP,
  "/etc/shadow": { content: SHADOW, mode: 0o640, gid: 42 },
  "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n",
  "/etc/login.defs": "UID_MIN 1000\n",
};

/** A local timer `job.timer` that starts `job.service` with these lines in `[Service]`, enabled at boot. */
export function localTimer(service: string, more: Files = {}): Files {
  return {
    "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
    "/etc/systemd/system/job.service": `[Service]\n${service}`,
    "/etc/systemd/system/timers.target.wants/job.timer": { link: "/etc/systemd/system/job.timer" },
    "/usr/local/bin/job": { content: "#!/bin/sh\nexit 0\n", mode: 0o755 },
    ...more,
  };
}

/** A timer of a user's own, enabled in his home. */
export function userTimer(name: string, uid: number, more: Files = {}): Files {
  const own = { uid, gid: uid };
  const units = `/home/${name}/.config/systemd/user`;
  return {
    [`/home/${name}`]: { dir: true, ...own, mode: 0o750 },
    [`/home/${name}/.config`]: { dir: true, ...own },
    [`/home/${name}/.config/systemd`]: { dir: true, ...own },
    [units]: { dir: true, ...own },
    [`${units}/own.timer`]: { content: "[Timer]\nOnCalendar=daily\n", ...own },
    [`${units}/own.service`]: { content: "[Service]\nExecStart=/bin/true\n", ...own },
    [`${units}/timers.target.wants`]: { dir: true, ...own },
    [`${units}/timers.target.wants/own.timer`]: { link: `${units}/own.timer`, ...own },
    ...more,
  };
}

/** The same files with one that cannot be read. */
export function unreadable(files: Files, path: string): Files {
  return { ...files, [path]: { content: "cannot be seen\n", error: "EACCES" } };
}

/** The same files without some. */
export function without(files: Files, ...paths: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));
}
