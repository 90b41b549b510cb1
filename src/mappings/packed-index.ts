/**
 * Many mapping sets as two blocks: columns of string numbers, and the strings. A query decodes only the columns and
 * strings it looks at, so its cost does not grow with what it does not ask.
 *
 * Layout of `columns`: for each field one column of `rowCount` unsigned numbers, little-endian, 0 (all zero), 1, 2 or 4 bytes wide;
 * then the column of string lengths. Number 0 is an absent field, 1 is `null`, 2 the first string. A list of
 * references is one string: the list as JSON.
 */
import { techniqueIdOf } from "../attack/technique-id.ts";
import type { MappingSet, Metadata, RowStore } from "./mapping-set.ts";
import { canonicalCapability } from "./normal-form.ts";
import { type RawRow, ROW_FIELDS } from "./raw-row.ts";

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
  /** How many strings, the first ones, have Latin-1 characters only. */
  readonly narrowCount: number;
  /** Bytes a number takes, by column: the fields, references, string lengths. */
  readonly widths: readonly number[];
}

export interface Packed {
  readonly header: PackedHeader;
  readonly columns: Uint8Array;
  /** The strings of Latin-1 characters, one after the other: a byte a character, quickly read. */
  readonly narrow: string;
  /** The others, made when one of them is first asked for. */
  wide(): string;
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
  const narrow = strings.filter((text) => !WIDE.test(text));
  const wide = strings.filter((text) => WIDE.test(text));
  const renumbered = renumber(numbers, [...narrow, ...wide]);
  for (const column of columns)
    for (const [at, number] of column.entries()) column[at] = renumbered[number] ?? 0;
  const lengths = Uint32Array.from([...narrow, ...wide], (text) => text.length);
  const packed = [...columns, lengths].map(shrink);
  return {
    header: {
      sets: headers,
      rowCount,
      stringCount: strings.length,
      narrowCount: narrow.length,
      widths: packed.map(({ width }) => width),
    },
    columns: concatenate(packed.map(({ bytes }) => bytes)),
    narrow: narrow.join(""),
    wide: () => wide.join(""),
  };
}

const WIDE = /[^\x00-\xff]/;

/** Old number → new number, when the strings are put in another order. */
function renumber(numbers: ReadonlyMap<string, number>, ordered: readonly string[]): Uint32Array {
  const renumbered = new Uint32Array(numbers.size + FIRST);
  renumbered[NULL] = NULL;
  for (const [at, text] of ordered.entries()) renumbered[numbers.get(text) ?? ABSENT] = at + FIRST;
  return renumbered;
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

function shrink(values: Uint32Array): { readonly width: number; readonly bytes: Uint8Array } {
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  const width = most === 0 ? 0 : most < 0x100 ? 1 : most < 0x10000 ? 2 : 4;
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
export function unpackSets({ header, columns, narrow, wide }: Packed): readonly MappingSet[] | null {
  const { rowCount, stringCount, narrowCount, widths } = header;
  const sizes = [...FIELDS.map(() => rowCount), stringCount];
  if (widths.length !== sizes.length) return null;
  const opened: Column[] = [];
  let start = 0;
  for (const [at, size] of sizes.entries()) {
    const width = widths[at] ?? 0;
    opened.push({ bytes: columns, start, width });
    start += size * width;
  }
  const lengths = opened.pop();
  if (start !== columns.length || lengths === undefined) return null;
  const offsets = offsetsOf(lengths, stringCount);
  const border = offsets[narrowCount] ?? -1;
  if (border !== narrow.length) return null;
  const string = (number: number): string => {
    const from = offsets[number - FIRST] ?? 0;
    const to = offsets[number - FIRST + 1] ?? from;
    return from < border ? narrow.slice(from, to) : wide().slice(from - border, to - border);
  };
  const techniques = verdicts(
    stringCount,
    memoised((number) => techniqueIdOf(string(number)) ?? string(number)),
  );
  return header.sets.map(({ metadata, file, start: first, length }) => {
    const framework = metadata.mapping_framework;
    const capabilities = verdicts(stringCount, (number) =>
      canonicalCapability(framework, string(number)).id.toLowerCase(),
    );
    const ofTechnique = placesBy(opened[TECHNIQUE], first, length, techniques);
    const ofCapability = placesBy(opened[CAPABILITY], first, length, capabilities);
    const rows: RowStore = {
      length,
      at: (index) => packedRow(opened, first + index, string),
      placeOf: (index) => index,
      ofTechnique,
      ofCapability,
    };
    return { metadata, origin: "imported", file, complete: true, rows };
  });
}

interface Column {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly width: number;
}

const TECHNIQUE = FIELDS.indexOf("attack_object_id");
const CAPABILITY = FIELDS.indexOf("capability_id");

function numberAt({ bytes, start, width }: Column, row: number): number {
  const at = start + row * width;
  if (width === 0) return 0;
  const low = bytes[at] ?? 0;
  if (width === 1) return low;
  const middle = low | ((bytes[at + 1] ?? 0) << 8);
  if (width === 2) return middle;
  return (middle | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/**
 * Rows of a set by canonical id. For each id asked for, each distinct string is judged once for all sets; going
 * through a column then costs a comparison a row and allocates nothing.
 */
function placesBy(
  column: Column | undefined,
  first: number,
  length: number,
  verdictsOn: (id: string) => Verdicts,
): (id: string) => readonly number[] {
  return (id) => {
    const places: number[] = [];
    if (column === undefined) return places;
    const isWanted = verdictsOn(id);
    for (let at = 0; at < length; at++) if (isWanted(numberAt(column, first + at))) places.push(at);
    return places;
  };
}

type Verdicts = (number: number) => boolean;

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

function verdicts(stringCount: number, idOf: (number: number) => string): (id: string) => Verdicts {
  const known = new Map<string, Uint8Array>();
  return (id) => {
    const judged = known.get(id) ?? new Uint8Array(stringCount + FIRST);
    known.set(id, judged);
    return (number) => {
      if (number < FIRST) return false;
      if (judged[number] === UNKNOWN) judged[number] = idOf(number) === id ? YES : NO;
      return judged[number] === YES;
    };
  };
}

function memoised(make: (number: number) => string): (number: number) => string {
  const made: string[] = [];
  return (number) => {
    const known = made[number] ?? make(number);
    made[number] = known;
    return known;
  };
}

function packedRow(columns: readonly Column[], at: number, string: (number: number) => string): RawRow {
  const row: Record<string, string | null | readonly string[]> = {};
  for (const [field, column] of columns.entries()) {
    const name = FIELDS[field];
    const number = numberAt(column, at);
    if (number === ABSENT || name === undefined) continue;
    if (number === NULL) row[name] = null;
    else row[name] = name === "references" ? (JSON.parse(string(number)) as string[]) : string(number);
  }
  return row;
}

function offsetsOf(lengths: Column, count: number): Uint32Array {
  const offsets = new Uint32Array(count + 1);
  for (let at = 0, total = 0; at < count; at++) {
    total += numberAt(lengths, at);
    offsets[at + 1] = total;
  }
  return offsets;
}
