import { createHash } from "node:crypto";
import { ArchiveDamage } from "./archive.ts";
import type { ByteSource } from "./archive-source.ts";

/** Registered algorithms of the image specification (descriptor.md). */
const ALGORITHMS = ["sha256", "sha512"];

/**
 * True when the bytes have the digest they are called by; `null` where that cannot be told: an algorithm nobody
 * registered, or bytes that only a further pass through a compressed archive would show.
 */
export async function hasDigest(source: ByteSource, digest: string): Promise<boolean | null> {
  const [algorithm = "", expected = ""] = digest.split(":");
  if (!ALGORITHMS.includes(algorithm) || source.readAt === undefined) return null;
  const hash = createHash(algorithm);
  try {
    for await (const piece of source.open()) hash.update(piece);
  } catch (error) {
    if (error instanceof ArchiveDamage) return false;
    throw error;
  }
  return hash.digest("hex") === expected;
}
