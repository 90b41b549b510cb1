/**
 * Many mapping sets as two blocks: columns of string numbers, and the strings. A query decodes only the columns and
 * strings it looks at, so its cost does not grow with what it does not ask.
 *
 * Layout of `columns`: for each field one column of `rowCount` unsigned numbers, little-endian, 1, 2 or 4 bytes wide;
 * then the column of string lengths. Number 0 is an absent field, 1 is `null`, 2 the first string. A list of
 * references is one string: the list as JSON.
 */
import { techniqueIdOf } from "../attack/technique-id.ts";
import { type MappingSet, type Metadata, type RawRow, ROW_FIELDS, type RowStore } from "./mapping-set.ts";
import { canonicalCapability } from "./normal-form.ts";

/** Everything but the blocks; plain JSON. */
export interface PackedHeader {
  readonly sets: readonly {
    readonly metadata: Metadata;
    readonly file: string;
    readonly start: number;
    readonly length: number;
  }[];
  readonly rowCount: number;
  readonly stringCount: number;
  /** Bytes a number takes, by column: the fields, references, string lengths. */
  readonly widths: readonly number[];
}

export interface Packed {
  readonly header: PackedHeader;
  readonly columns: Uint8Array;
  /** All strings, one after the other. */
  readonly text: string;
}

const ABSENT = 0;
const NULL = 1;
const FIRST = 2;
const FIELDS = [...ROW_FIELDS, "references"] as const;

export function packSets(sets: readonly MappingSet[]): Packed {
  const numbers = new Map<string, number>();
  const rowCount = sets.reduce((sum, set) => sum + set.rows.length, 0);
  const columns = FIELDS.map(() => new Uint32Array(rowCount));
  const headers: PackedHeader["sets"][number][] = [];
  let start = 0;
  for (const { metadata, file, rows } of sets) {
    for (let at = 0; at < rows.length; at++) {
      const row = rows.at(at);
      for (const [field, name] of FIELDS.entries()) {
        const column = columns[field];
        if (column !== undefined) column[start + at] = numberOf(row[name], numbers);
      }
    }
    headers.push({ metadata, file, start, length: rows.length });
    start += rows.length;
  }
  const strings = [...numbers.keys()];
  const packed = [...columns, Uint32Array.from(strings, (text) => text.length)].map(narrow);
  return {
    header: {
      sets: headers,
      rowCount,
      stringCount: strings.length,
      widths: packed.map(({ width }) => width),
    },
    columns: concatenate(packed.map(({ bytes }) => bytes)),
    text: strings.join(""),
  };
}

function numberOf(
  value: string | readonly string[] | null | undefined,
  numbers: Map<string, number>,
): number {
  if (value === undefined) return ABSENT;
  if (value === null) return NULL;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const known = numbers.get(text);
  if (known !== undefined) return known;
  numbers.set(text, numbers.size + FIRST);
  return numbers.size - 1 + FIRST;
}

function narrow(values: Uint32Array): { readonly width: number; readonly bytes: Uint8Array } {
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  const width = most < 0x100 ? 1 : most < 0x10000 ? 2 : 4;
  const bytes = new Uint8Array(values.length * width);
  for (const [at, value] of values.entries())
    for (let k = 0; k < width; k++) bytes[at * width + k] = (value >>> (8 * k)) & 0xff;
  return { width, bytes };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The sets, their rows decoded on demand. `null` if header and blocks do not belong together. */
export function unpackSets({ header, columns, text }: Packed): readonly MappingSet[] | null {
  const { rowCount, stringCount, widths } = header;
  const sizes = [...FIELDS.map(() => rowCount), stringCount];
  if (widths.length !== sizes.length) return null;
  const starts: number[] = [];
  let end = 0;
  for (const [at, size] of sizes.entries()) {
    starts.push(end);
    end += size * (widths[at] ?? 0);
  }
  if (end !== columns.length) return null;
  const column = (at: number): Uint32Array =>
    widen(columns, starts[at] ?? 0, sizes[at] ?? 0, widths[at] ?? 1);
  const offsets = offsetsOf(column(FIELDS.length));
  if (offsets[stringCount] !== text.length) return null;
  return openSets(header, column, offsets, text);
}

function openSets(
  header: PackedHeader,
  column: (at: number) => Uint32Array,
  offsets: Uint32Array,
  text: string,
): readonly MappingSet[] {
  const opened = new Map<number, Uint32Array>();
  const columnOf = (at: number): Uint32Array => {
    const known = opened.get(at) ?? column(at);
    opened.set(at, known);
    return known;
  };
  const string = (number: number): string =>
    text.slice(offsets[number - FIRST] ?? 0, offsets[number - FIRST + 1] ?? 0);
  return header.sets.map(({ metadata, file, start, length }) => ({
    metadata,
    origin: "imported",
    file,
    complete: true,
    rows: packedRows(metadata.mapping_framework, start, length, columnOf, string),
  }));
}

const TECHNIQUE = FIELDS.indexOf("attack_object_id");
const CAPABILITY = FIELDS.indexOf("capability_id");

function packedRows(
  framework: string,
  start: number,
  length: number,
  columnOf: (at: number) => Uint32Array,
  string: (number: number) => string,
): RowStore {
  /** Rows whose string in a column is the wanted one: each distinct string is judged once. */
  const where = (field: number, isWanted: (text: string) => boolean): readonly number[] => {
    const column = columnOf(field);
    const judged = new Map<number, boolean>();
    const found: number[] = [];
    for (let at = start; at < start + length; at++) {
      const number = column[at] ?? ABSENT;
      if (number < FIRST) continue;
      let verdict = judged.get(number);
      if (verdict === undefined) {
        verdict = isWanted(string(number));
        judged.set(number, verdict);
      }
      if (verdict) found.push(at - start);
    }
    return found;
  };
  return {
    length,
    at: (index) => packedRow(start + index, columnOf, string),
    placeOf: (index) => index,
    ofTechnique: (id) => where(TECHNIQUE, (text) => (techniqueIdOf(text) ?? text) === id),
    ofCapability: (id) =>
      where(CAPABILITY, (text) => canonicalCapability(framework, text).id.toLowerCase() === id),
  };
}

function packedRow(
  at: number,
  columnOf: (at: number) => Uint32Array,
  string: (number: number) => string,
): RawRow {
  const row: Record<string, string | null | readonly string[]> = {};
  for (const [field, name] of FIELDS.entries()) {
    const number = columnOf(field)[at] ?? ABSENT;
    if (number === ABSENT) continue;
    if (number === NULL) row[name] = null;
    else row[name] = name === "references" ? (JSON.parse(string(number)) as string[]) : string(number);
  }
  return row;
}

function widen(bytes: Uint8Array, start: number, size: number, width: number): Uint32Array {
  const values = new Uint32Array(size);
  for (let at = 0, from = start; at < size; at++, from += width) {
    let value = bytes[from] ?? 0;
    if (width > 1) value |= (bytes[from + 1] ?? 0) << 8;
    if (width > 2) value |= ((bytes[from + 2] ?? 0) << 16) | ((bytes[from + 3] ?? 0) << 24);
    values[at] = value >>> 0;
  }
  return values;
}

function offsetsOf(lengths: Uint32Array): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1);
  for (let at = 0, total = 0; at < lengths.length; at++) {
    total += lengths[at] ?? 0;
    offsets[at + 1] = total;
  }
  return offsets;
}
