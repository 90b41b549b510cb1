import { createHash } from "node:crypto";

/** Ten hexadecimal digits of the SHA-256 over parts that cannot run into each other. */
export function shortDigest(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 10);
}
