import { constants, crc32, inflateRawSync } from "node:zlib";
import type { Content, ContentStore } from "./archive-content.ts";
import type { ByteSource } from "./archive-source.ts";
import { LOCAL_LENGTH, LOCAL_SIGNATURE, readCentral, readLocal, type ZipRecord } from "./zip-record.ts";

/** Names and extra fields of a record, at most: three times 64 KiB. */
const LARGEST_RECORD = 200 * 1024;
/** Room beyond what is wanted, so that one more piece of a bomb fits. */
const SLACK = 72 * 1024 * 1024;
const FIRST_PIECE = 64 * 1024;

/** Where a member's record stands; as a locator it is twice the offset, plus one for a local header. */
export function zipLocator(offset: number, isLocal: boolean): number {
  return offset * 2 + (isLocal ? 1 : 0);
}

/** Contents of a zip, each inflated when asked for. */
export class ZipContent implements ContentStore {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  read(locator: number, length: number): Content {
    const isLocal = locator % 2 === 1;
    const offset = (locator - (isLocal ? 1 : 0)) / 2;
    const bytes = this.#source.readAt?.(offset, LARGEST_RECORD);
    const record = bytes === undefined ? null : isLocal ? readLocal(bytes, offset) : readCentral(bytes);
    if (record === null) return lost("The zip can no longer be read.");
    const data = this.#dataOffset(record);
    if (data === null) return lost("The zip's directory points to no member.");
    return this.#contentOf(record, data, length);
  }

  fetch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): void {
    this.#source.close();
  }

  #dataOffset(record: ZipRecord): number | null {
    const header = this.#source.readAt?.(record.local, LOCAL_LENGTH);
    if (header === undefined || header.length < LOCAL_LENGTH) return null;
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (view.getUint32(0, true) !== LOCAL_SIGNATURE) return null;
    return record.local + LOCAL_LENGTH + view.getUint16(26, true) + view.getUint16(28, true);
  }

  #contentOf(record: ZipRecord, data: number, length: number): Content {
    const take = (count: number): Uint8Array => this.#source.readAt?.(data, count) ?? new Uint8Array(0);
    const bytes =
      record.method === 0
        ? take(Math.min(length, record.compressed))
        : inflatePrefix(take, record.compressed, length);
    if (bytes === null) return lost("Its compressed data is damaged.");
    if (length === record.size && bytes.length === length && crc32(bytes) !== record.crc)
      return lost("Its checksum does not fit its content.");
    return { kind: "bytes", bytes };
  }
}

function lost(reason: string): Content {
  return { kind: "lost", code: "EIO", reason };
}

/**
 * The first `length` bytes of a deflated member. Inflates growing beginnings, and steps back from one that would
 * burst, so that neither a bomb nor a huge member is ever held whole. `null` when it is no deflated data.
 */
function inflatePrefix(
  take: (count: number) => Uint8Array,
  compressed: number,
  length: number,
): Uint8Array | null {
  let low = 0;
  let high = compressed;
  let best: Uint8Array | null = null;
  let count = Math.min(compressed, Math.max(FIRST_PIECE, length));
  while (count > low) {
    const result = inflated(take(count), length + SLACK);
    if (result === "damaged") return best;
    if (result === "too large") high = count;
    else {
      best = result;
      low = count;
      if (result.length >= length) break;
    }
    count = high === compressed ? Math.min(compressed, count * 2) : low + Math.ceil((high - low) / 2);
    if (count >= high && high !== compressed) break;
  }
  return best === null ? null : new Uint8Array(best.subarray(0, length));
}

function inflated(bytes: Uint8Array, most: number): Uint8Array | "damaged" | "too large" {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most });
  } catch (error) {
    return error instanceof RangeError ? "too large" : "damaged";
  }
}
