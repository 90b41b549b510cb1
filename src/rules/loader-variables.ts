import { loadsCode } from "../programs/environment.ts";
import { splitWords } from "../syntax/words.ts";

/** The first assignment of `Environment=` and its like that makes every program load other code, or `null`. */
export function loaderAssignment(value: string): string | null {
  const words = splitWords(value, "environment");
  const found = (words.ok ? words.value : []).find(({ text }) => {
    const equals = text.indexOf("=");
    return equals > 0 && loadsCode(text.slice(0, equals), text.slice(equals + 1));
  });
  return found?.text ?? null;
}
