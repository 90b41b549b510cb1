import { crc32, createInflateRaw } from "node:zlib";
import { ArchiveDamage } from "./archive.ts";
import { CompressedInput } from "./compression-input.ts";
import { expandMember } from "./compression-member.ts";

/*
 * The gzip container (RFC 1952) around zlib's raw inflation. Node's own gunzip throws away the last good output when
 * rubbish follows a member, and hangs a writer that waits for its callback.
 */

const OUTPUT_CHUNK = 256 * 1024;
const LONGEST_HEADER = 70 * 1024;

/** Expands a gzip file, all its members. Throws `ArchiveDamage` where it breaks off. */
export async function* expandGzip(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new CompressedInput(pieces);
  try {
    do {
      await input.hold(LONGEST_HEADER);
      input.at += headerLength(input.bytes.subarray(input.at, input.end));
      const crc = yield* expandBody(input);
      await input.need(8);
      const at = input.bytes.byteOffset + input.at;
      if (new DataView(input.bytes.buffer, at, 4).getUint32(0, true) !== crc)
        throw new ArchiveDamage("gzip: the checksum does not fit the content");
      input.at += 8;
    } while ((await input.hold(10)) && startsMember(input));
  } finally {
    await input.release();
  }
}

function startsMember({ bytes, at }: CompressedInput): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8;
}

function headerLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new ArchiveDamage("gzip: a header without end");
    at = end + 1;
  }
  if ((flags & 2) !== 0) at += 2;
  if (at > bytes.length) throw new ArchiveDamage("the compressed data ends early");
  return at;
}

/** Expands one member. Answers the CRC of what came out. */
async function* expandBody(input: CompressedInput): AsyncGenerator<Uint8Array, number> {
  let crc = 0;
  for await (const chunk of expandMember(input, createInflateRaw({ chunkSize: OUTPUT_CHUNK }), "gzip")) {
    crc = crc32(chunk, crc);
    yield chunk;
  }
  return crc;
}
