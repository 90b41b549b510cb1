import type { DirectoryEntry, FileKind, Host, Reading } from "../hosts/host.ts";
import type { SearchDirectory } from "./search-path.ts";

/** Something a manager would have read and we could not. */
export interface Gap {
  readonly path: string;
  readonly reason: string;
  /** What may be missing from the answers because of it. */
  readonly hides: string;
}

/** Reads every directory once, and remembers what could not be read. */
export class DirectoryReader {
  readonly host: Host;
  readonly #listings = new Map<string, readonly DirectoryEntry[] | null>();
  readonly #kinds = new Map<string, ReadonlyMap<string, FileKind>>();
  readonly #searched = new Map<string, SearchDirectory>();
  readonly #found = new Map<unknown, Map<SearchDirectory, unknown>>();
  readonly #gaps = new Map<string, Gap>();

  constructor(host: Host) {
    this.host = host;
  }

  /** Entries in byte order; null when there is no such directory (or it cannot be read, which is a gap). */
  list(path: string, hides: string): readonly DirectoryEntry[] | null {
    const known = this.#listings.get(path);
    if (known !== undefined) return known;
    const listed = this.valueOf(this.host.readDirectory(path), path, hides);
    this.#listings.set(path, listed);
    return listed;
  }

  /** The one object for a directory of a search path: managers of many users have most of theirs in common. */
  searched(directory: SearchDirectory): SearchDirectory {
    const key = `${directory.kind} ${directory.path}`;
    const known = this.#searched.get(key);
    if (known === undefined) this.#searched.set(key, directory);
    return known ?? directory;
  }

  /** What `find` makes of a directory that `searched` gave, remembered. The function itself is the key. */
  once<T>(find: (reader: DirectoryReader, directory: SearchDirectory) => T, directory: SearchDirectory): T {
    let found = this.#found.get(find);
    if (found === undefined) {
      found = new Map();
      this.#found.set(find, found);
    }
    if (!found.has(directory)) found.set(directory, find(this, directory));
    return found.get(directory) as T;
  }

  /** The kind of one entry of a directory, by the directory's listing; null if there is none. */
  kindOf(directory: string, name: string, hides: string): FileKind | null {
    let kinds = this.#kinds.get(directory);
    if (kinds === undefined) {
      const entries = this.list(directory, hides) ?? [];
      kinds = new Map(entries.map((entry) => [entry.name, entry.kind]));
      this.#kinds.set(directory, kinds);
    }
    return kinds.get(name) ?? null;
  }

  /** The value of a reading, null if absent; what is there but unreadable is written down as a gap. */
  valueOf<T>(reading: Reading<T>, path: string, hides: string): T | null {
    if (reading.kind === "present") return reading.value;
    // A directory that turned out to be a file is as good as absent for systemd (ENOTDIR).
    if (reading.kind === "unreadable" && reading.code !== "ENOTDIR") this.addGap(path, reading.reason, hides);
    return null;
  }

  addGap(path: string, reason: string, hides: string): void {
    if (!this.#gaps.has(path)) this.#gaps.set(path, { path, reason, hides });
  }

  /** In the order they were met. */
  gaps(): readonly Gap[] {
    return [...this.#gaps.values()];
  }
}
