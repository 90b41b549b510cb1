/** One physical line: `text.slice(start, end)` without its end marker, which reaches to `next`. */
export interface PhysicalLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Which unusual bytes a file holds at all: one pass decides whether slower ones are needed. */
export interface Suspicions {
  readonly nonAscii: boolean;
  readonly nul: boolean;
  readonly carriageReturn: boolean;
  /** A control character other than tab, newline, carriage return, NUL. */
  readonly control: boolean;
}

const NONE: Suspicions = { nonAscii: false, nul: false, carriageReturn: false, control: false };

export function suspicionsOf(bytes: Uint8Array): Suspicions {
  let unusual = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x0a && byte !== 0x09)) {
      unusual = true;
      break;
    }
  }
  return unusual ? classify(bytes) : NONE;
}

function classify(bytes: Uint8Array): Suspicions {
  let nonAscii = false;
  let nul = false;
  let carriageReturn = false;
  let control = false;
  for (const byte of bytes) {
    if (byte >= 0x80) nonAscii = true;
    else if (byte === 0) nul = true;
    else if (byte === 0x0d) carriageReturn = true;
    else if (byte === 0x7f || (byte < 0x20 && byte !== 0x0a && byte !== 0x09)) control = true;
  }
  return { nonAscii, nul, carriageReturn, control };
}

/**
 * Cuts a text into lines as `read_line_full()` does (src/basic/fileio.c): `\n`, `\r` and NUL each end a line, and a
 * run of different ones is one end; a marker seen before, or anything after a NUL, belongs to the next line.
 * `hasOddMarkers` says whether the text holds `\r` or NUL at all.
 */
export function readLines(text: string, hasOddMarkers: boolean): readonly PhysicalLine[] {
  return hasOddMarkers ? readOddLines(text) : readPlainLines(text);
}

function readPlainLines(text: string): PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const next = newline < 0 ? end : end + 1;
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

function readOddLines(text: string): PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let start = 0;
  while (start < text.length) {
    let end = start;
    while (end < text.length && marker(text.charCodeAt(end)) === 0) end++;
    let next = end;
    let seen = 0;
    while (next < text.length && (seen & ZERO) === 0) {
      const kind = marker(text.charCodeAt(next));
      if (kind === 0 || (seen & kind) !== 0) break;
      seen |= kind;
      next++;
    }
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

const ZERO = 1;

function marker(code: number): number {
  return code === 0 ? ZERO : code === 0x0a ? 2 : code === 0x0d ? 4 : 0;
}
