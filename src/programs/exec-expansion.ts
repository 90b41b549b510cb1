import type { Span } from "../syntax/span.ts";
import type { CommandLine } from "./program.ts";
import { wordSource } from "./source.ts";
import { known, type Taint, unknown, type Value } from "./value.ts";
import { words } from "./words.ts";

/**
 * systemd's own `$VARIABLE` expansion of a command line (systemd.service(5), "Command lines"; exec-util.c,
 * replace_env_argv): a word that is `$NAME` is split, `${NAME}` is replaced anywhere, `$$` is `$`, the executable
 * is never expanded. Variables not known here keep their text and count as unknown.
 */
export function expandArguments(command: CommandLine): Value[] {
  return command.argv.flatMap((word, index) => {
    const exact = command.wordSpans?.[index];
    const span = exact ?? command.span;
    const source = wordSource(span, word, exact !== undefined);
    if (index === 0 || command.expands === false || !word.includes("$")) return [known(word, span, source)];
    return expandArgument(command, word, span, source);
  });
}

function expandArgument(command: CommandLine, word: string, span: Span, source: Value["source"]): Value[] {
  const whole = /^\$([A-Za-z_]\w*)$/.exec(word);
  if (whole?.[1] !== undefined) {
    const held = command.environment.get(whole[1]);
    if (held === undefined) return [unknown(word, span)];
    const taint: Taint = { kind: "variable", span: held.span };
    return words(held.value).map((text) => ({ ...known(text, held.span), taint }));
  }
  let complete = true;
  let taint: Taint | null = null;
  const text = word.replace(/\$\$|\$\{([A-Za-z_]\w*)\}/g, (match, name: string | undefined) => {
    if (name === undefined) return "$";
    const held = command.environment.get(name);
    if (held === undefined) {
      complete = false;
      return match;
    }
    // Only a word that is nothing but the variable has its origin there.
    if (match === word) taint = { kind: "variable", span: held.span };
    return held.value;
  });
  return [{ text, complete, span, taint, source: text === word ? source : null }];
}
