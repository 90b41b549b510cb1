import { ArchiveDamage } from "./archive.ts";

/*
 * LZMA as LZMA2 uses it, after Igor Pavlov's "LZMA specification" (public domain, 2015). Names follow it.
 */

const STATES = 12;
const LITERAL = 0x300;
/** Offsets into the one array of probabilities. */
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * 16;
const IS_REP_G0 = IS_REP + STATES;
const IS_REP_G1 = IS_REP_G0 + STATES;
const IS_REP_G2 = IS_REP_G1 + STATES;
const IS_REP0_LONG = IS_REP_G2 + STATES;
const POS_SLOT = IS_REP0_LONG + STATES * 16;
const SPECIAL = POS_SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const LENGTH = ALIGN + 16;
const LENGTH_LOW = 2;
const LENGTH_MID = LENGTH_LOW + 16 * 8;
const LENGTH_HIGH = LENGTH_MID + 16 * 8;
const LENGTH_SIZE = LENGTH_HIGH + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERALS = REP_LENGTH + LENGTH_SIZE;
/** LZMA2 allows lc + lp ≤ 4. */
const PROBABILITIES = LITERALS + (LITERAL << 4);
const EVEN = 1024;

/** A decoder with its dictionary, fed one LZMA2 chunk after the other. */
export class LzmaDecoder {
  readonly #window: Uint8Array;
  readonly #probs = new Uint16Array(PROBABILITIES).fill(EVEN);
  #at = 0;
  #filled = 0;
  #lc = 0;
  #lp = 0;
  #pb = 0;
  #ready: boolean = false;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #position = 0;

  #input = new Uint8Array(0);
  #next = 0;
  #range = 0;
  #code = 0;

  constructor(dictionary: number) {
    this.#window = new Uint8Array(Math.max(dictionary, 4096));
  }

  resetDictionary(): void {
    this.#filled = 0;
    this.#position = 0;
  }

  resetState(): void {
    this.#probs.fill(EVEN);
    this.#state = 0;
    this.#rep0 = 0;
    this.#rep1 = 0;
    this.#rep2 = 0;
    this.#rep3 = 0;
  }

  /** Properties byte: `(pb * 5 + lp) * 9 + lc`. */
  setProperties(byte: number): void {
    this.#lc = byte % 9;
    this.#lp = Math.floor(byte / 9) % 5;
    this.#pb = Math.floor(byte / 45);
    if (this.#pb > 4 || this.#lc + this.#lp > 4) throw new ArchiveDamage("xz: impossible LZMA properties");
    this.#ready = true;
    this.resetState();
  }

  /** An uncompressed chunk. */
  copy(chunk: Uint8Array): Uint8Array {
    for (let i = 0; i < chunk.length; i++) this.#put(chunk[i] ?? 0);
    return chunk.slice();
  }

  /** A compressed chunk that expands to `size` bytes. */
  decode(chunk: Uint8Array, size: number): Uint8Array {
    if (!this.#ready || chunk.length < 5 || chunk[0] !== 0) throw new ArchiveDamage("xz: a damaged chunk");
    this.#input = chunk as Uint8Array<ArrayBuffer>;
    this.#range = 0xffffffff;
    this.#code = new DataView(chunk.buffer, chunk.byteOffset + 1, 4).getUint32(0);
    this.#next = 5;
    const out = new Uint8Array(size);
    let filled = 0;
    while (filled < size) filled = this.#symbol(out, filled);
    if (this.#next > chunk.length) throw new ArchiveDamage("xz: a damaged chunk");
    return out;
  }

  /** Decodes one literal or match into `out`; answers how far it is filled. */
  #symbol(out: Uint8Array, filled: number): number {
    const posState = this.#position & ((1 << this.#pb) - 1);
    const state = this.#state;
    if (this.#next > this.#input.length) throw new ArchiveDamage("xz: a damaged chunk");
    if (this.#bit(IS_MATCH + state * 16 + posState) === 0) {
      const byte = this.#literal();
      out[filled] = byte;
      this.#put(byte);
      return filled + 1;
    }
    let length = 0;
    if (this.#bit(IS_REP + state) === 0) {
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      length = this.#length(LENGTH, posState);
      this.#state = state < 7 ? 7 : 10;
      this.#rep0 = this.#distance(length);
    } else length = this.#repeat(state, posState);
    return this.#match(out, filled, length + 1);
  }

  /** One of the last four distances again. Answers the length less one, 0 for the single byte. */
  #repeat(state: number, posState: number): number {
    if (this.#bit(IS_REP_G0 + state) === 0) {
      if (this.#bit(IS_REP0_LONG + state * 16 + posState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 0;
      }
    } else {
      let distance = this.#rep1;
      if (this.#bit(IS_REP_G1 + state) === 1) {
        distance = this.#rep2;
        if (this.#bit(IS_REP_G2 + state) === 1) {
          distance = this.#rep3;
          this.#rep3 = this.#rep2;
        }
        this.#rep2 = this.#rep1;
      }
      this.#rep1 = this.#rep0;
      this.#rep0 = distance;
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(REP_LENGTH, posState);
  }

  #match(out: Uint8Array, filled: number, length: number): number {
    const distance = this.#rep0 + 1;
    if (distance > this.#filled || length > out.length - filled)
      throw new ArchiveDamage("xz: a damaged chunk");
    const window = this.#window;
    let from = this.#at - distance;
    if (from < 0) from += window.length;
    for (let i = 0; i < length; i++) {
      const byte = window[from] ?? 0;
      if (++from === window.length) from = 0;
      out[filled + i] = byte;
      window[this.#at] = byte;
      if (++this.#at === window.length) this.#at = 0;
    }
    this.#filled = Math.min(this.#filled + length, window.length);
    this.#position += length;
    return filled + length;
  }

  #put(byte: number): void {
    this.#window[this.#at] = byte;
    if (++this.#at === this.#window.length) this.#at = 0;
    if (this.#filled < this.#window.length) this.#filled++;
    this.#position++;
  }

  #literal(): number {
    const window = this.#window;
    const before = this.#filled === 0 ? 0 : (window[this.#at === 0 ? window.length - 1 : this.#at - 1] ?? 0);
    const context = ((this.#position & ((1 << this.#lp) - 1)) << this.#lc) + (before >> (8 - this.#lc));
    const base = LITERALS + LITERAL * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let from = this.#at - this.#rep0 - 1;
      if (from < 0) from += window.length;
      let matched = window[from] ?? 0;
      do {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.#bit(base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (expected !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
    return symbol & 0xff;
  }

  /** A length less one: 1 stands for the shortest match. */
  #length(base: number, posState: number): number {
    if (this.#bit(base) === 0) return 1 + this.#tree(base + LENGTH_LOW + posState * 8, 3);
    if (this.#bit(base + 1) === 0) return 9 + this.#tree(base + LENGTH_MID + posState * 8, 3);
    return 17 + this.#tree(base + LENGTH_HIGH, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(POS_SLOT + Math.min(length - 1, 3) * 64, 6);
    if (slot < 4) return slot;
    const direct = (slot >> 1) - 1;
    const distance = ((2 | (slot & 1)) << direct) >>> 0;
    if (slot < 14) return distance + this.#reverseTree(SPECIAL + distance - slot, direct);
    return distance + this.#direct(direct - 4) * 16 + this.#reverseTree(ALIGN, 4);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code = (this.#code - this.#range) >>> 0;
      value = value * 2 + bit;
      this.#normalise();
    }
    return value;
  }

  #bit(index: number): 0 | 1 {
    const probability = this.#probs[index] ?? 0;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probs[index] = probability + ((2048 - probability) >> 5);
      this.#normalise();
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    this.#probs[index] = probability - (probability >> 5);
    this.#normalise();
    return 1;
  }

  #normalise(): void {
    if (this.#range >= 0x1000000) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#input[this.#next++] ?? 0)) >>> 0;
  }
}
