const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC_LITTLE = 0x377f0682;
const MAGIC_BIG = 0x377f0683;

interface Checksum {
  readonly first: number;
  readonly second: number;
}

/**
 * The pages that committed frames of a write-ahead log put in place of the database's own
 * (https://www.sqlite.org/fileformat2.html, section 4).
 *
 * A frame counts when its salts equal the header's and the running checksum holds; frames after the last commit are
 * a transaction that never happened. A log that is cut, stale, or of another page size gives no pages.
 */
export function committedPages(wal: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const committed = new Map<number, Uint8Array>();
  if (wal.length < HEADER) return committed;
  const view = new DataView(wal.buffer, wal.byteOffset, wal.byteLength);
  const magic = view.getUint32(0);
  const pageSize = view.getUint32(8);
  if (magic !== MAGIC_LITTLE && magic !== MAGIC_BIG) return committed;
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return committed;
  const little = magic === MAGIC_LITTLE;
  let sum = checksum(view, 0, 24, little, { first: 0, second: 0 });
  if (!holds(view, 24, sum)) return committed;
  let pending = new Map<number, Uint8Array>();
  for (let at = HEADER; at + FRAME_HEADER + pageSize <= wal.length; at += FRAME_HEADER + pageSize) {
    if (view.getUint32(at + 8) !== view.getUint32(16)) break;
    if (view.getUint32(at + 12) !== view.getUint32(20)) break;
    sum = checksum(view, at, 8, little, sum);
    sum = checksum(view, at + FRAME_HEADER, pageSize, little, sum);
    if (!holds(view, at + 16, sum)) break;
    pending.set(view.getUint32(at), wal.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize));
    if (view.getUint32(at + 4) !== 0) {
      for (const [page, bytes] of pending) committed.set(page, bytes);
      pending = new Map();
    }
  }
  return committed;
}

function checksum(view: DataView, start: number, length: number, little: boolean, sum: Checksum): Checksum {
  let { first, second } = sum;
  for (let at = start; at < start + length; at += 8) {
    first = (first + view.getUint32(at, little) + second) >>> 0;
    second = (second + view.getUint32(at + 4, little) + first) >>> 0;
  }
  return { first, second };
}

/** Stored checksums are big-endian whatever the magic says. */
function holds(view: DataView, at: number, sum: Checksum): boolean {
  return view.getUint32(at) === sum.first && view.getUint32(at + 4) === sum.second;
}
