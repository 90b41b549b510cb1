import { SqliteRecord } from "./sqlite-record.ts";
import { readVarint } from "./sqlite-varint.ts";
import { committedPages } from "./sqlite-wal.ts";

/**
 * A read-only SQLite 3 file (https://www.sqlite.org/fileformat2.html): enough to walk one table from end to end.
 * Everything is bounds-checked, and no page is visited twice, so a hostile file can neither loop nor overrun.
 */
export interface SqliteFile {
  /** What was found wrong so far; grows while tables are walked. */
  readonly problems: readonly string[];
  /** The row ids and records of a table in key order; nothing for a table that does not exist. */
  rows(table: string): Iterable<SqliteRow>;
}

export interface SqliteRow {
  readonly id: number;
  readonly record: SqliteRecord;
}

const MAGIC = "SQLite format 3\0";
const HEADER = 100;
const WAL_MODE = 2;
const UTF8 = 1;
const MAX_DEPTH = 40;
/** Nothing a package database keeps is larger. */
const MAX_PAYLOAD = 64 * 1024 * 1024;

/** Opens a database with the committed frames of its write-ahead log, if it has one; a text says why it cannot be. */
export function openSqlite(main: Uint8Array, wal: Uint8Array | null): SqliteFile | string {
  const header = headerOf(main);
  if (typeof header === "string") return header;
  if (!header.walMode || wal === null) return new Pages(main, new Map(), header);
  const frames = committedPages(wal);
  const first = frames.get(1);
  const newest = first === undefined ? header : headerOf(first);
  return typeof newest === "string" ? newest : new Pages(main, frames, newest);
}

interface Header {
  readonly pageSize: number;
  /** Bytes of a page that hold content. */
  readonly usable: number;
  readonly walMode: boolean;
}

function headerOf(first: Uint8Array): Header | string {
  if (first.length < HEADER || latin1(first, 0, 16) !== MAGIC) return "not an SQLite 3 database";
  const view = viewOf(first);
  const stated = view.getUint16(16);
  const pageSize = stated === 1 ? 65_536 : stated;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) return `SQLite page size ${stated} is not valid`;
  const usable = pageSize - view.getUint8(20);
  if (usable < 480) return "SQLite reserves too much of each page";
  if (view.getUint32(56) > UTF8) return "SQLite text encoding UTF-16: not readable here";
  return { pageSize, usable, walMode: view.getUint8(19) === WAL_MODE };
}

class Pages implements SqliteFile {
  readonly problems: string[] = [];
  readonly #main: Uint8Array;
  readonly #frames: ReadonlyMap<number, Uint8Array>;
  readonly #pageSize: number;
  readonly #usable: number;
  /** Payload bytes still to come: in a sound file cells do not overlap, so they never exceed the file. */
  #budget = 0;

  constructor(main: Uint8Array, frames: ReadonlyMap<number, Uint8Array>, header: Header) {
    this.#main = main;
    this.#frames = frames;
    this.#pageSize = header.pageSize;
    this.#usable = header.usable;
  }

  *rows(table: string): Generator<SqliteRow> {
    this.#budget = this.#main.length + this.#frames.size * this.#pageSize;
    for (const { record } of this.#walk(1, new Set(), 0)) {
      if (record.text(0) !== "table" || record.text(1) !== table) continue;
      const root = record.integer(3);
      if (root !== null) yield* this.#walk(root, new Set(), 0);
      return;
    }
  }

  #page(number: number): Uint8Array | null {
    const frame = this.#frames.get(number);
    if (frame !== undefined) return frame.length === this.#pageSize ? frame : null;
    const start = (number - 1) * this.#pageSize;
    if (number < 1 || start + this.#pageSize > this.#main.length) return null;
    return this.#main.subarray(start, start + this.#pageSize);
  }

  /** Table b-trees: interior pages are of type 5, leaves of type 13 (section 1.6). */
  *#walk(number: number, visited: Set<number>, depth: number): Generator<SqliteRow> {
    const page = visited.has(number) || depth > MAX_DEPTH ? null : this.#page(number);
    visited.add(number);
    if (page === null) {
      this.#wrong(`page ${number} is missing or linked twice`);
      return;
    }
    const view = viewOf(page);
    const header = number === 1 ? HEADER : 0;
    const type = page[header];
    if (type !== 5 && type !== 13) {
      this.#wrong(`page ${number} is not of a table`);
      return;
    }
    const cells = view.getUint16(header + 3);
    const pointers = header + (type === 5 ? 12 : 8);
    for (let index = 0; index < cells; index++) {
      const at = pointers + index * 2;
      if (at + 2 > this.#usable) {
        this.#wrong(`page ${number} claims ${cells} cells`);
        break;
      }
      const cell = view.getUint16(at);
      if (type === 5) {
        if (cell + 4 <= this.#usable) yield* this.#walk(view.getUint32(cell), visited, depth + 1);
        else this.#wrong(`page ${number} has a cell outside itself`);
      } else {
        const row = this.#cell(page, cell, visited);
        if (row === null) this.#wrong(`page ${number} has a cell that cannot be read`);
        else yield row;
      }
    }
    if (type === 5) yield* this.#walk(view.getUint32(header + 8), visited, depth + 1);
  }

  /** A leaf cell: payload length, row id, payload, and the first overflow page if it does not fit (section 1.6). */
  #cell(page: Uint8Array, at: number, visited: Set<number>): SqliteRow | null {
    const [length, afterLength] = readVarint(page, at);
    const [id, start] = readVarint(page, afterLength);
    if (length > MAX_PAYLOAD || start > this.#usable) return null;
    this.#budget -= length + 2;
    if (this.#budget < 0) return null;
    const local = this.#localBytes(length);
    if (start + local > this.#usable) return null;
    const here = page.subarray(start, start + local);
    if (local === length) return { id, record: new SqliteRecord(here) };
    if (start + local + 4 > this.#usable) return null;
    const payload = this.#overflow(here, length, viewOf(page).getUint32(start + local), visited);
    return payload === null ? null : { id, record: new SqliteRecord(payload) };
  }

  #localBytes(length: number): number {
    const most = this.#usable - 35;
    if (length <= most) return length;
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const kept = least + ((length - least) % (this.#usable - 4));
    return kept <= most ? kept : least;
  }

  #overflow(local: Uint8Array, length: number, first: number, visited: Set<number>): Uint8Array | null {
    const chunks = [local];
    let have = local.length;
    for (let next = first; have < length; ) {
      const page = visited.has(next) ? null : this.#page(next);
      if (page === null) return null;
      visited.add(next);
      const chunk = page.subarray(4, Math.min(this.#usable, 4 + length - have));
      chunks.push(chunk);
      have += chunk.length;
      next = viewOf(page).getUint32(0);
    }
    return Buffer.concat(chunks, length);
  }

  #wrong(problem: string): void {
    if (this.problems.length < 20) this.problems.push(problem);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString("latin1");
}
