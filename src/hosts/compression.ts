import { ArchiveDamage, type ArchiveLimits, DEFAULT_LIMITS } from "./archive.ts";
import type { ByteSource } from "./archive-source.ts";
import { expandBzip2 } from "./compression-bzip2.ts";
import { expandGzip } from "./compression-gzip.ts";
import { expandXz } from "./compression-xz.ts";
import { expandZstd, isSkippableFrame } from "./compression-zstd.ts";

/** How a stream is compressed. */
export type Compression = "gzip" | "zstd" | "xz" | "bzip2";

const MAGICS: readonly { readonly compression: Compression; readonly magic: readonly number[] }[] = [
  { compression: "gzip", magic: [0x1f, 0x8b, 0x08] },
  { compression: "zstd", magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { compression: "xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { compression: "bzip2", magic: [0x42, 0x5a, 0x68] },
];

const LARGEST_PORTION = 1024 * 1024;

/** The compression a file's first bytes announce; its name says nothing. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (isSkippableFrame(head)) return "zstd";
  return MAGICS.find(({ magic }) => magic.every((byte, i) => head[i] === byte))?.compression ?? null;
}

/** The expanded bytes of a compressed source, readable from the start only, bounded against bombs. */
export function expandedSource(
  source: ByteSource,
  compression: Compression,
  limits: ArchiveLimits = DEFAULT_LIMITS,
): ByteSource {
  return {
    size: null,
    open: (offset = 0) => skipping(bounded(source, compression, limits), offset),
    close: () => source.close(),
  };
}

async function* skipping(pieces: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  let left = offset;
  for await (const piece of pieces) {
    if (left >= piece.length) left -= piece.length;
    else {
      yield left === 0 ? piece : piece.subarray(left);
      left = 0;
    }
  }
}

async function* bounded(
  source: ByteSource,
  compression: Compression,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of source.open()) {
      taken += piece.length;
      yield piece;
    }
  }
  for await (const piece of portions(expand(counted(), compression))) {
    given += piece.length;
    if (given > limits.expandedBytes)
      throw new ArchiveDamage(`it expands to more than ${limits.expandedBytes} bytes`);
    if (given > limits.ratioFrom && given > taken * limits.ratio)
      throw new ArchiveDamage(`it expands more than ${limits.ratio}-fold, as only a bomb does`);
    yield piece;
  }
}

/** Small portions: a block of bzip2 may hold fifty megabytes of zeros, and those before a limit shall still come. */
async function* portions(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (piece.length <= LARGEST_PORTION) yield piece;
    else
      for (let at = 0; at < piece.length; at += LARGEST_PORTION)
        yield piece.subarray(at, at + LARGEST_PORTION);
  }
}

/** Expands a stream. Throws `ArchiveDamage` at the first damage, after handing out all that came before. */
export function expand(
  pieces: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case "gzip":
      return expandGzip(pieces);
    case "zstd":
      return expandZstd(pieces);
    case "xz":
      return expandXz(pieces);
    case "bzip2":
      return expandBzip2(pieces);
  }
}
