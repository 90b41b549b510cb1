import { decodeFileName } from "./file-name.ts";
import type { FileKind } from "./host.ts";

/** What a zip's directory (or, in a damaged zip, a local header) says of one member. APPNOTE 6.3.10. */
export interface ZipRecord {
  readonly path: string;
  readonly encrypted: boolean;
  /** Sizes come after the data; only the central directory knows them. */
  readonly sizesFollow: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  /** Unix mode with its type bits; `null` when it was not written on Unix. */
  readonly unixMode: number | null;
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly mtimeNs: bigint | null;
  /** Offset of the local header. */
  readonly local: number;
  /** Length of this record, names included. */
  readonly length: number;
}

export const CENTRAL_SIGNATURE = 0x02014b50;
export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_LENGTH = 46;
export const LOCAL_LENGTH = 30;
const UNIX = 3;
const DARWIN = 19;
const FULL = 0xffffffff;

/** The record at the start of `bytes`; `null` when it is none or is cut off. */
export function readCentral(bytes: Uint8Array): ZipRecord | null {
  const view = viewOf(bytes);
  if (bytes.length < CENTRAL_LENGTH || view.getUint32(0, true) !== CENTRAL_SIGNATURE) return null;
  const nameLength = view.getUint16(28, true);
  const extraLength = view.getUint16(30, true);
  const length = CENTRAL_LENGTH + nameLength + extraLength + view.getUint16(32, true);
  if (bytes.length < CENTRAL_LENGTH + nameLength + extraLength) return null;
  const system = bytes[5] ?? 0;
  const mode = view.getUint32(38, true) >>> 16;
  return {
    ...commonOf(bytes, 8, CENTRAL_LENGTH, nameLength, extraLength, view.getUint32(42, true)),
    unixMode: (system === UNIX || system === DARWIN) && mode !== 0 ? mode : null,
    length,
  };
}

/** The local header at the start of `bytes`, which stands at `offset`. */
export function readLocal(bytes: Uint8Array, offset: number): ZipRecord | null {
  const view = viewOf(bytes);
  if (bytes.length < LOCAL_LENGTH || view.getUint32(0, true) !== LOCAL_SIGNATURE) return null;
  const nameLength = view.getUint16(26, true);
  const extraLength = view.getUint16(28, true);
  const length = LOCAL_LENGTH + nameLength + extraLength;
  if (bytes.length < length) return null;
  return {
    ...commonOf(bytes, 6, LOCAL_LENGTH, nameLength, extraLength, 0),
    local: offset,
    unixMode: null,
    length,
  };
}

/** Both kinds of record hold flags, method, time, CRC and sizes in the same order, from `at` on. */
function commonOf(
  bytes: Uint8Array,
  at: number,
  nameAt: number,
  nameLength: number,
  extraLength: number,
  local: number,
): Omit<ZipRecord, "unixMode" | "length"> {
  const view = viewOf(bytes);
  const flags = view.getUint16(at, true);
  const extras = readExtras(bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength));
  const wide = wideNumbers(extras.get(0x0001));
  const plain = (value: number): number =>
    value === FULL ? (wide.shift() ?? Number.MAX_SAFE_INTEGER) : value;
  const size = plain(view.getUint32(at + 16, true));
  const compressed = plain(view.getUint32(at + 12, true));
  return {
    path: decodeFileName(bytes.subarray(nameAt, nameAt + nameLength)),
    encrypted: (flags & 1) !== 0,
    sizesFollow: (flags & 8) !== 0,
    method: view.getUint16(at + 2, true),
    crc: view.getUint32(at + 8, true),
    compressed,
    size,
    local: plain(local),
    owner: ownerOf(extras.get(0x7875)),
    mtimeNs: timeOf(extras.get(0x5455)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readExtras(bytes: Uint8Array): Map<number, Uint8Array> {
  const extras = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at + 2, true);
    extras.set(view.getUint16(at, true), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return extras;
}

/** Zip64: the numbers that did not fit, in the order size, compressed size, offset. */
function wideNumbers(bytes: Uint8Array | undefined): number[] {
  const numbers: number[] = [];
  if (bytes === undefined) return numbers;
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const value = Number(view.getBigUint64(at, true));
    numbers.push(Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER);
  }
  return numbers;
}

/** Info-ZIP's "ux" field: version 1, then uid and gid, each with its length. */
function ownerOf(bytes: Uint8Array | undefined): { readonly uid: number; readonly gid: number } | null {
  if (bytes === undefined || bytes[0] !== 1) return null;
  const uidLength = bytes[1] ?? 0;
  const uid = littleEndian(bytes, 2, uidLength);
  const gid = littleEndian(bytes, 3 + uidLength, bytes[2 + uidLength] ?? 0);
  return uid === null || gid === null ? null : { uid, gid };
}

function littleEndian(bytes: Uint8Array, at: number, length: number): number | null {
  if (length < 1 || length > 4 || at + length > bytes.length) return null;
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

/** Info-ZIP's "UT" field: seconds since 1970. The DOS time beside it has no zone and is not used. */
function timeOf(bytes: Uint8Array | undefined): bigint | null {
  if (bytes === undefined || bytes.length < 5 || ((bytes[0] ?? 0) & 1) === 0) return null;
  return BigInt(viewOf(bytes).getInt32(1, true)) * 1_000_000_000n;
}

const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [0o010000, "fifo"],
  [0o020000, "character-device"],
  [0o040000, "directory"],
  [0o060000, "block-device"],
  [0o100000, "file"],
  [0o120000, "symlink"],
  [0o140000, "socket"],
]);

export function zipKind(record: ZipRecord): FileKind {
  const stated = record.unixMode === null ? undefined : KINDS.get(record.unixMode & 0o170000);
  return stated ?? (record.path.endsWith("/") ? "directory" : "file");
}
