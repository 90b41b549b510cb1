/** Shell code that a script puts together: what is not known of it is a variable there, of its origin. */

import type { Frame } from "../engine.ts";
import { inSubshell } from "../session.ts";
import { fixedSource } from "../source.ts";
import { type Taint, unknown, type Value } from "../value.ts";
import { closingOf } from "./arguments.ts";
import { placeOf, type Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";
import { evaluate, heldBy } from "./values.ts";

const MOST_HOLES = 32;
const LONGEST_CODE = 16_384;
/** What is put into a text later: `${…}`, `#{…}`, `{…}`, `$name`, `%s`. */
const HOLE = /[$#]?\{([^{}\n]{0,200})\}|\$([A-Za-z_]\w{0,80})|%[sdr]/g;

/** Runs the shell code an expression makes, when some of it stands there. `false` when nothing of it does. */
export function runPiecedShell(
  reading: Reading,
  frame: Frame,
  list: readonly Token[],
  span: Value["span"],
): boolean {
  const holes: (Taint | null)[] = [];
  const hole = (taint: Taint | null): string => {
    if (holes.length >= MOST_HOLES) return "";
    holes.push(taint);
    return `$${nameOf(holes.length - 1)}`;
  };
  const text = pieces(reading, list, hole).slice(0, LONGEST_CODE);
  if (!/[\w./-]{2,}\s/.test(text.replace(/\$_piece\d+/g, ""))) return false;
  inSubshell(frame.scope, (scope) => {
    for (const [index, taint] of holes.entries()) {
      const value = unknown(`$${nameOf(index)}`, span, taint);
      scope.variables.set(nameOf(index), { elements: [value], array: false, others: [] });
    }
    return frame.session.engine.shell({ ...frame, scope, depth: frame.depth + 1 }, fixedSource(span, text));
  });
  return true;
}

function nameOf(index: number): string {
  return `_piece${index}`;
}

function pieces(reading: Reading, list: readonly Token[], hole: (taint: Taint | null) => string): string {
  const formats = list.some(
    ({ kind, text }) => (kind === "mark" && text === "%") || /(^|\.)format$/.test(text),
  );
  let text = "";
  for (let at = 0; at < list.length; at++) {
    const token = list[at];
    if (token === undefined) break;
    // What is put into the text stands behind it.
    if (formats && ((token.kind === "mark" && token.text === "%") || /^format$/.test(token.text))) {
      const taint = evaluate(reading, list.slice(at + 1), placeOf(reading, token)).taint;
      return text.replace(/%[sdr]|\{\w{0,40}\}/g, () => hole(taint));
    }
    if (token.kind === "string") text += formats ? token.text : filled(reading, token, hole);
    else if (token.kind === "word") {
      const end = list[at + 1]?.text === "(" ? closingOf(list, at + 1) : at;
      const held = heldBy(reading, token.text);
      if (held?.complete && end === at) text += held.text;
      else text += hole(evaluate(reading, list.slice(at, end + 1), placeOf(reading, token)).taint);
      at = end;
    }
  }
  return text;
}

/** A template, its known names filled in. */
function filled(reading: Reading, token: Token, hole: (taint: Taint | null) => string): string {
  const fills = token.isTemplate === true || /^(perl|ruby|php|node)$/.test(reading.language);
  if (!fills) return token.text;
  return token.text.replace(HOLE, (whole, inside?: string, name?: string) => {
    if (whole.startsWith("%") || (whole.startsWith("{") && token.isTemplate !== true)) return whole;
    const word = /^[$\w.]+/.exec(inside ?? name ?? "")?.[0] ?? "";
    const held = heldBy(reading, word) ?? heldBy(reading, `$${word}`);
    return held?.complete ? held.text : hole(held?.taint ?? null);
  });
}
