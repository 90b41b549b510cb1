/** A problem shown under the text it is in. */
import type { Problem } from "../parsed.ts";
import { columnsOf, visible } from "../report/visible.ts";

/**
 * `title` on the first line, the text on the second, carets and the reason under the offending part:
 *
 *     error: not a time span
 *       5 parsecs
 *         ^^^^^^^ “parsecs” is no unit of time
 */
export function caret(title: string, text: string, { at, length, message, suggestion }: Problem): string {
  const before = columnsOf(visible(text.slice(0, at)));
  const marked = Math.max(1, columnsOf(visible(text.slice(at, at + length))));
  const meant = suggestion === undefined ? "" : `; did you mean  ${visible(suggestion)}`;
  return [
    `error: ${title}`,
    `  ${visible(text)}`,
    `  ${" ".repeat(before)}${"^".repeat(marked)} ${visible(message)}${meant}`,
    "",
  ].join("\n");
}
