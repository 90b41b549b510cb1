import { ArchiveDamage } from "./archive.ts";

/** Compressed bytes from a stream, held far enough ahead that a whole block can be decoded at once. */
export class CompressedInput {
  /** What is held; read at `at`, up to `end`. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Holds at least `count` bytes from `at` on; false when the stream has fewer left. */
  async hold(count: number): Promise<boolean> {
    while (this.end - this.at < count && !this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) this.#ended = true;
      else this.#append(next.value, count);
    }
    return this.end - this.at >= count;
  }

  /** As `hold`, but an earlier end is damage. */
  async need(count: number): Promise<void> {
    if (!(await this.hold(count))) throw new ArchiveDamage("the compressed data ends early");
  }

  /** Tells the stream that nothing more is wanted. */
  async release(): Promise<void> {
    await this.#pieces.return?.();
  }

  #append(piece: Uint8Array, count: number): void {
    const left = this.end - this.at;
    if (this.end + piece.length > this.bytes.length) {
      const room = new Uint8Array(Math.max(this.bytes.length, 2 * Math.max(count, left + piece.length)));
      room.set(this.bytes.subarray(this.at, this.end));
      this.bytes = room;
      this.at = 0;
      this.end = left;
    }
    this.bytes.set(piece, this.end);
    this.end += piece.length;
  }
}
