/**
 * Where something was said: made once, when a file is parsed, and carried unchanged into every report.
 *
 * `path` is the path inside the target. `line` and `column` count from 1; columns count characters of the line.
 */
export interface Span {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** How many characters are meant; 0 when the whole line is. */
  readonly length: number;
}
