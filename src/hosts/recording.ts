import { type Gap, isArchive } from "./archive.ts";
import {
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  type Host,
  present,
  type Reading,
} from "./host.ts";
import { joinPath, PathWalk, pathOf } from "./path-walk.ts";
import { redacted } from "./redaction.ts";

/** Why something is there and cannot be had. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** One canonical path as it was when it was looked at. */
export interface RecordedEntry {
  /** `null` when not even `lstat` was allowed; then `refusal` says why. */
  readonly facts: FileFacts | null;
  /** The text of a symbolic link. */
  readonly link: string | null;
  /** `null` when nobody asked for it, or it could not be read. */
  readonly content: Uint8Array | null;
  /** The file goes on after `content`. */
  readonly truncated: boolean;
  /** For directories: all its names are entries of the recording. */
  readonly listed: boolean;
  /** Why facts, link, content or names could not be had. */
  readonly refusal: Refusal | null;
}

/** Everything of a target that a reading asked for: enough for the same reading to be repeated. */
export interface Recording {
  readonly target: string;
  readonly live: boolean;
  /** Microseconds since 1970: the `now` of the reading. */
  readonly takenUsec: number;
  /** By canonical path, in the order of first use. */
  readonly entries: ReadonlyMap<string, RecordedEntry>;
  /** Canonical paths that were looked for and do not exist. */
  readonly absent: ReadonlySet<string>;
  readonly gaps: readonly Gap[];
  /** Further texts by name: what the running machine said. */
  readonly attachments: ReadonlyMap<string, string>;
}

/** A host that hands every question on to another and remembers what was asked. */
export interface Recorder extends Host {
  /** Reads again what was asked for, up to `maxBytes` of contents; more is left out and becomes a gap. */
  record(
    takenUsec: number,
    attachments: ReadonlyMap<string, string>,
    limits?: { readonly maxBytes?: number },
  ): Recording;
}

/** Contents of one recording; a usual host has a tenth of it. */
const MAX_BYTES = 512 * 1024 * 1024;
const DEFAULT_READ = 8 * 1024 * 1024;

export function recordingHost(host: Host): Recorder {
  return new RecordingHost(host);
}

class RecordingHost implements Recorder {
  readonly target: string;
  readonly live: boolean;
  readonly #host: Host;
  readonly #followed = new Set<string>();
  readonly #looked = new Set<string>();
  readonly #read = new Map<string, number>();
  readonly #listed = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
    this.target = host.target;
    this.live = host.live;
    // Only an archive has gaps; by having them it is known as one.
    if (isArchive(host)) Object.defineProperty(this, "gaps", { get: () => host.gaps, enumerable: true });
  }

  layerOf(path: string): string | null {
    return isArchive(this.#host) ? this.#host.layerOf(path) : null;
  }

  lstat(path: string): Reading<FileFacts> {
    this.#looked.add(path);
    return this.#host.lstat(path);
  }

  stat(path: string): Reading<FileFacts> {
    this.#followed.add(path);
    return this.#host.stat(path);
  }

  realPath(path: string): Reading<string> {
    this.#followed.add(path);
    return this.#host.realPath(path);
  }

  readLink(path: string): Reading<string> {
    this.#looked.add(path);
    return this.#host.readLink(path);
  }

  readFile(path: string, maxBytes: number = DEFAULT_READ): Reading<FileContent> {
    this.#read.set(path, Math.max(maxBytes, this.#read.get(path) ?? 0));
    return this.#host.readFile(path, maxBytes);
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    this.#listed.add(path);
    return this.#host.readDirectory(path);
  }

  record(
    takenUsec: number,
    attachments: ReadonlyMap<string, string>,
    { maxBytes = MAX_BYTES }: { readonly maxBytes?: number } = {},
  ): Recording {
    const taker = new Taker(this.#host, maxBytes);
    for (const path of this.#listed) taker.list(path);
    for (const path of this.#followed) taker.look(path, true);
    for (const path of this.#looked) taker.look(path, false);
    for (const [path, most] of this.#read) taker.read(path, most);
    const own = isArchive(this.#host) ? this.#host.gaps : [];
    return {
      target: this.target,
      live: this.live,
      takenUsec,
      entries: taker.entries,
      absent: taker.absent,
      gaps: [...own, ...taker.gaps],
      attachments,
    };
  }
}

/** Walks paths and keeps each component it meets. */
class Taker {
  readonly entries = new Map<string, RecordedEntry>();
  readonly absent = new Set<string>();
  readonly gaps: Gap[] = [];
  readonly #host: Host;
  readonly #walk: PathWalk;
  #left: number;

  constructor(host: Host, maxBytes: number) {
    this.#host = host;
    this.#left = maxBytes;
    this.#walk = new PathWalk({
      kindOf: (directory, name) => this.#kindOf(joinPath(directory, name)),
      linkOf: (directory, name) => this.#linkOf(joinPath(directory, name)),
    });
    this.#facts("/");
  }

  look(path: string, follow: boolean): void {
    const place = this.#walk.resolve(path, follow);
    if (place.kind !== "present") return;
    const canonical = pathOf(place.value);
    this.#facts(canonical);
    if (place.value.kind === "symlink") this.#linkOf(canonical);
  }

  list(path: string): void {
    const place = this.#walk.resolve(path, true);
    if (place.kind !== "present" || place.value.kind !== "directory") return;
    const canonical = pathOf(place.value);
    const names = this.#host.readDirectory(canonical);
    if (names.kind === "unreadable") this.#change(canonical, { refusal: names });
    if (names.kind !== "present") return;
    for (const { name, kind } of names.value) {
      const child = joinPath(canonical, name);
      this.#facts(child);
      if (kind === "symlink") this.#linkOf(child);
    }
    this.#change(canonical, { listed: true });
  }

  read(path: string, most: number): void {
    const place = this.#walk.resolve(path, true);
    if (place.kind !== "present" || place.value.kind !== "file") return;
    const canonical = pathOf(place.value);
    const known = this.entries.get(canonical);
    if (known?.content != null && known.content.length >= most) return;
    const content = this.#host.readFile(canonical, most);
    if (content.kind === "unreadable") this.#change(canonical, { refusal: content });
    if (content.kind !== "present") return;
    const { bytes, truncated, facts } = content.value;
    if (bytes.length > this.#left) {
      const refusal = { code: "EFBIG", reason: "It was left out: the recording had become too big." };
      this.#change(canonical, { facts, refusal });
      this.gaps.push({ path: canonical, reason: refusal.reason, hides: "what it holds" });
      return;
    }
    this.#left -= bytes.length;
    this.#change(canonical, { facts, content: redacted(canonical, bytes), truncated });
  }

  #facts(path: string): RecordedEntry | null {
    const known = this.entries.get(path);
    if (known !== undefined) return known;
    if (this.absent.has(path)) return null;
    const facts = this.#host.lstat(path);
    if (facts.kind === "absent") {
      this.absent.add(path);
      return null;
    }
    const entry: RecordedEntry = {
      facts: facts.kind === "present" ? facts.value : null,
      link: null,
      content: null,
      truncated: false,
      listed: false,
      refusal: facts.kind === "unreadable" ? { code: facts.code, reason: facts.reason } : null,
    };
    this.entries.set(path, entry);
    return entry;
  }

  #kindOf(path: string): Reading<FileKind> {
    const entry = this.#facts(path);
    if (entry === null) return { kind: "absent" };
    if (entry.facts === null)
      return { kind: "unreadable", ...(entry.refusal ?? { code: "EIO", reason: "" }) };
    return present(entry.facts.kind);
  }

  #linkOf(path: string): Reading<string> {
    const known = this.#facts(path);
    if (known?.link != null) return present(known.link);
    const link = this.#host.readLink(path);
    if (link.kind === "present") this.#change(path, { link: link.value });
    if (link.kind === "unreadable") this.#change(path, { refusal: link });
    return link;
  }

  #change(path: string, change: Partial<RecordedEntry>): void {
    const entry = this.#facts(path);
    if (entry === null) return;
    const { refusal } = change;
    const said = refusal == null ? {} : { refusal: { code: refusal.code, reason: refusal.reason } };
    this.entries.set(path, { ...entry, ...change, ...said });
  }
}
