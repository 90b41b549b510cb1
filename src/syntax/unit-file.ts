import { type PhysicalLine, readLines, suspicionsOf } from "./lines.ts";
import { findOddities, type Oddity } from "./oddity.ts";
import type { Span } from "./span.ts";
import { decodeAscii, decodeUtf8, isValidText, utf8Length } from "./utf8.ts";

/** One `Key=Value` of a unit file, in a section. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Continuation lines joined, blanks at both ends cut; nothing else is interpreted yet. */
  readonly value: string;
  /** Where the value starts; `length` is the part of it on that physical line. */
  readonly span: Span;
  readonly keySpan: Span;
  /** For a value joined from several physical lines: where each of them starts in `value`. */
  readonly pieces: readonly Piece[] | null;
}

/** From offset `at` of a joined value on, the text stands at this line and column of the file. */
export interface Piece {
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

export interface SectionHeader {
  readonly name: string;
  readonly span: Span;
}

/** A line systemd warns about and skips. */
export interface IgnoredLine {
  readonly reason: string;
  readonly text: string;
  readonly span: Span;
}

/** Why systemd stops reading the file at this place; what stood before it counts. */
export interface FileFailure {
  /** `EBADMSG`: bad section header; `ENOBUFS`: line over 1 MiB; `EINVAL`: not UTF-8. */
  readonly code: "EBADMSG" | "ENOBUFS" | "EINVAL";
  readonly reason: string;
  readonly span: Span;
}

/** A unit file as systemd reads it, before any key is given a meaning. */
export interface UnitFile {
  readonly path: string;
  readonly assignments: readonly Assignment[];
  readonly sections: readonly SectionHeader[];
  readonly ignored: readonly IgnoredLine[];
  readonly failure: FileFailure | null;
  /** How many physical lines were read. */
  readonly lines: number;
  /** What makes the file look different to people than to systemd, comments included. */
  readonly oddities: readonly Oddity[];
}

/** LONG_LINE_MAX of src/basic/def.h. */
const MAX_LINE_BYTES = 1_048_576;

interface Reader {
  readonly path: string;
  readonly assignments: Assignment[];
  readonly sections: SectionHeader[];
  readonly ignored: IgnoredLine[];
  /** True if no line needs to be checked for invalid UTF-8. */
  readonly isAscii: boolean;
  section: string | null;
  failure: FileFailure | null;
}

/** A logical line: the text and where its physical parts stand. */
interface LogicalLine {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/**
 * Reads a unit file exactly as `config_parse()` does (src/shared/conf-parser.c), down to its traps: CR and NUL end
 * lines, comments vanish inside continuations, a byte order mark is dropped once, lines are limited to 1 MiB, a bad
 * section header or invalid UTF-8 ends the file. Never throws; lines are counted as systemd counts them.
 */
export function parseUnitFile(bytes: Uint8Array, path: string): UnitFile {
  const suspicions = suspicionsOf(bytes);
  const text = suspicions.nonAscii ? decodeUtf8(bytes) : decodeAscii(bytes);
  const lines = readLines(text, suspicions.nul || suspicions.carriageReturn);
  const reader: Reader = {
    path,
    assignments: [],
    sections: [],
    ignored: [],
    isAscii: !suspicions.nonAscii,
    section: null,
    failure: null,
  };
  const read = readAll(reader, text, lines, bytes.length >= MAX_LINE_BYTES);
  const { assignments, sections, ignored, failure } = reader;
  const oddities = findOddities(path, text, lines, suspicions);
  return { path, assignments, sections, ignored, failure, lines: read, oddities };
}

/** Where `length` characters from `offset` on in an assignment's value stand in the file. */
export function locate(assignment: Assignment, offset: number, length = 0): Span {
  const { span, pieces } = assignment;
  if (pieces === null) return { path: span.path, line: span.line, column: span.column + offset, length };
  const piece = pieces[pieceIndex(pieces, offset)] as Piece;
  return { path: span.path, line: piece.line, column: piece.column + offset - piece.at, length };
}

/** Feeds every logical line to the reader; returns how many physical lines were looked at. */
function readAll(
  reader: Reader,
  text: string,
  lines: readonly PhysicalLine[],
  mayBeTooLong: boolean,
): number {
  let markSeen = false;
  let pending: { texts: string[]; pieces: Piece[]; length: number; bytes: number } | null = null;
  for (let index = 0; index < lines.length; index++) {
    const { start, end, next } = lines[index] as PhysicalLine;
    if (mayBeTooLong && utf8Length(text.slice(start, next)) >= MAX_LINE_BYTES) {
      fail(reader, "ENOBUFS", "line longer than 1 MiB", index + 1);
      return index + 1;
    }
    if (isComment(text, start, end)) continue;
    const hasMark = !markSeen && text.charCodeAt(start) === 0xfeff && start < end;
    if (hasMark) markSeen = true;
    const from = hasMark ? start + 1 : start;
    const content = text.slice(from, end);
    const continues = endsInOddBackslashes(content);
    const column = from - start + 1;
    if (pending === null && !continues) {
      if (from === end) continue;
      readLogicalLine(reader, content, index + 1, column, null);
      if (reader.failure !== null) return index + 1;
      continue;
    }
    pending ??= { texts: [], pieces: [], length: 0, bytes: 0 };
    pending.pieces.push({ at: pending.length, line: index + 1, column });
    pending.texts.push(continues ? `${content.slice(0, -1)} ` : content);
    pending.length += content.length;
    if (mayBeTooLong) pending.bytes += utf8Length(content);
    if (pending.bytes > MAX_LINE_BYTES) {
      fail(reader, "ENOBUFS", "continued line longer than 1 MiB", index + 1);
      return index + 1;
    }
    if (continues) continue;
    flush(reader, { text: pending.texts.join(""), pieces: pending.pieces });
    pending = null;
    if (reader.failure !== null) return index + 1;
  }
  if (pending !== null) flush(reader, { text: pending.texts.join(""), pieces: pending.pieces });
  return lines.length;
}

function flush(reader: Reader, line: LogicalLine): void {
  const first = line.pieces[0];
  if (first !== undefined) readLogicalLine(reader, line.text, first.line, first.column, line.pieces);
}

/** `parse_line()`: `text` is a whole logical line whose first character is at `line`, `column`. */
function readLogicalLine(
  reader: Reader,
  text: string,
  line: number,
  column: number,
  pieces: readonly Piece[] | null,
): void {
  const start = skipBlank(text, 0, text.length);
  const end = skipBlankBack(text, start, text.length);
  if (start === end) return;
  const spanAt = (from: number, to: number): Span => {
    if (pieces === null) return { path: reader.path, line, column: column + from, length: to - from };
    return spanOfPieces(reader.path, pieces, from, to);
  };
  if (!reader.isAscii && !isValidText(text)) {
    reader.failure = { code: "EINVAL", reason: "line is not valid UTF-8", span: spanAt(start, end) };
    return;
  }
  if (text[start] === "[") {
    readHeader(reader, text.slice(start, end), spanAt(start, end));
    return;
  }
  const equals = text.indexOf("=", start);
  const reason =
    reader.section === null
      ? "assignment outside of a section"
      : equals < 0 || equals >= end
        ? "missing '='"
        : equals === start
          ? "missing key name before '='"
          : null;
  if (reason !== null || reader.section === null) {
    reader.ignored.push({ reason: reason ?? "", text: text.slice(start, end), span: spanAt(start, end) });
    return;
  }
  const keyEnd = skipBlankBack(text, start, equals);
  const valueStart = skipBlank(text, equals + 1, end);
  reader.assignments.push({
    section: reader.section,
    key: text.slice(start, keyEnd),
    value: text.slice(valueStart, end),
    span: spanAt(valueStart, end),
    keySpan: spanAt(start, keyEnd),
    pieces: pieces === null ? null : piecesFrom(pieces, valueStart, end),
  });
}

function readHeader(reader: Reader, text: string, span: Span): void {
  const name = text.slice(1, -1);
  if (text.length < 2 || !text.endsWith("]")) {
    reader.failure = { code: "EBADMSG", reason: `invalid section header '${text}'`, span };
  } else if (/[\u0001-\u001f"'\\\u007f]/.test(name)) {
    reader.failure = { code: "EBADMSG", reason: `bad characters in section header '${text}'`, span };
  } else {
    reader.section = name;
    reader.sections.push({ name, span });
  }
}

function fail(reader: Reader, code: FileFailure["code"], reason: string, line: number): void {
  reader.failure = { code, reason, span: { path: reader.path, line, column: 1, length: 0 } };
}

/** The span from `from` on, cut at the end of the physical line it starts on. */
function spanOfPieces(path: string, pieces: readonly Piece[], from: number, to: number): Span {
  const index = pieceIndex(pieces, from);
  const piece = pieces[index] as Piece;
  // The last character of every piece but the last one is the backslash, which systemd made a blank.
  const nextAt = pieces[index + 1]?.at;
  const stop = nextAt === undefined ? to : Math.min(to, nextAt - 1);
  return { path, line: piece.line, column: piece.column + from - piece.at, length: Math.max(0, stop - from) };
}

/** Which piece holds `offset`: the last one that starts at or before it. */
function pieceIndex(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle] as Piece).at <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The pieces of the text from `from` to `to`, with offsets counted from `from`; null if it is on one line. */
function piecesFrom(pieces: readonly Piece[], from: number, to: number): readonly Piece[] | null {
  const inside: Piece[] = [];
  for (const { at, line, column } of pieces) {
    if (at <= from) inside[0] = { at: 0, line, column: column + from - at };
    else if (at < to) inside.push({ at: at - from, line, column });
  }
  return inside.length > 1 ? inside : null;
}

function isComment(text: string, start: number, end: number): boolean {
  const at = skipBlank(text, start, end);
  if (at === end) return false;
  const first = text.charCodeAt(at);
  return first === 0x23 || first === 0x3b;
}

function endsInOddBackslashes(text: string): boolean {
  let at = text.length;
  while (at > 0 && text.charCodeAt(at - 1) === 0x5c) at--;
  return (text.length - at) % 2 === 1;
}

/** WHITESPACE of systemd (src/basic/string-util.h): what `strstrip()` cuts. */
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function skipBlank(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text, at)) at++;
  return at;
}

function skipBlankBack(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text, at - 1)) at--;
  return at;
}
