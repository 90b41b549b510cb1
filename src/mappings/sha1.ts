/** SHA-1 (RFC 3174) and the name-based UUID made of it (RFC 9562, version 5): ids that are the same on every run. */
import { encodeUtf8 } from "../syntax/utf8.ts";

/** The digest, five 32-bit words. Names things; protects nothing. */
export function sha1(message: Uint8Array): Uint32Array {
  const length = (((message.length + 8) >> 6) + 1) << 6;
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(length - 4, (message.length << 3) >>> 0);
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Uint32Array(80);
  for (let at = 0; at < length; at += 64) block(state, words, view, at);
  return state;
}

function block(state: Uint32Array, words: Uint32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + i * 4);
  for (let i = 16; i < 80; i++) {
    const word = w(words, i - 3) ^ w(words, i - 8) ^ w(words, i - 14) ^ w(words, i - 16);
    words[i] = (word << 1) | (word >>> 31);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
    const constant = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + mixed + e + constant + w(words, i)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (const [i, value] of [a, b, c, d, e].entries()) state[i] = w(state, i) + value;
}

function w(words: Uint32Array, at: number): number {
  return words[at] ?? 0;
}

/** `namespace` is a UUID in its usual text. */
export function uuid5(namespace: string, name: string): string {
  const space = namespace.replaceAll("-", "");
  const bytes = encodeUtf8(name);
  const message = new Uint8Array(16 + bytes.length);
  for (let at = 0; at < 16; at++) message[at] = Number.parseInt(space.slice(at * 2, at * 2 + 2), 16);
  message.set(bytes, 16);
  let hex = "";
  for (const word of sha1(message).subarray(0, 4)) hex += word.toString(16).padStart(8, "0");
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20)}`;
}
