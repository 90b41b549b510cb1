/** Tags of a package header (rpm `rpmtag.h`) that say who owns a file and what it held. */
export const RPM_TAG = {
  dsaSignature: 267,
  rsaSignature: 268,
  pgpSignature: 259,
  gpgSignature: 262,
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  installTime: 1008,
  vendor: 1011,
  packager: 1015,
  fileSizes: 1028,
  fileStates: 1029,
  fileModes: 1030,
  fileDigests: 1035,
  fileLinks: 1036,
  fileFlags: 1037,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  fileDigestAlgorithm: 5011,
  openPgpSignature: 278,
} as const;

const ENTRY = 16;
/** rpm's own limits (`header.c`, `hdrblobInit`): 65,535 entries, 256 MiB of data. */
const MAX_ENTRIES = 65_535;
const CHAR = 1;
const INT8 = 2;
const INT16 = 3;
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

interface Entry {
  readonly type: number;
  readonly start: number;
  readonly count: number;
}

/** The header of one installed package. A tag that is missing, of another type, or outside the data is empty. */
export interface RpmHeader {
  has(tag: number): boolean;
  /** Raw strings (one character a byte); a single string is a list of one. */
  strings(tag: number): readonly string[];
  integers(tag: number): readonly number[];
}

/** Reads a header as the database stores it: without magic, two lengths, index, data (rpm manual, "Format"). */
export function parseRpmHeader(blob: Uint8Array): RpmHeader | null {
  if (blob.length < 8) return null;
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const entries = bytes.readUInt32BE(0);
  const dataStart = 8 + entries * ENTRY;
  const dataLength = bytes.readUInt32BE(4);
  if (entries === 0 || entries > MAX_ENTRIES || dataStart + dataLength > bytes.length) return null;
  const index = new Map<number, Entry>();
  for (let at = 8; at < dataStart; at += ENTRY) {
    const entry = {
      type: bytes.readUInt32BE(at + 4),
      start: bytes.readUInt32BE(at + 8),
      count: bytes.readUInt32BE(at + 12),
    };
    if (entry.start < dataLength) index.set(bytes.readUInt32BE(at), entry);
  }
  const data = bytes.subarray(dataStart, dataStart + dataLength);
  return {
    has: (tag) => index.has(tag),
    strings: (tag) => readStrings(data, index.get(tag)),
    integers: (tag) => readIntegers(data, index.get(tag)),
  };
}

function readStrings(data: Buffer, entry: Entry | undefined): readonly string[] {
  if (entry === undefined) return [];
  if (entry.type !== STRING && entry.type !== STRING_ARRAY && entry.type !== I18N_STRING) return [];
  const count = entry.type === STRING ? 1 : entry.count;
  const strings: string[] = [];
  for (let at = entry.start; strings.length < count && at < data.length; ) {
    const end = data.indexOf(0, at);
    if (end < 0) break;
    strings.push(data.toString("latin1", at, end));
    at = end + 1;
  }
  return strings;
}

function readIntegers(data: Buffer, entry: Entry | undefined): readonly number[] {
  const size = entry === undefined ? 0 : widthOf(entry.type);
  if (entry === undefined || size === 0) return [];
  const fitting = Math.min(entry.count, Math.floor((data.length - entry.start) / size));
  const integers: number[] = [];
  for (let index = 0; index < fitting; index++)
    integers.push(data.readUIntBE(entry.start + index * size, size));
  return integers;
}

function widthOf(type: number): number {
  if (type === CHAR || type === INT8) return 1;
  if (type === INT16) return 2;
  return type === INT32 ? 4 : 0;
}
