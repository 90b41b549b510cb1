/** Tcl's commands are words apart at blanks (Tcl(n)): what `exec` and expect's `spawn` run is read as a command line. */

import { known, unknown, type Value } from "../value.ts";
import { placeOf, type Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";

const LONGEST_LINE = 4096;

/** A word: in braces, in quotes, or up to a blank; groups are the content of the first two. */
const WORD = /[ \t]*(?:\{([^{}]*)\}|"((?:[^"\\]|\\[\s\S])*)"|((?:\[[^\]]*\]|[^\s;{}"[\]])+))/y;

/** The words after a command's name, up to the end of its line. */
export function tclWords(reading: Reading, token: Token): readonly Value[] {
  const { text } = reading.source;
  const start = token.pos + token.text.length;
  const line = text.slice(start, start + LONGEST_LINE);
  const span = placeOf(reading, token);
  const found: Value[] = [];
  WORD.lastIndex = 0;
  for (let match = WORD.exec(line); match !== null && found.length < 64; match = WORD.exec(line)) {
    const [, braced, quoted, bare] = match;
    if (braced !== undefined) found.push(known(braced, span));
    else found.push(substituted(reading, (quoted ?? bare ?? "").replace(/\\(.)/g, "$1"), span));
  }
  const first = found.findIndex(({ text: word }) => !/^-(noecho|ignorestderr|keepnewline|-)$/.test(word));
  return first < 0 ? [] : found.slice(first);
}

/** `$name` stands for its value, which may be what came over the network; `[…]` is not known. */
function substituted(reading: Reading, text: string, span: Value["span"]): Value {
  let complete = !text.includes("[");
  let taint: Value["taint"] = null;
  const plain = text.replace(/^\{\*\}/, "").replace(/\$\{?([\w:]{1,80})\}?/g, (whole, name: string) => {
    const held = reading.constants.get(`$${name}`) ?? reading.constants.get(name);
    taint ??= held?.taint ?? null;
    complete &&= held?.complete === true;
    return held?.complete ? held.text : whole;
  });
  return complete ? { ...known(plain, span), taint } : unknown(plain, span, taint);
}
