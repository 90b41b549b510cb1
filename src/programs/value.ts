import type { Span } from "../syntax/span.ts";
import type { Source } from "./source.ts";

/** Where a value's content came from, when it did not stand in the text itself. */
export interface Taint {
  readonly kind: "fetch" | "decode" | "facts" | "file" | "variable";
  readonly span: Span;
  readonly url?: string;
  readonly path?: string;
  readonly decoded?: string;
  /** Nothing is known of what was decoded, not even where it came from: a variable that nothing here sets. */
  readonly unseen?: true;
}

/**
 * What static reading knows of a string: a word, a variable, a stream.
 *
 * `text` is the value when `complete`; otherwise unknown parts stand in it as they were written (`$x`, `$(date)`).
 */
export interface Value {
  readonly text: string;
  readonly complete: boolean;
  readonly span: Span;
  readonly taint: Taint | null;
  /** The place where `text` stands verbatim, if there is one. */
  readonly source: Source | null;
  /** What reading the file named by the value gives, for `<(…)`. */
  readonly content?: Value | null;
  /** What it begins with is written down, whatever else comes. */
  readonly begins?: true;
  /** The word was put together from pieces in a way only obfuscation needs. */
  readonly pieced?: boolean;
}

export function known(text: string, span: Span, source: Source | null = null): Value {
  return { text, complete: true, span, taint: null, source };
}

export function unknown(text: string, span: Span, taint: Taint | null = null): Value {
  return { text, complete: false, span, taint, source: null };
}

/** The stronger of two origins: fetched beats decoded beats the rest. */
export function strongest(a: Taint | null, b: Taint | null): Taint | null {
  if (a === null || b === null) return a ?? b;
  return RANK.indexOf(b.kind) < RANK.indexOf(a.kind) ? b : a;
}

const RANK: readonly Taint["kind"][] = ["fetch", "decode", "facts", "variable", "file"];

/** Two streams one after the other, as `cmd1; cmd2` prints them. Held text is bounded at 256 KiB. */
export function joined(a: Value | null, b: Value | null): Value | null {
  if (a === null || b === null) return a ?? b;
  const text = (a.text + b.text).slice(0, 262_144);
  return {
    text,
    complete: a.complete && b.complete,
    span: a.span,
    taint: strongest(a.taint, b.taint),
    source: null,
  };
}
