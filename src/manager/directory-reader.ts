import type { DirectoryEntry, FileKind, Host, Reading } from "../hosts/host.ts";
import { parseUnitName } from "../syntax/unit-name.ts";

/** Something a manager would have read and we could not. */
export interface Gap {
  readonly path: string;
  readonly reason: string;
  /** What may be missing from the answers because of it. */
  readonly hides: string;
}

/** A file or link of a directory, with a unit's name. */
export interface UnitEntry extends DirectoryEntry {
  readonly path: string;
}

/** Reads every directory once, and remembers what could not be read. */
export class DirectoryReader {
  readonly host: Host;
  readonly #listings = new Map<string, readonly DirectoryEntry[] | null>();
  readonly #kinds = new Map<string, ReadonlyMap<string, FileKind>>();
  readonly #unitEntries = new Map<string, readonly UnitEntry[]>();
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

  /** Files and links with a unit's name: managers of many users have most of their directories in common. */
  unitEntries(path: string, hides: string): readonly UnitEntry[] {
    let entries = this.#unitEntries.get(path);
    if (entries === undefined) {
      entries = (this.list(path, hides) ?? [])
        .filter(({ name, kind }) => (kind === "file" || kind === "symlink") && parseUnitName(name) !== null)
        .map(({ name, kind }) => ({ name, kind, path: `${path}/${name}` }));
      this.#unitEntries.set(path, entries);
    }
    return entries;
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
