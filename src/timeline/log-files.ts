import { gunzipSync } from "node:zlib";
import type { Host } from "../hosts/host.ts";

/** A log with its rotated predecessors. */
export interface LogText {
  readonly path: string;
  readonly lines: readonly string[];
  /** When the file was last written, microseconds since 1970; for logs whose lines lack the year. */
  readonly writtenUsec: number | null;
}

const MAX_LOG = 64 * 1024 * 1024;
const MAX_ROTATED = 60;
const MAX_LINES = 500_000;

/** `NAME`, `NAME.1`, `NAME.2.gz`, `NAME-20240101.gz` of a directory; what cannot be read is a note. */
export function readLogs(host: Host, directory: string, name: string, notes: string[]): readonly LogText[] {
  const listing = host.readDirectory(directory);
  if (listing.kind !== "present") return [];
  const rotated = listing.value
    .filter(
      (entry) =>
        entry.name === name || (entry.name.startsWith(name) && ROTATED.test(entry.name.slice(name.length))),
    )
    .slice(0, MAX_ROTATED);
  return rotated.flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    const content = host.readFile(path, MAX_LOG);
    if (content.kind !== "present") {
      notes.push(`${path}: ${content.kind === "absent" ? "its link leads to nothing" : content.reason}`);
      return [];
    }
    const { bytes, facts, truncated } = content.value;
    if (truncated) notes.push(`${path}: only its beginning was read`);
    const text = path.endsWith(".gz") ? expanded(bytes) : Buffer.from(bytes).toString("utf8");
    if (text === null) {
      notes.push(`${path}: it cannot be expanded`);
      return [];
    }
    const lines = text.split("\n").slice(0, MAX_LINES);
    return [{ path, lines, writtenUsec: facts.mtimeNs === null ? null : Number(facts.mtimeNs / 1000n) }];
  });
}

const ROTATED = /^(?:[.-]\d{1,8})?(?:\.gz)?$/;

/** Expanded text, bounded against bombs; `null` when it is no whole gzip stream or too much. */
function expanded(bytes: Uint8Array): string | null {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_LOG }).toString("utf8");
  } catch {
    return null;
  }
}
