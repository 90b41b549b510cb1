/** What code writes: files it names, files that take what was downloaded, lists that gather it. */
import type { Span } from "../../syntax/span.ts";
import type { Frame } from "../engine.ts";
import { insidePath } from "../paths.ts";
import { autostartPlace } from "../places.ts";
import { known, type Taint, unknown, type Value } from "../value.ts";
import { notePage, sayWrite } from "../writes.ts";
import { separate } from "./arguments.ts";
import type { Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";
import { evaluate } from "./values.ts";

/** `urlretrieve(url, path)`, `getstore(url, path)`, `copy(url, path)`: the file holds what was downloaded. */
export function noteDownload(
  reading: Reading,
  token: Token,
  args: readonly Token[],
  span: Span,
  url: string,
): void {
  const { frame } = reading;
  const into = args.findIndex(({ text }) =>
    /^(io\.open|fs\.createWriteStream|createWriteStream)$/.test(text),
  );
  const file =
    into < 0 ? undefined : evaluate(reading, separate(args.slice(into + 2))[0]?.slice(0, 1) ?? [], span);
  if (file?.complete === true && file.text.startsWith("/"))
    remember(frame, file.text, { kind: "fetch", span, url }, span);
  if (url === "" || !/(urlretrieve|getstore|mirror|copy|download)$/.test(token.text)) return;
  const path = args.find(({ kind, text }) => kind === "string" && text.startsWith("/"))?.text;
  const [, name] = separate(args);
  const [only] = name ?? [];
  if (only?.kind === "word" && name?.length === 1) {
    const held = reading.constants.get(only.text);
    const taint: Taint = { kind: "fetch", span, url };
    if (held?.complete === true && held.text.startsWith("/")) remember(frame, held.text, taint, span);
    else reading.constants.set(only.text, unknown("", span, taint));
  }
  if (path !== undefined) remember(frame, path, { kind: "fetch", span, url }, span);
}

function remember(frame: Frame, path: string, taint: Taint, span: Span): void {
  const { written } = frame.session;
  if (written.size < 512)
    written.set(insidePath(frame, path) ?? path, { content: unknown("", span, taint), executable: false });
}

/** `path.write_bytes(content)`. */
export function writePath(reading: Reading, owner: string, span: Span, args: readonly Token[]): void {
  const path = reading.constants.get(owner);
  if (path !== undefined && !path.complete) writeUnderUnknown(reading, path, span);
  if (path?.complete !== true || !path.text.startsWith("/")) return;
  const { taint } = evaluate(reading, args, span);
  if (taint?.kind === "fetch" || taint?.kind === "decode") remember(reading.frame, path.text, taint, span);
  sayWrite(reading.frame, insidePath(reading.frame, path.text) ?? path.text, span, null, false);
}

/** A path whose beginning is not known: its end may say what it is. */
function writeUnderUnknown({ frame }: Reading, { text }: Value, span: Span): void {
  const path = text.startsWith(".") ? `/${text}` : text.replace(/^[^/]*/, "");
  if (/\.pth$|(site|user)customize\.py$/.test(text)) {
    const says = `Writes ${text}, a Python start-up file.`;
    frame.session.say(frame, "writes-autostart", span, says, "medium", { path: text });
  }
  if (/^\/\./.test(path) && autostartPlace(path) !== null) sayWrite(frame, `~${path}`, span, null, false);
}

/** A page of PHP, under whatever name. */
const PAGE = /^\s*<\?(php|=)/;

export function writeCall(reading: Reading, span: Span, args: readonly Token[]): void {
  const strings = args.filter((arg) => arg.kind === "string").map((arg) => arg.text);
  const [first] = args;
  const value = first === undefined ? null : evaluate(reading, [first], span);
  const opens = reading.language === "python" || reading.language === "perl" || reading.language === "lua";
  const page = args.find(({ kind, text }) => kind === "string" && PAGE.test(text));
  if (page !== undefined) notePage(reading.frame, "page.php", known(page.text, span));
  const writes =
    !opens ||
    strings.slice(0).some((text) => /^([wax]b?\+?t?|r\+|\+?>{1,2}|\+<)$/.test(text) || /^>/.test(text));
  const path =
    value?.complete && value.text.includes("/")
      ? value.text
      : separate(args)
          .slice(0, 3)
          .map((part) => evaluate(reading, part, span))
          .filter(({ complete }) => complete)
          .map(({ text }) => text.replace(/^\+?[<>]+\s*/, ""))
          .find((text) => text.startsWith("/"));
  if (writes && path === undefined)
    writeUnderUnknown(reading, evaluate(reading, separate(args)[0] ?? [], span), span);
  if (!writes || path === undefined) return;
  reading.lastOpened = path;
  const content = separate(args)
    .slice(1)
    .map((part) => evaluate(reading, part, span))
    .find(({ taint }) => taint?.kind === "fetch" || taint?.kind === "decode");
  if (content?.taint) remember(reading.frame, path, content.taint, span);
  sayWrite(
    reading.frame,
    insidePath(reading.frame, path) ?? path,
    span,
    null,
    strings.some((text) => /^(a|>>)/.test(text)),
  );
}

/** `chunks.push(part)`, `f.write(part)`: what it holds is of the part's origin. */
export function noteGathering(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const owner = token.text.slice(0, Math.max(0, token.text.lastIndexOf(".")));
  const { taint } = evaluate(reading, args, span);
  if (taint?.kind === "fetch" && owner !== "") reading.constants.set(owner, unknown("", span, taint));
}

/** The file opened last takes what was fetched or decoded. */
export function noteFilling(reading: Reading, token: Token, args: readonly Token[], span: Span): void {
  const { frame, lastOpened } = reading;
  const value = evaluate(reading, args, span);
  const { taint } = value;
  noteGathering(reading, token, args, span);
  const page = args.find(({ kind, text }) => kind === "string" && PAGE.test(text));
  if (page === undefined) notePage(frame, lastOpened, value);
  else notePage(frame, "page.php", known(page.text, span));
  if (lastOpened !== "" && (taint?.kind === "fetch" || taint?.kind === "decode"))
    remember(frame, lastOpened, taint, span);
}
