const MASK = 2n ** 64n - 1n;

const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;

/** SipHash-2-4 (Aumasson and Bernstein, 2012) of a message under a key of 16 bytes, as an unsigned 64-bit number. */
export function siphash24(key: Uint8Array, message: Uint8Array): bigint {
  const k0 = word(key, 0);
  const k1 = word(key, 8);
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = (): void => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const absorb = (block: bigint): void => {
    v3 ^= block;
    round();
    round();
    v0 ^= block;
  };
  const whole = message.length - (message.length % 8);
  for (let at = 0; at < whole; at += 8) absorb(word(message, at));
  absorb(word(message, whole) | (BigInt(message.length & 0xff) << 56n));
  v2 ^= 0xffn;
  for (let count = 0; count < 4; count++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** Up to eight bytes, little-endian; what is missing counts as zero. */
function word(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let index = 7; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index] ?? 0);
  return value;
}
