import { kindOf } from "./code-names.ts";
import { placeOf, type Reading } from "./code-reading.ts";
import { evaluate } from "./code-values.ts";
import type { Token } from "./tokens.ts";
import { unknown, type Value } from "./value.ts";

const MOST = 64;

/**
 * Names that take a value other than by `=`: a loop's, a context's, a callback's. What is downloaded is often worked
 * on piece by piece: `for line in urlopen(u): …`, `with urlopen(u) as r: …`, `res.on("data", (d) => …)`.
 */
export function noteBindings(reading: Reading, at: number): void {
  const { list } = reading;
  const word = list[at]?.text ?? "";
  if (word === "for" || word === "foreach") bindLoop(reading, at);
  else if (word === "with") bindAfter(reading, at, "as");
  else if (/\.(on|then)$/.test(word)) bindCallback(reading, at);
}

/** `for NAME in VALUE`, `for (const NAME of VALUE)`, `for my $x (VALUE)`, `foreach (VALUE as $x)`. */
function bindLoop(reading: Reading, at: number): void {
  const { list, language } = reading;
  if (language === "php") {
    bindAfter(reading, at, "as");
    return;
  }
  const names: string[] = [];
  for (let next = at + 1; next < Math.min(list.length, at + MOST); next++) {
    const token = list[next];
    if (token === undefined || token.kind === "line") return;
    const perl = language === "perl" && token.text === "(" && names.length > 0;
    if (perl || /^(in|of)$/.test(token.text)) {
      bind(reading, names, valueFrom(reading, next + 1));
      return;
    }
    if (token.kind === "word" && !/^(my|our|const|let|var)$/.test(token.text)) names.push(token.text);
  }
}

/** `with VALUE as NAME`, `foreach (VALUE as $name)`. */
function bindAfter(reading: Reading, at: number, word: string): void {
  const { list } = reading;
  for (let next = at + 1; next < Math.min(list.length, at + MOST); next++) {
    const token = list[next];
    if (token === undefined || token.kind === "line") return;
    if (token.kind !== "word" || token.text !== word) continue;
    const names = list.slice(next + 1, next + 8).filter(({ kind }) => kind === "word");
    const last = reading.language === "php" ? names : names.slice(0, 1);
    bind(
      reading,
      last.map(({ text }) => text),
      valued(reading, list.slice(at + 1, next)),
    );
    return;
  }
}

/** The parameter of a callback that is handed what a server sends, piece by piece or whole. */
function bindCallback(reading: Reading, at: number): void {
  const { list, language, fetchedFrom, seen, host } = reading;
  if (language !== "node" || (fetchedFrom === "" && !seen.has("connect"))) return;
  const words = list.slice(at + 1, at + 10);
  const isPromise = list[at]?.text.endsWith(".then") === true;
  if (!isPromise && !words.some(({ kind, text }) => kind === "string" && /^(data|message)$/.test(text)))
    return;
  const [first] = words.filter(({ kind, text }) => kind === "word" && !/^(async|function)$/.test(text));
  const token = list[at];
  if (first === undefined || token === undefined) return;
  const span = placeOf(reading, token);
  reading.constants.set(first.text, unknown("", span, { kind: "fetch", span, url: fetchedFrom || host }));
}

/** The tokens of a loop's value: to its line's end, a colon, or `do`. */
function valueFrom(reading: Reading, from: number): Value | null {
  const { list } = reading;
  let end = from;
  while (
    end < Math.min(list.length, from + MOST) &&
    list[end]?.kind !== "line" &&
    !/^(:|do|\{)$/.test(list[end]?.text ?? "")
  )
    end += 1;
  return valued(reading, list.slice(from, end));
}

function valued(reading: Reading, tokens: readonly Token[]): Value | null {
  const [first] = tokens;
  if (first === undefined) return null;
  // Only what came from elsewhere matters here; every other loop is left unknown.
  const known = tokens.some(
    ({ kind, text }, at) =>
      kind === "word" &&
      (reading.constants.has(text.split(/\.|->|::/, 1)[0] ?? "") || kindOf(reading, tokens, at) !== null),
  );
  return known ? evaluate(reading, tokens, placeOf(reading, first)) : null;
}

function bind({ constants }: Reading, names: readonly string[], value: Value | null): void {
  if (value?.taint?.kind !== "fetch" || constants.size > 4096) return;
  for (const name of names.slice(0, 4)) constants.set(name, unknown("", value.span, value.taint));
}
