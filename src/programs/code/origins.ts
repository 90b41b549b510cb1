import { known, type Taint, type Value } from "../value.ts";
import type { CallKind } from "./calls.ts";
import { KEPT_TEXT, type Reading } from "./reading.ts";
import type { Token } from "./tokens.ts";

/** Pages are answered by Python's own server. */
function serves(texts: ReadonlySet<string>): boolean {
  return ["Base", "Simple", "CGI", ""].some(
    (kind) => texts.has(`${kind}HTTPRequestHandler`) || texts.has(`http.server.${kind}HTTPRequestHandler`),
  );
}

/** What a visitor of a web page sends, as the language or its usual frameworks call it. */
export function isRequest({ language, texts }: Reading, name: string): boolean {
  switch (language) {
    case "php":
      return /^\$_(GET|POST|REQUEST|COOKIE)$/.test(name);
    case "node":
      return /^(req|request|ctx|ctx\.request)\.(query|body|params|headers)\b/.test(name);
    case "python":
      return (
        (/^self\.rfile\b/.test(name) &&
          (texts.has("socketserver.StreamRequestHandler") || texts.has("StreamRequestHandler"))) ||
        /^(flask\.)?request\.(args|form|values|json|data|cookies|headers|get_json|get_data|query)\b/.test(
          name,
        ) ||
        (/^self\.(path|rfile|headers)\b/.test(name) && serves(texts))
      );
    case "ruby":
      return name === "params" && (texts.has("sinatra") || texts.has("Sinatra::Base"));
    default:
      return false;
  }
}

/** What stands behind a Perl script's `__DATA__` (perldata(1)). */
export function ownData(text: string): string {
  const at = Math.max(text.indexOf("\n__DATA__\n"), text.indexOf("\n__END__\n"));
  return at < 0 ? "" : text.slice(text.indexOf("\n", at + 1) + 1).slice(0, KEPT_TEXT);
}

/** `$p =~ tr/A-Z/N-ZA-M/`: each letter is exchanged for another (perlop(1)). */
export function exchangeLetters(reading: Reading, name: string, pos: number): void {
  const held = reading.constants.get(name);
  const [, , from = "", to = ""] =
    /^(tr|y)\/([^/\n]{1,200})\/([^/\n]{1,200})\//.exec(reading.source.text.slice(pos, pos + 420)) ?? [];
  if (held?.complete !== true || held.text.length > KEPT_TEXT || from === "") return;
  const [before, after] = [letters(from), letters(to)];
  const text = [...held.text].map((char) => after[before.indexOf(char)] ?? char).join("");
  if (text === held.text) return;
  const taint: Taint = { kind: "decode", span: held.span, decoded: text.slice(0, 4096) };
  reading.constants.set(name, { ...known(text, held.span), taint });
}

/** `a-c` stands for `abc`. */
function letters(range: string): readonly string[] {
  return [
    ...range.replace(/([\x20-\x7e])-([\x20-\x7e])/g, (_, first: string, last: string) => {
      const start = first.charCodeAt(0);
      return String.fromCharCode(
        ...Array.from({ length: Math.max(0, last.charCodeAt(0) - start + 1) }, (__, at) => start + at),
      );
    }),
  ];
}

/** `TABLE.get(word)`, `TABLE[word]`: one of the values that are written down there. */
export function isLookedUp({ tables }: Reading, [first, second]: readonly Token[]): boolean {
  if (first?.kind !== "word" || tables.size === 0) return false;
  const owner = /^(.+)\.(get|fetch|at)$/.exec(first.text)?.[1];
  return second?.text === "("
    ? owner !== undefined && tables.has(owner)
    : second?.text === "[" && tables.has(first.text);
}

/** `os.environ["X"]`, `os.getenv("X")`, `ENV["X"]`, `process.env.X`: what the unit sets. */
export function environmentValue({ frame }: Reading, list: readonly Token[]): Value | null {
  if (list.length > 5) return null;
  const [first] = list;
  const whole = /^process\.env\.(\w+)$/.exec(first?.text ?? "")?.[1];
  const named = /^(os\.(environ(\.get)?|getenv)|getenv|ENV|\$ENV|process\.env)$/.test(first?.text ?? "");
  const name = whole ?? (named ? list.find(({ kind }) => kind === "string")?.text : undefined);
  return name === undefined ? null : (frame.scope.variables.get(name)?.elements[0] ?? null);
}

/** `subprocess.check_output(["curl", url])`, `io.popen("wget …")`: the text is what such a program prints. */
export function downloadPrinted(list: readonly Token[], kinds: readonly (CallKind | null)[]): string | null {
  const at = kinds.indexOf("run");
  const [first] = list.slice(Math.max(0, at)).filter(({ kind }) => kind === "string");
  if (
    at < 0 ||
    first === undefined ||
    !/^(\S*\/)?(curl|wget|fetch|lynx|dig|drill|nslookup)\b/.test(first.text)
  )
    return null;
  const told = list
    .filter(({ kind }) => kind === "string")
    .map(({ text }) => text.slice(0, 1024))
    .join(" ");
  return /\b\w+:\/\/\S+/.exec(told)?.[0] ?? "";
}

/** Text put together from the numbers of its letters. */
export function isSpelledOut(list: readonly Token[]): boolean {
  const packs = list.findIndex(({ text }) => /(^|\.)pack$/.test(text));
  if (
    packs >= 0 &&
    list.slice(packs + 1, packs + 4).some(({ kind, text }) => kind === "string" && /^[cCUW]\*$/.test(text))
  )
    return true;
  const letters = list.filter(
    ({ kind, text }) =>
      kind === "word" && /^(chr|string\.char|String\.fromC(har|odePoint)(Code)?)$/.test(text),
  );
  const joins = list.some(({ text }) => /(^|\.)(join|map|implode)$/.test(text));
  return letters.length > 3 || (letters.length > 0 && (joins || letters[0]?.text !== "chr"));
}

/** The file whose text an expression is: `open("/x").read()`, `File.read("/x")`, `Path("/x").read_text()`. */
export function fileAmong(reading: Reading, list: readonly Token[]): string | null {
  const at = list.findIndex(({ kind, text }) => kind === "word" && READS_FILE.test(text));
  if (at < 0) return null;
  const path = list
    .slice(at + 1, at + 4)
    .find(({ kind, text }) => kind === "string" || reading.constants.has(text));
  if (path === undefined) return null;
  const text = path.kind === "string" ? path.text : (reading.constants.get(path.text)?.text ?? "");
  const isRead = list.some(({ text: word }) => /(^|\.)(read|read_text|read_bytes|readlines?)$/.test(word));
  return text.startsWith("/") && (isRead || !/^(open|Path|pathlib\.Path)$/.test(list[at]?.text ?? ""))
    ? text
    : null;
}

const READS_FILE =
  /^(open|io\.open|Path|pathlib\.Path|File\.read|IO\.read|File\.binread|fs\.readFileSync|readFileSync|file_get_contents|slurp|read_file)$/;

/** `chr(c ^ k)`, `bytes(b ^ 7 for b in data)`: text put together from numbers that were made unreadable. */
export function isCharacters(list: readonly Token[], at: number): boolean {
  return list
    .slice(Math.max(0, at - 24), at)
    .some(
      ({ kind, text }) =>
        kind === "word" && /(^|\.)(chr|bytes|bytearray|fromCharCode|string\.char)$/.test(text),
    );
}
