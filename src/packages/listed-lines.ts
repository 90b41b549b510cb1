import { hashOfLine, hashOfText } from "./line-hash.ts";

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
 * are asked. Lines whose numbers end alike are chained, the last one first: a question looks at some chains only.
 */
export class ListedLines {
  #hashes = new Int32Array(1 << 14);
  #starts = new Int32Array(1 << 14);
  /** Of each line, the one before it in its chain, counted from 1; 0 ends it. */
  #before = new Int32Array(1 << 14);
  readonly #chains = new Int32Array(CHAINS);
  #count = 0;
  /** How many lines there were when the list of that number ended. */
  readonly #ends: number[] = [];

  /** False when there are as many lines as are remembered; further ones are then not. Empty ones never are. */
  add(bytes: Uint8Array): boolean {
    const fits = this.#addLines(bytes);
    this.#ends.push(this.#count);
    return fits;
  }

  #addLines(bytes: Uint8Array): boolean {
    const chains = this.#chains;
    let hashes = this.#hashes;
    let starts = this.#starts;
    let before = this.#before;
    let count = this.#count;
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline;
      if (end > start) {
        if (count === hashes.length) {
          if (count >= MAX_LINES) break;
          this.#hashes = hashes = doubled(hashes);
          this.#starts = starts = doubled(starts);
          this.#before = before = doubled(before);
        }
        const hash = hashOfLine(bytes, start, end);
        const chain = hash & (CHAINS - 1);
        hashes[count] = hash;
        starts[count] = start;
        before[count] = chains[chain] ?? 0;
        count += 1;
        chains[chain] = count;
      }
      start = end + 1;
    }
    const fits = count < MAX_LINES;
    this.#count = count;
    return fits;
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

  /** Lines whose numbers are those of wanted ones; by chance a few more. No line is looked at twice. */
  #candidates(wanted: ReadonlySet<string>): Int32Array {
    const hashes = new Set<number>();
    for (const line of wanted) hashes.add(hashOfText(line));
    const chains = new Set<number>();
    for (const hash of hashes) chains.add(hash & (CHAINS - 1));
    const found: number[] = [];
    for (const chain of chains) {
      for (let next = this.#chains[chain] ?? 0; next > 0; next = this.#before[next - 1] ?? 0)
        if (hashes.has(this.#hashes[next - 1] ?? 0)) found.push(next - 1);
    }
    return Int32Array.from(found).sort();
  }
}

const CHAINS = 1 << 16;
const NEWLINE = 10;

function doubled(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}
