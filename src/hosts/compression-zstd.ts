import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { ArchiveDamage } from "./archive.ts";
import { CompressedInput } from "./compression-input.ts";
import { type Decoder, expandMember } from "./compression-member.ts";

/*
 * zstd (RFC 8878), by Node's own decoder where there is one (22.15 and later, four times as fast), else by fzstd.
 * Node's stops behind the first frame.
 */

/** `zstd` itself refuses larger windows unless told otherwise (`--long`): 512 MiB. */
const LARGEST_WINDOW_LOG = 29;
/** `ZSTD_d_windowLogMax`, which the types of this Node do not know. */
const WINDOW_LOG_MAX = 100;
const OUTPUT_CHUNK = 256 * 1024;

interface ZstdOptions {
  readonly chunkSize: number;
  readonly params: Readonly<Record<number, number>>;
}

const { createZstdDecompress } = zlib as {
  readonly createZstdDecompress?: (options: ZstdOptions) => Decoder;
};

/** Expands a zstd file, all its frames. Throws `ArchiveDamage` where it breaks off. */
export function expandZstd(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return createZstdDecompress === undefined
    ? expandByScript(pieces)
    : expandByNode(pieces, createZstdDecompress);
}

/** Frames for others may stand before and between the data, such as the ones pzstd and seekable zstd write. */
export function isSkippableFrame(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

async function* expandByNode(
  pieces: AsyncIterable<Uint8Array>,
  create: (options: ZstdOptions) => Decoder,
): AsyncGenerator<Uint8Array> {
  const input = new CompressedInput(pieces);
  const params = { [WINDOW_LOG_MAX]: LARGEST_WINDOW_LOG };
  try {
    do yield* expandMember(input, create({ chunkSize: OUTPUT_CHUNK, params }), "zstd");
    while (await input.hold(1));
  } finally {
    await input.release();
  }
}

/** So little goes in at once that even a bomb hands out bounded pieces. */
const FEED = 4 * 1024;

async function* expandByScript(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const decoder = new Decompress((data) => {
    if (data.length > 0) ready.push(data.slice());
  });
  const push = (piece: Uint8Array, final: boolean): ArchiveDamage | null => {
    try {
      decoder.push(piece, final);
      return null;
    } catch (error) {
      return new ArchiveDamage(`zstd: ${error instanceof Error ? error.message : "damaged"}`);
    }
  };
  let first = true;
  for await (const piece of pieces) {
    if (first) refuseLargeWindow(piece);
    first = false;
    for (let at = 0; at < piece.length; at += FEED) {
      const damage = push(piece.slice(at, at + FEED), false);
      yield* ready.splice(0);
      if (damage !== null) throw damage;
    }
  }
  const damage = push(new Uint8Array(0), true);
  yield* ready.splice(0);
  if (damage !== null) throw damage;
}

/** RFC 8878 §3.1.1.1.2: the window descriptor, absent in single-segment frames. */
function refuseLargeWindow(head: Uint8Array): void {
  if (isSkippableFrame(head) || ((head[4] ?? 0) & 0x20) !== 0) return;
  if (10 + ((head[5] ?? 0) >> 3) > LARGEST_WINDOW_LOG)
    throw new ArchiveDamage("zstd: it wants a window of more than 512 MiB");
}
