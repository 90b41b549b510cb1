/**
 * Passwords and tokens in reports that are sent around: blotted out letter by letter, so that columns still point where
 * they pointed. What is a secret is told by its surroundings (`--password=…`, `TOKEN=…`, `https://user:…@`,
 * `Authorization:`) or by its form (`ghp_…`); paths, `$VARIABLES` and `%specifiers` in such a place are references.
 */

const WORD = "(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)";
/** What a name goes on with when its value says where the secret is, and is none. */
const ELSEWHERE = "(?![\\w-]{0,20}(?:file|path|dir|fd|url|name|id|prompt|command|cmd|auth)\\b)";
const VALUE = "([^\\s\"'`&;,|<>$%/(-][^\\s\"'`&;|<>]{0,400})";

/** The first group of each is the secret. Every repetition is bounded: the text is a target's. */
const PATTERNS: readonly RegExp[] = [
  // TOKEN=x, "apiKey": "x", --password=x
  new RegExp(
    `(?<![\\w])[\\w.-]{0,40}${WORD}${ELSEWHERE}[\\w-]{0,20}["']?\\s{0,3}[=:]\\s{0,3}["']?${VALUE}`,
    "gi",
  ),
  // --token x
  new RegExp(`(?<!\\S)-{1,2}[\\w-]{0,40}${WORD}${ELSEWHERE}[\\w-]{0,20}\\s{1,3}["']?${VALUE}`, "gi"),
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@'"]{0,100}:([^\s/@'"$]{1,400})@/gi,
  /\b(?:authorization|x-[\w-]{0,30}(?:token|key))["']?\s{0,3}:\s{0,3}(?:(?:bearer|basic|token)\s{1,3})?["']?([^\s"'$]{4,2000})/gi,
  /\bcurl\b[^|;]{0,500}?\s(?:-u|--user)[ =]?["']?[^\s:"'/]{1,100}:([^\s"'$]{1,400})/g,
  /\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b[^|;]{0,500}?\s-p([^\s"'$]{1,400})/g,
  /\bSetCredential=[^:\s]{1,255}:([^\s]{1,2000})/g,
  /\bsshpass\b[^|;]{0,100}?\s-p\s{0,3}["']?([^\s"'$]{1,400})/g,
  /\b(gh[pousr]_\w{20,300}|github_pat_\w{20,300}|glpat-[\w-]{20,300}|xox[abprs]-[\w-]{10,300}|AKIA[0-9A-Z]{16}|[rs]k_live_\w{16,300}|AIza[\w-]{35}|eyJ[\w-]{10,2000}\.[\w-]{10,2000}\.[\w-]{0,2000})/g,
];

/** Every pattern needs one of these: most texts have none, and are done with in one look. */
const HINT =
  /pass|pwd|secret|token|key|auth|:\/\/|curl|mysql|mariadb|credential|gh[pousr]_|github_pat|glpat|xox|AKIA|k_live_|AIza|eyJ/i;

/** No line of a unit is longer; what is would be a trap. */
const MAX_TEXT = 200_000;
/** A shorter one is looked for only where it stands: elsewhere it may be any word. */
const LEAST = 6;
const MAX_SECRETS = 1000;

type Range = readonly [start: number, end: number];

/** Where secrets stand in a text, in order, not overlapping. */
export function secretRanges(text: string): readonly Range[] {
  if (text.length > MAX_TEXT) return [[0, text.length]];
  if (!HINT.test(text)) return [];
  const found = PATTERNS.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match): Range[] => {
      const secret = match[1] ?? "";
      const at = match.index + match[0].lastIndexOf(secret);
      return secret === "" ? [] : [[at, at + secret.length]];
    }),
  ).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const merged: [number, number][] = [];
  for (const [start, end] of found) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/**
 * Under these names reports, assessments, timelines and the dashboard's data hold words of the target. Elsewhere stand
 * ids, paths and words of ours, which stay: a target may well call its password `timerwarden`.
 */
const WORDS_OF_THE_TARGET: ReadonlySet<string> = new Set([
  ...["argv", "command", "description", "excerpt", "says", "summary", "text", "value"],
]);

export interface Secrets {
  /** How many different ones there are. */
  readonly count: number;
  /** A text of the same length without them, wherever they stand in it, and without what is a secret by itself. */
  blot(text: string): string;
}

/** The secrets in plain data. A setting that stands apart as `key` and `value` is looked at as the line it was. */
export function secretsIn(data: unknown): Secrets {
  const secrets = new Set<string>();
  mapWords(data, (text) => {
    for (const [start, end] of secretRanges(text)) {
      const secret = text.slice(start, end);
      if (secrets.size < MAX_SECRETS && !/^\**$/.test(secret)) secrets.add(secret);
    }
    return text;
  });
  const known = [...secrets].filter((secret) => secret.length >= LEAST).sort((a, b) => b.length - a.length);
  return { count: secrets.size, blot: (text) => blot(text, known) };
}

/** Plain data of the same shape without their secrets; the very same when there are none. */
export function redacted<Data>(data: Data): { readonly data: Data; readonly count: number } {
  const { count, blot } = secretsIn(data);
  return { data: count === 0 ? data : (mapWords(data, blot) as Data), count };
}

/**
 * The same shape with every text of the target changed. `change` keeps lengths, which is how what was looked at as one
 * line is cut apart again: a setting, an option and its value.
 */
function mapWords(value: unknown, change: (text: string) => string, isTheirs = false): unknown {
  if (typeof value === "string") return isTheirs ? change(value) : value;
  if (Array.isArray(value)) return value.map((each) => mapWords(each, change, isTheirs));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const made: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value))
    made[name] =
      name === "argv"
        ? mapLine(part as string[], change)
        : mapWords(part, change, WORDS_OF_THE_TARGET.has(name));
  const { key, value: text } = value as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key === "string" && typeof text === "string")
    made["value"] = change(`${key}=${text}`).slice(key.length + 1);
  return made;
}

function mapLine(words: readonly string[], change: (text: string) => string): string[] {
  const line = change(words.join(" "));
  let at = 0;
  return words.map((word) => {
    const text = line.slice(at, at + word.length);
    at += word.length + 1;
    return text;
  });
}

function blot(text: string, known: readonly string[]): string {
  let result = text;
  for (const [start, end] of secretRanges(text))
    result = result.slice(0, start) + stars(result.slice(start, end)) + result.slice(end);
  for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, stars(secret));
  return result;
}

function stars(text: string): string {
  return "*".repeat(text.length);
}
