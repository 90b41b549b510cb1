import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MemoryEntry } from "../hosts/memory.ts";

/** A row of the trees recorded from real systemds. */
interface RecordedEntry {
  readonly path: string;
  readonly type: "file" | "dir" | "symlink" | "fifo";
  readonly content?: string;
  readonly target?: string;
  readonly mode?: string | number;
}

const DATA = join(import.meta.dirname, "../../../shared/data/systemd");

/** The recorded facts of one file, or null where they are not at hand. */
export function recorded<T>(name: string): (T & { readonly tree: readonly RecordedEntry[] }) | null {
  const path = join(DATA, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

export function treeOfRecord(entries: readonly RecordedEntry[]): Record<string, MemoryEntry> {
  return Object.fromEntries(entries.map((entry) => [entry.path, memoryEntry(entry)]));
}

function memoryEntry({ type, content, target }: RecordedEntry): MemoryEntry {
  switch (type) {
    case "file":
      return content ?? "";
    case "dir":
      return { dir: true };
    case "symlink":
      return { link: target ?? "" };
    case "fifo":
      return { kind: "fifo" };
  }
}
