import type { Span } from "../syntax/span.ts";

/** A text under analysis that can tell where each of its characters stands in a file of the target. */
export interface Source {
  readonly text: string;
  place(pos: number, length: number): Span;
}

/** The text of a whole file. Lines end at `\n`. */
export function fileSource(path: string, text: string): Source {
  let starts: number[] | null = null;
  return {
    text,
    place(pos, length) {
      starts ??= lineStarts(text);
      const line = lineAt(starts, pos);
      const start = starts[line] ?? 0;
      const end = starts[line + 1] === undefined ? text.length : (starts[line + 1] ?? 0) - 1;
      const inLine = Math.max(0, Math.min(length, end - pos));
      return { path, line: line + 1, column: pos - start + 1, length: inLine };
    },
  };
}

/** A text that stands verbatim inside another source from `offset` on. */
export function partSource(parent: Source, offset: number, text: string): Source {
  return { text, place: (pos, length) => parent.place(offset + pos, length) };
}

/** A text made by decoding or joining: all of it is said to stand at one place. */
export function fixedSource(span: Span, text: string): Source {
  return { text, place: () => span };
}

/**
 * A word of a unit file. Where the word's length shows that it is written verbatim, bare or in one pair of quotes,
 * places inside it are exact; otherwise every place is the whole word.
 */
export function wordSource(span: Span, text: string, wordLevel: boolean): Source {
  const quotes = span.length - text.length;
  const verbatim = wordLevel && !text.includes("\n") && (quotes === 0 || quotes === 2);
  if (!verbatim) return fixedSource(span, text);
  const shift = quotes === 2 ? 1 : 0;
  return {
    text,
    place: (pos, length) => ({
      path: span.path,
      line: span.line,
      column: span.column + shift + pos,
      length: Math.max(0, Math.min(length, text.length - pos)),
    }),
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], pos: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= pos) low = middle;
    else high = middle - 1;
  }
  return low;
}
