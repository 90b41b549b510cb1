import type { WantedPaths } from "./claim.ts";
import { toRaw } from "./raw-path.ts";
import type { Spellings } from "./spellings.ts";

/** Spells out the paths a caller asks about, so that lists can be walked once with a set of needles. */
export function wantedPaths(paths: Iterable<string>, spellings: Spellings): WantedPaths {
  const askedBy = new Map<string, string[]>();
  const bySpelling = new Map<string, readonly string[]>();
  const directories = new Set<string>();
  for (const path of new Set(paths)) {
    const raws = spellings.of(path).map(toRaw);
    bySpelling.set(path, raws);
    for (const raw of raws) {
      const known = askedBy.get(raw);
      if (known === undefined) askedBy.set(raw, [path]);
      else known.push(path);
      directories.add(raw.slice(0, Math.max(0, raw.lastIndexOf("/"))));
    }
  }
  return {
    asked: (raw) => askedBy.get(raw) ?? [],
    inDirectory: (raw) => directories.has(raw),
    spellings: (asked) => bySpelling.get(asked) ?? [],
    all: () => askedBy.keys(),
  };
}

/** How many bytes at the end of a line are hashed: names differ at their ends. */
const TAIL = 8;
const MIN_BITS = 10;
const MAX_BITS = 20;

/**
 * Finds the lines of a list that are wanted, without cutting out the others.
 *
 * A hash of each line's length and last bytes is looked up in a small table first: ten megabytes of file names cost
 * some ten milliseconds however many paths are wanted.
 */
export class LineFilter {
  readonly #needles: ReadonlySet<string>;
  readonly #table: Uint8Array;

  /** Needles are raw strings exactly as they stand in the lines. */
  constructor(needles: Iterable<string>) {
    this.#needles = new Set(needles);
    const bits = Math.ceil(Math.log2(64 * (this.#needles.size + 1)));
    this.#table = new Uint8Array(1 << Math.min(MAX_BITS, Math.max(MIN_BITS, bits)));
    for (const needle of this.#needles) this.#table[this.#slotOf(needle)] = 1;
  }

  /** Calls back with every wanted line: the needle, and where the line begins. `skip` bytes of each are ignored. */
  scan(bytes: Buffer, skip: number, found: (needle: string, lineStart: number) => void): void {
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? bytes.length : newline;
      const from = start + skip;
      if (from < end && this.#table[this.#slot(bytes, from, end)] === 1) {
        const line = bytes.toString("latin1", from, end);
        if (this.#needles.has(line)) found(line, start);
      }
      start = end + 1;
    }
  }

  #slot(bytes: Buffer, start: number, end: number): number {
    let hash = end - start;
    for (let at = Math.max(start, end - TAIL); at < end; at++)
      hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    return this.#fold(hash);
  }

  #slotOf(needle: string): number {
    let hash = needle.length;
    for (let at = Math.max(0, needle.length - TAIL); at < needle.length; at++) {
      hash = (Math.imul(hash, 31) + needle.charCodeAt(at)) | 0;
    }
    return this.#fold(hash);
  }

  #fold(hash: number): number {
    return (hash ^ (hash >>> 16)) & (this.#table.length - 1);
  }
}
