/** What a parser gives back: a value, or the problem and its place in the text. Parsers never throw on bad text. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Why a text is not what it should be.
 *
 * `code` is the errno systemd gives for the same text (`EINVAL`, `ERANGE`, …) where it gives one; `at` is the
 * zero-based offset of the offending column in UTF-16 code units, `length` how many units are wrong (1 if unknown).
 */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly at: number;
  readonly length: number;
  /** What the author probably meant, as text that would be accepted. */
  readonly suggestion?: string;
}

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function problem(
  code: string,
  message: string,
  at: number,
  length = 1,
  suggestion?: string,
): { readonly ok: false; readonly problem: Problem } {
  const base = { code, message, at, length };
  return { ok: false, problem: suggestion === undefined ? base : { ...base, suggestion } };
}
