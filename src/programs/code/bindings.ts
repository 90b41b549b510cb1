import { known, unknown, type Value } from "../value.ts";
import { closingOf } from "./arguments.ts";
import { kindOf, noteAlias } from "./names.ts";
import { LOOKS, placeOf, type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";
import { answerAmong, choicesOf, evaluate } from "./values.ts";

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
  else if (/(^|\.)(on|once|then|forEach)$/.test(word)) bindCallback(reading, at);
  else if (reading.language === "ruby" && kindOf(reading, list, at) === "fetch") bindFetched(reading, at);
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
      const tokens = valueTokens(reading, perl ? next : next + 1);
      bind(reading, names, valued(reading, tokens));
      bindChoices(reading, names, tokens);
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
    const after = list.slice(next + 1, next + 8);
    const [taker] = after;
    if (taker?.kind === "word") noteAlias(reading, taker.text, list.slice(at + 1, next));
    const close = after.findIndex(({ text }) => text === ")");
    const names = after.slice(0, close < 0 ? undefined : close).filter(({ kind }) => kind === "word");
    const last = reading.language === "php" ? names : names.slice(0, 1);
    bind(
      reading,
      last.map(({ text }) => text),
      valued(reading, list.slice(at + 1, next)),
    );
    if (reading.language === "php")
      bindChoices(
        reading,
        last.map(({ text }) => text),
        list.slice(list[at + 1]?.text === "(" ? at + 2 : at + 1, next),
      );
    return;
  }
}

/** The parameter of a callback that is handed what a server sends, piece by piece or whole. */
function bindCallback(reading: Reading, at: number): void {
  const { list, language, fetchedFrom, seen, host } = reading;
  if (/(^|\.)forEach$/.test(list[at]?.text ?? "")) {
    const [name] = list.slice(at + 1, at + 5).filter(({ kind, text }) => kind === "word" && text !== "async");
    if (name !== undefined) bindChoices(reading, [name.text], ownerOf(list, at));
    return;
  }
  if (language !== "node" || (fetchedFrom === "" && !seen.has("connect") && !seen.has("fetch"))) return;
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

/** The tokens of a loop's value: to its line's end, a colon, or `do`; a list in brackets may run over lines. */
function valueTokens({ list }: Reading, from: number): readonly Token[] {
  const inside = /^[[(]$/.test(list[from]?.text ?? "") ? closingOf(list, from) : from;
  let end = inside;
  while (
    end < Math.min(list.length, inside + MOST) &&
    list[end]?.kind !== "line" &&
    !/^(:|do|\{)$/.test(list[end]?.text ?? "")
  )
    end += 1;
  return list.slice(from, end).filter(({ kind }) => kind !== "line");
}

/** A name that stands for each value of a list in turn. */
function bindChoices(reading: Reading, names: readonly string[], tokens: readonly Token[]): void {
  const [name] = names;
  if (name === undefined || names.length !== 1 || reading.choices.size > 256) return;
  // The brackets of `for (x of [1, 2])` end after the list's.
  const list = closingOf(tokens, 0) > 0 ? tokens.slice(0, closingOf(tokens, 0) + 1) : tokens.slice(0, 1);
  const values = choicesOf(reading, list) ?? patternsAmong(reading, tokens);
  if (values === null) reading.choices.delete(name);
  else reading.choices.set(name, values);
}

/** Paths and patterns that are gone through: `glob("/var/log/*.log") + ["/var/log/secure"]`. */
function patternsAmong(reading: Reading, tokens: readonly Token[]): readonly Value[] | null {
  if (!tokens.some((token, at) => token.kind === "word" && kindOf(reading, tokens, at) === "walk"))
    return null;
  const paths = tokens.filter(({ kind, text }) => kind === "string" && text.startsWith("/"));
  return paths.length === 0
    ? null
    : paths.slice(0, 24).map((token) => known(token.text, placeOf(reading, token)));
}

/** What a method is called on: a name, or a list that is written down before the dot. */
function ownerOf(list: readonly Token[], at: number): readonly Token[] {
  const token = list[at];
  const dot = token?.text.lastIndexOf(".") ?? -1;
  if (token !== undefined && dot > 0) return [{ ...token, text: token.text.slice(0, dot) }];
  if (list[at - 1]?.text !== "." || !/^[\])]$/.test(list[at - 2]?.text ?? "")) return [];
  let depth = 0;
  for (let open = at - 2; open >= Math.max(0, at - 8 * MOST); open--) {
    const { kind = "line", text = "" } = list[open] ?? {};
    if (kind === "mark" && /^[\])]$/.test(text)) depth += 1;
    else if (kind === "mark" && /^[[(]$/.test(text) && --depth === 0)
      return list.slice(open, at - 1).filter((each) => each.kind !== "line");
  }
  return [];
}

/** What among these tokens came from elsewhere; every other loop is left unknown. */
function valued(reading: Reading, tokens: readonly Token[]): Value | null {
  if (!spendTokens(reading, LOOKS * tokens.length)) return null;
  const isAnswered = answerAmong(reading, tokens) !== null;
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "word") continue;
    const held = reading.constants.get(token.text.split(/\.|->|::/, 1)[0] ?? "");
    const kind = kindOf(reading, tokens, at);
    if (held?.taint?.kind === "fetch") return held;
    if (kind === "fetch" || kind === "receive" || kind === "send" || isAnswered)
      return evaluate(reading, tokens.slice(at), placeOf(reading, token));
  }
  return null;
}

/** `URI.open(url) { |io| … }`: the block is handed what was downloaded. */
function bindFetched(reading: Reading, at: number): void {
  const { list } = reading;
  const end = list[at + 1]?.text === "(" ? closingOf(list, at + 1) + 1 : at + 2;
  const name = list[end + 2];
  const opens = /^(\{|do)$/.test(list[end]?.text ?? "") && list[end + 1]?.text === "|";
  if (opens && name?.kind === "word") bind(reading, [name.text], valued(reading, list.slice(at, end)));
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
  bind(reading, [name.text], valued(reading, list.slice(start, at + 1)));
  bindChoices(reading, [name.text], ownerOf(list, at));
}

function bind({ constants }: Reading, names: readonly string[], value: Value | null): void {
  if (value?.taint?.kind !== "fetch" || constants.size > 4096) return;
  for (const name of names.slice(0, 4)) constants.set(name, unknown("", value.span, value.taint));
}
