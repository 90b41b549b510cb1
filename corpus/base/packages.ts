import { createHash } from "node:crypto";
import type { MemoryEntry, MemoryFile } from "../../src/hosts/memory.ts";

/** A package as a base tree or a case installs it. */
export interface PackageFiles {
  readonly name: string;
  readonly version: string;
  /** Paths as the package lists them: Debian's may stand below `/bin`, `/sbin`, `/lib` though `/usr` is merged. */
  readonly files: Readonly<Record<string, MemoryEntry>>;
  /** Paths among `files` that dpkg treats as configuration. */
  readonly conffiles?: readonly string[];
  /** False for a package that no configured repository offers. Default true. */
  readonly listed?: boolean;
}

/** When the stock files were made, and when they came to the host. */
export const PACKAGED_NS = 1_686_400_000_000_000_000n;
export const INSTALLED_NS = 1_704_880_000_000_000_000n;

const MERGED = /^\/(bin|sbin|lib|lib64)(?=\/)/;

/** The path where a packaged file really lies on a merged `/usr`. */
export function mergedPath(path: string): string {
  return path.replace(MERGED, "/usr/$1");
}

/** The files of packages with dpkg's database and apt's list that describe them. */
export function dpkgTree(packages: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = new Map<string, MemoryEntry>();
  const status: string[] = [];
  const offers: string[] = [];
  for (const { name, version, files, conffiles = [], listed = true } of packages) {
    const digests: string[] = [];
    const conffileLines: string[] = [];
    for (const [path, entry] of Object.entries(files)) {
      tree.set(mergedPath(path), packaged(entry));
      const content = contentOf(entry);
      if (content === null) continue;
      const digest = createHash("md5").update(content).digest("hex");
      if (conffiles.includes(path)) conffileLines.push(` ${path} ${digest}`);
      else digests.push(`${digest}  ${path.slice(1)}\n`);
    }
    const info = `/var/lib/dpkg/info/${name}`;
    tree.set(`${info}.list`, database(`${listOf(Object.keys(files)).join("\n")}\n`));
    if (digests.length > 0) tree.set(`${info}.md5sums`, database(digests.join("")));
    const facts = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n`;
    const conf = conffileLines.length === 0 ? "" : `Conffiles:\n${conffileLines.join("\n")}\n`;
    status.push(`${facts}Status: install ok installed\n${conf}Description: ${name}\n`);
    if (listed) offers.push(`${facts}Description: ${name}\n`);
  }
  tree.set("/var/lib/dpkg/status", database(`${status.join("\n")}\n`));
  const list = "/var/lib/apt/lists/deb.example.test_debian_dists_bookworm";
  tree.set(`${list}_main_binary-amd64_Packages`, database(`${offers.join("\n")}\n`));
  tree.set(`${list}_InRelease`, database("Origin: Example\nSuite: stable\nCodename: bookworm\n"));
  return tree;
}

/** pacman's local database for the same kind of packages, without mtrees. */
export function pacmanTree(packages: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = new Map<string, MemoryEntry>();
  for (const { name, version, files } of packages) {
    const local = `/var/lib/pacman/local/${name}-${version}`;
    for (const [path, entry] of Object.entries(files)) tree.set(path, packaged(entry));
    const listed = listOf(Object.keys(files)).slice(1);
    const isFile = (path: string): boolean => path in files;
    const lines = listed.map((path) => (isFile(path) ? path.slice(1) : `${path.slice(1)}/`));
    tree.set(`${local}/desc`, database(`%NAME%\n${name}\n\n%VERSION%\n${version}\n\n%VALIDATION%\npgp\n`));
    tree.set(`${local}/files`, database(`%FILES%\n${lines.join("\n")}\n`));
  }
  tree.set("/var/lib/pacman/local/ALPM_DB_VERSION", database("9\n"));
  return tree;
}

/** A compiled program that does nothing: enough bytes that it is not taken for a script. */
export function program(name: string): MemoryFile {
  return { content: `\u007fELF\u0002\u0001\u0001\u0000 ${name}`, mode: 0o755 };
}

/** An executable script. */
export function script(...lines: readonly string[]): MemoryFile {
  return { content: `${lines.join("\n")}\n`, mode: 0o755 };
}

/** Programs of one directory. */
export function programs(directory: string, names: string): Record<string, MemoryFile> {
  return Object.fromEntries(names.split(" ").map((name) => [`${directory}/${name}`, program(name)]));
}

/** Unit texts by file name below `/lib/systemd/system`. */
export function units(texts: Readonly<Record<string, MemoryEntry>>): Record<string, MemoryEntry> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`/lib/systemd/system/${name}`, text]),
  );
}

/** A packaged file, with the times it has when nobody touched it. */
export function packaged(entry: MemoryEntry): MemoryEntry {
  const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
  return { mtimeNs: PACKAGED_NS, ctimeNs: INSTALLED_NS, ...file };
}

/** A file of a package database. */
export function database(content: string | Uint8Array): MemoryFile {
  return { content, mtimeNs: INSTALLED_NS, ctimeNs: INSTALLED_NS };
}

function contentOf(entry: MemoryEntry): string | Uint8Array | null {
  if (typeof entry === "string" || entry instanceof Uint8Array) return entry;
  return entry.link === undefined && entry.dir === undefined && entry.kind === undefined
    ? (entry.content ?? "")
    : null;
}

/** A dpkg list: every directory on the way, then the files, parents first. */
function listOf(paths: readonly string[]): readonly string[] {
  const all = new Set<string>(["/."]);
  for (const path of paths) {
    for (let slash = path.indexOf("/", 1); slash > 0; slash = path.indexOf("/", slash + 1))
      all.add(path.slice(0, slash));
    all.add(path);
  }
  return [...all];
}
