/**
 * File names are bytes. A name that is not UTF-8 carries each stray byte as a lone surrogate U+DC80…U+DCFF
 * (Python's `surrogateescape`, PEP 383), so it can be shown, compared, and turned back into the same bytes.
 */
const STRAY_LOW = 0xdc80;
const STRAY_HIGH = 0xdcff;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a name or link target; never fails. */
export function decodeFileName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeStray(bytes);
  }
}

function decodeStray(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return text;
}

/** How many bytes the UTF-8 character at `at` has; 0 if there is none (RFC 3629: no overlong form, no surrogate). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  for (let index = 1; index < length; index++) {
    if (((bytes[at + index] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second >= 0xa0) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second >= 0x90) return 0;
  return length;
}

const SURROGATE = /\p{Surrogate}/u;

/** True when the text holds no lone surrogate, so that plain UTF-8 says it exactly. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text);
}

/** The bytes of a name made by `decodeFileName`; `null` for text no file name can have (NUL, other lone surrogates). */
export function encodeFileName(name: string): Uint8Array | null {
  if (name.includes("\0")) return null;
  if (isWellFormed(name)) return new TextEncoder().encode(name);
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= STRAY_LOW && code <= STRAY_HIGH) bytes.push(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff) return null;
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** Order of the names' bytes (`strcmp`), which is not the order of JavaScript strings beyond U+D7FF. */
export function compareFileNames(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    return a < 0xd800 && b < 0xd800 ? a - b : compareBytes(left, right);
  }
  return left.length - right.length;
}

function compareBytes(left: string, right: string): number {
  const a = encodeFileName(left) ?? new TextEncoder().encode(left);
  const b = encodeFileName(right) ?? new TextEncoder().encode(right);
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
