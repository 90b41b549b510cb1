/** What a script of sed(1) puts into a file, as far as its text tells. */

interface Substitution {
  readonly pattern: string;
  readonly text: string;
}

const MOST = 64;
const LENGTH = 8192;

/**
 * The lines that the script's commands add: replacements, and text of `a`, `i` and `c`. Empty where all of them only
 * delete; `null` where a command is not understood.
 */
export function addedBySed(script: string): string | null {
  const commands = commandsOf(script);
  return commands === null ? null : commands.map(({ text }) => text).join("\n");
}

/**
 * True where every command replaces the arguments of a program by others: pattern and replacement begin with the same
 * word, and no further command stands in what is put there.
 */
export function changesArgumentsOnly(script: string): boolean {
  const commands = commandsOf(script);
  return commands?.every(({ pattern, text }) => text === "" || isSameCommand(pattern, text)) ?? false;
}

function isSameCommand(pattern: string, text: string): boolean {
  const [, from] = /^\^?\s?(?:(?:exec|nohup|setsid|env) )*([\w./~-]{2,})/.exec(pattern) ?? [];
  const [, to] = /^(?:(?:exec|nohup|setsid|env) )*([\w./~-]{2,})/.exec(text) ?? [];
  // A trailing `&` sends the command to the background.
  const plain = text.replace(/\\?&\s?$/, "");
  // `i3.*`: the dot belongs to what follows.
  return from?.replace(/\.$/, "") === to && to !== undefined && !/[;|`\n<>]|\$\(|&&/.test(plain);
}

function commandsOf(script: string): readonly Substitution[] | null {
  if (script.length > LENGTH) return null;
  const found: Substitution[] = [];
  for (const line of script.split("\n")) {
    let at = 0;
    while (at < line.length) {
      at += /^[\s;{}]*/.exec(line.slice(at))?.[0].length ?? 0;
      if (at >= line.length || line[at] === "#") break;
      at += addressLength(line.slice(at));
      const command = line[at] ?? "";
      if (found.length >= MOST) return null;
      if (command === "s") {
        const read = substitution(line, at + 1);
        if (read === null) return null;
        found.push(read);
        at = read.end;
      } else if (/[aic]/.test(command)) {
        found.push({ pattern: "", text: line.slice(at + 1).replace(/^\s*\\?\s*/, "") });
        break;
      } else if (/[dpqDnNx]/.test(command)) {
        found.push({ pattern: "", text: "" });
        at += 1;
      } else return null;
    }
  }
  return found;
}

/** `/pattern/`, `1`, `$`, `1,/x/`, each perhaps with `!`. */
function addressLength(text: string): number {
  const one = "(?:\\/(?:[^/\\\\]|\\\\.)*\\/I?|\\d+|\\$)";
  return new RegExp(`^(?:${one}(?:,\\s?[+~]?${one})?\\s?!?\\s?)?`).exec(text)?.[0].length ?? 0;
}

function substitution(line: string, from: number): (Substitution & { readonly end: number }) | null {
  const mark = line[from];
  if (mark === undefined || /[\s\\\w]/.test(mark)) return null;
  const parts: string[] = [];
  let at = from + 1;
  for (let part = ""; at < line.length && parts.length < 2; at++) {
    if (line[at] === "\\" && at + 1 < line.length) {
      part += line[at + 1] === mark ? mark : `\\${line[at + 1]}`;
      at += 1;
    } else if (line[at] === mark) {
      parts.push(part);
      part = "";
    } else part += line[at];
  }
  const [pattern, text] = parts;
  if (pattern === undefined || text === undefined) return null;
  const flags = /^[gpiIMm0-9]*/.exec(line.slice(at))?.[0] ?? "";
  // Flags `e` and `w` run and write; they are another reader's business.
  return { pattern, text, end: at + flags.length };
}
