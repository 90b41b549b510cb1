import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { DEBIAN_PACKAGES } from "./debian-12.ts";
import { commonTree } from "./host.ts";
import { mergedPath, type PackageFiles, pacmanTree } from "./packages.ts";

/** Names of Debian's packages that are other distributions' too; their files lie below `/usr` there. */
const COMMON = new Set([
  "coreutils bash dash util-linux systemd man-db logrotate e2fsprogs findutils tar gzip sed grep mawk procps",
  "curl wget openssl rsync git python3.11 perl-base sudo podman openssh-client",
].join(" ").split(" "));

/** An Arch Linux machine in miniature, with pacman's local database. */
export function archTree(extra: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const packages = [...packagesUnderUsr(), ...extra].map((one) => ({ ...one, version: archVersion(one.version) }));
  const tree = new Map([...commonTree(), ...pacmanTree(packages)]);
  mergeUsr(tree, 'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\n');
  enable(tree, "/usr/lib/systemd/system", ["fstrim.timer", "man-db.timer", "logrotate.timer"]);
  return tree;
}

/** A device without any package manager: vendor's files below `/usr`, nothing that says where they came from. */
export function bareTree(extra: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = commonTree();
  for (const { files } of [...packagesUnderUsr(), ...extra])
    for (const [path, entry] of Object.entries(files)) tree.set(path, entry);
  mergeUsr(tree, 'PRETTY_NAME="Example Gateway OS 3"\nID=example-gateway\n');
  enable(tree, "/usr/lib/systemd/system", ["logrotate.timer"]);
  return tree;
}

/** What distributions with everything below `/usr` share with Debian. */
export function packagesUnderUsr(): readonly PackageFiles[] {
  return DEBIAN_PACKAGES.filter(({ name }) => COMMON.has(name)).map((one) => ({
    ...one,
    files: Object.fromEntries(Object.entries(one.files).map(([path, entry]) => [mergedPath(path), entry])),
  }));
}

function archVersion(version: string): string {
  return `${version.replace(/^\d+:/, "").replace(/[-+~].*$/, "")}-1`;
}

/** The links a merged `/usr` leaves behind, and the name of the distribution. */
export function mergeUsr(tree: Map<string, MemoryEntry>, osRelease: string): void {
  for (const name of ["bin", "sbin", "lib", "lib64"]) tree.set(`/${name}`, { link: `usr/${name}` });
  tree.set("/usr/lib/os-release", osRelease);
  tree.set("/etc/os-release", { link: "../usr/lib/os-release" });
}

/** Links as `systemctl enable` makes them for timers. */
export function enable(tree: Map<string, MemoryEntry>, directory: string, names: readonly string[]): void {
  for (const name of names)
    tree.set(`/etc/systemd/system/timers.target.wants/${name}`, { link: `${directory}/${name}` });
}
