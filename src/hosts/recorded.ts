import type { ArchiveHost, Gap } from "./archive.ts";
import { compareFileNames } from "./file-name.ts";
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
  unreadable,
} from "./host.ts";
import { joinPath, PathWalk, type Place, pathOf } from "./path-walk.ts";
import type { RecordedEntry, Recording } from "./recording.ts";
import { unreadableCode } from "./unreadable-code.ts";

/** A host played back from a recording. `live` is what it was then: the recorded `/proc` is the target's own. */
export interface RecordedHost extends ArchiveHost {
  readonly recording: Recording;
}

/** True for a host that is a recording; then nothing of this machine may be asked on its behalf. */
export function isRecorded(host: Host): host is RecordedHost {
  return "recording" in host;
}

export function recordedHost(recording: Recording, target: string): RecordedHost {
  return new PlayedHost(recording, target);
}

const NOT_RECORDED = unreadable("ENODATA", "It was not recorded: nobody asked for it then.");

class PlayedHost implements RecordedHost {
  readonly target: string;
  readonly live: boolean;
  readonly recording: Recording;
  readonly gaps: readonly Gap[];
  readonly rounds: number = 0;
  readonly #entries: ReadonlyMap<string, RecordedEntry>;
  readonly #children: ReadonlyMap<string, readonly DirectoryEntry[]>;
  readonly #walk: PathWalk;

  constructor(recording: Recording, target: string) {
    this.target = target;
    this.live = recording.live;
    this.recording = recording;
    this.gaps = recording.gaps;
    this.#entries = recording.entries;
    this.#children = childrenOf(recording.entries);
    this.#walk = new PathWalk({
      kindOf: (directory, name) => this.#kindOf(directory, name),
      linkOf: (directory, name) => this.#linkOf(joinPath(directory, name)),
    });
  }

  layerOf(): null {
    return null;
  }

  wanted(): readonly string[] {
    return [];
  }

  fetch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  witness(): ReadonlyMap<string, Uint8Array> {
    return new Map();
  }

  close(): void {
    // Everything is in memory.
  }

  #kindOf(directory: string, name: string): Reading<FileKind> {
    const facts = this.#facts(joinPath(directory, name), directory);
    return facts.kind === "present" ? present(facts.value.kind) : facts;
  }

  #facts(path: string, directory: string): Reading<FileFacts> {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      const isKnown = this.recording.absent.has(path) || this.#entries.get(directory)?.listed === true;
      return isKnown ? ABSENT : NOT_RECORDED;
    }
    if (entry.facts === null) return refusalOf(entry);
    return present(entry.facts);
  }

  #linkOf(path: string): Reading<string> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return ABSENT;
    if (entry.facts?.kind !== "symlink") return unreadableCode("EINVAL");
    return entry.link === null ? refusalOf(entry) : present(entry.link);
  }

  #at(path: string, follow: boolean): Reading<Place> {
    return this.#walk.resolve(path, follow);
  }

  #factsAt(path: string, follow: boolean): Reading<FileFacts> {
    const place = this.#at(path, follow);
    if (place.kind !== "present") return place;
    return this.#facts(pathOf(place.value), place.value.directory);
  }

  lstat(path: string): Reading<FileFacts> {
    return this.#factsAt(path, false);
  }

  stat(path: string): Reading<FileFacts> {
    return this.#factsAt(path, true);
  }

  realPath(path: string): Reading<string> {
    const place = this.#at(path, true);
    return place.kind === "present" ? present(pathOf(place.value)) : place;
  }

  readLink(path: string): Reading<string> {
    const place = this.#at(path, false);
    return place.kind === "present" ? this.#linkOf(pathOf(place.value)) : place;
  }

  readFile(path: string, maxBytes: number = DEFAULT_MAX_BYTES): Reading<FileContent> {
    const place = this.#at(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind === "directory") return unreadableCode("EISDIR");
    if (place.value.kind !== "file") return unreadableCode("ENXIO");
    const realPath = pathOf(place.value);
    const entry = this.#entries.get(realPath);
    if (entry === undefined || entry.facts === null) return ABSENT;
    const { content, facts } = entry;
    if (content === null) return refusalOf(entry);
    const truncated =
      content.length > maxBytes || facts.size > maxBytes || (entry.truncated && maxBytes >= content.length);
    return present({ bytes: content.slice(0, maxBytes), truncated, facts, realPath });
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const place = this.#at(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind !== "directory") return unreadableCode("ENOTDIR");
    const canonical = pathOf(place.value);
    const entry = this.#entries.get(canonical);
    if (entry?.listed === true) return present(this.#children.get(canonical) ?? []);
    return entry === undefined ? NOT_RECORDED : refusalOf(entry);
  }
}

function refusalOf({ refusal }: RecordedEntry): ReturnType<typeof unreadable> {
  return refusal === null ? NOT_RECORDED : unreadable(refusal.code, refusal.reason);
}

function childrenOf(
  entries: ReadonlyMap<string, RecordedEntry>,
): ReadonlyMap<string, readonly DirectoryEntry[]> {
  const children = new Map<string, DirectoryEntry[]>();
  for (const [path, { facts }] of entries) {
    if (path === "/") continue;
    const cut = path.lastIndexOf("/");
    const directory = cut === 0 ? "/" : path.slice(0, cut);
    const entry = { name: path.slice(cut + 1), kind: facts?.kind ?? ("file" as const) };
    const known = children.get(directory);
    if (known === undefined) children.set(directory, [entry]);
    else known.push(entry);
  }
  for (const list of children.values()) list.sort((a, b) => compareFileNames(a.name, b.name));
  return children;
}
