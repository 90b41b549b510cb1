import type { Call } from "./engine.ts";
import { insidePath, targetPath } from "./paths.ts";
import { detailOf, isUnprotected } from "./urls.ts";

/**
 * Languages that are not read in detail: what their code looks like when it runs what it downloads. Both patterns must
 * be there; where one says all, the second is empty.
 */
interface Language {
  /** Options after which code stands. */
  readonly inline: RegExp;
  readonly fetches: RegExp;
  readonly runs: RegExp;
}

const URL = /\b(?:https?|ftp):\/\/[^\s'")\]]+/;
const R: Language = {
  inline: /^-e$/,
  fetches: /\b(source|readLines|scan|url|GET|getURL|download\.file|httr2?::\w+)\s?\(/,
  runs: /\b(source|eval|system2?|sys\.source)\s?\(/,
};
const POWERSHELL: Language = {
  inline: /^-(c|command)$/i,
  fetches: /\b(iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring|downloadfile|curl|wget)\b/i,
  runs: /\b(iex|invoke-expression|scriptblock\]::create|start-process)\b|&\s?\(|\|\s?(sh|bash)\b/i,
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
      fetches: /\.openStream\(|\bopenConnection\(|\bHttpClient\b|\bHttpRequest\b|\bnew Socket\(/,
      runs: /\.exec\(\s*(?!["{])|\.exec\(\s*new String\s*\[\s*\]\s*\{[^}]*"-c"|\bProcessBuilder\((?=[^)]*"-c")|\bdefineClass\(|\bURLClassLoader\b/,
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

const CODE_BYTES = 65_536;

/** Says when code of such a language downloads and runs. */
export function noteForeignLoader({ frame, name, args, span }: Call): void {
  const language = LANGUAGES.get(name);
  if (language === undefined) return;
  const inline = args
    .filter((_, at) => language.inline.test(args[at - 1]?.text ?? ""))
    .map(({ text }) => text);
  const file = args.find(({ text }, at) => !text.startsWith("-") && !/^-/.test(args[at - 1]?.text ?? ""));
  const path = file === undefined ? null : insidePath(frame, file.text);
  const read = path === null ? null : frame.session.library.script(targetPath(frame, path), CODE_BYTES);
  const code = [...inline, read?.source.text ?? ""].join("\n").slice(0, CODE_BYTES);
  const url = URL.exec(code)?.[0];
  if (url === undefined || !language.fetches.test(code) || !language.runs.test(code)) return;
  const says = `${name} runs what it downloads from ${url}.`;
  const confidence = isUnprotected(url) ? "high" : "medium";
  frame.session.say(frame, "fetch-to-interpreter", span, says, confidence, detailOf(url, name));
}
