import { HashSieve, hashOfLine } from "./line-hash.ts";

/** Lines of all lists together; no system has more files. What lies beyond is not looked at. */
const MAX_LINES = 16_000_000;

/** A line that was asked about: the number of its list, in the order they were added, and the byte it begins at. */
export interface ListedLine {
  readonly line: string;
  readonly list: number;
  readonly start: number;
}

/**
 * Remembers a number for every line of many lists, so that they are read and cut into lines once, however often they
 * are asked: a question is one walk over the numbers, a fraction of a millisecond for a hundred thousand lines.
 */
export class ListedLines {
  #hashes = new Int32Array(1 << 14);
  #starts = new Int32Array(1 << 14);
  #count = 0;
  /** How many lines there were when the list of that number ended. */
  readonly #ends: number[] = [];

  /** False when there are more lines than are remembered; those of this list are then not. Empty ones never are. */
  add(bytes: Uint8Array): boolean {
    const fits = this.#addLines(bytes);
    this.#ends.push(this.#count);
    return fits;
  }

  #addLines(bytes: Uint8Array): boolean {
    let hashes = this.#hashes;
    let starts = this.#starts;
    let count = this.#count;
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline;
      if (end > start) {
        if (count === hashes.length) {
          if (count >= MAX_LINES) return false;
          this.#hashes = hashes = doubled(hashes);
          this.#starts = starts = doubled(starts);
        }
        hashes[count] = hashOfLine(bytes, start, end);
        starts[count] = start;
        count += 1;
      }
      start = end + 1;
    }
    this.#count = count;
    return true;
  }

  /** The wanted lines (raw, one character a byte), in the order they stand in. `bytesOf` gives a list once more. */
  *find(wanted: ReadonlySet<string>, bytesOf: (list: number) => Buffer | null): Generator<ListedLine> {
    let list = 0;
    for (const index of this.#candidates(wanted)) {
      while ((this.#ends[list] ?? this.#count) <= index) list += 1;
      const bytes = bytesOf(list);
      if (bytes === null) continue;
      const start = this.#starts[index] ?? 0;
      const newline = bytes.indexOf(NEWLINE, start);
      const line = bytes.toString("latin1", start, newline < 0 ? bytes.length : newline);
      if (wanted.has(line)) yield { line, list, start };
    }
  }

  /** Lines whose numbers are those of wanted ones; by chance a few more. */
  #candidates(wanted: ReadonlySet<string>): readonly number[] {
    const sieve = new HashSieve(wanted);
    const found: number[] = [];
    const hashes = this.#hashes;
    const count = this.#count;
    for (let index = 0; index < count; index++) if (sieve.admits(hashes[index] ?? 0)) found.push(index);
    return found;
  }
}

const NEWLINE = 10;

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
