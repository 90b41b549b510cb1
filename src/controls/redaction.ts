import { decodeUtf8, encodeUtf8 } from "../syntax/utf8.ts";

/** Account databases whose second field may hold a password hash. */
const DATABASES = /^\/etc\/(?:passwd|group|shadow|gshadow)-?$/;

/**
 * Content fit to be kept: of account databases every password hash is replaced by a word that means the same to all
 * checks (a hash, of this scheme, locked or not) and fits no password. Anything else comes back as it is.
 */
export function redacted(path: string, bytes: Uint8Array): Uint8Array {
  if (!DATABASES.test(path)) return bytes;
  const text = decodeUtf8(bytes);
  const kept = text.split("\n").map(redactedLine).join("\n");
  return kept === text ? bytes : encodeUtf8(kept);
}

/** One line of such a database. */
export function redactedLine(line: string): string {
  return line.replace(
    /^([^:]*:!*)(?:(\$[^$:]*\$)[^:]*|_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13})(?=:|$)/,
    (_, start: string, scheme: string | undefined) =>
      `${start}${scheme === undefined ? "x".repeat(13) : `${scheme}redacted`}`,
  );
}

export function holdsHashes(path: string): boolean {
  return DATABASES.test(path);
}
