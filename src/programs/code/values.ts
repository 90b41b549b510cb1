import type { Span } from "../../syntax/span.ts";
import { excerpt } from "../decoders.ts";
import { base32Decoded, base64Decoded, bytesText, hexDecoded, inflated, isReadable } from "../decoding.ts";
import { partSource } from "../source.ts";
import { known, strongest, type Taint, unknown, type Value } from "../value.ts";
import { closingOf, expressionAt, separate } from "./arguments.ts";
import { kindOf, noteAlias } from "./names.ts";
import {
  downloadPrinted,
  environmentValue,
  fileAmong,
  isCharacters,
  isLookedUp,
  isRequest,
  isSpelledOut,
  ownData,
} from "./origins.ts";
import { type Answer, KEPT_TEXT, LOOKS, placeOf, type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";

export function assign(reading: Reading, name: string, from: number): void {
  const found = expressionAt(reading.list, from);
  const [first] = found;
  if (first === undefined || reading.constants.size > 4096 || !spendTokens(reading, LOOKS * found.length))
    return;
  const asks = found.some(
    ({ kind, text }) =>
      kind === "word" && (isRequest(reading, text) || reading.requested.has(text.split(".", 1)[0] ?? "")),
  );
  if (asks) reading.requested.add(name);
  const value = evaluate(reading, found, placeOf(reading, first));
  reading.constants.set(name, value);
  noteAlias(reading, name, found);
  if (
    /^[{[]$/.test(first.text) &&
    value.taint === null &&
    found.some(({ text }) => text === ":" || text === ">")
  )
    reading.tables.add(name);
  const listed = choicesOf(reading, found);
  if (listed !== null) reading.lists.set(name, listed);
  if (/^\$(0|PROGRAM_NAME)$/.test(name) && value.complete) {
    const says = `The script lets itself show as ${value.text}.`;
    reading.frame.session.say(reading.frame, "disguises-process", value.span, says, "medium", {
      program: value.text.slice(0, 256),
    });
  }
}

const MOST_CHOICES = 24;

/** The values of a list that is written down, or of a name that holds one. */
export function choicesOf(reading: Reading, list: readonly Token[]): readonly Value[] | null {
  const [first] = list;
  if (first === undefined) return null;
  if (list.length === 1) return reading.lists.get(first.text) ?? null;
  const [, only] = list;
  if (only?.text === "(" && closingOf(list, 1) === list.length - 2)
    return choicesOf(reading, list.slice(1, -1));
  if (list.length === 3 && first.text === "(" && only?.kind === "word")
    return reading.lists.get(only.text) ?? null;
  if (!/^[[({]$/.test(first.text) || first.kind !== "mark" || closingOf(list, 0) < list.length - 1)
    return null;
  if (list.some(({ kind, text }) => kind === "mark" && text === ":")) return null;
  const values = separate(list.slice(1, -1))
    .slice(0, MOST_CHOICES)
    .filter((part) => part.some(({ kind }) => kind === "string"))
    .map((part) => folded(reading, part, placeOf(reading, part[0] ?? first)));
  return values.length > 1 && values.every(({ complete }) => complete) ? values : null;
}

/** `body, status = request(url)`: the names before the last are of the same origin, where a statement begins so. */
export function assignBefore({ list, constants }: Reading, last: number): void {
  const value = constants.get(list[last]?.text ?? "");
  if (value?.taint === undefined || value.taint === null) return;
  const names: string[] = [];
  let at = last - 1;
  for (; list[at]?.text === "," && list[at - 1]?.kind === "word"; at -= 2)
    names.push(list[at - 1]?.text ?? "");
  const before = list[at];
  if (before !== undefined && before.kind !== "line" && !/^(;|local|then|do)$/.test(before.text)) return;
  for (const name of names) constants.set(name, value);
}

/** `const { cmd } = answer`, `my ($a, $b) = …`, `[a, b] = …`: each name is a part of what is there. */
export function assignParts(reading: Reading, close: number): void {
  const { list, constants } = reading;
  const first = list[close + 2];
  if (list[close + 1]?.text !== "=" || first === undefined || /^[=>]$/.test(first.text)) return;
  let open = close - 1;
  while (open > close - 2 * MOST_CHOICES && !/^[[({]$/.test(list[open]?.text ?? "")) open -= 1;
  const names = list.slice(open + 1, close).filter(({ kind }) => kind === "word");
  const before = list[open - 1];
  // `x[i] = …` and `f(x) = …` are no such thing.
  if (before !== undefined && before.kind === "word" && !/^(const|let|var|my|our|local)$/.test(before.text))
    return;
  const found = expressionAt(list, close + 2);
  if (names.length === 0 || constants.size > 4096 || !spendTokens(reading, found.length)) return;
  const { taint: whole, span } = evaluate(reading, found, placeOf(reading, first));
  const held = found.map(({ kind, text }) => (kind === "word" ? heldBy(reading, text)?.taint : null));
  const taint = whole?.kind === "fetch" ? whole : held.find((each) => each?.kind === "fetch");
  if (taint?.kind !== "fetch") return;
  for (const { text } of names.slice(0, MOST_CHOICES)) constants.set(text, unknown("", span, taint));
}

/** `code += part`: no longer what it was, and of the part's origin too. */
export function append(reading: Reading, { text: name }: Token, from: number): void {
  const before = reading.constants.get(name);
  assign(reading, name, from);
  const added = reading.constants.get(name);
  if (added === undefined) return;
  const taint = strongest(before?.taint ?? null, added.taint);
  reading.constants.set(name, {
    ...added,
    text: (before?.text ?? "") + added.text,
    complete: before?.complete === true && added.complete,
    taint,
    source: null,
  });
}

export function stringValue(reading: Reading, token: Token): Value {
  const span = placeOf(reading, token);
  if (token.isTemplate === true) return templateValue(reading, token, span);
  if (/[$#]\{|\$\w/.test(token.text) && /^(perl|ruby|php|node)$/.test(reading.language)) {
    const text = token.text.replace(/[$#]\{?(\w+)\}?/g, (whole, name: string) => {
      const held = reading.constants.get(`$${name}`) ?? reading.constants.get(name);
      return held?.complete ? held.text : whole;
    });
    // `"$line"`: the command itself, not a word of it.
    const first = /^\s*[$#]\{?(\w+)/.exec(token.text)?.[1] ?? "";
    const held = reading.constants.get(`$${first}`) ?? reading.constants.get(first);
    const taint = held?.taint?.kind === "fetch" ? held.taint : null;
    if (text.length > LONGEST_TEXT) return unknown(text.slice(0, KEPT_TEXT), span, taint);
    return { ...known(text, span), complete: !/[$#]\{|\$\w/.test(text), taint };
  }
  return known(
    token.text,
    span,
    token.content < 0 ? null : partSource(reading.source, token.content, token.text),
  );
}

/** Python's `f"{name} …"`. */
function templateValue(reading: Reading, token: Token, span: Span): Value {
  let complete = true;
  const text = token.text.replace(/\{\{|\}\}|\{([^{}]{0,200})\}/g, (whole, inside: string | undefined) => {
    if (inside === undefined) return whole.slice(1);
    const held = reading.constants.get(/^[\w.]+/.exec(inside)?.[0] ?? "");
    complete &&= held?.complete === true;
    return held?.complete ? held.text : whole;
  });
  const first = /^\s*\{([A-Za-z_]\w*)/.exec(token.text)?.[1] ?? "";
  const held = reading.constants.get(first)?.taint;
  const taint = held?.kind === "fetch" || held?.kind === "decode" ? held : null;
  if (text.length > LONGEST_TEXT) return unknown(text.slice(0, KEPT_TEXT), span, taint);
  const head = /^[\w/]/.test(token.text) ? ({ begins: true } as const) : {};
  return { ...known(text, span), complete, taint, ...head };
}

/** What an expression's text is, and where it came from. */
export function evaluate(reading: Reading, list: readonly Token[], span: Span): Value {
  // Most expressions are one string, which is what it says.
  if (list.length === 1 && list[0]?.kind === "string")
    return joinedList(reading, list, span) ?? folded(reading, list, span);
  const kinds = list.map((token, at) => (token.kind === "word" ? kindOf(reading, list, at) : null));
  if (isLookedUp(reading, list)) return unknown("", span);
  const set = environmentValue(reading, list);
  if (set !== null) return set;
  const printed = downloadPrinted(list, kinds);
  if (printed !== null) return unknown("", span, { kind: "fetch", span, url: printed });
  const backwards = reversedText(reading, list, span);
  if (backwards !== null) return backwards;
  if (isSpelledOut(list)) return unknown("", span, { kind: "decode", span });
  if (kinds.includes("decode") && !isRecord(list)) return decodedValue(reading, list, span);
  const url = list.find((token) => token.kind === "string" && /:\/\//.test(token.text))?.text;
  if (
    kinds.includes("fetch") &&
    (reading.language !== "php" ||
      url !== undefined ||
      !list.some((token) => token.text === "file_get_contents"))
  ) {
    return unknown("", span, { kind: "fetch", span, url: url ?? heldUrl(reading, list) });
  }
  const answered = answerAmong(reading, list);
  if (answered !== null) {
    const { kind, url } = answered;
    return unknown("", span, {
      kind,
      span,
      ...(kind === "fetch" ? { url: url || heldUrl(reading, list) } : {}),
    });
  }
  const read = fileAmong(reading, list);
  if (read !== null) return unknown("", span, { kind: "file", span, path: read });
  if (
    reading.language === "perl" &&
    list.some(({ text }, at) => text === "DATA" && list[at - 1]?.text === "<") &&
    spendTokens(reading, reading.list.length)
  )
    return known(ownData(reading.source.text), span);
  if (list.some((token, at) => token.text === "^" && isCharacters(list, at)))
    return unknown("", span, { kind: "decode", span });
  const talks = kinds.includes("send") || list.some(({ text }) => /(^|\.)open_connection$/.test(text));
  // Tcl reads files by the same words.
  const receives = kinds.includes("receive") && (reading.language !== "tcl" || reading.seen.has("connect"));
  if (receives || talks) return unknown("", span, { kind: "fetch", span, url: reading.host });
  return joinedList(reading, list, span) ?? folded(reading, list, span);
}

/** Where what a call of the code's own function gives came from, when that is the network. */
export function answerAmong({ answers, language }: Reading, list: readonly Token[]): Answer | null {
  if (answers.size === 0) return null;
  for (const [at, { kind, text }] of list.entries()) {
    if (kind !== "word") continue;
    // Ruby calls without brackets: `poll.each`.
    const name =
      list[at + 1]?.text === "(" ? plainName(text) : language === "ruby" ? (text.split(".", 1)[0] ?? "") : "";
    const found = answers.get(name);
    if (found !== undefined) return found;
  }
  return null;
}

/** `reverse "…"`, `strrev("…")`, `"…"[::-1]`, `"…".reverse`: text that stands backwards. */
function reversedText(reading: Reading, list: readonly Token[], span: Span): Value | null {
  const turns = list.findIndex(
    ({ kind, text }, at) =>
      (kind === "word" && /(^|\.)(reverse|strrev|reversed)$/.test(text)) ||
      (text === ":" &&
        list[at + 1]?.text === ":" &&
        list[at + 2]?.text === "-" &&
        list[at + 3]?.text === "1"),
  );
  if (turns < 0) return null;
  const texts = list.filter(
    (token) => token.kind === "string" || reading.constants.get(token.text)?.complete === true,
  );
  const { text, complete } = folded(
    reading,
    texts.filter(({ text: word }) => word !== ""),
    span,
  );
  if (!complete || text.length < 6 || text.length > 4096) return null;
  const plain = [...text].reverse().join("");
  return { ...known(plain, span), taint: { kind: "decode", span, decoded: plain.slice(0, 4096) } };
}

/** A name without its owners: `poll` for `self.poll`. */
function plainName(text: string): string {
  return text.replace(/^.*(\.|->|::)/, "");
}

/** `pack("S n a4 x8", …)`: fields of a record, no text in another alphabet. */
function isRecord(list: readonly Token[]): boolean {
  const at = list.findIndex(({ text }) => /(^|\.)(un)?pack1?$/.test(text));
  const format = list.slice(at + 1, at + 4).find(({ kind }) => kind === "string")?.text;
  return at >= 0 && format !== undefined && !/^\s*[HhuUmCWBb][*\d]*\s*$/.test(format);
}

export function heldUrl(reading: Reading, list: readonly Token[]): string {
  for (const token of list) {
    const held = token.kind === "word" ? reading.constants.get(token.text) : undefined;
    if (held !== undefined && /:\/\//.test(held.text)) return held.text;
  }
  return "";
}

/** Python's paths are their text. */
const PATH_OF = /^((pathlib\.)?(Pure)?Path|str|os\.fspath)$/;

/** Longer texts are not put together: a name that holds itself twice would double with every line. */
const LONGEST_TEXT = 262_144;
/** `"".join(["a", "b"])` in Python, `["a", "b"].join("")` elsewhere. */
function joinedList(reading: Reading, list: readonly Token[], span: Span): Value | null {
  const at = list.findIndex(({ kind, text }) => kind === "word" && text === "join");
  if (at < 2 || list[at - 1]?.text !== "." || list[at + 1]?.text !== "(") return null;
  const inside = list.slice(at + 2, closingOf(list, at + 1));
  const before = list.slice(0, at - 1);
  const [glue, items] = reading.language === "python" ? [before, inside] : [inside, before];
  const values = separate(items).map((part) => folded(reading, part, span));
  if (glue.length !== 1 || !values.every(({ complete }) => complete)) return null;
  const text = values.map((value) => value.text).join(folded(reading, glue, span).text);
  const taint = values.reduce<Taint | null>((found, value) => strongest(found, value.taint), null);
  return text.length > LONGEST_TEXT ? null : { ...known(text, span), taint };
}

/** `os.path.join(a, b)`, `path.join(a, b)`, `File.join(a, b)`. */
const JOINS_PATHS = /^((os\.)?path\.join|File\.join|posixpath\.join)$/;

/** Strings and known names next to each other or joined by `+` and `.`; anything else makes it unknown. */
export function folded(reading: Reading, list: readonly Token[], span: Span): Value {
  let text = "";
  let complete = true;
  let taint: Taint | null = null;
  let only: Value | null = null;
  let begins = false;
  let isFirst = true;
  let parts = 0;
  const joinsPaths = list.some(({ kind, text: word }) => kind === "word" && JOINS_PATHS.test(word));
  for (const token of list) {
    if (token.kind === "mark" && /[+.()[\]]/.test(token.text)) continue;
    // What came first may be left out: `pack("H*", text)`.
    if (token.kind === "mark" && token.text === "," && parts > 0) {
      if (!joinsPaths) break;
      if (!text.endsWith("/")) text += "/";
      continue;
    }
    if (token.kind === "mark" && token.text === ",") continue;
    if (token.kind === "word" && PATH_OF.test(token.text) && reading.language === "python") continue;
    if (joinsPaths && JOINS_PATHS.test(token.text)) continue;
    // Python's paths are joined by it.
    if (token.kind === "mark" && token.text === "/" && reading.language === "python" && parts > 0) {
      text += "/";
      continue;
    }
    const value =
      token.kind === "string"
        ? stringValue(reading, token)
        : token.kind === "word"
          ? heldBy(reading, token.text)
          : undefined;
    if (value === undefined) {
      complete = false;
      isFirst = false;
      continue;
    }
    // What is looked up in front of a text chooses; behind it, it only tells.
    if (parts === 0)
      begins = value.begins === true || (value.complete && value.taint === null && value.text !== "");
    parts += 1;
    only = value;
    text += value.text;
    complete &&= value.complete;
    taint = strongest(taint, value.taint);
    if (text.length > LONGEST_TEXT)
      return { text: text.slice(0, KEPT_TEXT), complete: false, span, taint, source: null };
  }
  if (parts === 1 && only !== null && complete) return only;
  const head = begins && isFirst ? ({ begins: true } as const) : {};
  return { text, complete: complete && parts > 0, span, taint, source: null, ...head };
}

/** The interpreter a script is run by, as it calls it itself. */
const OWN_INTERPRETER: ReadonlyMap<string, string> = new Map([
  ["sys.executable", "python3"],
  ["process.execPath", "node"],
  ["process.argv0", "node"],
  ["RbConfig.ruby", "ruby"],
  ["PHP_BINARY", "php"],
]);

/** `code.read()`, `data.decode()`: a method of a known value still carries its origin. */
export function heldBy(reading: Reading, name: string): Value | undefined {
  const own = OWN_INTERPRETER.get(name);
  if (own !== undefined) return known(own, reading.source.place(0, 0));
  const held = reading.constants.get(name);
  if (held !== undefined) return held;
  const head = reading.constants.get(name.split(/\.|->|::/, 1)[0] ?? name);
  return head === undefined || head.taint === null ? undefined : head;
}

function decodedValue(reading: Reading, list: readonly Token[], span: Span): Value {
  const text = folded(
    reading,
    list.filter((token) =>
      token.kind === "string"
        ? !/^(base64|hex|utf-?8|latin1|rot_?13|H\*|m0?|u)$/i.test(token.text)
        : token.kind === "mark" || reading.constants.has(token.text),
    ),
    span,
  ).text;
  const names = list.map((token) => token.text).join(" ");
  const taint = list.reduce<Taint | null>(
    (found, token) =>
      strongest(found, token.kind === "word" ? (heldBy(reading, token.text)?.taint ?? null) : null),
    null,
  );
  const plain = /rot_?13/i.test(names) ? rot13(text) : decodedText(text, names);
  const shown = plain !== null && isReadable(plain) ? plain.slice(0, 4096) : undefined;
  const { frame } = reading;
  const detail = shown === undefined ? {} : { decoded: shown };
  const says =
    shown === undefined ? "Data is decoded." : `Text is decoded that stands here: ${excerpt(shown)}`;
  frame.session.say(frame, "decode", span, says, shown === undefined ? "low" : "medium", detail);
  if (shown !== undefined)
    frame.session.say(frame, "encoded-text", span, `Encoded text hides: ${excerpt(shown)}`, "medium", detail);
  const own: Taint = { kind: "decode", span, ...detail };
  const origin = taint?.kind === "fetch" ? taint : own;
  return plain === null ? unknown("", span, origin) : { ...known(plain, span), taint: origin };
}

function decodedText(text: string, names: string): string | null {
  const hex = /fromhex|unhexlify|hex2bin|\bH\*|'?hex/i.test(names);
  const bytes =
    (hex ? hexDecoded(text) : null) ??
    (/b32/.test(names) ? base32Decoded(text) : base64Decoded(text)) ??
    hexDecoded(text);
  if (bytes === null) return null;
  const unpacked = inflated(bytes) ?? bytes;
  return bytesText(unpacked);
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (char) => {
    const base = char <= "Z" ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
  });
}
