/**
 * JSON that is safe to look at: what a terminal would obey or a reader would not see is written as its `\u` escape.
 * The value is unchanged, lone surrogates (bytes of the target that are not UTF-8) included.
 */
export function jsonText(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNSEEN, escaped);
}

/** One value a line (NDJSON). */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/**
 * The same for programs of others, many of which refuse a whole document for one lone surrogate or NUL: these become
 * the text of their code (`\udc80`, `\x00`), as people see it in the other formats.
 */
export function foreignJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(REFUSED, readable).replace(UNSEEN, escaped);
}

export function foreignLine(value: unknown): string {
  return `${foreignJson(value)}\n`;
}

/** DEL and the C1 controls, format characters, separators of lines and paragraphs, what fonts draw as nothing. */
const UNSEEN = /[\x7f-\x9f]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;

/** An escaped backslash, passed over; NUL; a surrogate, which `JSON.stringify` escapes only where it stands alone. */
const REFUSED = /\\\\|\\u0000|\\ud[89a-f][\da-f]{2}/g;

function readable(found: string): string {
  if (found === "\\\\") return found;
  return found === "\\u0000" ? "\\\\x00" : `\\${found}`;
}

function escaped(character: string): string {
  let text = "";
  for (let at = 0; at < character.length; at++)
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  return text;
}
