import type { ArchiveBuilder } from "./archive-builder.ts";
import { type Extent, NONE } from "./tree.ts";

/*
 * Velociraptor stores a sparse file without its holes and beside it `NAME.idx`, a JSON text that says where each piece
 * belongs; `uploads.json` marks the latter as `"Type":"idx"` (its `reporting/container.go`, `maybeCollectSparseFile`).
 */

const MOST_RANGES = 100_000;

/** Paths of sparse files by `uploads.json`, one JSON object a line. */
export function sparseUploads(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    if (!line.includes('"idx"')) return [];
    const row = jsonOf(line);
    const path = fieldOf(row, "vfs_path");
    if (fieldOf(row, "Type") !== "idx" || typeof path !== "string" || !path.endsWith(".idx")) return [];
    return [path.slice(0, -".idx".length)];
  });
}

/** Gives a file its holes back; false when the index makes no sense. The index itself is no file of the host. */
export function restoreHoles(builder: ArchiveBuilder, node: number, index: string): boolean {
  const { tree } = builder;
  const number = tree.inodeOf(node);
  const inode = tree.inode(number);
  const parsed = parseIndex(index, inode.size);
  if (parsed === null) {
    tree.withheld.set(number, "The index of this sparse file makes no sense.");
    return false;
  }
  tree.setInode(number, { ...inode, size: parsed.size });
  tree.sparse.set(number, parsed.extents);
  return true;
}

/** Where the pieces of `stored` bytes belong, and the file's true size; `null` for an index that cannot be true. */
export function parseIndex(
  text: string,
  stored: number,
): { readonly size: number; readonly extents: readonly Extent[] } | null {
  const ranges = fieldOf(jsonOf(text), "ranges");
  if (!Array.isArray(ranges) || ranges.length > MOST_RANGES) return null;
  const extents: Extent[] = [];
  let size = 0;
  let used = 0;
  for (const range of ranges as readonly unknown[]) {
    const [at, length, kept, offset] = ["original_offset", "length", "file_length", "file_offset"].map(
      (key) => numberOf(fieldOf(range, key)),
    );
    if (at == null || length == null || kept == null || offset == null) return null;
    if (at < size || kept > length || !Number.isSafeInteger(at + length)) return null;
    if (kept > 0) {
      if (offset !== used || offset + kept > stored) return null;
      extents.push({ at, length: kept, stored: offset });
      used += kept;
    }
    size = at + length;
  }
  return { size, extents };
}

/** Protocol buffers leave out zeros, and may write large numbers as texts. */
function numberOf(value: unknown): number | null {
  const number = value === undefined ? 0 : typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The node of the file and of its index, or `null` where one of them was not taken. */
export function sparsePair(
  builder: ArchiveBuilder,
  path: string,
): { readonly file: number; readonly index: number } | null {
  const file = builder.find(path);
  const index = builder.find(`${path}.idx`);
  const isFile = (node: number): boolean => node !== NONE && builder.tree.kind(node) === "file";
  return isFile(file) && isFile(index) ? { file, index } : null;
}
