import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemPath } from "./directory-cursor.ts";
import type { MemoryEntry, MemoryFile } from "./memory.ts";

/** Writes a literal tree below a new temporary directory, whose path is the answer. */
export function writeTree(tree: Readonly<Record<string, MemoryEntry>>): string {
  const root = mkdtempSync(join(tmpdir(), "timerwarden-"));
  for (const [path, entry] of Object.entries(tree)) writeEntry(root, path, entry);
  return root;
}

function writeEntry(root: string, path: string, entry: MemoryEntry): void {
  const file: MemoryFile =
    typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
  const at = systemPath(root, path);
  mkdirSync(systemPath(root, dirname(path)), { recursive: true });
  if (file.link !== undefined) symlinkSync(systemPath("", file.link), at);
  else if (file.kind === "fifo") execFileSync("mkfifo", [at.toString()]);
  else if (file.dir === true) mkdirSync(at, { recursive: true });
  else writeFileSync(at, file.content ?? "");
  if (file.size !== undefined) truncateSync(at, file.size);
  if (file.mode !== undefined) chmodSync(at, file.mode);
}
