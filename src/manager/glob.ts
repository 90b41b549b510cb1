/**
 * Does `text` match the shell pattern, as fnmatch(3) with FNM_NOESCAPE decides it: `*`, `?`, `[…]`, nothing else
 * special. Time is at most the product of both lengths.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let position = 0;
  let starAt = -1;
  let starPosition = 0;
  while (position < text.length) {
    const next = pattern[at] === "*" ? null : matchOne(pattern, at, text[position] ?? "");
    if (pattern[at] === "*") {
      starAt = at;
      starPosition = position;
      at += 1;
    } else if (next !== null) {
      at = next;
      position += 1;
    } else if (starAt >= 0) {
      at = starAt + 1;
      starPosition += 1;
      position = starPosition;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

/** Where the pattern goes on if its element at `at` matches the character; null if it does not. */
function matchOne(pattern: string, at: number, character: string): number | null {
  const first = pattern[at];
  if (first === "?") return at + 1;
  if (first === "[") {
    const set = readSet(pattern, at);
    if (set !== null) return set.has(character) ? set.end : null;
  }
  return first === character ? at + 1 : null;
}

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /[0-9A-Za-z]/],
  ["alpha", /[A-Za-z]/],
  ["blank", /[ \t]/],
  ["cntrl", /[\x00-\x1f\x7f]/],
  ["digit", /[0-9]/],
  ["graph", /[!-~]/],
  ["lower", /[a-z]/],
  ["print", /[ -~]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["space", /\s/],
  ["upper", /[A-Z]/],
  ["xdigit", /[0-9A-Fa-f]/],
]);

/** A bracket expression; null if it is not closed, then `[` is itself. */
function readSet(
  pattern: string,
  start: number,
): { readonly has: (c: string) => boolean; readonly end: number } | null {
  let at = start + 1;
  const negated = pattern[at] === "!" || pattern[at] === "^";
  if (negated) at += 1;
  const tests: ((character: string) => boolean)[] = [];
  const begin = at;
  while (at === begin || pattern[at] !== "]") {
    const low = pattern[at];
    if (low === undefined) return null;
    const named = /^\[:([a-z]+):\]/.exec(pattern.slice(at, at + 12));
    const expression = CLASSES.get(named?.[1] ?? "");
    if (named !== null && expression !== undefined) {
      tests.push((character) => expression.test(character));
      at += named[0].length;
      continue;
    }
    const high = pattern[at + 1] === "-" && pattern[at + 2] !== "]" ? pattern[at + 2] : undefined;
    if (high === undefined) tests.push((character) => character === low);
    else tests.push((character) => low <= character && character <= high);
    at += high === undefined ? 1 : 3;
  }
  return { has: (character) => tests.some((test) => test(character)) !== negated, end: at + 1 };
}
