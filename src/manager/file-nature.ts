import type { Host } from "../hosts/host.ts";
import { canonicalParent } from "./unit-link.ts";

/** What is behind a unit file's path once all links are followed. */
export type FileNature =
  | { readonly kind: "content" }
  /** An empty file or a device: it masks (`null_or_empty()`, src/basic/stat-util.c). */
  | { readonly kind: "empty" }
  | { readonly kind: "missing" }
  /** A directory, FIFO, or socket: not usable as a unit file. */
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Bytes read of one unit file or drop-in. systemd knows no such limit, only one for lines (1 MiB); a unit file of this
 * size exists only to exhaust its reader.
 */
export const UNIT_FILE_BYTES: number = 2 * 1024 * 1024;

export function fileNature(host: Host, path: string): FileNature {
  // Nearly every unit file is a plain file that is read next: one look then answers both questions.
  const content = host.readFile(path, UNIT_FILE_BYTES);
  if (content.kind === "present")
    return content.value.facts.size === 0 ? { kind: "empty" } : { kind: "content" };
  const facts = host.stat(path);
  if (facts.kind === "unreadable") return { kind: "unreadable", reason: facts.reason };
  if (facts.kind === "absent") return leadsToNull(host, path) ? { kind: "empty" } : { kind: "missing" };
  const { kind, size } = facts.value;
  if (kind === "character-device" || kind === "block-device") return { kind: "empty" };
  // What stands at /dev/null in an image does not count: a running system has the kernel's own there.
  if (kind !== "file")
    return leadsToNull(host, path) ? { kind: "empty" } : { kind: "unusable", reason: `it is a ${kind}` };
  if (size > 0) return { kind: "content" };
  // A length of nothing says nothing of a file that was withheld: only one that could be read is known to be empty.
  return content.kind === "unreadable" ? { kind: "unreadable", reason: content.reason } : { kind: "empty" };
}

/** An image holds no `/dev/null` until it runs, so a dangling link there is a mask (`null_or_empty_path_with_root()`). */
function leadsToNull(host: Host, path: string): boolean {
  let at = canonicalParent(host, path);
  for (let hop = 0; hop < 40 && at !== null; hop++) {
    if (at === "/dev/null") return true;
    const link = host.readLink(at);
    if (link.kind !== "present") return false;
    const directory = at.slice(0, at.lastIndexOf("/"));
    at = canonicalParent(host, link.value.startsWith("/") ? link.value : `${directory}/${link.value}`);
  }
  return false;
}
