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
import { rawLines } from "./raw-lines.ts";
import { fromRaw } from "./raw-path.ts";

/** apk 2's place and that of apk 3 on merged /usr. */
const DATABASES: readonly string[] = ["/usr/lib/apk/db/installed", "/lib/apk/db/installed"];
const SHA1_BYTES = 20;
const SHA256_BYTES = 32;

/** apk's installed database (apk-tools `src/database.c`, `apk_db_fdb_read`), or `null` when there is none. */
export function openApk(host: Host): PackageSource | null {
  const path = DATABASES.find((candidate) => host.stat(candidate).kind !== "absent");
  return path === undefined ? null : new Apk(host, path);
}

interface ApkFile {
  /** Raw path with leading slash. */
  readonly path: string;
  readonly directory: boolean;
  /** The `Z:` field; empty when there is none. */
  checksum: string;
}

class Apk implements PackageSource {
  readonly manager = "apk" as const;
  readonly path: string;
  readonly #files: DatabaseFiles;

  constructor(host: Host, path: string) {
    this.path = path;
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
    const names = new Map<string, string>();
    for (const lines of this.#stanzas()) {
      const { package: name, version } = ownerOf(lines);
      if (name !== "") names.set(name, version);
      if (names.size >= MAX_PACKAGES) break;
    }
    return names;
  }

  claims(wanted: WantedPaths): ReadonlyMap<string, readonly Claim[]> {
    const claims = new Map<string, Claim[]>();
    for (const lines of this.#stanzas()) {
      let owner: Owner | null = null;
      for (const file of wantedFiles(lines, wanted)) {
        owner ??= ownerOf(lines);
        const claim = { owner, how: `listed in ${this.path}`, expected: this.#expected(file) };
        for (const asked of wanted.asked(file.path)) {
          addClaim(claims, asked, claim);
        }
      }
    }
    return claims;
  }

  #expected(file: ApkFile): Expected {
    const recordedIn = this.path;
    if (file.directory) return { kind: "directory", recordedIn };
    const digest = decodeChecksum(file.checksum);
    if (digest === null) return { kind: "unrecorded", reason: "the database holds no checksum of it" };
    const config = file.path.startsWith("/etc/");
    return { kind: "digest", ...digest, recordedIn, config, ofLinkText: true };
  }

  *#stanzas(): Generator<readonly string[]> {
    let lines: string[] = [];
    for (const line of rawLines(this.#files.text(this.path))) {
      if (line !== "") lines.push(line);
      else if (lines.length > 0) {
        yield lines;
        lines = [];
      }
    }
    if (lines.length > 0) yield lines;
  }
}

function ownerOf(lines: readonly string[]): Owner {
  const field = (name: string): string => {
    const line = lines.find((candidate) => candidate.startsWith(name));
    return fromRaw(line?.slice(name.length) ?? "");
  };
  return {
    manager: "apk",
    package: field("P:"),
    version: field("V:"),
    origin: field("m:") || null,
    installed: null,
  };
}

/** `F:` names a directory, `R:` a file in it, `Z:` the checksum of the file before it. */
function wantedFiles(lines: readonly string[], wanted: WantedPaths): readonly ApkFile[] {
  const found: ApkFile[] = [];
  let directory = "";
  let near = false;
  let last: ApkFile | null = null;
  const take = (path: string, isDirectory: boolean): ApkFile | null => {
    if (wanted.asked(path).length === 0) return null;
    const file = { path, directory: isDirectory, checksum: "" };
    found.push(file);
    return file;
  };
  for (const line of lines) {
    const value = line.slice(2);
    if (line.startsWith("F:")) {
      directory = value === "" ? "" : `/${value}`;
      near = wanted.inDirectory(directory);
      last = null;
      take(directory, true);
    } else if (line.startsWith("R:")) {
      last = near ? take(`${directory}/${value}`, false) : null;
    } else if (line.startsWith("Z:") && last !== null) last.checksum = value;
  }
  return found;
}

/** `Q1` and base64 of SHA-1, or `Q2` and base64 of SHA-256, which newer writers may cut to 160 bits. */
function decodeChecksum(text: string): { readonly algorithm: string; readonly digest: string } | null {
  const bytes = Buffer.from(text.slice(2), "base64");
  const digest = bytes.toString("hex");
  if (text.startsWith("Q1") && bytes.length === SHA1_BYTES) return { algorithm: "sha1", digest };
  if (text.startsWith("Q2") && bytes.length === SHA256_BYTES) return { algorithm: "sha256", digest };
  return null;
}
