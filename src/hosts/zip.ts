import { type ArchiveLimits, DEFAULT_LIMITS, GapList, TargetError } from "./archive.ts";
import { ArchiveBuilder } from "./archive-builder.ts";
import type { ContentStore } from "./archive-content.ts";
import { type ByteSource, rangeSource } from "./archive-source.ts";
import { decodeFileName } from "./file-name.ts";
import { type Inode, NONE } from "./tree.ts";
import { ZipContent, zipLocator } from "./zip-content.ts";
import { LOCAL_SIGNATURE, readCentral, readLocal, type ZipRecord, zipKind } from "./zip-record.ts";

/** An indexed zip: names and facts in a tree, contents inflated on demand. */
export interface IndexedZip {
  readonly builder: ArchiveBuilder;
  readonly store: ContentStore;
}

export interface ZipOptions {
  readonly limits?: ArchiveLimits;
  readonly gaps?: GapList;
  /** Where a member belongs, from the path in the zip. */
  readonly rename?: (path: string) => string;
}

const END_SIGNATURE = 0x06054b50;
const WIDE_LOCATOR_SIGNATURE = 0x07064b50;
const WIDE_END_SIGNATURE = 0x06064b50;
const END_LENGTH = 22;
const WIDE_LOCATOR_LENGTH = 20;
const LONGEST_COMMENT = 65535;
const WINDOW = 512 * 1024;
const LARGEST_RECORD = 200 * 1024;

/** True when the first bytes are those of a zip (or of an empty one). */
export function looksLikeZip(head: Uint8Array): boolean {
  return (
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))
  );
}

/**
 * Indexes a zip by its central directory; a zip that has lost it, by its local headers as far as they lead.
 * Throws `TargetError` when it is no zip, or cannot be read at any place.
 */
export function indexZip(source: ByteSource, options: ZipOptions = {}): IndexedZip {
  if (source.readAt === undefined || source.size === null)
    throw new TargetError(
      "A zip inside a compressed stream cannot be read.",
      "Decompress the outer layer first.",
    );
  const builder = new ArchiveBuilder(options.gaps ?? new GapList(), options.limits ?? DEFAULT_LIMITS);
  const directory = findDirectory(source, source.size);
  const inner = directory === null ? source : behind(source, directory.shift, source.size);
  const store = new ZipContent(inner);
  const placing = new Placing(builder, store, options.rename ?? ((path) => path));
  if (directory !== null) placing.directory(inner, directory);
  else if (looksLikeZip(source.readAt(0, 4) ?? new Uint8Array(0))) placing.salvage(source);
  else throw new TargetError("It is no zip archive.", "Name the kind of evidence, such as tar: or root:.");
  placing.sayWhatIsUnknown();
  return { builder, store };
}

/** The zip proper, without what stands in front of it. */
function behind(source: ByteSource, shift: number, size: number): ByteSource {
  return shift === 0 ? source : { ...rangeSource(source, shift, size - shift), close: () => source.close() };
}

interface DirectoryPlace {
  readonly offset: number;
  readonly length: number;
  /** Bytes before the zip proper, which its offsets do not count (self-extracting programs). */
  readonly shift: number;
}

function findDirectory(source: ByteSource, size: number): DirectoryPlace | null {
  const tailAt = Math.max(0, size - END_LENGTH - LONGEST_COMMENT - WIDE_LOCATOR_LENGTH);
  const tail = source.readAt?.(tailAt, size - tailAt) ?? new Uint8Array(0);
  const view = viewOf(tail);
  for (let at = tail.length - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_LENGTH + view.getUint16(at + 20, true) > tail.length) continue;
    const length = view.getUint32(at + 12, true);
    const offset = view.getUint32(at + 16, true);
    const wide = at >= WIDE_LOCATOR_LENGTH ? wideDirectory(source, tail, at - WIDE_LOCATOR_LENGTH) : null;
    if (wide !== null) return wide;
    const shift = tailAt + at - length - offset;
    return { offset, length, shift: Math.max(0, shift) };
  }
  return null;
}

function wideDirectory(source: ByteSource, tail: Uint8Array, at: number): DirectoryPlace | null {
  const view = viewOf(tail);
  if (view.getUint32(at, true) !== WIDE_LOCATOR_SIGNATURE) return null;
  const end = source.readAt?.(Number(view.getBigUint64(at + 8, true)), 56);
  if (end === undefined || end.length < 56) return null;
  const endView = viewOf(end);
  if (endView.getUint32(0, true) !== WIDE_END_SIGNATURE) return null;
  const length = Number(endView.getBigUint64(40, true));
  const offset = Number(endView.getBigUint64(48, true));
  return Number.isSafeInteger(length + offset) ? { offset, length, shift: 0 } : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Places the records of one zip, and counts what they leave open. */
class Placing {
  readonly #builder: ArchiveBuilder;
  readonly #store: ZipContent;
  readonly #rename: (path: string) => string;
  #noMode = 0;
  #noOwner = 0;

  constructor(builder: ArchiveBuilder, store: ZipContent, rename: (path: string) => string) {
    this.#builder = builder;
    this.#store = store;
    this.#rename = rename;
  }

  directory(source: ByteSource, place: DirectoryPlace): void {
    const end = place.offset + place.length;
    let window = new Uint8Array(0);
    let windowAt = 0;
    for (let at = place.offset; at < end && !this.#builder.full; ) {
      let from = at - windowAt;
      if (
        from < 0 ||
        (window.length - from < LARGEST_RECORD && windowAt + window.length < end) ||
        window.length === 0
      ) {
        window = new Uint8Array(source.readAt?.(at, Math.min(WINDOW, end - at)) ?? []);
        windowAt = at;
        from = 0;
      }
      const record = readCentral(window.subarray(from));
      if (record === null) {
        this.#builder.gaps.add(
          "/",
          `the zip's directory is damaged at byte ${at}`,
          "every member after that",
        );
        return;
      }
      this.#place(record, zipLocator(at, false));
      at += record.length;
    }
  }

  /** Follows the local headers from the start; ends where a size is not known. */
  salvage(source: ByteSource): void {
    const gaps = this.#builder.gaps;
    gaps.add(
      "/",
      "the zip has lost its directory (cut off?); members were found one after the other",
      "modes, links, and members after the cut",
    );
    const size = source.size ?? 0;
    for (let at = 0; at < size && !this.#builder.full; ) {
      const bytes = source.readAt?.(at, LARGEST_RECORD) ?? new Uint8Array(0);
      const record = readLocal(bytes, at);
      if (record === null) {
        if (bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL_SIGNATURE)
          gaps.add("/", "the zip is cut off inside a header", "every member after that");
        return;
      }
      if (record.sizesFollow && record.compressed === 0 && !record.path.endsWith("/")) {
        gaps.add(
          `/${record.path.slice(0, 300)}`,
          "its size stood in the lost directory",
          "this and every later member",
        );
        return;
      }
      this.#place(record, zipLocator(at, true));
      at += record.length + record.compressed;
      if (at > size)
        gaps.add(`/${record.path.slice(0, 300)}`, "the zip is cut off inside this member", "the rest of it");
    }
  }

  sayWhatIsUnknown(): void {
    const gaps = this.#builder.gaps;
    if (this.#noMode > 0)
      gaps.add(
        "/",
        `the zip carries no modes for ${this.#noMode} members; 0644 and 0755 are assumed`,
        "permissions",
      );
    if (this.#noOwner > 0)
      gaps.add("/", `the zip carries no owners for ${this.#noOwner} members; root is assumed`, "ownership");
  }

  #place(record: ZipRecord, locator: number): void {
    const kind = zipKind(record);
    if (record.unixMode === null) this.#noMode++;
    if (record.owner === null) this.#noOwner++;
    const path = this.#rename(record.path);
    const inode: Inode = {
      kind,
      mode: (record.unixMode ?? (kind === "directory" ? 0o755 : 0o644)) & 0o7777,
      uid: record.owner?.uid ?? 0,
      gid: record.owner?.gid ?? 0,
      size: kind === "file" ? record.size : 0,
      mtimeNs: record.mtimeNs,
      ctimeNs: null,
      birthNs: null,
      store: 0,
      locator: kind === "file" ? locator : NONE,
      implied: false,
    };
    if (kind === "symlink") this.#placeLink(path, inode, record, locator);
    else {
      const number = this.#builder.add(path, inode);
      const problem = kind === "file" ? unreadableBecause(record) : null;
      if (number === NONE || problem === null) return;
      this.#builder.tree.withheld.set(number, problem);
      this.#builder.gaps.add(`/${path.slice(0, 300)}`, problem, "its content");
    }
  }

  #placeLink(path: string, inode: Inode, record: ZipRecord, locator: number): void {
    const content =
      unreadableBecause(record) === null && record.size <= this.#builder.limits.pathLength
        ? this.#store.read(locator, record.size)
        : null;
    if (content?.kind === "bytes") this.#builder.addSymlink(path, inode, decodeFileName(content.bytes));
    else
      this.#builder.gaps.add(
        `/${path.slice(0, 300)}`,
        "a symbolic link whose text cannot be read",
        "this link",
      );
  }
}

function unreadableBecause(record: ZipRecord): string | null {
  if (record.encrypted) return "It is encrypted.";
  if (record.method === 0 || record.method === 8) return null;
  return `It is compressed by method ${record.method}; only stored and deflated members are read.`;
}
