import { compareFileNames } from "../../hosts/file-name.ts";

/**
 * The order of `ls -v`, in which augenrules(8) takes rule files: digits by their number, letters before other
 * characters, `~` before everything (gnulib lib/filevercmp.c; suffixes such as `.rules` count last).
 */
export function compareVersionNames(left: string, right: string): number {
  if (left === right) return 0;
  const [leftStem, rightStem] = [stemOf(left), stemOf(right)];
  const byStem = leftStem === rightStem ? compareRuns(left, right) : compareRuns(leftStem, rightStem);
  return byStem === 0 ? compareFileNames(left, right) : byStem;
}

/** Without the longest run of suffixes `.letters-and-digits` at the end. */
function stemOf(name: string): string {
  return name.replace(/(?:\.[A-Za-z~][A-Za-z0-9~]*)*$/, "");
}

function compareRuns(left: string, right: string): number {
  let a = 0;
  let b = 0;
  while (a < left.length || b < right.length) {
    while ((a < left.length && !isDigit(left, a)) || (b < right.length && !isDigit(right, b))) {
      const difference = weight(left, a) - weight(right, b);
      if (difference !== 0) return difference;
      a += 1;
      b += 1;
    }
    const leftDigits = digitsAt(left, a);
    const rightDigits = digitsAt(right, b);
    a += leftDigits.raw;
    b += rightDigits.raw;
    const byLength = leftDigits.value.length - rightDigits.value.length;
    if (byLength !== 0) return byLength;
    if (leftDigits.value !== rightDigits.value) return leftDigits.value < rightDigits.value ? -1 : 1;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  return /[0-9]/.test(text.charAt(at));
}

/** Digits and the end of the name weigh nothing, letters their code, everything else more; `~` less than the end. */
function weight(text: string, at: number): number {
  const letter = text.charAt(at);
  if (letter === "") return -1;
  if (isDigit(text, at)) return 0;
  if (letter === "~") return -2;
  return /[A-Za-z]/.test(letter) ? letter.charCodeAt(0) : letter.charCodeAt(0) + 256;
}

function digitsAt(text: string, at: number): { readonly value: string; readonly raw: number } {
  const run = /^[0-9]*/.exec(text.slice(at))?.[0] ?? "";
  return { value: run.replace(/^0+/, ""), raw: run.length };
}
