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
import { DatabaseFiles } from "./database-files.ts";
import { fromRaw } from "./raw-path.ts";
import { parseRpmHeader, RPM_TAG, type RpmHeader } from "./rpm-header.ts";
import { openSqlite } from "./sqlite.ts";

/** Where distributions keep the database: the old place, the new one, and rpm-ostree's (`%_dbpath`). */
const DIRECTORIES: readonly string[] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm"];
const MAX_DATABASE = 512 * 1024 * 1024;

/** Back ends whose files are named, not read: guessing at them would be worse than saying so. */
const UNREAD_FORMATS: readonly (readonly [file: string, format: string])[] = [
  ["Packages", "Berkeley DB"],
  ["Packages.db", "ndb"],
];

/** `FILEDIGESTALGO` (OpenPGP hash numbers, rpm `rpmpgp.h`) to names of `node:crypto`. */
const DIGEST_ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [1, "md5"],
  [2, "sha1"],
  [3, "ripemd160"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
  [11, "sha224"],
  [12, "sha3-256"],
  [14, "sha3-512"],
]);
const MD5 = 1;

/** `rpmfileAttrs` (rpm `rpmfiles.h`). */
const CONFIG = 1 << 0;
const GHOST = 1 << 6;

/** `rpmfileState`: only a normal file is on disk as its package shipped it. */
const NORMAL = 0;

const FILE_TYPE = 0o170000;
const DIRECTORY = 0o040000;
const LINK = 0o120000;
const REGULAR = 0o100000;

const SIGNATURES: readonly number[] = [
  RPM_TAG.rsaSignature,
  RPM_TAG.dsaSignature,
  RPM_TAG.pgpSignature,
  RPM_TAG.gpgSignature,
  RPM_TAG.openPgpSignature,
];

/** Every rpm database of the target, each once however many links lead to it. */
export function openRpm(host: Host): readonly PackageSource[] {
  const found = new Map<string, Rpm>();
  for (const directory of DIRECTORIES) {
    const real = host.realPath(directory);
    if (real.kind !== "present" || found.has(real.value)) continue;
    const names = ["rpmdb.sqlite", ...UNREAD_FORMATS.map(([file]) => file)];
    const kept = names.some((name) => host.stat(`${real.value}/${name}`).kind !== "absent");
    if (kept) found.set(real.value, new Rpm(host, real.value));
  }
  return [...found.values()];
}

class Rpm implements PackageSource {
  readonly manager = "rpm" as const;
  readonly path: string;
  readonly #files: DatabaseFiles;
  #names: ReadonlyMap<string, string> | null = null;

  constructor(host: Host, directory: string) {
    this.path = directory;
    this.#files = new DatabaseFiles(host);
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
    if (this.#names !== null) return this.#names;
    const names = new Map<string, string>();
    for (const header of this.#headers()) {
      const owner = ownerOf(header);
      names.set(owner.package, owner.version);
      if (names.size >= MAX_PACKAGES) break;
    }
    this.#names = names;
    return names;
  }

  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    for (const header of this.#headers()) {
      const directories = header.strings(RPM_TAG.directoryNames);
      const near = directories.map((name) => wanted.inDirectory(name.slice(0, -1)));
      if (!near.includes(true)) continue;
      const names = header.strings(RPM_TAG.baseNames);
      const files = new FileRecords(header);
      for (const [index, directory] of header.integers(RPM_TAG.directoryIndexes).entries()) {
        if (near[directory] !== true) continue;
        const asked = wanted.asked(`${directories[directory]}${names[index] ?? ""}`);
        if (asked.length === 0) continue;
        const claim = files.claim(index, this.path);
        for (const path of asked) addClaim(claims, path, claim);
      }
    }
    return claims;
  }

  *#headers(): Generator<RpmHeader> {
    const path = `${this.path}/rpmdb.sqlite`;
    const main = this.#files.read(path, MAX_DATABASE);
    if (main === null) {
      this.#sayUnread();
      return;
    }
    const journal = this.#files.host.stat(`${path}-journal`);
    if (journal.kind === "present" && journal.value.size > 0) {
      this.#files.report(`${path}-journal`, "an interrupted transaction was not rolled back", true);
    }
    const database = openSqlite(main, this.#files.read(`${path}-wal`, MAX_DATABASE));
    if (typeof database === "string") {
      this.#files.report(path, database, true);
      return;
    }
    for (const { id, record } of database.rows("Packages")) {
      const blob = record.blob(1);
      const header = blob === null ? null : parseRpmHeader(blob);
      if (header === null) this.#files.report(path, `the header of package ${id} is damaged`, true);
      else yield header;
    }
    for (const problem of database.problems) this.#files.report(path, problem, true);
  }

  #sayUnread(): void {
    for (const [file, format] of UNREAD_FORMATS) {
      const path = `${this.path}/${file}`;
      if (this.#files.host.stat(path).kind === "absent") continue;
      this.#files.report(path, `rpm database in ${format} format: not readable here`, true);
    }
  }
}

function ownerOf(header: RpmHeader): Owner {
  const [name = ""] = header.strings(RPM_TAG.name);
  const [version = ""] = header.strings(RPM_TAG.version);
  const [release = ""] = header.strings(RPM_TAG.release);
  const [epoch] = header.integers(RPM_TAG.epoch);
  const [vendor] = header.strings(RPM_TAG.vendor);
  const [packager] = header.strings(RPM_TAG.packager);
  const [installed] = header.integers(RPM_TAG.installTime);
  return {
    manager: "rpm",
    package: fromRaw(name),
    version: `${epoch === undefined ? "" : `${epoch}:`}${fromRaw(version)}-${fromRaw(release)}`,
    origin: fromRaw(vendor ?? packager ?? "") || null,
    installed: installed === undefined ? null : installed * 1_000_000,
    signature: SIGNATURES.some((tag) => header.has(tag)) ? "recorded" : "none",
  };
}

/** The parallel arrays that describe a package's files, read when the first of them is wanted. */
class FileRecords {
  readonly #header: RpmHeader;
  readonly #owner: Owner;
  readonly #arrays: Map<number, readonly (number | string)[]> = new Map();

  constructor(header: RpmHeader) {
    this.#header = header;
    this.#owner = ownerOf(header);
  }

  /** False when the file was replaced by another package's, left out, or is of another word size. */
  normal(index: number): boolean {
    return (this.#number(RPM_TAG.fileStates, index) ?? NORMAL) === NORMAL;
  }

  claim(index: number, database: string): Claim {
    const state = this.normal(index) ? "" : ", but its own copy was not put or kept there";
    const how = `listed in the rpm database ${database}${state}`;
    return { owner: this.#owner, how, expected: this.#expected(index) };
  }

  #expected(index: number): Expected {
    const recordedIn = "the rpm database";
    const flags = this.#number(RPM_TAG.fileFlags, index) ?? 0;
    const type = (this.#number(RPM_TAG.fileModes, index) ?? 0) & FILE_TYPE;
    if (!this.normal(index)) return { kind: "unrecorded", reason: "another package's copy is there" };
    if ((flags & GHOST) !== 0) return { kind: "unrecorded", reason: "%ghost: owned without content" };
    if (type === DIRECTORY) return { kind: "directory", recordedIn };
    if (type === LINK) {
      return { kind: "link", target: fromRaw(this.#string(RPM_TAG.fileLinks, index) ?? ""), recordedIn };
    }
    const digest = this.#string(RPM_TAG.fileDigests, index) ?? "";
    const number = this.#number(RPM_TAG.fileDigestAlgorithm, 0) ?? MD5;
    const algorithm = DIGEST_ALGORITHMS.get(number);
    if (algorithm === undefined)
      return { kind: "unrecorded", reason: `digest algorithm ${number} is unknown` };
    if (type !== REGULAR || !/^[0-9a-f]+$/.test(digest)) {
      return { kind: "unrecorded", reason: "the package recorded no digest of it" };
    }
    const size = this.#number(RPM_TAG.fileSizes, index);
    const expected = {
      kind: "digest",
      algorithm,
      digest,
      recordedIn,
      config: (flags & CONFIG) !== 0,
    } as const;
    return size === undefined ? expected : { ...expected, size };
  }

  #number(tag: number, index: number): number | undefined {
    const array = this.#arrays.get(tag) ?? this.#header.integers(tag);
    this.#arrays.set(tag, array);
    const value = array[index];
    return typeof value === "number" ? value : undefined;
  }

  #string(tag: number, index: number): string | undefined {
    const array = this.#arrays.get(tag) ?? this.#header.strings(tag);
    this.#arrays.set(tag, array);
    const value = array[index];
    return typeof value === "string" ? value : undefined;
  }
}
