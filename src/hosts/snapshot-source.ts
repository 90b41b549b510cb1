import { TargetError } from "./archive.ts";
import type { ByteSource } from "./archive-source.ts";
import { type RecordedHost, recordedHost } from "./recorded.ts";
import { parseImage } from "./snapshot.ts";

/** One text of JavaScript can hold no more. */
const MAX_BYTES = 500 * 1024 * 1024;

/** The host in a snapshot, which is read whole. Throws `TargetError` when it is none or too big. */
export async function openSnapshot(source: ByteSource, target: string): Promise<RecordedHost> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source.open()) {
    length += piece.length;
    if (length > MAX_BYTES)
      throw new TargetError(
        "It is too big for a snapshot.",
        "Use timerwarden collect for hosts of this size.",
      );
    pieces.push(piece);
  }
  source.close();
  return recordedHost(parseImage(Buffer.concat(pieces).toString("utf8")), target);
}
