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

const BITS = 16;

/**
 * Finds the lines of a list that are wanted, without cutting out the others.
 *
 * A rolling hash of each line is looked up in a small table first: ten megabytes of file names cost a few
 * milliseconds however many paths are wanted.
 */
export class LineFilter {
  readonly #needles: ReadonlySet<string>;
  readonly #table: Uint8Array = new Uint8Array(1 << BITS);

  /** Needles are raw strings exactly as they stand in the lines. */
  constructor(needles: Iterable<string>) {
    this.#needles = new Set(needles);
    for (const needle of this.#needles) {
      let hash = 0;
      for (let at = 0; at < needle.length; at++) hash = (Math.imul(hash, 31) + needle.charCodeAt(at)) | 0;
      this.#table[slot(hash)] = 1;
    }
  }

  /** Calls back with every wanted line: the needle, and where the line begins. `skip` bytes of each are ignored. */
  scan(bytes: Uint8Array, skip: number, found: (needle: string, lineStart: number) => void): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = bytes.length;
    for (let start = 0; start < end; ) {
      let hash = 0;
      let at = start;
      const from = start + skip;
      for (; at < end; at++) {
        const byte = bytes[at];
        if (byte === 10 || byte === undefined) break;
        if (at >= from) hash = (Math.imul(hash, 31) + byte) | 0;
      }
      if (at > from && this.#table[slot(hash)] === 1) {
        const line = buffer.toString("latin1", from, at);
        if (this.#needles.has(line)) found(line, start);
      }
      start = at + 1;
    }
  }
}

function slot(hash: number): number {
  return (hash ^ (hash >>> BITS)) & ((1 << BITS) - 1);
}
