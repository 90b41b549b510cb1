import { ArchiveDamage } from "./archive.ts";
import type { CompressedInput } from "./compression-input.ts";

/** What is needed of a decoder of `node:zlib`. */
export interface Decoder {
  /** How much of what was written it has read. */
  readonly bytesWritten: number;
  readonly writableEnded: boolean;
  on(event: "readable" | "end", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  read(): unknown;
  write(bytes: Uint8Array, written: () => void): unknown;
  end(): unknown;
  destroy(): unknown;
}

/** Small pieces go in; what comes out is taken before more is made, so that even a bomb hands out bounded ones. */
const FEED = 64 * 1024;

/**
 * Hands out what one member (a gzip member's deflated data, a zstd frame) expands to, and leaves the input right behind
 * it. Throws `ArchiveDamage` that begins with `name`, after handing out all that came before.
 */
export async function* expandMember(
  input: CompressedInput,
  decoder: Decoder,
  name: string,
): AsyncGenerator<Uint8Array> {
  let state: "open" | "ended" | "failed" = "open";
  let failure = "";
  let isFed = true;
  let given = 0;
  let wake = (): void => undefined;
  const news = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  decoder.on("readable", () => wake());
  decoder.on("end", () => {
    state = "ended";
    wake();
  });
  decoder.on("error", ({ message }) => {
    state = "failed";
    failure = message;
    wake();
  });
  const current = (): typeof state => state;
  try {
    for (;;) {
      const next = news();
      const chunk = decoder.read() as Uint8Array | null;
      if (chunk !== null) yield chunk;
      else if (current() === "failed") throw new ArchiveDamage(`${name}: ${failure}`);
      else if (current() === "ended") {
        input.at -= given - decoder.bytesWritten;
        return;
      } else if (!isFed || decoder.writableEnded || decoder.bytesWritten < given)
        // What it left untouched stands behind the member, so its end is on the way.
        await next;
      else if (!(await input.hold(1))) decoder.end();
      else {
        const piece = input.bytes.slice(input.at, Math.min(input.at + FEED, input.end));
        input.at += piece.length;
        given += piece.length;
        isFed = false;
        decoder.write(piece, () => {
          isFed = true;
          wake();
        });
      }
    }
  } finally {
    decoder.destroy();
  }
}
