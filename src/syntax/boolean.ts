const TRUE: ReadonlySet<string> = new Set(["1", "yes", "y", "true", "t", "on"]);
const FALSE: ReadonlySet<string> = new Set(["0", "no", "n", "false", "f", "off"]);

/** systemd's booleans, in any case; null for anything else (`parse_boolean()`, src/basic/parse-util.c). */
export function parseBoolean(text: string): boolean | null {
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  return FALSE.has(lower) ? false : null;
}
