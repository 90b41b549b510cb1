/**
 * A number by which lines of a package list are told apart before they are compared. It is made of the length and
 * the last bytes alone, for names differ at their ends: ten megabytes of lines cost some twenty milliseconds.
 */

const TAIL = 12;
const FACTOR = 31;

/** Of the line that stands at `start` up to `end`. */
export function hashOfLine(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - TAIL); at < end; at++)
    hash = (Math.imul(hash, FACTOR) + (bytes[at] ?? 0)) | 0;
  return hash ^ (hash >>> 15);
}

/** Of the same line as raw text, one character a byte. */
export function hashOfText(line: string): number {
  let hash = line.length;
  for (let at = Math.max(0, line.length - TAIL); at < line.length; at++)
    hash = (Math.imul(hash, FACTOR) + line.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 15);
}

/** Which numbers are wanted, roughly: no wanted one is missed, few others get through. */
export class HashSieve {
  readonly #table: Uint8Array;
  readonly #mask: number;

  constructor(wanted: ReadonlySet<string>) {
    const bits = Math.ceil(Math.log2(512 * (wanted.size + 1)));
    this.#table = new Uint8Array(1 << Math.min(MAX_BITS, Math.max(MIN_BITS, bits)));
    this.#mask = this.#table.length - 1;
    for (const line of wanted) this.#table[hashOfText(line) & this.#mask] = 1;
  }

  admits(hash: number): boolean {
    return this.#table[hash & this.#mask] === 1;
  }
}

const MIN_BITS = 14;
const MAX_BITS = 20;
