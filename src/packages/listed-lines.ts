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

  /** False when there are more lines than are remembered; those of this list are then not. */
  add(bytes: Uint8Array): boolean {
    const before = this.#count;
    const fits = this.#addLines(bytes);
    if (!fits) this.#count = before;
    this.#ends.push(this.#count);
    return fits;
  }

  #addLines(bytes: Uint8Array): boolean {
    let hash = 0;
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte !== NEWLINE) {
        hash = (Math.imul(hash, FACTOR) + byte) | 0;
        continue;
      }
      if (!this.#remember(hash, start)) return false;
      hash = 0;
      start = at + 1;
    }
    return start === bytes.length || this.#remember(hash, start);
  }

  #remember(hash: number, start: number): boolean {
    if (this.#count === this.#hashes.length) {
      if (this.#count >= MAX_LINES) return false;
      this.#hashes = doubled(this.#hashes);
      this.#starts = doubled(this.#starts);
    }
    this.#hashes[this.#count] = hash;
    this.#starts[this.#count] = start;
    this.#count += 1;
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
    const bits = Math.ceil(Math.log2(64 * (wanted.size + 1)));
    const table = new Uint8Array(1 << Math.min(MAX_BITS, Math.max(MIN_BITS, bits)));
    const mask = table.length - 1;
    for (const line of wanted) table[fold(hashOf(line)) & mask] = 1;
    const found: number[] = [];
    const hashes = this.#hashes;
    const count = this.#count;
    for (let index = 0; index < count; index++)
      if (table[fold(hashes[index] ?? 0) & mask] === 1) found.push(index);
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
