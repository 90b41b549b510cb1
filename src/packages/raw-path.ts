import { decodeFileName, encodeFileName } from "../hosts/file-name.ts";

/**
 * Package databases are byte strings. Here a "raw" path is those bytes read as Latin-1: one character a byte, cheap
 * to cut out of a buffer and exact for names that are not UTF-8.
 */

/** A host's path as raw bytes; a text no file name can have (NUL) comes back as it is and is never listed anywhere. */
export function toRaw(path: string): string {
  if (isAscii(path)) return path;
  const bytes = encodeFileName(path);
  return bytes === null ? path : Buffer.from(bytes).toString("latin1");
}

/** The host's spelling of raw bytes: UTF-8 where it is UTF-8, each stray byte a lone surrogate. */
export function fromRaw(raw: string): string {
  return isAscii(raw) ? raw : decodeFileName(Buffer.from(raw, "latin1"));
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}
