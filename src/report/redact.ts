/**
 * Passwords and tokens in reports that are sent around: blotted out letter by letter, so that columns still point where
 * they pointed. What is a secret is told by its surroundings (`--password=…`, `TOKEN=…`, `https://user:…@`,
 * `Authorization:`) or by its form (`ghp_…`); paths, `$VARIABLES` and `%specifiers` in such a place are references.
 */
import type { FindingRow, TimerRow } from "./envelope.ts";
import { isAudit, type Report } from "./exporter.ts";

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

export interface Redacted<Kind> {
  readonly report: Kind;
  /** How many different secrets were blotted out. */
  readonly count: number;
}

/** The report without its secrets; wherever one that was found stands again, it goes too. */
export function redacted<Kind extends Report>(report: Kind): Redacted<Kind> {
  const secrets = new Set<string>();
  const take = (text: string | null): void => {
    if (text === null) return;
    for (const [start, end] of secretRanges(text))
      if (secrets.size < MAX_SECRETS) secrets.add(text.slice(start, end));
  };
  for (const row of [...report.timers, ...report.jobs]) {
    for (const text of textsOfRow(row)) take(text);
    for (const { argv } of row.commands) take(argv.join(" "));
  }
  if (isAudit(report)) for (const finding of report.findings) for (const text of textsOf(finding)) take(text);
  if (secrets.size === 0) return { report, count: 0 };
  const known = [...secrets].filter((secret) => secret.length >= LEAST).sort((a, b) => b.length - a.length);
  const clean = (text: string): string => blot(text, known);
  const rows = (list: readonly TimerRow[]): TimerRow[] => list.map((row) => cleanRow(row, clean));
  const kept = { ...report, timers: rows(report.timers), jobs: rows(report.jobs) };
  return {
    report: isAudit(kept)
      ? { ...kept, findings: kept.findings.map((one) => cleanFinding(one, clean)) }
      : kept,
    count: secrets.size,
  };
}

/**
 * Plain data that go along with a report, without the secrets in their own texts and without those of the report. A
 * setting that stands apart as `key` and `value` is looked at as the line it was.
 */
export function redactedData<Data>(data: Data, report: Report): Data {
  const secrets = new Set<string>();
  const take = (text: string): string => {
    for (const [start, end] of secretRanges(text))
      if (secrets.size < MAX_SECRETS && end - start >= LEAST) secrets.add(text.slice(start, end));
    return text;
  };
  mapTexts(report, take);
  mapTexts(data, take);
  const known = [...secrets].sort((a, b) => b.length - a.length);
  return mapTexts(data, (text) => blot(text, known)) as Data;
}

/** The same shape with every text changed. `change` keeps lengths, which is how a setting is cut apart again. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (typeof value !== "object" || value === null) return value;
  const made: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) made[name] = mapTexts(part, change);
  const { key, value: text } = value as { readonly key?: unknown; readonly value?: unknown };
  if (typeof key === "string" && typeof text === "string")
    made["value"] = change(`${key}=${text}`).slice(key.length + 1);
  return made;
}

function textsOfRow({ command, description, problems }: TimerRow): readonly (string | null)[] {
  return [command, description, ...problems.map(({ says }) => says)];
}

function textsOf({ says, evidence }: FindingRow): readonly (string | null)[] {
  return [says, ...evidence.flatMap((place) => [place.excerpt, place.says])];
}

function stars(text: string): string {
  return "*".repeat(text.length);
}

function blot(text: string, known: readonly string[]): string {
  let result = text;
  for (const [start, end] of secretRanges(text))
    result = result.slice(0, start) + stars(result.slice(start, end)) + result.slice(end);
  for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, stars(secret));
  return result;
}

function cleanRow(row: TimerRow, clean: (text: string) => string): TimerRow {
  return {
    ...row,
    description: row.description === null ? null : clean(row.description),
    command: row.command === null ? null : clean(row.command),
    commands: row.commands.map((command) => ({ ...command, argv: cleanWords(command.argv, clean) })),
    problems: row.problems.map((problem) => ({ ...problem, says: clean(problem.says) })),
  };
}

/** An option and its value may be two words: they are looked at as one line and cut apart again. */
function cleanWords(words: readonly string[], clean: (text: string) => string): string[] {
  const line = clean(words.join(" "));
  let at = 0;
  return words.map((word) => {
    const text = line.slice(at, at + word.length);
    at += word.length + 1;
    return text;
  });
}

function cleanFinding(finding: FindingRow, clean: (text: string) => string): FindingRow {
  return {
    ...finding,
    says: clean(finding.says),
    evidence: finding.evidence.map((place) => ({
      ...place,
      excerpt: place.excerpt === null ? null : clean(place.excerpt),
      says: place.says === null ? null : clean(place.says),
    })),
  };
}
