/** apt.conf(5): scopes and values, folded into names such as `apt::get::allowunauthenticated`. */
import type { Span } from "../../syntax/span.ts";
import { lineSpan, type SourceProblem } from "./source-problem.ts";

export interface AptSetting {
  /** In small letters; apt does not tell them apart. */
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

interface Token {
  readonly kind: "word" | "text" | "{" | "}" | ";";
  readonly text: string;
  readonly line: number;
}

const MAX_DEPTH = 20;

/** The values of one file in their order. Lists (`X { "a"; "b"; }`) give several of one name. */
export function parseAptConf(
  text: string,
  path: string,
): { readonly settings: readonly AptSetting[]; readonly problems: readonly SourceProblem[] } {
  const settings: AptSetting[] = [];
  const problems: SourceProblem[] = [];
  const scopes: string[] = [];
  let words: Token[] = [];
  for (const token of tokens(text, path, problems)) {
    switch (token.kind) {
      case "word":
      case "text":
        words.push(token);
        break;
      case "{":
        scopes.push(words[0]?.text.toLowerCase() ?? "");
        words = [];
        break;
      case "}":
        if (scopes.pop() === undefined)
          problems.push({ span: lineSpan(path, token.line), reason: "a bracket that was not opened" });
        words = [];
        break;
      case ";":
        take(settings, scopes, words, path);
        words = [];
        break;
    }
    if (scopes.length > MAX_DEPTH) break;
  }
  const [open] = words;
  if (scopes.length > 0 || open !== undefined)
    problems.push({ span: lineSpan(path, open?.line ?? 1), reason: "a setting that does not end" });
  return { settings, problems };
}

function take(
  settings: AptSetting[],
  scopes: readonly string[],
  words: readonly Token[],
  path: string,
): void {
  const [first, second] = words;
  if (first === undefined) return;
  const isListed = first.kind === "text";
  const own = isListed ? [] : [first.text.toLowerCase().replace(/::$/, "")];
  const name = [...scopes, ...own].filter((part) => part !== "").join("::");
  settings.push({ name, value: (isListed ? first : second)?.text ?? "", span: lineSpan(path, first.line) });
}

/** Comments are `//`, `#`, and C's; `#clear` and `#include` are directives that apt still reads. */
function* tokens(text: string, path: string, problems: SourceProblem[]): Generator<Token> {
  const pattern = /\/\/[^\n]*|#(?!clear\b|include\b|x-apt-configure)[^\n]*|\/\*|"|[{};]|\n|[^\s{};"]+/g;
  let line = 1;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [word] = match;
    if (word === "\n") line += 1;
    else if (word === "/*" || word === '"') {
      const start = pattern.lastIndex;
      const end = text.indexOf(word === '"' ? '"' : "*/", start);
      if (end < 0) {
        problems.push({ span: lineSpan(path, line), reason: "a text or comment that does not end" });
        return;
      }
      if (word === '"') yield { kind: "text", text: text.slice(start, end), line };
      line += text.slice(start, end).split("\n").length - 1;
      pattern.lastIndex = end + (word === '"' ? 1 : 2);
    } else if (word === "{" || word === "}" || word === ";") yield { kind: word, text: word, line };
    else if (!word.startsWith("//") && !(word.startsWith("#") && !/^#(clear|include)/.test(word)))
      yield { kind: "word", text: word, line };
  }
}
