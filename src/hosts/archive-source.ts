import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { ArchiveDamage, TargetError } from "./archive.ts";

/** Bytes of an archive. `readAt` is there when any place can be read at once; `open` always is. */
export interface ByteSource {
  /** `null` when only reading to the end would tell. */
  readonly size: number | null;
  /** The bytes `[offset, offset + length)` as far as they exist. */
  readAt?(offset: number, length: number): Uint8Array | undefined;
  /** As `readAt`, into memory that is used again; answers how many bytes. Saves half the time of small readings. */
  readInto?(into: Uint8Array, offset: number): number | undefined;
  /** The bytes from `offset` to the end, in pieces that stay valid. Throws `ArchiveDamage` where it breaks off. */
  open(offset?: number): AsyncIterable<Uint8Array>;
  close(): void;
}

const PIECE = 256 * 1024;

/**
 * A regular file. Throws `TargetError` for anything else: a FIFO or device is never opened for reading.
 * With `noFollow`, a symbolic link is refused too.
 */
export function fileSource(path: string, noFollow = false): ByteSource {
  const flags =
    constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (noFollow ? constants.O_NOFOLLOW : 0);
  const fd = openFile(path, flags);
  const facts = fstatSync(fd);
  if (!facts.isFile()) {
    closeSync(fd);
    throw new TargetError(`${path} is not a regular file.`, "Name a directory or an archive file.");
  }
  return new FileSource(fd, facts.size);
}

function openFile(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new TargetError(`${path} cannot be opened (${code}).`, "Check the path and your permissions.");
  }
}

class FileSource implements ByteSource {
  readonly size: number;
  #fd: number | null;

  constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  readAt(offset: number, length: number): Uint8Array | undefined {
    if (this.#fd === null) return undefined;
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = Buffer.allocUnsafeSlow(wanted);
    try {
      const got = fill(this.#fd, bytes, offset);
      return got === wanted ? bytes : bytes.subarray(0, got);
    } catch {
      return undefined;
    }
  }

  readInto(into: Uint8Array, offset: number): number | undefined {
    if (this.#fd === null) return undefined;
    try {
      return offset >= this.size ? 0 : readSync(this.#fd, into, 0, into.length, offset);
    } catch {
      return undefined;
    }
  }

  async *open(offset = 0): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < this.size; ) {
      const piece = this.readAt(at, PIECE);
      if (piece === undefined) throw new ArchiveDamage("the file can no longer be read");
      if (piece.length === 0) return;
      yield piece;
      at += piece.length;
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }
}

function fill(fd: number, into: Uint8Array, offset: number): number {
  let filled = 0;
  while (filled < into.length) {
    const got = readSync(fd, into, filled, into.length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** Bytes already in memory. */
export function bytesSource(input: Uint8Array): ByteSource {
  const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return {
    size: bytes.length,
    readAt: (offset, length) => bytes.slice(offset, offset + length),
    async *open(offset = 0) {
      for (let at = offset; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
    },
    close: () => undefined,
  };
}

/** A part of another source, such as a layer inside an image archive. Closing it leaves the whole open. */
export function rangeSource(whole: ByteSource, start: number, length: number): ByteSource {
  const range: ByteSource = {
    size: length,
    async *open(offset = 0) {
      let left = length - offset;
      if (left <= 0) return;
      for await (const piece of whole.open(start + offset)) {
        yield piece.length <= left ? piece : piece.subarray(0, left);
        left -= piece.length;
        if (left <= 0) return;
      }
      throw new ArchiveDamage("it is cut off");
    },
    close: () => undefined,
  };
  if (whole.readAt === undefined) return range;
  return {
    ...range,
    readAt: (offset, wanted) =>
      whole.readAt?.(start + offset, Math.max(0, Math.min(wanted, length - offset))),
  };
}

/** The first `length` bytes, or fewer when there are no more. */
export async function firstBytes(source: ByteSource, length: number): Promise<Uint8Array> {
  if (source.readAt !== undefined) return source.readAt(0, length) ?? new Uint8Array(0);
  const pieces: Uint8Array[] = [];
  let have = 0;
  try {
    for await (const piece of source.open()) {
      pieces.push(piece);
      have += piece.length;
      if (have >= length) break;
    }
  } catch (error) {
    if (!(error instanceof ArchiveDamage)) throw error;
  }
  return Buffer.concat(pieces).subarray(0, length);
}
