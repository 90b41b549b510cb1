/** Files whose second field is a password hash (shadow(5), gshadow(5)), with the copies their editors leave. */
const SHADOWS: ReadonlySet<string> = new Set(
  ["/etc/shadow", "/etc/gshadow"].flatMap((path) => [path, `${path}-`, `${path}.org`, `${path}+`]),
);

/**
 * The content that may leave the host: password hashes are blotted out letter by letter, so that length, state
 * (locked, empty, none) and scheme (`$y$`) still say what they said. Everything else is left as it is.
 */
export function redacted(canonicalPath: string, bytes: Uint8Array): Uint8Array {
  if (!SHADOWS.has(canonicalPath)) return bytes;
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
  return Uint8Array.from(Buffer.from(lines.map(withoutHash).join("\n"), "latin1"));
}

function withoutHash(line: string): string {
  const [name, hash, ...rest] = line.split(":");
  if (name === undefined || hash === undefined) return line;
  const scheme = /^!*(?:\$[a-z0-9]{1,6}(?=[$,]))?/.exec(hash)?.[0] ?? "";
  return [name, scheme + hash.slice(scheme.length).replace(/[./0-9A-Za-z]/g, "x"), ...rest].join(":");
}
