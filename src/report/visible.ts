/**
 * Text of a target made fit for people: whatever could move a cursor, turn the reading direction, or hide is shown as
 * its code (`\x1b`, `\u202e`, `\udc80` for a byte that is not UTF-8), line breaks as `\n`. Nothing else changes.
 */
export function visible(text: string): string {
  return HARMLESS.test(text) ? text : text.replace(HIDDEN, shown);
}

const HARMLESS = /^[\x20-\x7e]*$/;

/** C0 and C1 controls, invisible and direction-changing characters, variation selectors, tags, lone surrogates. */
const HIDDEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant
  /[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

function shown(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}

/** Columns a text takes on a terminal: wide East Asian characters and emoji count two, combining marks none. */
export function columnsOf(text: string): number {
  if (HARMLESS.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** Cuts to a number of columns, the last one an ellipsis when something was cut. */
export function cutTo(text: string, columns: number, ellipsis = "…"): string {
  if (columnsOf(text) <= columns) return text;
  let taken = "";
  let used = columnsOf(ellipsis);
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    taken += character;
  }
  return taken + ellipsis;
}
