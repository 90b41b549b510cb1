const MOST_WORDS = 1024;

/** Splits at blanks, honouring quotes and backslashes: systemd's `$NAME` splitting and `env -S`, near enough. */
export function words(text: string): string[] {
  const found: string[] = [];
  let word = "";
  let started = false;
  let quote = "";
  for (let at = 0; at < text.length && found.length < MOST_WORDS; at++) {
    const char = text[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"' && at + 1 < text.length) word += text[++at];
      else word += char;
    } else if (char === "'" || char === '"') {
      quote = char;
      started = true;
    } else if (char === "\\" && at + 1 < text.length) {
      word += text[++at];
      started = true;
    } else if (char === " " || char === "\t" || char === "\n") {
      if (started) found.push(word);
      word = "";
      started = false;
    } else {
      word += char;
      started = true;
    }
  }
  if (started) found.push(word);
  return found;
}
