/** sshd_config(5): the first value of a keyword counts; `Include` stands for its files; `Match` blocks apply to some. */
import type { Host } from "../../hosts/host.ts";
import { matchesGlob } from "../../manager/glob.ts";
import type { Span } from "../../syntax/span.ts";
import type { Subject } from "../subject.ts";
import { namesIn, readText } from "./read-text.ts";
import { lineSpan, type SourceProblem, wholeFile } from "./source-problem.ts";

export interface SshdSetting {
  readonly value: string;
  readonly span: Span;
}

export interface SshdMatch {
  /** As written: `Group admins Address 192.0.2.0/24`. */
  readonly criteria: string;
  readonly settings: ReadonlyMap<string, SshdSetting>;
  readonly span: Span;
}

export interface SshdConfig {
  /** A configuration or the program is there. */
  readonly present: boolean;
  /** The configuration file was read. */
  readonly configured: boolean;
  /** What holds for everybody, by keyword in lower case. */
  readonly settings: ReadonlyMap<string, SshdSetting>;
  readonly matches: readonly SshdMatch[];
  readonly problems: readonly SourceProblem[];
}

export const SSHD_CONFIG = "/etc/ssh/sshd_config";
const PROGRAMS = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
/** `SERVCONF_MAX_DEPTH` of OpenSSH's servconf.c. */
const MAX_DEPTH = 16;
const MAX_FILES = 500;
/** Lines read in all, however files include each other. */
const MAX_LINES = 100_000;
/** Keywords that take several lines, each adding to the last. */
const ADDING: ReadonlySet<string> = new Set([
  "allowusers",
  "denyusers",
  "allowgroups",
  "denygroups",
  "acceptenv",
]);

interface Draft {
  readonly host: Host;
  readonly settings: Map<string, SshdSetting>;
  readonly matches: { criteria: string; settings: Map<string, SshdSetting>; span: Span }[];
  readonly problems: SourceProblem[];
  files: number;
  read: number;
  /** Where settings go: the global part, or the block of the last `Match`. */
  into: Map<string, SshdSetting>;
  /** Criteria of the block in force; empty outside of blocks. */
  within: string;
  /** Criteria of the block this file is included in: a `Match` of its own narrows them. */
  outer: string;
}

export function readSshdConfig({ host }: Pick<Subject, "host">): SshdConfig {
  const settings = new Map<string, SshdSetting>();
  const draft: Draft = {
    host,
    settings,
    matches: [],
    problems: [],
    files: 0,
    read: 0,
    into: settings,
    within: "",
    outer: "",
  };
  const configured = host.stat(SSHD_CONFIG).kind !== "absent";
  const present = configured || PROGRAMS.some((path) => host.stat(path).kind !== "absent");
  if (configured) readConfigFile(draft, SSHD_CONFIG, 0);
  return {
    present,
    configured,
    settings: forEverybody(draft),
    matches: draft.matches,
    problems: draft.problems,
  };
}

/** What holds where no narrower block matches: a block `Match all` takes precedence over the part before any `Match`. */
function forEverybody({ settings, matches }: Draft): ReadonlyMap<string, SshdSetting> {
  const all = matches.filter(({ criteria }) => criteria.toLowerCase() === "all").reverse();
  return new Map([settings, ...all.map((match) => match.settings)].flatMap((map) => [...map]));
}

function readConfigFile(draft: Draft, path: string, depth: number): void {
  if (depth > MAX_DEPTH || ++draft.files > MAX_FILES) {
    draft.problems.push({ span: wholeFile(path), reason: "too many includes" });
    return;
  }
  const text = readText(draft.host, path, draft.problems);
  if (text === null) return;
  const { into, within, outer } = draft;
  draft.outer = within;
  for (const [index, raw] of text.split("\n").entries()) {
    if (++draft.read > MAX_LINES) {
      draft.problems.push({
        span: lineSpan(path, index + 1),
        reason: "too many lines; the rest is not read",
      });
      break;
    }
    readLine(draft, raw, lineSpan(path, index + 1), depth);
  }
  // A Match inside an included file ends with the file.
  if (depth > 0) resume(draft, into, within);
  draft.outer = outer;
}

/** The block an include stands in goes on behind it, and behind the blocks of the included file. */
function resume(draft: Draft, into: Map<string, SshdSetting>, within: string): void {
  const interrupted = draft.matches.find(({ settings }) => settings === into);
  if (draft.into === into) return;
  draft.within = within;
  draft.into = into;
  if (interrupted === undefined) return;
  const match = { ...interrupted, settings: new Map<string, SshdSetting>() };
  draft.matches.push(match);
  draft.into = match.settings;
}

function readLine(draft: Draft, raw: string, span: Span, depth: number): void {
  const line = raw.replace(/^\s+|[\s\r]+$/g, "");
  if (line === "" || line.startsWith("#")) return;
  const found = /^([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(\S[\s\S]*)$/.exec(line);
  if (found === null) {
    draft.problems.push({ span, reason: "not a keyword with a value" });
    return;
  }
  const keyword = (found[1] ?? "").toLowerCase();
  const value = wordsOf(found[2] ?? "");
  const fault = value === null ? "a quotation mark that nothing closes" : valueFault(keyword, value);
  if (value === null || fault !== null) {
    draft.problems.push({ span, reason: fault ?? "" });
    return;
  }
  if (keyword === "include") {
    for (const pattern of value)
      for (const path of globbed(draft, pattern)) readConfigFile(draft, path, depth + 1);
    return;
  }
  if (keyword === "match") {
    const own = value.join(" ").toLowerCase() === "all" ? "" : value.join(" ");
    draft.within = `${draft.outer} ${own}`.trim();
    const match = { criteria: draft.within || "all", settings: new Map<string, SshdSetting>(), span };
    draft.matches.push(match);
    draft.into = match.settings;
    return;
  }
  const known = draft.into.get(keyword);
  const text = value.join(" ");
  if (known === undefined) draft.into.set(keyword, { value: text, span });
  else if (ADDING.has(keyword))
    draft.into.set(keyword, { value: `${known.value} ${text}`, span: known.span });
}

const ROOT_LOGIN = /^(?:yes|no|without-password|prohibit-password|forced-commands-only)$/i;

/** What sshd refuses of the keywords that are judged; a refused file leaves it to say what is in force. */
function valueFault(keyword: string, value: readonly string[]): string | null {
  if (value.length === 0) return "a keyword without a value";
  if (keyword === "permitrootlogin" && !ROOT_LOGIN.test(value[0] ?? ""))
    return `PermitRootLogin takes no "${value[0]?.slice(0, 40)}"`;
  const isPaired = value.length % 2 === 0 || (value.length === 1 && value[0]?.toLowerCase() === "all");
  if (keyword === "match" && !isPaired) return "Match takes criteria with their patterns";
  return null;
}

/** Words, quoted ones without their marks; `null` when a mark is left open. */
function wordsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  for (const [whole, quoted] of text.matchAll(/"([^"]*)"|\S+/g)) {
    if (quoted === undefined && whole.startsWith("#")) break;
    if (quoted === undefined && whole.startsWith('"')) return null;
    words.push(quoted ?? whole);
  }
  return words;
}

/** Files of a pattern in byte order; only the last component may hold wildcards, as is usual. */
function globbed(draft: Draft, pattern: string): readonly string[] {
  const full = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
  if (!/[*?[]/.test(full)) return [full];
  const slash = full.lastIndexOf("/");
  const directory = full.slice(0, slash) || "/";
  if (/[*?[]/.test(directory)) {
    draft.problems.push({ span: wholeFile(full), reason: "an Include with wildcards in its directory" });
    return [];
  }
  return namesIn(draft.host, directory, draft.problems)
    .filter(
      (name) =>
        matchesGlob(full.slice(slash + 1), name) && (!name.startsWith(".") || full[slash + 1] === "."),
    )
    .map((name) => `${directory}/${name}`);
}
