import { excerpt } from "./decoders.ts";
import { base64Decoded } from "./decoding.ts";
import type { Call } from "./engine.ts";
import { insidePath, targetPath } from "./paths.ts";
import { detailOf, isUnprotected } from "./urls.ts";
import type { Value } from "./value.ts";

/**
 * Languages that are not read in detail: what their code looks like when it runs what it downloads. Both patterns must
 * be there; where one says all, the second is empty.
 */
interface Language {
  /** Options after which code stands. */
  readonly inline: RegExp;
  readonly fetches: RegExp;
  readonly runs: RegExp;
  /** Opens a connection that is not a request. */
  readonly connects?: RegExp;
  /** Runs a shell, or what it is told. */
  readonly obeys?: RegExp;
  /** Options after which encoded code stands. */
  readonly encoded?: RegExp;
}

const URL = /\b(?:https?|ftp):\/\/[^\s'")\]]+/;
const R: Language = {
  inline: /^-e$/,
  fetches: /\b(source|readLines|scan|url|GET|getURL|download\.file|httr2?::\w+)\s?\(/,
  runs: /\b(source|eval|system2?|sys\.source)\s?\(/,
  connects: /\bsocketConnection\s?\(/,
  obeys: /\b(system2?|pipe|eval)\s?\((?!\s?["'])/,
};
const POWERSHELL: Language = {
  inline: /^-(c|command)$/i,
  fetches: /\b(iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|curl|wget)\b/i,
  connects: /\bSockets\.(TCP|UDP)Client\b/i,
  obeys: /\b(iex|invoke-expression)\b|\/bin\/(ba)?sh\b/i,
  encoded: /^-e(c|n\w{0,13})?$/i,
  runs: /\b(iex|invoke-expression|scriptblock\]::create|start-process)\b|&\s?\(|\|\s?(sh|bash)\b/i,
};
const GO: Language = {
  inline: /^$/,
  fetches: /\bhttp\.(Get|Post|NewRequest|DefaultClient)\b/,
  runs: /\bexec\.Command(Context)?\([^)\n]{0,120}"-c",(?!\s?")|\bexec\.Command(Context)?\((?:ctx,\s?)?(?!ctx)[a-z]\w*[,.)[]/,
  connects: /\bnet\.Dial(Timeout)?\(|\btls\.Dial\(/,
  obeys: /\bexec\.Command(Context)?\([^)\n]{0,60}"(\/usr)?(\/bin\/)?(ba)?sh"/,
};
const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ["Rscript", R],
  ["R", R],
  ["pwsh", POWERSHELL],
  ["powershell", POWERSHELL],
  [
    "java",
    {
      inline: /^$/,
      connects: /\bnew Socket\(|\bSocketChannel\.open\(/,
      obeys: /(ProcessBuilder|exec)\([^)]{0,80}"(\/usr)?(\/bin\/)?(ba)?sh"/,
      fetches: /\.openStream\(|\bopenConnection\(|\bHttpClient\b|\bHttpRequest\b|\bnew Socket\(/,
      runs: /\.exec\((?!\s{0,4}["{]|\s{0,4}new )|\.exec\(\s{0,4}new String\s?\[\]\s?\{[^}]{0,200}"-c"|\bProcessBuilder\((?=[^)]{0,200}"-c")|\bdefineClass\(|\bURLClassLoader\b/,
    },
  ],
  ...["go", "yaegi", "gorun"].map((name): [string, Language] => [name, GO]),
  ...["elixir", "iex"].map((name): [string, Language] => [
    name,
    {
      inline: /^(-e|--eval)$/,
      fetches: /:httpc\.request|\b(Req|HTTPoison|Tesla|Finch)\./,
      runs: /\bCode\.(eval_string|eval_quoted|compile_string)\b|\bSystem\.(cmd|shell)\((?!\s?")|:os\.cmd\((?!\s?['~])/,
    },
  ]),
  [
    "guile",
    {
      inline: /^-c$/,
      fetches: /\((http-get|http-request|open-socket-for-uri)\b/,
      runs: /\((system\*?|eval|eval-string|open-pipe|primitive-load)(?!\s{1,4}")\s/,
    },
  ],
  [
    "julia",
    {
      inline: /^(-e|-E|--eval)$/,
      fetches: /\bdownload\b|HTTP\.get/,
      runs: /\binclude(_string)?\(|\brun\(|Meta\.parse/,
    },
  ],
  [
    "groovy",
    { inline: /^-e$/, fetches: /toURL\(\)|new URL|\.text\b/, runs: /\bevaluate\(|\.execute\(\)|GroovyShell/ },
  ],
  [
    "emacs",
    {
      inline: /^--?(eval|execute)$/,
      fetches: /url-retrieve|url-insert/,
      runs: /\((eval|load|shell-command|call-process)\b/,
    },
  ],
]);

/** `pwsh -EncodedCommand`: base64 of UTF-16, low byte first (about_Pwsh). */
function decodedArgument({ encoded }: Language, args: readonly Value[]): string | null {
  const at = args.findIndex(({ text }) => encoded?.test(text));
  const bytes = at < 0 ? null : base64Decoded(args[at + 1]?.text ?? "");
  return bytes === null ? null : new TextDecoder("utf-16le").decode(bytes);
}

const CODE_BYTES = 65_536;

/** Says when code of such a language downloads and runs. */
export function noteForeignLoader({ frame, name, args, span }: Call): void {
  const language = LANGUAGES.get(name);
  if (language === undefined) return;
  const inline = args
    .filter((_, at) => language.inline.test(args[at - 1]?.text ?? ""))
    .map(({ text }) => text);
  const file =
    args.find(({ text }) => /\.(go|exs?|scm|java)$/.test(text)) ??
    args.find(
      ({ text }, at) => !text.startsWith("-") && /^(?!-)|^-(f|file)$/i.test(args[at - 1]?.text ?? ""),
    );
  const path = file === undefined ? null : insidePath(frame, file.text);
  const read = path === null ? null : frame.session.library.script(targetPath(frame, path), CODE_BYTES);
  const hidden = decodedArgument(language, args);
  const code = [...inline, hidden ?? "", read?.source.text ?? ""].join("\n").slice(0, CODE_BYTES);
  if (hidden !== null) {
    const says = `${name} is given its commands encoded: ${excerpt(hidden)}`;
    frame.session.say(frame, "decode-to-interpreter", span, says, "high", {
      program: name,
      decoded: hidden.slice(0, 4096),
    });
  }
  if (language.connects?.test(code) && language.obeys?.test(code)) {
    const says = `${name} joins a connection to what it runs.`;
    frame.session.say(frame, "reverse-shell", span, says, "medium", { program: name });
  }
  const url = URL.exec(code)?.[0];
  if (url === undefined || !language.fetches.test(code) || !language.runs.test(code)) return;
  const says = `${name} runs what it downloads from ${url}.`;
  const confidence = isUnprotected(url) ? "high" : "medium";
  frame.session.say(frame, "fetch-to-interpreter", span, says, confidence, detailOf(url, name));
}
