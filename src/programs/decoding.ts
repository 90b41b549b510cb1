import { gunzipSync, inflateSync } from "node:zlib";

/** What decoded bytes may at most be: a bomb stays small. */
const MOST_BYTES = 1_048_576;

/** Base64 with blanks and line ends skipped; `null` when the text is none. */
export function base64Decoded(text: string): Uint8Array | null {
  const plain = text.replace(/[\s]+/g, "").replaceAll("-", "+").replaceAll("_", "/");
  if (plain.length < 4 || plain.length > MOST_BYTES * 2 || !/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) return null;
  return new Uint8Array(Buffer.from(plain, "base64"));
}

/** Hexadecimal digits, with blanks, `0x`, or `\x` between them. */
export function hexDecoded(text: string): Uint8Array | null {
  const plain = text.replace(/\\x|0x|[\s:,]+/g, "");
  if (
    plain.length < 4 ||
    plain.length % 2 !== 0 ||
    plain.length > MOST_BYTES * 2 ||
    !/^[0-9a-fA-F]+$/.test(plain)
  )
    return null;
  return new Uint8Array(Buffer.from(plain, "hex"));
}

export function base32Decoded(text: string): Uint8Array | null {
  const plain = text.replace(/[\s=]+/g, "").toUpperCase();
  if (plain.length < 8 || plain.length > MOST_BYTES || !/^[A-Z2-7]+$/.test(plain)) return null;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of plain) {
    held = ((held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

/** gzip or zlib data, bounded. */
export function inflated(bytes: Uint8Array): Uint8Array | null {
  try {
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const out = gzip
      ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES })
      : inflateSync(bytes, { maxOutputLength: MOST_BYTES });
    return new Uint8Array(out);
  } catch {
    return null;
  }
}

/** Bytes as text; Latin-1 where they are no UTF-8, so that they can be decoded further. */
export function bytesText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  return text.includes("\ufffd") ? buffer.toString("latin1") : text;
}

/** The bytes a text from `bytesText` came from. */
export function textBytes(text: string): Uint8Array {
  return new Uint8Array(
    Buffer.from(text, [...text.slice(0, 64)].some((char) => char > "\xff") ? "utf8" : "latin1"),
  );
}

/** True for text a person or a shell could read: few control characters. */
export function isReadable(text: string): boolean {
  if (text.length < 4) return false;
  const sample = text.slice(0, 2048);
  let odd = 0;
  for (const char of sample)
    if ((char < " " && !"\n\r\t".includes(char)) || (char >= "\x7f" && char <= "\xa0")) odd += 1;
  return odd * 50 < sample.length;
}

/** `printf` and `echo -e` escapes: `\n`, `\xHH`, `\0ooo`, `\ooo`. */
export function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|[abefnrtv\\])/g, (_, code: string) => {
    if (code.startsWith("x")) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return SIMPLE.get(code) ?? code;
  });
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["e", "\x1b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
]);
