import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeUnitTree } from "./unit-tree.ts";

export interface HostTreeSize {
  /** Unit files of the system, as `makeUnitTree` spreads them. */
  readonly units: number;
  /** Accounts that may log in, each with a home, a timer of its own and the service it starts. */
  readonly homes: number;
  /** Files of packages, all of them on disk and in dpkg's database. */
  readonly files: number;
}

const FILES_OF_A_PACKAGE = 100;
/** Packages a repository offers for each that is installed: apt's list is much longer than dpkg's. */
const OFFERED = 20;
/** Modification time of everything packaged, seconds since 1970: dpkg unpacks lists and files together. */
const UNPACKED = 1_700_000_000;

/**
 * A root as a busy server is: unit files, homes with timers of their own, and dpkg packages with their lists, digests,
 * maintainer scripts, status and apt's list of what the repositories offer. Every tenth packaged file is a program;
 * services of packages run them, and each of those is a shell script of some forty lines. Equal sizes, equal bytes.
 */
export function makeHostTree(root: string, { units, homes, files }: HostTreeSize): void {
  const made = new Set<string>();
  const write = (path: string, text: string, mode = 0o644): void => {
    const full = join(root, path);
    if (!made.has(dirname(full))) {
      mkdirSync(dirname(full), { recursive: true });
      made.add(dirname(full));
    }
    writeFileSync(full, text, { mode });
  };
  makeUnitTree(root, units);
  for (const name of ["bin", "sbin", "lib"]) {
    mkdirSync(join(root, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  writeAccounts(write, homes);
  for (let user = 0; user < homes; user++) writeHome(write, user);
  writeConfiguration(write);
  const names = Array.from(
    { length: Math.ceil(files / FILES_OF_A_PACKAGE) },
    (_, index) => `package-${index}`,
  );
  for (const [index, name] of names.entries()) {
    const count = Math.min(FILES_OF_A_PACKAGE, files - index * FILES_OF_A_PACKAGE);
    writePackage(root, write, name, index, count);
  }
  write("/var/lib/dpkg/status", names.map((name, index) => stanza(name, index)).join("\n"));
  const offered = Array.from({ length: names.length * OFFERED }, (_, index) =>
    offer(names[index / OFFERED] ?? `offered-${index}`, index),
  );
  write(
    "/var/lib/apt/lists/deb.example.test_debian_dists_stable_InRelease",
    "Origin: Example\nCodename: stable\n",
  );
  write(
    "/var/lib/apt/lists/deb.example.test_debian_dists_stable_main_binary-amd64_Packages",
    offered.join("\n"),
  );
}

type Write = (path: string, text: string, mode?: number) => void;

function writeAccounts(write: Write, homes: number): void {
  const users = Array.from({ length: homes }, (_, user) => ({ name: `user${user}`, id: 1000 + user }));
  const passwd = users.map(({ name, id }) => `${name}:x:${id}:${id}::/home/${name}:/bin/bash\n`);
  write(
    "/etc/passwd",
    `root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n${passwd.join("")}`,
  );
  write(
    "/etc/group",
    `root:x:0:\ndaemon:x:1:\nsudo:x:27:user0\n${users.map(({ name, id }) => `${name}:x:${id}:\n`).join("")}`,
  );
  write(
    "/etc/shadow",
    `root:!:19000:0:99999:7:::\n${users.map(({ name }) => `${name}:!:19000:0:99999:7:::\n`).join("")}`,
    0o640,
  );
}

function writeHome(write: Write, user: number): void {
  const home = `/home/user${user}`;
  const units = `${home}/.config/systemd/user`;
  write(
    `${units}/sync-${user}.timer`,
    `[Timer]\nOnCalendar=*:${user % 60}\n\n[Install]\nWantedBy=timers.target\n`,
  );
  write(`${units}/sync-${user}.service`, `[Service]\nType=oneshot\nExecStart=%h/bin/sync.sh --all\n`);
  write(`${home}/bin/sync.sh`, script(`sync-${user}`), 0o755);
  write(`${home}/.bashrc`, "alias ll='ls -l'\n");
  write(`${home}/.ssh/authorized_keys`, "# none\n", 0o600);
}

/** What checks of controls read most: sudo, the login daemon, PAM, the journal. */
function writeConfiguration(write: Write): void {
  write("/etc/os-release", 'ID=debian\nVERSION_ID="12"\n');
  write("/etc/sudoers", "Defaults use_pty\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n", 0o440);
  write("/etc/ssh/sshd_config", "PermitRootLogin no\nPasswordAuthentication no\n");
  write("/etc/pam.d/sudo", "auth required pam_unix.so\n");
  write("/etc/login.defs", "UID_MIN 1000\n");
  write("/etc/systemd/journald.conf", "[Journal]\nStorage=persistent\n");
  write("/etc/crontab", "17 * * * * root run-parts /etc/cron.hourly\n");
}

function writePackage(root: string, write: Write, name: string, index: number, count: number): void {
  const share = `/usr/share/${name}`;
  const list = ["/.", "/usr", "/usr/share", share];
  const sums: string[] = [];
  const ship = (path: string, text: string, mode?: number): void => {
    write(path, text, mode);
    list.push(path);
    sums.push(`${createHash("md5").update(text).digest("hex")}  ${path.slice(1)}\n`);
  };
  for (let file = 0; file < count; file++) {
    if (file === 1)
      ship(
        `/usr/lib/systemd/system/${name}.timer`,
        `[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n`,
      );
    else if (file === 2)
      ship(
        `/usr/lib/systemd/system/${name}.service`,
        `[Service]\nType=oneshot\nExecStart=/usr/sbin/${name}-0 --run\n`,
      );
    else if (file % 10 === 0) ship(`/usr/sbin/${name}-${file}`, script(`${name}-${file}`), 0o755);
    else ship(`${share}/part-${file % 7}/file-${file}`, `${name} ${file}\n`);
  }
  const info = `/var/lib/dpkg/info/${name}`;
  write(`${info}.list`, `${list.join("\n")}\n`);
  write(`${info}.md5sums`, sums.join(""));
  if (index % 4 === 0) write(`${info}.postinst`, script(`${name}.postinst`), 0o755);
  for (const suffix of ["list", "md5sums"]) utimesSync(join(root, `${info}.${suffix}`), UNPACKED, UNPACKED);
}

function stanza(name: string, index: number): string {
  return [
    `Package: ${name}`,
    "Status: install ok installed",
    "Priority: optional",
    "Section: admin",
    "Maintainer: Example <packages@example.test>",
    "Architecture: amd64",
    `Version: 1.${index % 40}-1`,
    "Depends: libc6 (>= 2.34)",
    `Description: package ${index} of a measured host`,
    " It holds some files and a program.\n",
  ].join("\n");
}

function offer(name: string, index: number): string {
  return [
    `Package: ${name}`,
    `Version: 1.${Math.floor(index / OFFERED) % 40}-1`,
    "Maintainer: Example <packages@example.test>",
    "Architecture: amd64",
    "Depends: libc6 (>= 2.34), libexample1 (>= 1.0), libother2, debconf (>= 0.5) | debconf-2.0",
    `Description: package ${index} that a repository offers`,
    `Description-md5: ${createHash("md5").update(name).digest("hex")}`,
    `Filename: pool/main/p/${name}/${name}_1.deb`,
    "Size: 123456",
    `SHA256: ${createHash("sha256").update(name).digest("hex")}\n`,
  ].join("\n");
}

/** Shell as maintainers write it: options, functions, loops, pipes, a few tools. */
function script(name: string): string {
  return `#!/bin/sh
# ${name}: keeps what it keeps in order
set -eu

STATE=/var/lib/${name}
KEEP=\${KEEP:-14}
LOG=/var/log/${name}.log

log() {
	echo "$(date +%s) $*" >> "$LOG"
}

usage() {
	cat <<END
usage: ${name} [--run] [--all] [--keep DAYS]
END
	exit 2
}

while [ $# -gt 0 ]; do
	case "$1" in
		--run|--all) ;;
		--keep) KEEP="$2"; shift ;;
		*) usage ;;
	esac
	shift
done

[ -d "$STATE" ] || exit 0
for directory in "$STATE"/*; do
	[ -d "$directory" ] || continue
	log "looking at $directory"
	find "$directory" -type f -mtime +"$KEEP" -print | while read -r file; do
		if gzip -t "$file" 2>/dev/null; then
			rm -f -- "$file"
		else
			log "kept $file"
		fi
	done
done
sort -u "$STATE/index" | sed -e 's/^ *//' > "$STATE/index.new" && mv "$STATE/index.new" "$STATE/index"
log "done"
`;
}
