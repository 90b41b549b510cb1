/**
 * Account databases whose second field may hold a password hash (shadow(5), gshadow(5); in old ways passwd(5) and
 * group(5) too), with the copies their editors leave.
 */
const DATABASES = /^\/etc\/(?:passwd|group|shadow|gshadow)(?:-|\+|\.org)?$/;

export function holdsHashes(canonicalPath: string): boolean {
  return DATABASES.test(canonicalPath);
}

/**
 * The content that may leave the host: password hashes are blotted out letter by letter, so that length, state
 * (locked, empty, none) and scheme (`$y$`) still say what they said. Anything else comes back as it is.
 */
export function redacted(canonicalPath: string, bytes: Uint8Array): Uint8Array {
  if (!holdsHashes(canonicalPath)) return bytes;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const kept = text.split("\n").map(redactedLine).join("\n");
  return kept === text ? bytes : Uint8Array.from(Buffer.from(kept, "latin1"));
}

/** One line of such a database. */
export function redactedLine(line: string): string {
  const [name, hash, ...rest] = line.split(":");
  if (name === undefined || hash === undefined) return line;
  const scheme = /^!*(?:\$[a-z0-9]{1,6}(?=[$,]))?/.exec(hash)?.[0] ?? "";
  return [name, scheme + hash.slice(scheme.length).replace(/[./0-9A-Za-z]/g, "x"), ...rest].join(":");
}
