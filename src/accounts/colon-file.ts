import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";

/** One line of a colon-separated account database, cut into its fields. */
export interface ColonLine {
  readonly fields: readonly string[];
  readonly span: Span;
}

/** A line or file of an account database that is not what it should be; reading went on after it. */
export interface AccountProblem {
  readonly span: Span;
  readonly reason: string;
}

/** What a parser of this folder gives back: the good records, and every bad line with its reason. */
export interface Records<T> {
  readonly records: readonly T[];
  readonly problems: readonly AccountProblem[];
}

/**
 * The lines of passwd(5), group(5), shadow(5), subuid(5): as glibc's `nss_files` reads them, leading blanks are
 * skipped, empty lines and `#` comments are none. At most `fields` fields are cut; the last keeps its colons.
 */
export function colonLines(bytes: Uint8Array, path: string, fields: number): readonly ColonLine[] {
  const lines: ColonLine[] = [];
  let number = 0;
  for (const line of decodeUtf8(bytes).split("\n")) {
    number++;
    const text = line.replace(/^[ \t\r\v\f]+/, "");
    if (text === "" || text.startsWith("#")) continue;
    lines.push({ fields: cut(text, fields), span: { path, line: number, column: 1, length: 0 } });
  }
  return lines;
}

function cut(text: string, fields: number): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < fields - 1) {
    const colon = text.indexOf(":", from);
    if (colon < 0) break;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * A uid or gid as glibc reads it (`nss/nss_files/files-parse.c`, strtou32): leading blanks and a sign are allowed and
 * what is too large becomes 4294967295. `null` when it is no number at all.
 */
export function numericId(text: string): number | null {
  const match = /^[ \t\r\v\f]*([+-]?)([0-9]{1,40})$/.exec(text);
  if (match === null) return null;
  const value = Number(match[2]);
  if (match[1] === "-" && value !== 0) return 0xffffffff;
  return Math.min(value, 0xffffffff);
}

/** The names of a comma list, without the empty ones. */
export function nameList(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
