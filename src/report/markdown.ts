import { visible } from "./visible.ts";

/**
 * Target text as a code span: shown as it is, and no renderer makes of it a link, a mention, an image or markup.
 * In a table a bar is escaped; a backslash before it shows twice, as GitHub's table reader takes pairs.
 */
export function codeSpan(text: string, inTable = false): string {
  const shown = visible(text);
  if (shown === "") return "";
  const fence = "`".repeat(1 + Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length)));
  const blank = /^[` ]|[` ]$/.test(shown) ? " " : "";
  const body = inTable ? shown.replace(/\\*\|/g, (bars) => `${bars.slice(0, -1).repeat(2)}\\|`) : shown;
  return `${fence}${blank}${body}${blank}${fence}`;
}

/** A sentence as prose where nothing in it could mean anything to a renderer, else as a code span. */
export function prose(text: string, inTable = false): string {
  return /^[\p{L}\p{N}][\p{L}\p{N} .,;()'%/–-]*$/u.test(text) && !/www\.|\/\//i.test(text)
    ? text
    : codeSpan(text, inTable);
}
