import type { DirectoryEntry, Host } from "../hosts/host.ts";
import type { PackageProblem } from "./claim.ts";

/** The largest single file of a package database that is read, unless its reader says otherwise. */
const MAX_BYTES = 64 * 1024 * 1024;
/** How much of a database is kept in memory for the next question; the rest is read again. */
const CACHE_BYTES = 48 * 1024 * 1024;

/** Reads a database's files, keeps small ones, and remembers what could not be read. */
export class DatabaseFiles {
  readonly host: Host;
  readonly problems: PackageProblem[] = [];
  readonly #cache: Map<string, Buffer> = new Map();
  readonly #reported: Set<string> = new Set();
  #cached = 0;
  #complete = true;

  constructor(host: Host) {
    this.host = host;
  }

  /** False once something that lists files could not be read whole. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Records what is wrong, once for each path and reason. `lists`: whether lists of files are lost by it. */
  report(path: string, reason: string, lists: boolean): void {
    if (lists) this.#complete = false;
    const key = `${path}\0${reason}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.problems.push({ path, reason });
  }

  /** A file's bytes; `null` when it is absent, or unreadable, which is then reported. */
  read(path: string, maxBytes: number = MAX_BYTES): Buffer | null {
    const known = this.#cache.get(path);
    if (known !== undefined) return known;
    const content = this.host.readFile(path, maxBytes);
    if (content.kind === "absent") return null;
    if (content.kind === "unreadable") {
      this.report(path, content.reason, true);
      return null;
    }
    const { bytes, truncated } = content.value;
    if (truncated) this.report(path, `longer than ${maxBytes} bytes: the rest was not read`, true);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#cached + buffer.length <= CACHE_BYTES) {
      this.#cached += buffer.length;
      this.#cache.set(path, buffer);
    }
    return buffer;
  }

  /** A file as raw text (one character a byte, see `raw-path.ts`); empty when it cannot be read. */
  text(path: string, maxBytes: number = MAX_BYTES): string {
    return this.read(path, maxBytes)?.toString("latin1") ?? "";
  }

  /** A directory's entries; empty when absent, or unreadable, which is then reported. */
  list(path: string): readonly DirectoryEntry[] {
    const entries = this.host.readDirectory(path);
    if (entries.kind === "unreadable") this.report(path, entries.reason, true);
    return entries.kind === "present" ? entries.value : [];
  }

  /** Modification time in nanoseconds since 1970, links followed; `null` when not known. */
  modified(path: string): bigint | null {
    const facts = this.host.stat(path);
    return facts.kind === "present" ? facts.value.mtimeNs : null;
  }
}

/** Whether a directory is there. */
export function hasDirectory(host: Host, path: string): boolean {
  const facts = host.stat(path);
  return facts.kind === "present" && facts.value.kind === "directory";
}
