import type { Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";

/** Longest line shown of a file. */
const MAX_EXCERPT = 400;
const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 256;

/** Answers with the line a span stands on, as people count lines where systemd reads them; remembers recent files. */
export function excerptReader(host: Host): (span: Span) => string | null {
  const files = new Map<string, readonly string[] | null>();
  return ({ path, line }) => {
    if (line < 1) return null;
    let lines = files.get(path);
    if (lines === undefined) {
      const content = host.readFile(path, MAX_BYTES);
      lines = content.kind === "present" ? linesOf(content.value.bytes) : null;
      if (files.size >= MAX_FILES) files.clear();
      files.set(path, lines);
    }
    return lines?.[line - 1]?.slice(0, MAX_EXCERPT) ?? null;
  };
}

/** systemd ends lines at CR and NUL as well (src/basic/fileio.c, `read_line_full()`). */
function linesOf(bytes: Uint8Array): readonly string[] {
  return decodeUtf8(bytes).split(/\r\n|\n\r|\n|\r|\0/);
}
