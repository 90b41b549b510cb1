import type { Host } from "../hosts/host.ts";
import {
  DEFAULT_SYSTEMD_VERSION,
  parseSystemdVersion,
  type SystemdVersion,
} from "../time/systemd-version.ts";
import { osReleaseOf } from "./host-facts.ts";

/** The systemd a host runs, and how that is known. */
export interface KnownVersion {
  readonly version: SystemdVersion;
  /** `package` names the release exactly, `library` its major number; the others are guesses. */
  readonly source: "package" | "library" | "distribution" | "assumed";
  /** The file it was read from; null when assumed. */
  readonly path: string | null;
}

/** Finds systemd's version from files alone. */
export function systemdVersionOf(host: Host): KnownVersion {
  const library = libraryVersion(host);
  const packaged = packageVersion(host);
  // A package's version is worth more only if the library does not contradict it (a build of one's own).
  if (packaged !== null && (library === null || library.version.major === packaged.version.major))
    return packaged;
  return (
    library ??
    distributionVersion(host) ?? { version: DEFAULT_SYSTEMD_VERSION, source: "assumed", path: null }
  );
}

const LIBRARY_DIRECTORIES = [
  "/usr/lib/systemd",
  "/lib/systemd",
  "/usr/lib64/systemd",
  "/usr/lib",
  "/usr/lib64",
];

/** `libsystemd-shared-252.so`, `libsystemd-shared-252.38-1~deb12u1.so`, `libsystemd-core-…`. */
function libraryVersion(host: Host): KnownVersion | null {
  const directories = [...LIBRARY_DIRECTORIES, ...multiarchDirectories(host)];
  for (const directory of directories) {
    const entries = host.readDirectory(directory);
    if (entries.kind !== "present") continue;
    for (const { name } of entries.value) {
      const [, text] = /^libsystemd-(?:shared|core)-v?(\d{2,4}.*)\.so$/.exec(name) ?? [];
      const version = text === undefined ? null : parseSystemdVersion(text);
      if (version !== null) return { version, source: "library", path: `${directory}/${name}` };
    }
  }
  return null;
}

function multiarchDirectories(host: Host): readonly string[] {
  const entries = host.readDirectory("/usr/lib");
  if (entries.kind !== "present") return [];
  const names = entries.value
    .filter(({ name }) => /-linux-gnu/.test(name))
    .map(({ name }) => `/usr/lib/${name}`);
  return names.flatMap((directory) => [`${directory}/systemd`, directory]);
}

function packageVersion(host: Host): KnownVersion | null {
  return dpkgVersion(host) ?? pacmanVersion(host) ?? systemctlDocVersion(host);
}

const MAX_STATUS_BYTES = 64 * 1024 * 1024;

/** The `Version:` of the package systemd in dpkg's status. */
function dpkgVersion(host: Host): KnownVersion | null {
  const path = "/var/lib/dpkg/status";
  const content = host.readFile(path, MAX_STATUS_BYTES);
  if (content.kind !== "present") return null;
  const text = new TextDecoder("latin1").decode(content.value.bytes);
  const at = text.startsWith("Package: systemd\n") ? 0 : text.indexOf("\nPackage: systemd\n");
  if (at < 0) return null;
  const end = text.indexOf("\n\n", at);
  const [, version = ""] = /\nVersion: ([^\n]*)/.exec(text.slice(at, end < 0 ? undefined : end)) ?? [];
  return known(version, path);
}

/** Arch: a directory per package, `systemd-257.3-1`. */
function pacmanVersion(host: Host): KnownVersion | null {
  const path = "/var/lib/pacman/local";
  const entries = host.readDirectory(path);
  if (entries.kind !== "present") return null;
  const found = entries.value.find(({ name }) => /^systemd-\d/.test(name));
  return found === undefined ? null : known(found.name.slice("systemd-".length), `${path}/${found.name}`);
}

/** Fedora and its kin name the documentation or licence directory of some builds after the release. */
function systemctlDocVersion(host: Host): KnownVersion | null {
  for (const path of ["/usr/share/doc", "/usr/share/licenses"]) {
    const entries = host.readDirectory(path);
    if (entries.kind !== "present") continue;
    const found = entries.value.find(({ name }) => /^systemd-\d{3}/.test(name));
    if (found !== undefined) return known(found.name.slice("systemd-".length), `${path}/${found.name}`);
  }
  return null;
}

function known(text: string, path: string): KnownVersion | null {
  const version = parseSystemdVersion(text);
  return version === null ? null : { version, source: "package", path };
}

/** The systemd each release of a distribution shipped with, from general knowledge and not checked against archives: a last resort. */
const DISTRIBUTIONS: ReadonlyMap<string, number> = new Map([
  ["debian 10", 241],
  ["debian 11", 247],
  ["debian 12", 252],
  ["debian 13", 257],
  ["ubuntu 18.04", 237],
  ["ubuntu 20.04", 245],
  ["ubuntu 22.04", 249],
  ["ubuntu 24.04", 255],
  ["ubuntu 25.04", 257],
  ["rhel 7", 219],
  ["rhel 8", 239],
  ["rhel 9", 252],
  ["rhel 10", 257],
  ["fedora 38", 253],
  ["fedora 39", 254],
  ["fedora 40", 255],
  ["fedora 41", 256],
  ["fedora 42", 257],
  ["amzn 2", 219],
  ["amzn 2023", 252],
  ["sles 12", 228],
]);

const LIKE_RHEL: ReadonlySet<string> = new Set(["centos", "rocky", "almalinux", "ol"]);

function distributionVersion(host: Host): KnownVersion | null {
  const release = osReleaseOf(host);
  const id = release?.get("ID") ?? "";
  const version = release?.get("VERSION_ID") ?? "";
  const name = LIKE_RHEL.has(id) ? "rhel" : id;
  const major =
    DISTRIBUTIONS.get(`${name} ${version}`) ?? DISTRIBUTIONS.get(`${name} ${version.split(".")[0]}`);
  if (major === undefined) return null;
  return { version: { major, point: null }, source: "distribution", path: "/etc/os-release" };
}
