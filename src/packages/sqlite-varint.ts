/**
 * A variable-length integer (https://www.sqlite.org/fileformat2.html, section 1.6) and the offset after it. Values
 * beyond 2^53 lose precision, which no length or row id of a sane file has; past the end it reads zeros.
 */
export function readVarint(bytes: Uint8Array, at: number): readonly [number, number] {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [value * 256 + (bytes[at + 8] ?? 0), at + 9];
}
