import { crc32 } from "node:zlib";
import { ArchiveDamage } from "./archive.ts";
import { CompressedInput } from "./compression-input.ts";
import { LzmaDecoder } from "./compression-lzma.ts";

/*
 * The .xz container ("The .xz File Format" 1.2.1, tukaani.org) with the LZMA2 filter. Own, because the libraries
 * hold one decoder for the whole process and give a hostile file as much memory as it asks for.
 */

/** `xz -9` uses 64 MiB; what asks for more is refused. */
const LARGEST_DICTIONARY = 256 * 1024 * 1024;
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const LZMA2 = 0x21;
const HEADER = 12;
/** Header and data of the largest LZMA2 chunk. */
const CHUNK_INPUT = 6 + 65536;

/** Expands an .xz file, concatenated streams and padding included. Throws `ArchiveDamage` where it breaks off. */
export async function* expandXz(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new CompressedInput(pieces);
  try {
    await input.need(HEADER);
    yield* expandStream(input);
    while (await input.hold(4)) {
      const next = input.bytes[input.at];
      if (next === 0) input.at += 4;
      else if (next === 0xfd) yield* expandStream(input);
      else return;
    }
  } finally {
    await input.release();
  }
}

async function* expandStream(input: CompressedInput): AsyncGenerator<Uint8Array> {
  await input.need(HEADER);
  const flags = input.bytes.subarray(input.at + 6, input.at + 8);
  const kind = flags[1] ?? 0;
  if (flags[0] !== 0 || kind > 15 || crc32(flags) !== word(input, 8))
    throw new ArchiveDamage("xz: a damaged stream header");
  input.at += HEADER;
  for (;;) {
    await input.need(1);
    const size = ((input.bytes[input.at] ?? 0) + 1) * 4;
    if (size === 4) break;
    await input.need(size);
    const dictionary = readBlockHeader(input, size);
    input.at += size;
    const used = yield* expandBlock(input, dictionary);
    const rest = ((4 - (used % 4)) % 4) + (CHECK_SIZES[kind] ?? 0);
    await input.need(rest);
    input.at += rest;
  }
  await skipIndex(input);
}

function word(input: CompressedInput, offset: number): number {
  const at = input.bytes.byteOffset + input.at + offset;
  return new DataView(input.bytes.buffer, at, 4).getUint32(0, true);
}

/** The dictionary size of a block whose only filter is LZMA2. */
function readBlockHeader(input: CompressedInput, size: number): number {
  const header = input.bytes.subarray(input.at, input.at + size - 4);
  if (crc32(header) !== word(input, size - 4)) throw new ArchiveDamage("xz: a damaged block header");
  const flags = header[1] ?? 0;
  if ((flags & 3) !== 0) throw new ArchiveDamage("xz: filters besides LZMA2 are not read");
  let at = 2;
  for (const present of [flags & 0x40, flags & 0x80]) {
    if (present === 0) continue;
    while (((header[at] ?? 0) & 0x80) !== 0) at++;
    at++;
  }
  if (header[at] !== LZMA2 || header[at + 1] !== 1)
    throw new ArchiveDamage("xz: filters besides LZMA2 are not read");
  const bits = (header[at + 2] ?? 0xff) & 0x3f;
  const dictionary = bits > 39 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
  if (dictionary > LARGEST_DICTIONARY)
    throw new ArchiveDamage(
      `xz: it wants a dictionary of ${Math.round(dictionary / 2 ** 20)} MiB, 256 are allowed`,
    );
  return dictionary;
}

/** Expands the LZMA2 chunks of a block; answers how many compressed bytes they were. */
async function* expandBlock(input: CompressedInput, dictionary: number): AsyncGenerator<Uint8Array, number> {
  const decoder = new LzmaDecoder(dictionary);
  let used = 0;
  for (;;) {
    await input.hold(CHUNK_INPUT);
    const control = input.bytes[input.at] ?? 0;
    if (input.at >= input.end) throw new ArchiveDamage("the compressed data ends early");
    if (control === 0) {
      input.at++;
      return used + 1;
    }
    const length = control >= 0x80 ? 5 : 3;
    const resets = control >= 0xc0 ? 1 : 0;
    if (input.end - input.at < length + resets) throw new ArchiveDamage("the compressed data ends early");
    const header = input.bytes.subarray(input.at, input.at + length + resets);
    const size = control >= 0x80 ? pair(header, 3) : pair(header, 1);
    input.at += header.length;
    used += header.length + size;
    if (input.end - input.at < size) throw new ArchiveDamage("the compressed data ends early");
    const chunk = input.bytes.subarray(input.at, input.at + size);
    input.at += size;
    yield decodeChunk(decoder, control, header, chunk);
  }
}

/** A 16-bit size, stored less one. */
function pair(header: Uint8Array, at: number): number {
  return (((header[at] ?? 0) << 8) | (header[at + 1] ?? 0)) + 1;
}

function decodeChunk(
  decoder: LzmaDecoder,
  control: number,
  header: Uint8Array,
  chunk: Uint8Array,
): Uint8Array {
  if (control === 1 || control >= 0xe0) decoder.resetDictionary();
  if (control < 0x80) {
    if (control > 2) throw new ArchiveDamage("xz: a damaged chunk");
    return decoder.copy(chunk);
  }
  if (control >= 0xc0) decoder.setProperties(header[5] ?? 0xff);
  else if (control >= 0xa0) decoder.resetState();
  return decoder.decode(chunk, ((control & 0x1f) << 16) + pair(header, 1));
}

/** The index and footer repeat sizes that are known by now. */
async function skipIndex(input: CompressedInput): Promise<void> {
  let size = 1;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 56; scale *= 128) {
      await input.need(1);
      const byte = input.bytes[input.at++] ?? 0;
      size++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new ArchiveDamage("xz: a damaged index");
  };
  input.at++;
  const records = await number();
  for (let i = 0; i < records * 2; i++) await number();
  const rest = ((4 - (size % 4)) % 4) + 4 + HEADER;
  await input.need(rest);
  input.at += rest;
}
