import type { ArchiveBuilder } from "./archive-builder.ts";
import { decodeFileName } from "./file-name.ts";
import type { FileKind } from "./host.ts";
import { type Inode, NONE } from "./tree.ts";

/*
 * The body file of The Sleuth Kit 3: MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime, as UAC writes it
 * from `stat`. It remembers what a collection's copies have lost, and files that were not taken at all.
 */

/** One line of a body file. */
export interface BodyLine {
  readonly path: string;
  readonly target: string | null;
  readonly kind: FileKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint | null;
  readonly ctimeNs: bigint | null;
  readonly birthNs: bigint | null;
}

const LONGEST_LINE = 16 * 1024;
const FIELDS = 11;
const KINDS: ReadonlyMap<string, FileKind> = new Map([
  ["-", "file"],
  ["r", "file"],
  ["d", "directory"],
  ["l", "symlink"],
  ["p", "fifo"],
  ["s", "socket"],
  ["h", "socket"],
  ["c", "character-device"],
  ["b", "block-device"],
]);

/** Reads one line; `null` for anything that is none. */
export function readBodyLine(line: string): BodyLine | null {
  const fields = line.split("|");
  if (fields.length < FIELDS) return null;
  const tail = fields.slice(-9);
  const [modeText = "", uid = "", gid = "", size = "", , mtime = "", ctime = "", birth = ""] = tail.slice(1);
  const mode = readMode(modeText);
  const numbers = [uid, gid, size].map((text) => (/^\d{1,15}$/.test(text) ? Number(text) : null));
  const [uidNumber = null, gidNumber = null, sizeNumber = null] = numbers;
  if (mode === null || uidNumber === null || gidNumber === null || sizeNumber === null) return null;
  if (uidNumber > 0xffffffff || gidNumber > 0xffffffff) return null;
  const name = splitLink(fields.slice(1, -9).join("|"), mode.kind);
  if (!name.path.startsWith("/")) return null;
  return {
    ...name,
    ...mode,
    uid: uidNumber,
    gid: gidNumber,
    size: sizeNumber,
    mtimeNs: readTime(mtime),
    ctimeNs: readTime(ctime),
    birthNs: birth === "0" ? null : readTime(birth),
  };
}

/** Lets the body file speak of the files below `prefix`. Answers how many lines it had and how many made no sense. */
export function applyBodyfile(
  builder: ArchiveBuilder,
  prefix: string,
  bytes: Uint8Array,
): { readonly lines: number; readonly damaged: number } {
  let lines = 0;
  let damaged = 0;
  for (let at = 0; at < bytes.length && !builder.full; ) {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline;
    const line =
      end - at > LONGEST_LINE || end === at ? null : readBodyLine(decodeFileName(bytes.subarray(at, end)));
    lines++;
    if (line === null) damaged++;
    else applyLine(builder, prefix, line);
    at = end + 1;
  }
  return { lines, damaged };
}

function applyLine(builder: ArchiveBuilder, prefix: string, line: BodyLine): void {
  const { tree } = builder;
  const path = `${prefix}${line.path}`;
  const node = builder.find(path);
  const { mode, uid, gid, ctimeNs, birthNs } = line;
  if (node === NONE) {
    const inode: Inode = {
      ...line,
      size: line.kind === "file" ? line.size : 0,
      store: 0,
      locator: NONE,
      implied: false,
    };
    if (line.target === null) builder.add(path, inode);
    else builder.addSymlink(path, inode, line.target);
    return;
  }
  const number = tree.inodeOf(node);
  const before = tree.inode(number);
  if (before.kind === "file" && line.kind === "symlink" && line.target !== null) {
    // Info-ZIP without -y and cp follow links, and so put the content of what they lead to in their place.
    tree.remove(node);
    builder.addSymlink(path, { ...line, size: 0, store: 0, locator: NONE, implied: false }, line.target);
    return;
  }
  if (before.kind !== line.kind) return;
  const mtimeNs = finer(before.mtimeNs, line.mtimeNs);
  tree.setInode(number, { ...before, mode, uid, gid, mtimeNs, ctimeNs, birthNs, implied: false });
}

/** The archive's time when it only adds digits to the body file's whole seconds. */
function finer(archived: bigint | null, listed: bigint | null): bigint | null {
  if (archived === null || listed === null) return listed ?? archived;
  return archived - (archived % 1_000_000_000n) === listed ? archived : listed;
}

/** `stat -c %N` writes links as `'/a' -> '/b'`, with or without the quotes. */
function splitLink(text: string, kind: FileKind): { readonly path: string; readonly target: string | null } {
  const arrow = kind === "symlink" ? text.indexOf(" -> ") : -1;
  if (arrow < 0) return { path: unquoted(text), target: null };
  return { path: unquoted(text.slice(0, arrow)), target: unquoted(text.slice(arrow + 4)) };
}

function unquoted(text: string): string {
  const first = text[0];
  return (first === "'" || first === '"') && text.length > 1 && text.endsWith(first)
    ? text.slice(1, -1)
    : text;
}

/** `-rwsr-xr-x`, or The Sleuth Kit's `r/rrwxr-xr-x`. */
function readMode(text: string): { readonly kind: FileKind; readonly mode: number } | null {
  const plain = text.length === 12 && text[1] === "/" ? text.slice(2) : text;
  const kind = KINDS.get(plain[0] ?? "");
  if (kind === undefined || !/^.(?:[r-][w-][xsS-]){2}[r-][w-][xtT-][.+@]?$/.test(plain)) return null;
  let mode = 0;
  for (let i = 1; i <= 9; i++) {
    const character = plain[i] ?? "-";
    if (!"-ST".includes(character)) mode |= 1 << (9 - i);
    if ("sStT".includes(character)) mode |= 0o1000 << (3 - i / 3);
  }
  return { kind, mode };
}

function readTime(text: string): bigint | null {
  const match = /^(-?\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (match === null) return null;
  return BigInt(match[1] ?? "0") * 1_000_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}
