import { decodeFileName } from "../hosts/file-name.ts";
import { readVarint } from "./sqlite-varint.ts";

/** Serial types 0 to 6 by the bytes they take (https://www.sqlite.org/fileformat2.html, section 2.1). */
const INTEGER_BYTES: readonly number[] = [0, 1, 2, 3, 4, 6, 8];
/** No table of a package database has more columns. */
const MAX_COLUMNS = 64;

interface Column {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

/** One row's payload. A column that is missing, of another type, or cut short reads as `null`. */
export class SqliteRecord {
  readonly #payload: Uint8Array;
  readonly #columns: readonly Column[];

  constructor(payload: Uint8Array) {
    this.#payload = payload;
    this.#columns = columnsOf(payload);
  }

  text(index: number): string | null {
    const column = this.#columns[index];
    if (column === undefined || column.type < 13 || column.type % 2 === 0) return null;
    return decodeFileName(this.#payload.subarray(column.start, column.end));
  }

  blob(index: number): Uint8Array | null {
    const column = this.#columns[index];
    if (column === undefined || column.type < 12 || column.type % 2 === 1) return null;
    return this.#payload.subarray(column.start, column.end);
  }

  /** Integers of at most 48 bits, exactly; larger ones are `null`. */
  integer(index: number): number | null {
    const column = this.#columns[index];
    if (column === undefined) return null;
    if (column.type === 8 || column.type === 9) return column.type - 8;
    const size = INTEGER_BYTES[column.type] ?? 0;
    if (size === 0) return null;
    const buffer = Buffer.from(this.#payload.subarray(column.start, column.end));
    if (size < 8) return buffer.readIntBE(0, size);
    const value = Number(buffer.readBigInt64BE(0));
    return Number.isSafeInteger(value) ? value : null;
  }
}

function columnsOf(payload: Uint8Array): readonly Column[] {
  const [headerEnd, first] = readVarint(payload, 0);
  const columns: Column[] = [];
  let at = first;
  let start = headerEnd;
  while (at < Math.min(headerEnd, payload.length) && columns.length < MAX_COLUMNS) {
    const [type, next] = readVarint(payload, at);
    const end = start + sizeOf(type);
    if (end > payload.length) break;
    columns.push({ type, start, end });
    at = next;
    start = end;
  }
  return columns;
}

function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return type === 7 ? 8 : (INTEGER_BYTES[type] ?? 0);
}
