import type { GapList } from "./archive.ts";
import { decodeFileName } from "./file-name.ts";
import { BLOCK, bearsTarMagic, isZeroBlock, readTarHeader, type TarHeader } from "./tar-header.ts";
import { type PaxRecords, paxNumber, paxText, paxTime, readPax } from "./tar-pax.ts";
import { FrontSparse, OldSparse, paxSparse, type SparseMap } from "./tar-sparse.ts";

/** One member as the archive states it. */
export interface TarMember {
  /** tar's type letter: `0` file, `1` hard link, `2` symbolic link, `3` `4` devices, `5` directory, `6` FIFO. */
  readonly type: string;
  readonly path: string;
  readonly linkPath: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint | null;
  readonly ctimeNs: bigint | null;
  readonly birthNs: bigint | null;
  /** Offset and length of the stored data. */
  readonly offset: number;
  readonly stored: number;
  readonly sparse: SparseMap | null;
}

/**
 * What the reader asks of whoever holds the bytes: a positive number for so many bytes at once (fewer at the end of
 * the archive), a negative one to pass over so many. Passing over answers `PASSED`, or `CUT` when the archive ended.
 */
export type TarReader = Generator<number, void, Uint8Array>;

export const PASSED: Uint8Array = new Uint8Array(0);
export const CUT: Uint8Array = new Uint8Array(0);

/** Larger extended headers are no honest ones. */
const LARGEST_EXTENSION = 1024 * 1024;
/** How far after the end mark a second archive is looked for: tar pads to 10 KiB. */
const LOOK_BEHIND_END = 40;
const NOBODY = 65534;
const NO_RECORDS: PaxRecords = new Map();

/** Is told each member before its data passes; false stops the reading. */
export type MemberSink = (member: TarMember) => boolean;

/**
 * Reads a tar archive of any common dialect: v7, ustar, pax, GNU, with their long names, base-256 numbers and sparse
 * files. Damage is skipped to the next header that fits, as GNU tar does, and told as gaps.
 */
export function* readTar(sink: MemberSink, gaps: GapList): TarReader {
  let offset = 0;
  let zeros = 0;
  let lost = -1;
  let shared: PaxRecords = NO_RECORDS;
  let own: PaxRecords = NO_RECORDS;
  let longName: string | null = null;
  let longLink: string | null = null;
  for (;;) {
    const block = yield BLOCK;
    if (block.length < BLOCK) {
      if (block.length > 0) gaps.add("/", "the archive ends inside a header", "every member after that");
      else if (zeros === 0) noEndMark(gaps);
      return;
    }
    const at = offset;
    offset += BLOCK;
    if (isZeroBlock(block)) {
      if (++zeros < 2) continue;
      yield* lookBehindEnd(gaps);
      return;
    }
    zeros = 0;
    const header: TarHeader | null = lost >= 0 && !bearsTarMagic(block) ? null : readTarHeader(block);
    const length = header === null ? -1 : dataLength(header, own);
    if (header === null || length < 0) {
      if (lost < 0)
        gaps.add("/", `no header that makes sense at byte ${at}`, "members until the next good header");
      lost = at;
      own = NO_RECORDS;
      longName = null;
      longLink = null;
      continue;
    }
    lost = -1;
    const padded = Math.ceil(length / BLOCK) * BLOCK;

    if ("xgXLK".includes(header.type)) {
      if (length > LARGEST_EXTENSION) {
        gaps.add(
          "/",
          `an extended header of ${length} bytes at byte ${at}`,
          "the true name or facts of the next member",
        );
        if ((yield -padded) === CUT) return cut(gaps, header.name);
      } else {
        const bytes = padded === 0 ? PASSED : yield padded;
        if (bytes.length < padded) return cut(gaps, header.name);
        const body = new Uint8Array(bytes.subarray(0, length));
        if (header.type === "L") longName = untilNul(body);
        else if (header.type === "K") longLink = untilNul(body);
        else {
          const { records, whole } = readPax(body);
          if (!whole) gaps.add("/", `a damaged pax header at byte ${at}`, "some facts of the next member");
          if (header.type === "g") shared = sharable(records, gaps);
          else own = records;
        }
      }
      offset += padded;
      continue;
    }

    let data = offset;
    let stored = length;
    let sparse: SparseMap | null = null;
    if (header.type === "S") {
      const old = new OldSparse(block);
      while (old.extended) {
        const extension = yield BLOCK;
        if (extension.length < BLOCK) return cut(gaps, header.name);
        data += BLOCK;
        old.extension(extension);
      }
      offset = data;
      sparse = old.map();
    } else {
      const found = paxSparse(own);
      if (found === "in front of the data") {
        const front = new FrontSparse();
        for (let more = true; more && stored >= BLOCK; ) {
          const piece = yield BLOCK;
          if (piece.length < BLOCK) return cut(gaps, header.name);
          more = front.block(piece);
          data += BLOCK;
          stored -= BLOCK;
        }
        sparse = front.map(paxNumber(own, "GNU.sparse.realsize") ?? stored);
      } else sparse = found;
    }

    const member = memberOf(header, own, shared, longName, longLink, data, stored, sparse, gaps);
    own = NO_RECORDS;
    longName = null;
    longLink = null;
    if (member !== null && !sink(member)) return;
    const end = offset + length;
    if (end > data && (yield data - end) === CUT) return cut(gaps, member?.path ?? header.name);
    offset += padded;
    // umoci's `insert` leaves the last member without padding; all of it is there.
    const padding = offset - Math.max(end, data);
    if (padding > 0 && (yield -padding) === CUT) return noEndMark(gaps);
  }
}

function noEndMark(gaps: GapList): void {
  gaps.add("/", "the archive has no end mark; it may be cut off", "any members after the last");
}

function cut(gaps: GapList, path: string): void {
  gaps.add(
    `/${path.replace(/^[./]+/, "").slice(0, 300)}`,
    "the archive is cut off inside this member",
    "the rest of it and every member after it",
  );
}

function* lookBehindEnd(gaps: GapList): TarReader {
  for (let i = 0; i < LOOK_BEHIND_END; i++) {
    const block = yield BLOCK;
    if (block.length < BLOCK) return;
    if (isZeroBlock(block)) continue;
    const what = readTarHeader(block) === null ? "other data follows" : "another archive follows";
    gaps.add("/", `${what} after the end mark`, "whatever stands there; tar does not unpack it either");
    return;
  }
}

/** How many bytes of data follow a header, or −1 when none could: GNU tar's `read_header`. */
function dataLength(header: TarHeader, records: PaxRecords): number {
  if (header.type === "1") return 0;
  const size = (records.has("size") && header.type !== "x" ? paxNumber(records, "size") : header.size) ?? -1;
  return size > Number.MAX_SAFE_INTEGER - BLOCK ? -1 : size;
}

/** What a global header may sensibly say of every member. A name or a size for all is no such thing. */
function sharable(records: PaxRecords, gaps: GapList): PaxRecords {
  const allowed = [...records].filter(([key]) => ["uid", "gid", "mtime", "ctime"].includes(key));
  if (records.has("path") || records.has("linkpath") || records.has("size"))
    gaps.add(
      "/",
      "a global pax header names or sizes every member; that part was not followed",
      "what its author intended",
    );
  return new Map(allowed);
}

function memberOf(
  header: TarHeader,
  own: PaxRecords,
  shared: PaxRecords,
  longName: string | null,
  longLink: string | null,
  offset: number,
  stored: number,
  sparse: SparseMap | null,
  gaps: GapList,
): TarMember | null {
  if (header.type === "V" || header.type === "N" || header.type === "A") return null;
  const path = paxText(own, "GNU.sparse.name") ?? paxText(own, "path") ?? longName ?? header.name;
  if (header.type === "M") {
    gaps.add(`/${path.slice(0, 300)}`, "it continues from another volume", "its first part");
    return null;
  }
  const records = shared.size === 0 ? own : own.size === 0 ? shared : new Map([...shared, ...own]);
  const bare = records.size === 0;
  return {
    type: typeOf(header.type, path),
    path,
    linkPath: paxText(own, "linkpath") ?? longLink ?? header.linkName,
    mode: (header.mode ?? 0) & 0o7777,
    uid: owner((bare ? null : paxNumber(records, "uid")) ?? header.uid, path, gaps),
    gid: owner((bare ? null : paxNumber(records, "gid")) ?? header.gid, path, gaps),
    mtimeNs: (bare ? null : paxTime(records, "mtime")) ?? seconds(header.mtime),
    ctimeNs: bare ? null : paxTime(records, "ctime"),
    birthNs: bare ? null : paxTime(records, "LIBARCHIVE.creationtime"),
    offset,
    stored,
    sparse,
  };
}

/** Old tars mark directories by a trailing slash; unknown types are regular files (POSIX). */
function typeOf(type: string, path: string): string {
  if (type === "D") return "5";
  if (type === "0" && path.endsWith("/")) return "5";
  return "123456".includes(type) ? type : "0";
}

function owner(id: number | null, path: string, gaps: GapList): number {
  if (id !== null && id >= 0 && id <= 0xffffffff) return id;
  gaps.add(
    `/${path.slice(0, 300)}`,
    "its owner is no number a system could have",
    "its owner; taken as nobody",
  );
  return NOBODY;
}

function seconds(time: number | null): bigint | null {
  return time === null ? null : BigInt(time) * 1_000_000_000n;
}

function untilNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeFileName(end < 0 ? bytes : bytes.subarray(0, end));
}
