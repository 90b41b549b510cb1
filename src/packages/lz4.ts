const FRAME = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
const MIN_MATCH = 4;

/**
 * Decompresses LZ4 frames (lz4 `doc/lz4_Frame_format.md`), which apt keeps its lists in on container images.
 *
 * `null` for anything that is not LZ4, is cut short, or would need more than `maxBytes`. Checksums are not verified.
 */
export function decompressLz4(input: Uint8Array, maxBytes: number): Buffer | null {
  const source = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const output = new Output(maxBytes);
  let at = 0;
  while (at + 4 <= source.length) {
    const magic = source.readUInt32LE(at);
    const next = magic === FRAME ? readFrame(source, at + 4, output) : skipFrame(source, at, magic);
    if (next === null) return null;
    at = next;
  }
  return at === source.length && at > 0 ? output.bytes() : null;
}

function skipFrame(source: Buffer, at: number, magic: number): number | null {
  if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE || at + 8 > source.length) return null;
  const next = at + 8 + source.readUInt32LE(at + 4);
  return next <= source.length ? next : null;
}

function readFrame(source: Buffer, start: number, output: Output): number | null {
  const flags = source[start] ?? 0;
  if (flags >> 6 !== 1) return null;
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  const contentSize = (flags & 0x08) === 0 ? 0 : 8;
  const contentChecksum = (flags & 0x04) === 0 ? 0 : 4;
  const dictionary = (flags & 0x01) === 0 ? 0 : 4;
  let at = start + 2 + contentSize + dictionary + 1;
  while (at + 4 <= source.length) {
    const size = source.readUInt32LE(at);
    at += 4;
    if (size === 0) return at + contentChecksum <= source.length ? at + contentChecksum : null;
    const length = size & 0x7fffffff;
    if (at + length > source.length) return null;
    const block = source.subarray(at, at + length);
    if (!(size >>> 31 === 1 ? output.append(block) : readBlock(block, output))) return null;
    at += length + blockChecksum;
  }
  return null;
}

/** One compressed block (`doc/lz4_Block_format.md`): literals, then a copy from at most 64 KiB before. */
function readBlock(block: Buffer, output: Output): boolean {
  let at = 0;
  const extended = (nibble: number): number => {
    let length = nibble;
    let byte = nibble === 15 ? 255 : 0;
    while (byte === 255 && at < block.length) {
      byte = block[at++] ?? 0;
      length += byte;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = extended(token >> 4);
    if (at + literals > block.length || !output.append(block.subarray(at, at + literals))) return false;
    at += literals;
    if (at === block.length) return true;
    if (at + 2 > block.length) return false;
    const offset = block.readUInt16LE(at);
    at += 2;
    if (!output.copy(offset, extended(token & 15) + MIN_MATCH)) return false;
  }
  return true;
}

class Output {
  readonly #limit: number;
  #buffer: Buffer = Buffer.alloc(64 * 1024);
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Buffer): boolean {
    if (!this.#reserve(bytes.length)) return false;
    bytes.copy(this.#buffer, this.#length);
    this.#length += bytes.length;
    return true;
  }

  /** Copies from what was written before; source and destination may overlap, which repeats a pattern. */
  copy(offset: number, count: number): boolean {
    if (offset === 0 || offset > this.#length || !this.#reserve(count)) return false;
    const from = this.#length - offset;
    if (offset >= count) this.#buffer.copyWithin(this.#length, from, from + count);
    else for (let at = 0; at < count; at++) this.#buffer[this.#length + at] = this.#buffer[from + at] ?? 0;
    this.#length += count;
    return true;
  }

  #reserve(count: number): boolean {
    const needed = this.#length + count;
    if (needed > this.#limit) return false;
    if (needed > this.#buffer.length) {
      const grown = Buffer.alloc(Math.min(this.#limit, Math.max(needed, this.#buffer.length * 2)));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    return true;
  }
}
