import type { WantedPaths } from "./claim.ts";
import { HashSieve, hashOfLine } from "./line-hash.ts";
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

/** Finds the lines of a list that are wanted, without cutting out the others, however many are wanted. */
export class LineFilter {
  readonly #needles: ReadonlySet<string>;
  readonly #sieve: HashSieve;

  /** Needles are raw strings exactly as they stand in the lines. */
  constructor(needles: Iterable<string>) {
    this.#needles = new Set(needles);
    this.#sieve = new HashSieve(this.#needles);
  }

  /** Calls back with every wanted line: the needle, and where the line begins. `skip` bytes of each are ignored. */
  scan(bytes: Buffer, skip: number, found: (needle: string, lineStart: number) => void): void {
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? bytes.length : newline;
      const from = start + skip;
      if (from < end && this.#sieve.admits(hashOfLine(bytes, from, end))) {
        const line = bytes.toString("latin1", from, end);
        if (this.#needles.has(line)) found(line, start);
      }
      start = end + 1;
    }
  }
}
