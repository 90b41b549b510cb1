import {
  ArchiveDamage,
  type ArchiveLimits,
  Budget,
  DEFAULT_LIMITS,
  GapList,
  TargetError,
} from "./archive.ts";
import { ArchiveBuilder } from "./archive-builder.ts";
import { type ContentStore, SeekableContent, StreamedContent } from "./archive-content.ts";
import { type KeepPolicy, keepForAudit } from "./archive-keep.ts";
import { type ByteSource, firstBytes } from "./archive-source.ts";
import { type Compression, compressionOf, expandedSource } from "./compression.ts";
import type { FileKind } from "./host.ts";
import { BLOCK, bearsTarMagic, isZeroBlock, readTarHeader } from "./tar-header.ts";
import { CUT, PASSED, readTar, type TarMember, type TarReader } from "./tar-reader.ts";
import { type Inode, NONE } from "./tree.ts";

export interface TarOptions {
  readonly limits?: ArchiveLimits;
  /** What to hold of a compressed archive; the rest needs `fetch`. */
  readonly keep?: KeepPolicy;
  readonly budget?: Budget;
  readonly gaps?: GapList;
  /** A layer's hard links may lead to lower layers, so they are left unsettled. */
  readonly isLayer?: boolean;
}

/** An indexed tar archive: names and facts in a tree, contents in a store. */
export interface IndexedTar {
  readonly builder: ArchiveBuilder;
  readonly store: ContentStore;
  /** The tar's own bytes, expanded. */
  readonly source: ByteSource;
  readonly compressions: readonly Compression[];
}

const WINDOW = 16 * 1024;

/** Takes off every compression around a source, up to the limit of nesting. Throws `TargetError` beyond. */
export async function unwrap(
  source: ByteSource,
  limits: ArchiveLimits = DEFAULT_LIMITS,
): Promise<{
  readonly source: ByteSource;
  readonly compressions: readonly Compression[];
  readonly head: Uint8Array;
}> {
  const compressions: Compression[] = [];
  let inner = source;
  for (;;) {
    const head = await firstBytes(inner, BLOCK);
    const compression = compressionOf(head);
    if (compression === null) return { source: inner, compressions, head };
    if (compressions.length >= limits.nesting)
      throw new TargetError(
        `It is compressed more than ${limits.nesting} times over.`,
        "Unpack the outer layers yourself if you trust them.",
      );
    compressions.push(compression);
    inner = expandedSource(inner, compression, limits);
  }
}

/** True when a tar archive may begin with this block. */
export function looksLikeTar(head: Uint8Array): boolean {
  return head.length >= BLOCK && (bearsTarMagic(head) || readTarHeader(head) !== null || isZeroBlock(head));
}

/**
 * Indexes a tar archive, compressed or not. A plain one that can be read at any place is indexed by hopping from
 * header to header; any other streams by once. Throws `TargetError` when it is no tar at all.
 */
export async function indexTar(source: ByteSource, options: TarOptions = {}): Promise<IndexedTar> {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const { source: inner, compressions, head } = await unwrap(source, limits);
  if (!looksLikeTar(head))
    throw new TargetError(
      "It is no tar archive, compressed or not.",
      "Name the kind of evidence, such as zip: or root:.",
    );
  const builder = new ArchiveBuilder(options.gaps ?? new GapList(), limits);
  const seekable = inner.readAt !== undefined;
  const store = seekable
    ? new SeekableContent(inner)
    : new StreamedContent(inner, options.budget ?? new Budget(limits.retainedBytes));
  if (store instanceof SeekableContent)
    hop(readTar(sinkInto(builder, 0, null, keepForAudit), builder.gaps), inner, builder.gaps);
  else await streamTar(builder, 0, store, inner.open(), options.keep ?? keepForAudit);
  if (options.isLayer !== true) builder.settle();
  return { builder, store, source: inner, compressions };
}

/** Reads a tar that streams by; `layer` is the number its entries bear. */
export async function streamTar(
  builder: ArchiveBuilder,
  layer: number,
  store: StreamedContent,
  pieces: AsyncIterable<Uint8Array>,
  keep: KeepPolicy,
): Promise<void> {
  const reader = readTar(sinkInto(builder, layer, store, keep), builder.gaps);
  try {
    await pour(reader, pieces, store);
  } catch (error) {
    if (!(error instanceof ArchiveDamage)) throw error;
    const members = builder.tree.nodeCount - 1;
    builder.gaps.add(
      "/",
      `the archive breaks off after ${members} entries: ${error.message}`,
      "every member after that",
    );
  }
  store.end();
}

/** Serves a reader from bytes that can be had at any place. */
export function hop(reader: TarReader, source: ByteSource, gaps: GapList): void {
  const size = source.size ?? 0;
  const scratch = Buffer.allocUnsafeSlow(WINDOW);
  let window: Uint8Array = PASSED;
  let windowAt = 0;
  let at = 0;
  for (let step = reader.next(); step.done !== true; ) {
    const wish = step.value;
    if (wish < 0) {
      at -= wish;
      step = reader.next(at > size ? CUT : PASSED);
      continue;
    }
    let from = at - windowAt;
    if (from < 0 || from + wish > window.length) {
      const bytes = wish > WINDOW ? source.readAt?.(at, wish) : windowFrom(source, at, wish, scratch);
      if (bytes === undefined) {
        gaps.add("/", `the archive cannot be read at byte ${at}`, "every member after that");
        return;
      }
      window = bytes;
      windowAt = at;
      from = 0;
    }
    const piece = window.subarray(from, from + wish);
    at += piece.length;
    step = reader.next(piece);
  }
}

function windowFrom(
  source: ByteSource,
  at: number,
  wish: number,
  scratch: Uint8Array,
): Uint8Array | undefined {
  if (source.readInto === undefined) return source.readAt?.(at, WINDOW);
  const length = source.readInto(scratch, at);
  if (length === undefined) return undefined;
  // A system may hand out less than was asked for; what is there must come whole.
  return length < wish ? source.readAt?.(at, WINDOW) : scratch.subarray(0, length);
}

/** Serves a reader from pieces that stream by, showing all that passes to `store`. */
async function pour(
  reader: TarReader,
  pieces: AsyncIterable<Uint8Array>,
  store: StreamedContent,
): Promise<void> {
  let step = reader.next();
  let position = 0;
  let gathered: Uint8Array[] = [];
  let have = 0;
  let left = step.done === true ? 0 : -step.value;
  for await (const piece of pieces) {
    let at = 0;
    while (step.done !== true) {
      const available = piece.length - at;
      if (step.value < 0) {
        const passed = Math.min(left, available);
        store.pass(position, piece, at, at + passed);
        at += passed;
        position += passed;
        left -= passed;
        if (left > 0) break;
        step = reader.next(PASSED);
      } else {
        const taken = Math.min(step.value - have, available);
        const part = piece.subarray(at, at + taken);
        at += taken;
        position += taken;
        have += taken;
        if (have < step.value) {
          gathered.push(part);
          break;
        }
        const whole = gathered.length === 0 ? part : Buffer.concat([...gathered, part]);
        gathered = [];
        have = 0;
        step = reader.next(whole);
      }
      left = step.done === true ? 0 : -step.value;
    }
    if (step.done === true) return;
  }
  while (step.done !== true) {
    step = reader.next(step.value < 0 ? CUT : Buffer.concat(gathered));
    gathered = [];
  }
}

function sinkInto(
  builder: ArchiveBuilder,
  layer: number,
  store: StreamedContent | null,
  keep: KeepPolicy,
): (member: TarMember) => boolean {
  return (member) => {
    place(builder, layer, member);
    if (store !== null && member.type === "0" && member.stored > 0) {
      const wish = keep(member.path, member.stored);
      if (wish !== false) store.expect(member.offset, member.stored, wish === "script");
      else store.expect(member.offset, 0, false);
    }
    return !builder.full;
  };
}

const KINDS: ReadonlyMap<string, FileKind> = new Map([
  ["0", "file"],
  ["2", "symlink"],
  ["3", "character-device"],
  ["4", "block-device"],
  ["5", "directory"],
  ["6", "fifo"],
]);

function place(builder: ArchiveBuilder, layer: number, member: TarMember): void {
  const kind = KINDS.get(member.type) ?? "file";
  const inode: Inode = {
    kind,
    mode: member.mode,
    uid: member.uid,
    gid: member.gid,
    size: kind === "file" ? (member.sparse?.size ?? member.stored) : 0,
    mtimeNs: member.mtimeNs,
    ctimeNs: member.ctimeNs,
    birthNs: member.birthNs,
    store: layer,
    locator: kind === "file" ? member.offset : NONE,
    implied: false,
  };
  if (member.type === "1") builder.addHardLink(member.path, inode, member.linkPath);
  else if (member.type === "2") builder.addSymlink(member.path, inode, member.linkPath);
  else {
    const number = builder.add(member.path, inode);
    if (number !== NONE && member.sparse !== null) noteSparse(builder, number, member);
  }
}

function noteSparse(builder: ArchiveBuilder, number: number, member: TarMember): void {
  const extents = member.sparse?.extents ?? null;
  if (extents !== null) {
    builder.tree.sparse.set(number, extents);
    return;
  }
  builder.tree.withheld.set(number, "The map of this sparse file is damaged.");
  builder.gaps.add(`/${member.path.slice(0, 300)}`, "the map of this sparse file is damaged", "its content");
}
