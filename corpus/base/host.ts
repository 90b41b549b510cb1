import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { INSTALLED_NS } from "./packages.ts";

/** An account of the base trees: name, uid, home, shell, and whether a password opens it. */
interface BaseAccount {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  readonly shell: string;
  readonly locked: boolean;
}

const NOLOGIN = "/usr/sbin/nologin";

/** The people and services of every base tree. */
export const ACCOUNTS: readonly BaseAccount[] = [
  { name: "root", uid: 0, home: "/root", shell: "/bin/bash", locked: false },
  { name: "daemon", uid: 1, home: "/usr/sbin", shell: NOLOGIN, locked: true },
  { name: "man", uid: 6, home: "/var/cache/man", shell: NOLOGIN, locked: true },
  { name: "www-data", uid: 33, home: "/var/www", shell: NOLOGIN, locked: true },
  { name: "backup", uid: 34, home: "/var/backups", shell: NOLOGIN, locked: true },
  { name: "nobody", uid: 65534, home: "/nonexistent", shell: NOLOGIN, locked: true },
  { name: "postgres", uid: 110, home: "/var/lib/postgresql", shell: "/bin/bash", locked: true },
  { name: "alice", uid: 1000, home: "/home/alice", shell: "/bin/bash", locked: false },
  { name: "bob", uid: 1001, home: "/home/bob", shell: "/bin/bash", locked: false },
  { name: "app", uid: 1002, home: "/opt/app", shell: NOLOGIN, locked: true },
];

/** Homes by path, for files planted in them. */
export const HOMES: ReadonlyMap<string, number> = new Map(
  ACCOUNTS.filter(({ home }) => home.startsWith("/home/")).map(({ home, uid }) => [home, uid]),
);

/** Accounts and directories that every base tree has. */
export function commonTree(): Map<string, MemoryEntry> {
  const time = { mtimeNs: INSTALLED_NS, ctimeNs: INSTALLED_NS };
  const file = (content: string, mode = 0o644): MemoryEntry => ({ content, mode, ...time });
  const dir = (mode = 0o755, uid = 0): MemoryEntry => ({ dir: true, mode, uid, gid: uid, ...time });
  const passwd = ACCOUNTS.map(
    ({ name, uid, home, shell }) => `${name}:x:${uid}:${uid}:${name}:${home}:${shell}\n`,
  );
  const group = [
    ...ACCOUNTS.map(({ name, uid }) => `${name}:x:${uid}:\n`),
    "sudo:x:27:alice\n",
    "adm:x:4:alice\n",
    "users:x:100:alice,bob\n",
  ];
  const shadow = ACCOUNTS.map(
    ({ name, locked }) => `${name}:${locked ? "*" : "$y$j9T$example$example"}:19700:0:99999:7:::\n`,
  );
  const tree = new Map<string, MemoryEntry>([
    ["/", dir()],
    ["/etc/passwd", file(passwd.join(""))],
    ["/etc/group", file(group.join(""))],
    ["/etc/shadow", file(shadow.join(""), 0o640)],
    ["/etc/hostname", file("web\n")],
    ["/etc/machine-id", file("00000000000000000000000000000001\n")],
    ["/tmp", dir(0o1777)],
    ["/var/tmp", dir(0o1777)],
    ["/dev/shm", dir(0o1777)],
    ["/dev/null", { kind: "character-device", mode: 0o666, ...time }],
    ["/root", dir(0o700)],
    ["/opt", dir()],
    ["/srv", dir()],
    ["/home", dir()],
    ["/run", dir()],
    ["/run/systemd/system", dir()],
    ["/run/systemd/private", { kind: "socket", mode: 0o600, ...time }],
    ["/var/lib/systemd/linger", dir()],
    ["/var/lib/systemd/timers", dir()],
  ]);
  for (const [home, uid] of HOMES) tree.set(home, dir(0o755, uid));
  return tree;
}
