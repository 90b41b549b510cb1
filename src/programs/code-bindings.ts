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
  else if (/(^|\.)(on|once|then)$/.test(word)) bindCallback(reading, at);
  else if (reading.language === "ruby" && /(^|\.)(each\w*|map)$/.test(word)) bindBlock(reading, at);
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
  const isPromise = /(^|\.)then$/.test(list[at]?.text ?? "");
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

/** What among these tokens came from elsewhere; every other loop is left unknown. */
function valued(reading: Reading, tokens: readonly Token[]): Value | null {
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "word") continue;
    const held = reading.constants.get(token.text.split(/\.|->|::/, 1)[0] ?? "");
    const kind = kindOf(reading, tokens, at);
    if (held?.taint?.kind === "fetch") return held;
    if (kind === "fetch" || kind === "receive" || kind === "send")
      return evaluate(reading, tokens.slice(at), placeOf(reading, token));
  }
  return null;
}

/** `PAGE.each_line do |l|`: a block's parameter is a piece of what it is called on. */
function bindBlock(reading: Reading, at: number): void {
  const { list } = reading;
  let bar = at + 1;
  while (bar < at + 6 && list[bar]?.text !== "|") bar += 1;
  const name = list[bar + 1];
  if (list[bar]?.text !== "|" || name?.kind !== "word") return;
  let start = at;
  while (start > Math.max(0, at - MOST) && list[start - 1]?.kind !== "line") start -= 1;
  bind(reading, [name.text], valued(reading, list.slice(start, at)));
}

function bind({ constants }: Reading, names: readonly string[], value: Value | null): void {
  if (value?.taint?.kind !== "fetch" || constants.size > 4096) return;
  for (const name of names.slice(0, 4)) constants.set(name, unknown("", value.span, value.taint));
}
