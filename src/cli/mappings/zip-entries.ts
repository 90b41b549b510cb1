/**
 * The files of a zip archive, bounded: no more entries and no more bytes than a checkout of mapping data has.
 * Reads what `zip` and GitHub write: stored and deflated entries, no encryption, no zip64, no split archives.
 * Source: PKWARE APPNOTE.TXT 6.3.10.
 */
import { crc32, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  /** Unpacks; throws an `Error` with one plain sentence if it cannot. */
  read(): Uint8Array;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_ENTRIES = 20_000;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;

/** True if the bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 0x03 || bytes[2] === 0x05);
}

/** Directories are left out. Throws an `Error` with one plain sentence for what is no whole archive. */
export function zipEntries(bytes: Uint8Array, mostBytes: number): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (start === 0xffffffff || count === 0xffff) throw new Error("zip64 archives are not read");
  if (count > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} entries`);
  const entries: ZipEntry[] = [];
  let at = start;
  for (let k = 0; k < count; k++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
      throw new Error("its directory is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    );
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + (nameLength ?? 0))).toString("utf8");
    if (!name.endsWith("/")) entries.push(entryAt(bytes, view, at, name, mostBytes));
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
  return entries;
}

function endOf(view: DataView): number {
  const last = view.byteLength - END_SIZE;
  for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at--)
    if (view.getUint32(at, true) === END) return at;
  throw new Error("no whole zip archive: its directory is missing");
}

function entryAt(bytes: Uint8Array, view: DataView, at: number, name: string, mostBytes: number): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const checksum = view.getUint32(at + 16, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  const read = (): Uint8Array => {
    if ((flags & 1) !== 0) throw new Error(`${name} is encrypted`);
    if (size > mostBytes) throw new Error(`${name} is larger than ${mostBytes} bytes`);
    if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL)
      throw new Error(`${name} is damaged`);
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = unpack(name, method, bytes.subarray(from, from + packed), size);
    if (data.length !== size || crc32(data) !== checksum) throw new Error(`${name} is damaged`);
    return data;
  };
  return { name, read };
}

function unpack(name: string, method: number, data: Uint8Array, size: number): Uint8Array {
  if (method === 0) return data;
  if (method !== 8) throw new Error(`${name} is packed in a way that is not read (method ${method})`);
  try {
    return inflateRawSync(data, { maxOutputLength: size + 1 });
  } catch {
    throw new Error(`${name} is damaged`);
  }
}
