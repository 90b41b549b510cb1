import { ArchiveDamage } from "./archive.ts";
import { CompressedInput } from "./compression-input.ts";

/*
 * bzip2 decoding, after the format's description by Joe Tsai ("BZIP2: Format Specification", 2016) and the
 * behaviour of bzip2 1.0.8, which the tests use as referee.
 */

/** More than any block can take: 900,000 symbols of 20 bits, 18,002 selectors, and the tables. */
const BLOCK_INPUT = 2_400_000;
const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const GROUP = 50;
const LONGEST = 20;

/** Expands a bzip2 file, concatenated streams included. Throws `ArchiveDamage` after the last good block. */
export async function* expandBzip2(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new CompressedInput(pieces);
  try {
    await input.need(4);
    let level = streamLevel(input);
    if (level === 0) throw new ArchiveDamage("no bzip2 header");
    while (level > 0) {
      yield* expandStream(input, level * 100_000);
      level = (await input.hold(4)) ? streamLevel(input) : 0;
    }
  } finally {
    await input.release();
  }
}

/** Block size in 100 kB from `BZh1` … `BZh9`; 0 when it is no such header. */
function streamLevel(input: CompressedInput): number {
  const { bytes, at } = input;
  if (bytes[at] !== 0x42 || bytes[at + 1] !== 0x5a || bytes[at + 2] !== 0x68) return 0;
  const level = (bytes[at + 3] ?? 0) - 0x30;
  if (level < 1 || level > 9) return 0;
  input.at += 4;
  return level;
}

async function* expandStream(input: CompressedInput, blockSize: number): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(input);
  const table = new Uint32Array(blockSize);
  let combined = 0;
  for (;;) {
    await input.hold(BLOCK_INPUT);
    const magic = bits.read(24) * 0x1000000 + bits.read(24);
    const crc = bits.read(16) * 0x10000 + bits.read(16);
    if (magic === END_MAGIC) {
      if (crc !== combined) throw new ArchiveDamage("bzip2: the checksum of the stream does not fit");
      bits.align();
      return;
    }
    if (magic !== BLOCK_MAGIC) throw new ArchiveDamage("bzip2: a block does not start where it should");
    const block = expandBlock(bits, table);
    if (blockCrc(block) !== crc) throw new ArchiveDamage("bzip2: the checksum of a block does not fit");
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    yield block;
  }
}

class BitReader {
  readonly #input: CompressedInput;
  #held = 0;
  #count = 0;

  constructor(input: CompressedInput) {
    this.#input = input;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      const input = this.#input;
      if (input.at >= input.end) throw new ArchiveDamage("the compressed data ends early");
      this.#held = ((this.#held << 8) | (input.bytes[input.at++] ?? 0)) >>> 0;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  align(): void {
    this.#count = 0;
  }
}

function expandBlock(bits: BitReader, table: Uint32Array): Uint8Array {
  const randomised = bits.read(1);
  if (randomised === 1)
    throw new ArchiveDamage("bzip2: a randomised block, which no bzip2 since 0.9.5 writes");
  const origin = bits.read(24);
  const symbols = usedSymbols(bits);
  const groups = bits.read(3);
  if (groups < 2 || groups > 6) throw new ArchiveDamage("bzip2: a wrong number of code tables");
  const selectors = readSelectors(bits, groups);
  const codes: Code[] = [];
  for (let i = 0; i < groups; i++) codes.push(readCode(bits, symbols.length + 2));
  const length = moveToFront(bits, symbols, selectors, codes, table);
  if (origin >= length) throw new ArchiveDamage("bzip2: a block's origin lies outside the block");
  return untransform(table, length, origin);
}

function usedSymbols(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const symbols: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const used = bits.read(16);
    for (let bit = 0; bit < 16; bit++) if ((used & (0x8000 >> bit)) !== 0) symbols.push(range * 16 + bit);
  }
  if (symbols.length === 0) throw new ArchiveDamage("bzip2: a block without symbols");
  return Uint8Array.from(symbols);
}

function readSelectors(bits: BitReader, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw new ArchiveDamage("bzip2: a block without selectors");
  const order = [0, 1, 2, 3, 4, 5].slice(0, groups);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= groups) throw new ArchiveDamage("bzip2: a wrong selector");
    const [chosen] = order.splice(place, 1);
    order.unshift(chosen ?? 0);
    selectors[i] = chosen ?? 0;
  }
  return selectors;
}

/** A canonical Huffman code: per length the highest code, the offset into the sorted symbols. */
interface Code {
  readonly shortest: number;
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly sorted: Uint16Array;
}

function readCode(bits: BitReader, size: number): Code {
  const lengths = new Uint8Array(size);
  let length = bits.read(5);
  if (length < 1 || length > LONGEST) throw new ArchiveDamage("bzip2: a wrong code length");
  for (let symbol = 0; symbol < size; symbol++) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 0 ? 1 : -1;
      if (length < 1 || length > LONGEST) throw new ArchiveDamage("bzip2: a wrong code length");
    }
    lengths[symbol] = length;
  }
  return canonicalCode(lengths);
}

function canonicalCode(lengths: Uint8Array): Code {
  const counts = new Int32Array(LONGEST + 2);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const limit = new Int32Array(LONGEST + 2).fill(-1);
  const base = new Int32Array(LONGEST + 2);
  const next = new Int32Array(LONGEST + 2);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length] ?? 0;
    base[length] = index - code;
    next[length] = index;
    code += count;
    index += count;
    if (count > 0) limit[length] = code - 1;
    code <<= 1;
  }
  const sorted = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    sorted[next[length] ?? 0] = symbol;
    next[length] = (next[length] ?? 0) + 1;
  }
  return { shortest: Math.min(...lengths), limit, base, sorted };
}

function readSymbol(bits: BitReader, code: Code): number {
  let length = code.shortest;
  let value = bits.read(length);
  while (value > (code.limit[length] ?? -1)) {
    if (++length > LONGEST) throw new ArchiveDamage("bzip2: bits that are no code");
    value = (value << 1) | bits.read(1);
  }
  const symbol = code.sorted[value + (code.base[length] ?? 0)];
  if (symbol === undefined) throw new ArchiveDamage("bzip2: bits that are no code");
  return symbol;
}

/** Undoes Huffman, run lengths of the front symbol, and move-to-front; fills `table`, answers the length. */
function moveToFront(
  bits: BitReader,
  symbols: Uint8Array,
  selectors: Uint8Array,
  codes: readonly Code[],
  table: Uint32Array,
): number {
  const front = Uint8Array.from(symbols);
  const end = symbols.length + 1;
  let filled = 0;
  let run = 0;
  let weight = 1;
  for (let count = 0; ; count++) {
    const code = codes[selectors[Math.floor(count / GROUP)] ?? 255];
    if (code === undefined) throw new ArchiveDamage("bzip2: more symbols than selectors");
    const symbol = readSymbol(bits, code);
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > table.length) throw new ArchiveDamage("bzip2: a run longer than the block");
      continue;
    }
    if (filled + run + (symbol === end ? 0 : 1) > table.length)
      throw new ArchiveDamage("bzip2: more data than the block may hold");
    if (run > 0) table.fill(front[0] ?? 0, filled, filled + run);
    filled += run;
    run = 0;
    weight = 1;
    if (symbol === end) return filled;
    const value = front[symbol - 1] ?? 0;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = value;
    table[filled++] = value;
  }
}

/** Undoes the Burrows-Wheeler transform and the first run-length step. */
function untransform(table: Uint32Array, length: number, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (let i = 0; i < length; i++) {
    const value = ((table[i] ?? 0) & 0xff) + 1;
    starts[value] = (starts[value] ?? 0) + 1;
  }
  for (let value = 1; value < 257; value++) starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
  for (let i = 0; i < length; i++) {
    const value = (table[i] ?? 0) & 0xff;
    const place = starts[value] ?? 0;
    starts[value] = place + 1;
    table[place] = ((table[place] ?? 0) | (i << 8)) >>> 0;
  }
  return expandRuns(table, length, origin);
}

/** Four equal bytes are followed by a count of further ones. */
function expandRuns(table: Uint32Array, length: number, origin: number): Uint8Array {
  let out = new Uint8Array(length + 1024);
  let filled = 0;
  let at = (table[origin] ?? 0) >>> 8;
  let same = 0;
  let last = -1;
  for (let i = 0; i < length; i++) {
    const cell = table[at] ?? 0;
    const value = cell & 0xff;
    at = cell >>> 8;
    if (filled + 256 > out.length) out = enlarged(out);
    if (same === 4) {
      out.fill(last, filled, filled + value);
      filled += value;
      same = 0;
      last = -1;
      continue;
    }
    same = value === last ? same + 1 : 1;
    last = value;
    out[filled++] = value;
  }
  return out.subarray(0, filled);
}

function enlarged(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}

const CRC_TABLE: Uint32Array = crcTable();

function crcTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let value = i << 24;
    for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
    table[i] = value >>> 0;
  }
  return table;
}

function blockCrc(block: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < block.length; i++)
    crc = (crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ (block[i] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}
