import { decodeFileName } from "./file-name.ts";

/** tar's unit of everything. */
export const BLOCK = 512;

/** The fields of one header block (POSIX pax "ustar Interchange Format", GNU tar's `tar.h`). */
export interface TarHeader {
  readonly name: string;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly size: number | null;
  /** Seconds since 1970. */
  readonly mtime: number | null;
  /** One character; NUL is told as `0`. */
  readonly type: string;
  readonly linkName: string;
}

/** Reads a header block whose checksum fits; `null` when it does not. */
export function readTarHeader(block: Uint8Array): TarHeader | null {
  if (!checksumFits(block)) return null;
  const prefix = isUstar(block) ? textField(block, 345, 155) : "";
  const name = textField(block, 0, 100);
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: numberField(block, 100, 8),
    uid: numberField(block, 108, 8),
    gid: numberField(block, 116, 8),
    size: numberField(block, 124, 12),
    mtime: numberField(block, 136, 12),
    type,
    linkName: type === "1" || type === "2" ? textField(block, 157, 100) : "",
  };
}

/** True for a block that bears POSIX's or GNU's mark, whatever its checksum. */
export function bearsTarMagic(block: Uint8Array): boolean {
  return (
    block[257] === 0x75 &&
    block[258] === 0x73 &&
    block[259] === 0x74 &&
    block[260] === 0x61 &&
    block[261] === 0x72
  );
}

export function isZeroBlock(block: Uint8Array): boolean {
  if (block[0] !== 0) return false;
  for (let i = 1; i < BLOCK; i++) if (block[i] !== 0) return false;
  return true;
}

/** POSIX's `ustar\0`; GNU's `ustar  ` uses the prefix field for other things. */
function isUstar(block: Uint8Array): boolean {
  return block[345] !== 0 && bearsTarMagic(block) && block[262] === 0;
}

/** The sum of all bytes with the checksum field as blanks; historic tars added signed bytes. */
function checksumFits(block: Uint8Array): boolean {
  const stated = numberField(block, 148, 8);
  if (stated === null) return false;
  let sum = 0;
  let high = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = block[i] ?? 0;
    sum += byte;
    high += byte >> 7;
  }
  for (let i = 148; i < 156; i++) {
    const byte = block[i] ?? 0;
    sum += 32 - byte;
    high -= byte >> 7;
  }
  return stated === sum || stated === sum - 256 * high;
}

function textField(block: Uint8Array, at: number, length: number): string {
  let end = at;
  let high = 0;
  while (end < at + length && block[end] !== 0) high |= block[end++] ?? 0;
  if (end === at) return "";
  if (high < 0x80) return Buffer.from(block.buffer, block.byteOffset + at, end - at).toString("latin1");
  return decodeFileName(block.subarray(at, end));
}

/** Octal text, or GNU's base-256 when the first bit is set; `null` for anything else. */
export function numberField(block: Uint8Array, at: number, length: number): number | null {
  if (((block[at] ?? 0) & 0x80) !== 0) return base256(block, at, length);
  let value = 0;
  let digits = 0;
  for (let i = at; i < at + length; i++) {
    const byte = block[i] ?? 0;
    if (byte === 0x20 && digits === 0) continue;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) return null;
    value = value * 8 + byte - 0x30;
    digits++;
  }
  return value;
}

/** Two's complement, the mark bit apart. Beyond 2^53 it is no number of a file. */
function base256(block: Uint8Array, at: number, length: number): number | null {
  const first = block[at] ?? 0;
  const negative = (first & 0x40) !== 0;
  let value = negative ? (first & 0x3f) - 0x40 : first & 0x3f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (block[i] ?? 0);
  return Number.isSafeInteger(value) ? value : null;
}
