/**
 * UTF-8 in both directions without loss: a byte that is not part of valid text becomes a lone surrogate
 * U+DC80…U+DCFF, as everywhere else in this program (`Host`), and comes back as that byte.
 *
 * "Valid" is what systemd accepts (`utf8_is_valid()`, src/basic/utf8.c): no overlong forms, no surrogates, nothing
 * above U+10FFFF, and, stricter than Unicode, no noncharacters (U+FDD0…U+FDEF, U+xxFFFE, U+xxFFFF).
 */

/** How many code units are handed to `String.fromCharCode` at once: far below every engine's argument limit. */
const CHUNK = 8192;

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** The text of UTF-8 bytes; stray bytes become lone surrogates. */
export function decodeUtf8(bytes: Uint8Array): string {
  return isAscii(bytes) ? decodeAscii(bytes) : decodeUnits(bytes);
}

/** The bytes of a text; lone surrogates U+DC80…U+DCFF become the byte they stand for, any other one is U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) pushEncoded(out, character.codePointAt(0) ?? 0);
  return Uint8Array.from(out);
}

/** False if the text came from bytes that systemd does not accept as UTF-8. */
export function isValidText(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** How many bytes the text has in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    const isPair = unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(at + 1));
    if (isPair) {
      length += 2;
      at++;
    } else if (unit < 0x800) length += 1;
    else if (!isStrayByte(unit)) length += 2;
  }
  return length;
}

function isAscii(bytes: Uint8Array): boolean {
  let or = 0;
  for (let at = 0; at < bytes.length; at++) or |= bytes[at] as number;
  return or < 0x80;
}

/** The text of bytes known to be ASCII (or meant as Latin-1). */
export function decodeAscii(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return fromUnits(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += fromUnits(bytes.subarray(at, at + CHUNK));
  return text;
}

function fromUnits(units: Uint8Array | Uint16Array): string {
  return String.fromCharCode.apply(null, units as unknown as number[]);
}

function decodeUnits(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      units[length++] = first;
      at++;
      continue;
    }
    const point = codePointAt(bytes, at, first);
    if (point < 0) {
      units[length++] = 0xdc00 | first;
      at++;
    } else if (point < 0x10000) {
      units[length++] = point;
      at += point < 0x800 ? 2 : 3;
    } else {
      units[length++] = 0xd800 | ((point - 0x10000) >> 10);
      units[length++] = 0xdc00 | ((point - 0x10000) & 0x3ff);
      at += 4;
    }
  }
  let text = "";
  for (let at = 0; at < length; at += CHUNK) {
    text += fromUnits(units.subarray(at, Math.min(at + CHUNK, length)));
  }
  return text;
}

/** The code point of the sequence at `at`, or -1 if the byte there does not start a valid one. */
function codePointAt(bytes: Uint8Array, at: number, first: number): number {
  const following = first < 0xc2 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 0;
  if (following === 0 || at + following >= bytes.length) return -1;
  let point = first & (0x3f >> following);
  for (let k = 1; k <= following; k++) {
    const next = bytes[at + k] as number;
    if ((next & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (next & 0x3f);
  }
  return isAccepted(point, following) ? point : -1;
}

function isAccepted(point: number, following: number): boolean {
  const least = following === 1 ? 0x80 : following === 2 ? 0x800 : 0x10000;
  return point >= least && isValidCodePoint(point);
}

/** The code points systemd takes for characters (`unichar_is_valid()`). */
export function isValidCodePoint(point: number): boolean {
  if (point > 0x10ffff) return false;
  if (point >= 0xd800 && point <= 0xdfff) return false;
  if (point >= 0xfdd0 && point <= 0xfdef) return false;
  return (point & 0xfffe) !== 0xfffe;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function isStrayByte(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}

function pushEncoded(out: number[], point: number): void {
  if (point < 0x80) out.push(point);
  else if (point < 0x800) out.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
  else if (isStrayByte(point)) out.push(point & 0xff);
  else if (point >= 0xd800 && point <= 0xdfff) out.push(0xef, 0xbf, 0xbd);
  else if (point < 0x10000) {
    out.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
  } else {
    out.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f));
    out.push(0x80 | (point & 0x3f));
  }
}

export function isAsciiText(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}
