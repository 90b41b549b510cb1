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
  /** Of the line's bytes, by line. */
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
    let hash = 0;
    let start = 0;
    // A list that does not end in a line break ends as if it did.
    const length = bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? bytes.length + 1 : bytes.length;
    for (let at = 0; at < length; at++) {
      const byte = at < bytes.length ? (bytes[at] ?? 0) : NEWLINE;
      if (byte !== NEWLINE) {
        hash = (Math.imul(hash, FACTOR) + byte) | 0;
        continue;
      }
      if (at === start) {
        start = at + 1;
        continue;
      }
      if (count === hashes.length) {
        if (count >= MAX_LINES) return false;
        this.#hashes = hashes = doubled(hashes);
        this.#starts = starts = doubled(starts);
      }
      hashes[count] = hash;
      starts[count] = start;
      count += 1;
      hash = 0;
      start = at + 1;
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
    const wantedHashes = new Set<number>();
    for (const line of wanted) wantedHashes.add(hashOf(line));
    const bits = Math.ceil(Math.log2(64 * (wanted.size + 1)));
    const table = new Uint8Array(1 << Math.min(MAX_BITS, Math.max(MIN_BITS, bits)));
    const mask = table.length - 1;
    for (const hash of wantedHashes) table[fold(hash) & mask] = 1;
    const found: number[] = [];
    const hashes = this.#hashes;
    const count = this.#count;
    for (let index = 0; index < count; index++) {
      const hash = hashes[index] ?? 0;
      if (table[fold(hash) & mask] === 1 && wantedHashes.has(hash)) found.push(index);
    }
    return found;
  }
}

const NEWLINE = 10;
const FACTOR = 31;
const MIN_BITS = 10;
const MAX_BITS = 20;

function hashOf(line: string): number {
  let hash = 0;
  for (let at = 0; at < line.length; at++) hash = (Math.imul(hash, FACTOR) + line.charCodeAt(at)) | 0;
  return hash;
}

function fold(hash: number): number {
  return hash ^ (hash >>> 15);
}

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
