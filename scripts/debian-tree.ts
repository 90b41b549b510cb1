/**
 * Makes a freshly installed Debian 12 with debootstrap(8), to assess what a healthy system is.
 *
 * `tsx scripts/debian-tree.ts DIR` asks the network for the packages and needs root, as debootstrap does. Then:
 * `timerwarden assess root:DIR`, or `TIMERWARDEN_DEBIAN=DIR npx vitest run test/debian-tree.test.ts`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

/** What a server of the standard system has, without what only one machine in a few has. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "libpam-systemd",
  "cron",
  "logrotate",
  "apt",
  "apt-utils",
  "sudo",
  "openssh-server",
  "rsyslog",
  "man-db",
  "bash-completion",
  "e2fsprogs",
  "util-linux",
];

const [target] = process.argv.slice(2);
if (target === undefined) stop(64, "usage: tsx scripts/debian-tree.ts DIR");
else if (existsSync(target) && readdirSync(target).length > 0) stop(64, `${target} is not empty`);
else if (spawnSync("debootstrap", ["--version"]).error !== undefined)
  stop(69, "debootstrap is not installed: apt-get install debootstrap");
else
  process.exitCode =
    spawnSync("debootstrap", ["--variant=minbase", `--include=${PACKAGES.join(",")}`, "bookworm", target], {
      stdio: "inherit",
    }).status ?? 1;

function stop(status: number, says: string): void {
  process.stderr.write(`${says}\n`);
  process.exitCode = status;
}
