/** AIDE's database: lines of blank-separated fields named by `@@db_spec`, perhaps compressed with gzip. */
import { gunzipSync } from "node:zlib";
import { type Parsed, parsed, problem } from "../../parsed.ts";
import { decodeUtf8 } from "../../syntax/utf8.ts";

/** Hexadecimal digests of one path by algorithm as `node:crypto` names it; only those it knows. */
export type DatabaseEntry = ReadonlyMap<"sha256" | "sha512" | "sha1" | "md5", string>;

const MAX_TEXT = 256 * 1024 * 1024;
const HASHES = ["sha256", "sha512", "sha1", "md5"] as const;

/** The entries of the paths wanted. A database without `@@begin_db` and `@@db_spec` is no database. */
export function parseAideDatabase(
  bytes: Uint8Array,
  isWanted: (path: string) => boolean,
): Parsed<ReadonlyMap<string, DatabaseEntry>> {
  const text = textOf(bytes);
  if (text === null) return problem("EBADMSG", "its compression cannot be undone", 0);
  const entries = new Map<string, DatabaseEntry>();
  let fields: readonly string[] | null = null;
  let begun = false;
  let ended = false;
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("@@begin_db")) begun = true;
    else if (line.startsWith("@@db_spec ")) fields = line.trim().split(/\s+/).slice(1);
    else if (line.startsWith("@@end_db")) ended = true;
    else if (line.startsWith("@@")) continue;
    else if (!begun || fields === null) return problem("EBADMSG", "no database of AIDE", 0);
    else if (line.startsWith("/")) {
      const values = line.split(" ");
      const path = decoded(values[fields.indexOf("name")] ?? "");
      if (isWanted(path)) entries.set(path, entryOf(fields, values));
    } else return problem("EBADMSG", "it holds a line that is no entry", 0);
  }
  if (!begun || fields === null) return problem("EBADMSG", "no database of AIDE", 0);
  return ended
    ? parsed(entries)
    : problem("EBADMSG", "it does not end as a database does: it may be cut off", 0);
}

function textOf(bytes: Uint8Array): string | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return decodeUtf8(bytes);
  try {
    return decodeUtf8(gunzipSync(bytes, { maxOutputLength: MAX_TEXT }));
  } catch {
    return null;
  }
}

function entryOf(fields: readonly string[], values: readonly string[]): DatabaseEntry {
  const entry = new Map<(typeof HASHES)[number], string>();
  for (const name of HASHES) {
    const value = values[fields.indexOf(name)];
    if (value !== undefined && value !== "0" && value !== "")
      entry.set(name, Buffer.from(value, "base64").toString("hex"));
  }
  return entry;
}

/** Names are URL-encoded where they hold a blank, a quote or a control character. */
function decoded(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
