/**
 * The lines of a text, one at a time: a hostile file of nothing but line breaks must not become as many strings.
 * A text that ends in a line break has no empty line after it.
 */
export function* rawLines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}
