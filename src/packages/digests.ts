import { createHash } from "node:crypto";
import type { FileFacts, Host, Reading } from "../hosts/host.ts";
import { unreadable } from "../hosts/host.ts";

/** A file larger than this is not read to be digested, unless the caller says otherwise. */
export const DIGEST_MAX_BYTES: number = 256 * 1024 * 1024;

/**
 * The digest of a regular file, links followed, as lower-case hexadecimal.
 *
 * `algorithm` is a name of `node:crypto`. Too large (`EFBIG`), unknown or forbidden algorithms (`ENOTSUP`: md5 under
 * FIPS) and everything the host cannot read come back `unreadable` with the reason.
 */
export function digestFile(
  host: Host,
  path: string,
  algorithm: string,
  maxBytes: number = DIGEST_MAX_BYTES,
): Reading<string> {
  const facts = host.stat(path);
  return facts.kind === "present" ? digestKnown(host, path, facts.value, algorithm, maxBytes) : facts;
}

function digestKnown(
  host: Host,
  path: string,
  facts: FileFacts,
  algorithm: string,
  maxBytes: number,
): Reading<string> {
  const tooLarge = (size: number): Reading<string> =>
    unreadable("EFBIG", `larger than ${maxBytes} bytes (${size}): not digested`);
  if (facts.kind === "file" && facts.size > maxBytes) return tooLarge(facts.size);
  const content = host.readFile(path, maxBytes);
  if (content.kind !== "present") return content;
  if (content.value.truncated) return tooLarge(content.value.facts.size);
  const digest = digestBytes(content.value.bytes, algorithm);
  if (digest === null) return unreadable("ENOTSUP", `this Node.js cannot compute ${algorithm}`);
  return { kind: "present", value: digest };
}

/** Lower-case hexadecimal; `null` when this Node.js does not know the algorithm or forbids it. */
export function digestBytes(bytes: Uint8Array, algorithm: string): string | null {
  try {
    return createHash(algorithm).update(bytes).digest("hex");
  } catch {
    return null;
  }
}

/** Digests remembered by file identity, so two names of one file are read once. */
export class Digests {
  readonly #host: Host;
  readonly #maxBytes: number;
  readonly #known: Map<string, Reading<string>> = new Map();

  constructor(host: Host, maxBytes: number = DIGEST_MAX_BYTES) {
    this.#host = host;
    this.#maxBytes = maxBytes;
  }

  of(path: string, facts: FileFacts, algorithm: string): Reading<string> {
    const key = `${algorithm} ${facts.identity} ${facts.size} ${facts.mtimeNs}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const digest = digestKnown(this.#host, path, facts, algorithm, this.#maxBytes);
    this.#known.set(key, digest);
    return digest;
  }
}
