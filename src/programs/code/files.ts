/** What code does to files besides reading and writing them: taking them in as code, their modes, their times. */
import type { Span } from "../../syntax/span.ts";
import type { Frame } from "../engine.ts";
import { noteRunPath, noteTree } from "../execution.ts";
import { insidePath } from "../paths.ts";
import { hiddenPart, volatileDirectory } from "../places.ts";
import { known } from "../value.ts";
import { separate } from "./arguments.ts";
import { type Reading, spendTokens } from "./reading.ts";
import type { Token } from "./tokens.ts";
import { evaluate } from "./values.ts";

/** `sys.path.insert(0, path)`, `SourceFileLoader(name, path)`: code of that file or tree becomes part of the program. */
export function noteImportedFile(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame } = reading;
  const path = separate(args)
    .map((part) => evaluate(reading, part, span))
    .find(({ text, complete }) => complete && text.startsWith("/"))?.text;
  if (path === undefined) return;
  const inside = insidePath(frame, path) ?? path;
  if (/^(sys\.path|site)\./.test(token.text)) {
    const isTold = frame.session.written.has(inside) || volatileDirectory(`${path}/`) !== null;
    if (isTold) noteRunPath(frame, inside, span);
    return;
  }
  const inner: Frame = { ...frame, via: [...frame.via, token.text] };
  frame.session.engine.file(inner, known(path, span), [], reading.language);
}

/** `tar.extractall("/srv/x")`: what lies there is of the archive's origin. */
export function noteUnpacking(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { list, frame } = reading;
  if (!spendTokens(reading, list.length)) return;
  const at = list.indexOf(token);
  let start = at;
  while (start > Math.max(0, at - 80) && list[start - 1]?.kind !== "line") start -= 1;
  const owner = token.text.slice(0, Math.max(0, token.text.lastIndexOf(".")));
  const { taint } = reading.constants.get(owner) ?? evaluate(reading, list.slice(start, at), span);
  const path = separate(args)
    .map((part) => evaluate(reading, part, span))
    .findLast(({ text, complete }) => complete && text.startsWith("/"));
  if (path !== undefined) noteTree(frame, path.text, taint);
}

/** `os.chmod(path, 0o4755)`: as `chmod` does. */
export function noteMode(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame, source } = reading;
  const first = args[0]?.pos ?? token.pos;
  const text = source.text.slice(first, (args.at(-1)?.pos ?? first) + 24);
  const mode = /\b0?o?([0-7]{3,4})\b/.exec(text)?.[1];
  const path = separate(args)
    .map((part) => evaluate(reading, part, span))
    .find(({ text: word, complete }) => complete && word.includes("/"));
  if (mode === undefined || path === undefined) return;
  const argv = [known("chmod", span), known(mode, span), path];
  frame.session.engine.command({ ...frame, via: [...frame.via, token.text] }, argv, span);
}

/** A file takes on the times of another, where nobody copies files (T1070.006). */
export function noteTimes(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame } = reading;
  const parts = separate(args);
  const borrowed = parts.slice(1).some((part) => part.some(({ text }) => BORROWED.test(text)));
  const { text } = evaluate(reading, parts[0] ?? [], span);
  const isOdd = SYSTEM.test(text) || hiddenPart(text) !== null || /\.(php|phtml)$/.test(text);
  if (!borrowed || !isOdd) return;
  const says = `${token.text} gives ${text} the times of another file.`;
  frame.session.say(frame, "alters-times", span, says, "medium", { path: text });
}

const BORROWED = /(^|[.])(st_[am]time(_ns)?|[am]time|filemtime|fileatime|stat|mtimeMs)$/;
const SYSTEM = /^\/(usr|bin|sbin|lib|lib64|etc|boot)\//;
