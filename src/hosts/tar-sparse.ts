import { BLOCK, numberField } from "./tar-header.ts";
import { type PaxRecords, paxNumber, paxText } from "./tar-pax.ts";
import type { Extent } from "./tree.ts";

/** A sparse file keeps at most this many pieces; one with more is reported and has no content. */
const MOST_EXTENTS = 100_000;

/** Where the data of a sparse file belongs, and how long the file really is. */
export interface SparseMap {
  readonly size: number;
  /** `null`: the map is damaged or too long. */
  readonly extents: readonly Extent[] | null;
}

/** GNU's old format: four pieces in the header, 21 in each extension block. */
export class OldSparse {
  readonly size: number;
  /** True while another extension block follows. */
  extended: boolean;
  readonly #numbers: (number | null)[] = [];

  constructor(header: Uint8Array) {
    this.size = numberField(header, 483, 12) ?? 0;
    this.extended = header[482] === 1;
    this.#read(header, 386, 4);
  }

  extension(block: Uint8Array): void {
    this.extended = block[504] === 1 && this.#numbers.length < MOST_EXTENTS * 2;
    this.#read(block, 0, 21);
  }

  map(): SparseMap {
    return { size: this.size, extents: extentsOf(this.#numbers, this.size) };
  }

  #read(block: Uint8Array, start: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const at = start + i * 24;
      if ((block[at] ?? 0) === 0) return;
      this.#numbers.push(numberField(block, at, 12), numberField(block, at + 12, 12));
    }
  }
}

/** The pax formats 0.0 and 0.1 carry the map in the header; 1.0 (`major`) in front of the data. */
export function paxSparse(records: PaxRecords): SparseMap | "in front of the data" | null {
  if (paxNumber(records, "GNU.sparse.major") === 1) return "in front of the data";
  const size = paxNumber(records, "GNU.sparse.size");
  if (size === null) return null;
  const map = paxText(records, "GNU.sparse.map");
  if (map !== null) return { size, extents: extentsOf(decimals(map), size) };
  const offsets = decimals(paxText(records, "GNU.sparse.offset") ?? "");
  const lengths = decimals(paxText(records, "GNU.sparse.numbytes") ?? "");
  return {
    size,
    extents: extentsOf(
      offsets.flatMap((offset, i) => [offset, lengths[i] ?? null]),
      size,
    ),
  };
}

/** Format 1.0: lines of decimals, padded to a block: a count, then offset and length of each piece. */
export class FrontSparse {
  #text = "";
  #count: number | null = null;
  #lines = 0;
  failed: boolean = false;

  /** Takes a block; true while more are needed. */
  block(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    this.#text += text;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lines++;
    this.#count ??= this.#lines > 0 ? decimal(this.#text.slice(0, this.#text.indexOf("\n"))) : null;
    this.failed = (this.#lines > 0 && this.#count === null) || (this.#count ?? 0) > MOST_EXTENTS;
    if (this.#lines === 0 && this.#text.length > BLOCK) this.failed = true;
    if (this.#text.length > MOST_EXTENTS * 40) this.failed = true;
    return !this.failed && this.#lines < 1 + 2 * (this.#count ?? 0);
  }

  map(size: number): SparseMap {
    const count = this.#count ?? 0;
    const numbers = this.#text
      .split("\n")
      .slice(1, 1 + 2 * count)
      .map(decimal);
    return { size, extents: this.failed ? null : extentsOf(numbers, size) };
  }
}

function decimals(text: string): (number | null)[] {
  return text === "" ? [] : text.split(",").map(decimal);
}

function decimal(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Pieces in ascending order inside the file, or `null`. */
function extentsOf(numbers: readonly (number | null)[], size: number): readonly Extent[] | null {
  if (numbers.length % 2 !== 0 || numbers.length > MOST_EXTENTS * 2) return null;
  const extents: Extent[] = [];
  let stored = 0;
  let end = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    const at = numbers[i] ?? null;
    const length = numbers[i + 1] ?? null;
    if (at === null || length === null || at < end || length < 0 || at + length > size) return null;
    if (length > 0) extents.push({ at, length, stored });
    stored += length;
    end = at + length;
  }
  return extents;
}
