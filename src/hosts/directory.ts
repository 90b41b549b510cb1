import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from "node:fs";
import { DirectoryCursor, systemPath } from "./directory-cursor.ts";
import { compareFileNames, decodeFileName } from "./file-name.ts";
import {
  ABSENT,
  DEFAULT_MAX_BYTES,
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  type Host,
  present,
  type Reading,
} from "./host.ts";
import { PathWalk, type Place, pathOf } from "./path-walk.ts";
import { unreadableCode } from "./unreadable-code.ts";

const BUFFER_BYTES = 1024 * 1024;
/** Never waits for a FIFO's other end, never takes a terminal, never follows what the walk did not. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
/** Entries whose kinds are remembered from listings, so that reading a listed file needs no further look at it. */
const KINDS_KEPT = 200_000;
/**
 * Answers remembered for the next question about the same file: a unit is asked for its facts, its state, its text, and
 * again by closures, packages and rules. All files kept together hold at most `RECENT_BYTES`.
 */
const RECENT_FACTS = 8192;
const RECENT_FILES = 8192;
const RECENT_FILE_BYTES = 64 * 1024;
const RECENT_BYTES = 8 * 1024 * 1024;

/**
 * A host over the real file system below `root` (`/` for the running machine).
 *
 * It is a view for one scan: directories once resolved stay resolved, so open another to see changes in links.
 * Throws the system's error when `root` is no directory.
 */
export function openDirectory(root: string, target: string, live: boolean): Host {
  return new DirectoryHost(root, target, live);
}

class DirectoryHost implements Host {
  readonly target: string;
  readonly live: boolean;
  readonly #cursor: DirectoryCursor;
  readonly #walk: PathWalk;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #kinds = new Map<string, ReadonlyMap<string, FileKind>>();
  readonly #recentFacts = new Map<string, Reading<FileFacts>>();
  readonly #recentFiles = new Map<string, FileContent>();
  #recentBytes = 0;
  #kindsKept = 0;

  constructor(root: string, target: string, live: boolean) {
    this.target = target;
    this.live = live;
    this.#cursor = new DirectoryCursor(root);
    this.#walk = new PathWalk({
      kindOf: (directory, name) => this.#kindOf(directory, name),
      linkOf: (directory, name) => attempt(() => this.#linkText(directory, name)),
    });
  }

  #at(directory: string, name: string): string | Buffer {
    return systemPath(this.#cursor.enter(directory), name === "" ? "." : name);
  }

  #kindOf(directory: string, name: string): Reading<FileKind> {
    const known = this.#kinds.get(directory)?.get(name);
    if (known !== undefined) return present(known);
    const facts = this.#lstatAt(directory, name);
    return facts.kind === "present" ? present(facts.value.kind) : facts;
  }

  /** Absence is an answer and not an exception here: it is the most frequent one, and exceptions are dear. */
  #lstatAt(directory: string, name: string): Reading<FileFacts> {
    const key = `${directory}\0${name}`;
    const recent = this.#recentFacts.get(key);
    if (recent !== undefined) return recent;
    const facts = this.#askFacts(directory, name);
    if (this.#recentFacts.size >= RECENT_FACTS) this.#recentFacts.clear();
    this.#recentFacts.set(key, facts);
    return facts;
  }

  #askFacts(directory: string, name: string): Reading<FileFacts> {
    try {
      const stats = lstatSync(this.#at(directory, name), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? ABSENT : present(factsOfStats(stats));
    } catch (error) {
      return readingOfError(error);
    }
  }

  #linkText(directory: string, name: string): string {
    return decodeFileName(readlinkSync(this.#at(directory, name), { encoding: "buffer" }));
  }

  #facts(path: string, follow: boolean): Reading<FileFacts> {
    const place = this.#walk.resolve(path, follow);
    if (place.kind !== "present") return place;
    const { directory, name } = place.value;
    return this.#lstatAt(directory, name);
  }

  lstat(path: string): Reading<FileFacts> {
    return this.#facts(path, false);
  }

  stat(path: string): Reading<FileFacts> {
    return this.#facts(path, true);
  }

  realPath(path: string): Reading<string> {
    const place = this.#walk.resolve(path, true);
    return place.kind === "present" ? present(pathOf(place.value)) : place;
  }

  readLink(path: string): Reading<string> {
    const place = this.#walk.resolve(path, false);
    if (place.kind !== "present") return place;
    const { directory, name, kind } = place.value;
    if (kind !== "symlink") return unreadableCode("EINVAL");
    return attempt(() => this.#linkText(directory, name));
  }

  readFile(path: string, maxBytes: number = DEFAULT_MAX_BYTES): Reading<FileContent> {
    const place = this.#walk.resolve(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind === "directory") return unreadableCode("EISDIR");
    if (place.value.kind !== "file") return unreadableCode("ENXIO");
    const { directory, name } = place.value;
    const canonical = pathOf(place.value);
    const recent = this.#recentFiles.get(canonical);
    if (recent !== undefined && recent.bytes.length <= maxBytes) return present(recent);
    const opened = attempt(() => openSync(this.#at(directory, name), OPEN_FLAGS));
    if (opened.kind !== "present") return opened;
    try {
      const content = this.#readOpen(opened.value, place.value, maxBytes);
      if (content.kind === "present") this.#rememberFile(canonical, content.value);
      return content;
    } catch (error) {
      return readingOfError(error);
    } finally {
      closeSync(opened.value);
    }
  }

  #rememberFile(canonical: string, content: FileContent): void {
    if (content.truncated || content.bytes.length > RECENT_FILE_BYTES) return;
    this.#recentBytes += content.bytes.length;
    if (this.#recentFiles.size >= RECENT_FILES || this.#recentBytes > RECENT_BYTES) {
      this.#recentFiles.clear();
      this.#recentBytes = content.bytes.length;
    }
    this.#recentFiles.set(canonical, content);
  }

  #readOpen(descriptor: number, place: Place, maxBytes: number): Reading<FileContent> {
    const stats = fstatSync(descriptor, { bigint: true });
    // The entry may have been replaced since it was listed; only what is open now counts.
    if (!stats.isFile()) return unreadableCode("ENXIO");
    const facts = factsOfStats(stats);
    const { bytes, more } = this.#drain(descriptor, facts.size, maxBytes);
    return present({ bytes, truncated: more || facts.size > maxBytes, facts, realPath: pathOf(place) });
  }

  /** Reads up to `maxBytes`. Kernel files claim size 0 and come in pieces, so only end of file ends those. */
  #drain(
    descriptor: number,
    size: number,
    maxBytes: number,
  ): { readonly bytes: Uint8Array; readonly more: boolean } {
    if (size > BUFFER_BYTES && size <= maxBytes) return readLarge(descriptor, size);
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length <= maxBytes) {
      const count = readSync(
        descriptor,
        this.#buffer,
        0,
        Math.min(BUFFER_BYTES, maxBytes + 1 - length),
        null,
      );
      if (count === 0) break;
      pieces.push(Uint8Array.prototype.slice.call(this.#buffer, 0, count));
      length += count;
      if (size > 0 && length === size) break;
    }
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : new Uint8Array(Buffer.concat(pieces));
    return { bytes: length > maxBytes ? bytes.slice(0, maxBytes) : bytes, more: length > maxBytes };
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const place = this.#walk.resolve(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind !== "directory") return unreadableCode("ENOTDIR");
    const canonical = pathOf(place.value);
    const listed = attempt(() => this.#list(canonical));
    if (listed.kind === "present") this.#rememberKinds(canonical, listed.value);
    return listed;
  }

  #list(canonical: string): readonly DirectoryEntry[] {
    const path = this.#at(canonical, "");
    const entries = readdirSync(path, { withFileTypes: true });
    const known = entries.some((entry) => entry.name.includes("\ufffd"))
      ? readdirSync(path, { withFileTypes: true, encoding: "buffer" }).map((entry) => ({
          name: decodeFileName(entry.name),
          kind: kindOfEntry(entry),
        }))
      : entries.map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) }));
    return known
      .map(({ name, kind }) => ({ name, kind: kind ?? this.#unknownKind(canonical, name) }))
      .sort((left, right) => compareFileNames(left.name, right.name));
  }

  #unknownKind(directory: string, name: string): FileKind {
    const facts = this.#lstatAt(directory, name);
    return facts.kind === "present" ? facts.value.kind : "file";
  }

  #rememberKinds(canonical: string, entries: readonly DirectoryEntry[]): void {
    this.#kindsKept += entries.length;
    if (this.#kindsKept > KINDS_KEPT) {
      this.#kinds.clear();
      this.#kindsKept = entries.length;
    }
    this.#kinds.set(canonical, new Map(entries.map(({ name, kind }) => [name, kind])));
  }
}

/** A large file straight into its own memory; one that shrinks while it is read ends early. */
function readLarge(descriptor: number, size: number): { readonly bytes: Uint8Array; readonly more: boolean } {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const count = readSync(descriptor, bytes, length, size - length, null);
    if (count === 0) break;
    length += count;
  }
  return { bytes: bytes.subarray(0, length), more: false };
}

function attempt<T>(action: () => T): Reading<T> {
  try {
    return present(action());
  } catch (error) {
    return readingOfError(error);
  }
}

/** The system's refusal as a reading; what is no refusal of the system is a mistake of ours and is thrown again. */
function readingOfError(error: unknown): Reading<never> {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) throw error;
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return ABSENT;
  return unreadableCode(error.code);
}

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

/** `null` where the file system does not say (DT_UNKNOWN). */
function kindOfEntry(entry: Kinds | Dirent): FileKind | null {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isFIFO()) return "fifo";
  if (entry.isSocket()) return "socket";
  if (entry.isCharacterDevice()) return "character-device";
  return entry.isBlockDevice() ? "block-device" : null;
}

function kindOfStats(stats: BigIntStats): FileKind {
  return kindOfEntry(stats) ?? "file";
}

function factsOfStats(stats: BigIntStats): FileFacts {
  return {
    kind: kindOfStats(stats),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    birthNs: stats.birthtimeNs > 0n ? stats.birthtimeNs : null,
    identity: `${stats.dev}:${stats.ino}`,
    links: Number(stats.nlink),
  };
}
