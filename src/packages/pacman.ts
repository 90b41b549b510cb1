import { gunzipSync } from "node:zlib";
import type { Host } from "../hosts/host.ts";
import {
  addClaim,
  type Claim,
  type Expected,
  MAX_PACKAGES,
  type Owner,
  type PackageSource,
  type WantedPaths,
} from "./claim.ts";
import { DatabaseFiles, hasDirectory } from "./database-files.ts";
import { type MtreeEntry, readMtree } from "./mtree.ts";
import { rawLines } from "./raw-lines.ts";
import { fromRaw } from "./raw-path.ts";
import { LineFilter } from "./wanted.ts";

const CONFIGURATION = "/etc/pacman.conf";
const DEFAULT_DATABASE = "/var/lib/pacman";
/** An mtree of a hundred thousand files is some 15 MiB; more than this is not a package's. */
const MAX_MTREE = 128 * 1024 * 1024;

/** pacman's local database (libalpm `be_local.c`) at `DBPath` of pacman.conf(5), or `null` when there is none. */
export function openPacman(host: Host): PackageSource | null {
  const files = new DatabaseFiles(host);
  const configured = /^[ \t]*DBPath[ \t]*=[ \t]*(\/[^\n]*)/m.exec(files.text(CONFIGURATION))?.[1]?.trim();
  const places = configured === undefined ? [DEFAULT_DATABASE] : [fromRaw(configured), DEFAULT_DATABASE];
  const place = places
    .map((path) => `${path.replace(/\/+$/, "")}/local`)
    .find((path) => hasDirectory(host, path));
  return place === undefined ? null : new Pacman(files, place);
}

class Pacman implements PackageSource {
  readonly manager = "pacman" as const;
  readonly path: string;
  readonly #files: DatabaseFiles;

  constructor(files: DatabaseFiles, path: string) {
    this.#files = files;
    this.path = path;
  }

  get problems(): DatabaseFiles["problems"] {
    return this.#files.problems;
  }

  complete(): boolean {
    return this.#files.complete;
  }

  removedPackages(): readonly string[] {
    return [];
  }

  packageNames(): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const directory of this.#packages()) {
      const { package: name, version } = this.#owner(directory);
      if (name !== "") names.set(name, version);
      if (names.size >= MAX_PACKAGES) break;
    }
    return names;
  }

  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    const needles = [...wanted.all()].map((raw) => raw.slice(1));
    const filter = new LineFilter([...needles, ...needles.map((needle) => `${needle}/`)]);
    for (const directory of this.#packages()) {
      const bytes = this.#files.read(`${directory}/files`);
      const listed = new Set<string>();
      if (bytes !== null) filter.scan(bytes, 0, (needle) => listed.add(`/${needle.replace(/\/$/, "")}`));
      if (listed.size > 0) this.#claimAll(directory, listed, wanted, claims);
    }
    return claims;
  }

  #claimAll(
    directory: string,
    listed: ReadonlySet<string>,
    wanted: WantedPaths,
    claims: Map<string, Claim[]>,
  ): void {
    const owner = this.#owner(directory);
    const entries = this.#mtree(directory, listed);
    const backup = sectionsOf(this.#files.text(`${directory}/files`)).get("BACKUP") ?? [];
    const backups = new Map(backup.map((line) => splitBackup(line)));
    for (const path of listed) {
      const expected = expectedOf(entries.get(path), backups.get(path.slice(1)));
      const claim = { owner, how: `listed in ${directory}/files`, expected };
      for (const asked of wanted.asked(path)) addClaim(claims, asked, claim);
    }
  }

  #mtree(directory: string, listed: ReadonlySet<string>): ReadonlyMap<string, MtreeEntry> {
    const path = `${directory}/mtree`;
    const bytes = this.#files.read(path);
    if (bytes === null) return new Map();
    try {
      return readMtree(gunzipSync(bytes, { maxOutputLength: MAX_MTREE }).toString("latin1"), listed);
    } catch {
      this.#files.report(path, `not a gzip stream of at most ${MAX_MTREE} bytes`, false);
      return new Map();
    }
  }

  #owner(directory: string): Owner {
    const sections = sectionsOf(this.#files.text(`${directory}/desc`));
    const first = (name: string): string => fromRaw(sections.get(name)?.[0] ?? "");
    const installed = Number(first("INSTALLDATE"));
    const validation = sections.get("VALIDATION") ?? [];
    return {
      manager: "pacman",
      package: first("NAME"),
      version: first("VERSION"),
      origin: first("PACKAGER") || null,
      installed: Number.isSafeInteger(installed) && installed > 0 ? installed * 1_000_000 : null,
      signature: validation.includes("pgp") ? "recorded" : "none",
    };
  }

  #packages(): readonly string[] {
    return this.#files
      .list(this.path)
      .filter(({ kind }) => kind === "directory")
      .map(({ name }) => `${this.path}/${name}`);
  }
}

const SECTIONS: ReadonlySet<string> = new Set([
  "NAME",
  "VERSION",
  "PACKAGER",
  "INSTALLDATE",
  "VALIDATION",
  "BACKUP",
]);

/** `%NAME%` on a line of its own, then values, then an empty line. Only the sections used here are kept. */
function sectionsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] | null = null;
  for (const line of rawLines(text)) {
    const name = /^%([A-Z0-9]+)%$/.exec(line)?.[1];
    if (name !== undefined) {
      current = SECTIONS.has(name) ? [] : null;
      if (current !== null) sections.set(name, current);
    } else if (line !== "") current?.push(line);
  }
  return sections;
}

/** `path<TAB>md5`. */
function splitBackup(line: string): readonly [string, string] {
  const tab = line.lastIndexOf("\t");
  return [line.slice(0, Math.max(0, tab)), line.slice(tab + 1)];
}

const DIGEST_KEYS: readonly (readonly [key: string, algorithm: string])[] = [
  ["sha256digest", "sha256"],
  ["sha256", "sha256"],
  ["md5digest", "md5"],
  ["md5", "md5"],
];

function expectedOf(entry: MtreeEntry | undefined, backup: string | undefined): Expected {
  if (backup !== undefined && /^[0-9a-f]{32}$/.test(backup)) {
    return {
      kind: "digest",
      algorithm: "md5",
      digest: backup,
      recordedIn: "the package's backup list",
      config: true,
    };
  }
  if (entry === undefined) return { kind: "unrecorded", reason: "the package's mtree does not describe it" };
  const recordedIn = "the package's mtree";
  const type = entry.get("type");
  if (type === "dir") return { kind: "directory", recordedIn };
  const link = entry.get("link");
  if (type === "link" && link !== undefined) return { kind: "link", target: fromRaw(link), recordedIn };
  for (const [key, algorithm] of DIGEST_KEYS) {
    const digest = entry.get(key) ?? "";
    if (!/^[0-9a-f]{32,64}$/.test(digest)) continue;
    const expected = { kind: "digest", algorithm, digest, recordedIn, config: false } as const;
    const size = Number(entry.get("size"));
    return Number.isSafeInteger(size) ? { ...expected, size } : expected;
  }
  return { kind: "unrecorded", reason: "the package's mtree has no digest of it" };
}
