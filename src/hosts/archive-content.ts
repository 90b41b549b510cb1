import { Budget, DEFAULT_LIMITS } from "./archive.ts";
import type { ByteSource } from "./archive-source.ts";

/** The bytes of a stored range, a part of them when the archive is cut off, or why there are none. */
export type Content =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Not in memory; `fetch` can bring it. */
  | { readonly kind: "missing" }
  | { readonly kind: "lost"; readonly code: string; readonly reason: string };

/** Where contents of one archive (or layer) come from. A locator is what the index noted for a file. */
export interface ContentStore {
  read(locator: number, length: number): Content;
  /** Brings what was missing; true when something changed. */
  fetch(): Promise<boolean>;
  close(): void;
}

/** Contents of an archive that can be read at any place: the locator is the offset. */
export class SeekableContent implements ContentStore {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  read(locator: number, length: number): Content {
    const bytes = this.#source.readAt?.(locator, length);
    return bytes === undefined
      ? { kind: "lost", code: "EIO", reason: "The archive can no longer be read." }
      : { kind: "bytes", bytes };
  }

  fetch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): void {
    this.#source.close();
  }
}

const CUT_OFF = "The archive is cut off or damaged here, or memory does not allow to hold this file.";

interface Wish {
  readonly offset: number;
  readonly length: number;
  /** Kept only if it starts with `#!`. */
  readonly script: boolean;
}

/**
 * Contents of a stream that can only be read from its start: chosen ranges are held while it passes, others can be
 * fetched in another pass. The locator is the offset in the expanded stream.
 */
export class StreamedContent implements ContentStore {
  readonly #source: ByteSource;
  readonly #budget: Budget;
  readonly #kept = new Map<number, Uint8Array>();
  readonly #asked = new Map<number, number>();
  readonly #refused = new Map<number, string>();
  #current: { readonly wish: Wish; readonly bytes: Uint8Array; filled: number } | null = null;

  constructor(source: ByteSource, budget: Budget = new Budget(DEFAULT_LIMITS.retainedBytes)) {
    this.#source = source;
    this.#budget = budget;
  }

  /** Says that a range is about to pass and should be held; false when memory does not allow it. */
  expect(offset: number, length: number, script: boolean): boolean {
    this.#finish();
    if (length === 0 || this.#kept.has(offset)) return true;
    if (!this.#budget.take(length)) return false;
    this.#current = { wish: { offset, length, script }, bytes: new Uint8Array(length), filled: 0 };
    return true;
  }

  /** Sees bytes `[from, to)` of `chunk` pass, the first of which is the stream's byte `position`. */
  pass(position: number, chunk: Uint8Array, from: number, to: number): void {
    const current = this.#current;
    if (current === null) return;
    const next = current.wish.offset + current.filled;
    const start = from + next - position;
    if (start < from || start >= to) return;
    const part = chunk.subarray(start, Math.min(to, start + current.wish.length - current.filled));
    current.bytes.set(part, current.filled);
    current.filled += part.length;
    if (current.filled === current.wish.length) this.#finish();
  }

  /** The stream has ended; what is held so far is what there is. */
  end(): void {
    const offset = this.#current?.wish.offset;
    this.#finish();
    if (offset !== undefined) this.#refused.set(offset, CUT_OFF);
  }

  read(locator: number, length: number): Content {
    const refused = this.#refused.get(locator);
    const kept = this.#kept.get(locator);
    if (kept !== undefined && (kept.length >= length || refused !== undefined))
      return { kind: "bytes", bytes: kept.slice(0, length) };
    if (refused !== undefined) return { kind: "lost", code: "EFBIG", reason: refused };
    this.#asked.set(locator, Math.max(length, this.#asked.get(locator) ?? 0));
    return { kind: "missing" };
  }

  async fetch(): Promise<boolean> {
    const wishes = [...this.#asked].map(([offset, length]) => ({ offset, length, script: false }));
    if (wishes.length === 0) return false;
    this.#asked.clear();
    wishes.sort((a, b) => a.offset - b.offset);
    await this.#collect(wishes);
    for (const { offset, length } of wishes) {
      const kept = this.#kept.get(offset);
      if (kept === undefined || kept.length < length) this.#refused.set(offset, CUT_OFF);
    }
    return true;
  }

  close(): void {
    this.#source.close();
  }

  /** One pass over the stream up to the end of the last range. */
  async #collect(wishes: readonly Wish[]): Promise<void> {
    const first = wishes[0]?.offset ?? 0;
    let position = first;
    let at = 0;
    try {
      for await (const chunk of this.#source.open(first)) {
        for (let from = 0; from < chunk.length; ) {
          const wish = wishes[at];
          if (wish === undefined) return;
          const here = position + from;
          if (this.#current === null && here <= wish.offset) this.#begin(wish);
          const end = Math.min(chunk.length, wish.offset + wish.length - position);
          this.pass(here, chunk, from, end);
          from = end;
          if (position + end === wish.offset + wish.length) at++;
        }
        position += chunk.length;
      }
    } catch {
      // The first pass met the same damage and has reported it.
    } finally {
      this.#finish();
    }
  }

  #begin(wish: Wish): void {
    const before = this.#kept.get(wish.offset);
    if (before !== undefined) {
      this.#kept.delete(wish.offset);
      this.#budget.give(before.length);
    }
    this.expect(wish.offset, wish.length, false);
  }

  #finish(): void {
    const current = this.#current;
    if (current === null) return;
    this.#current = null;
    const { wish, bytes, filled } = current;
    const unwanted = filled === 0 || (wish.script && !(bytes[0] === 0x23 && bytes[1] === 0x21));
    if (!unwanted) this.#kept.set(wish.offset, filled === wish.length ? bytes : bytes.slice(0, filled));
    this.#budget.give(unwanted ? wish.length : wish.length - filled);
  }
}
