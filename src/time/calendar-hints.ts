import { nearest } from "../nearest.ts";
import { fromCron } from "./cron.ts";
import type { Zones } from "./zone.ts";

/** What is really wrong with a refused calendar expression, and what its author probably meant. */
export interface Hint {
  readonly message: string;
  readonly at: number;
  readonly length: number;
  readonly suggestion?: string;
}

/** Longer texts get the parser's own message: no author's slip is that long, and looking costs time. */
const MAX_HINTED = 400;
const WEEK: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const WORDS = [
  "minutely",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "quarterly",
  "semiannually",
  "yearly",
] as const;

type Look = (text: string, zones: Zones, accepts: (candidate: string) => boolean) => Hint | null;

/** The usual mistakes, most telling first. */
const LOOKS: readonly Look[] = [
  nickname,
  cron,
  quotes,
  outerBlanks,
  comment,
  iso,
  twelveHours,
  wrappedWeek,
  starStep,
  offset,
  zoneName,
  hourOutOfRange,
  longWord,
];

/**
 * Recognizes the usual mistakes in a text systemd refuses. `accepts` says whether a candidate would be valid, so
 * nothing is suggested that is not.
 */
export function hintFor(text: string, zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  if (text.length > MAX_HINTED) return null;
  for (const look of LOOKS) {
    const hint = look(text, zones, accepts);
    if (hint !== null) return hint;
  }
  return null;
}

function hint(message: string, at: number, length: number, suggestion?: string): Hint {
  const base = { message, at, length: Math.max(1, length) };
  return suggestion === undefined ? base : { ...base, suggestion };
}

/** Gives the hint only a suggestion that holds. */
function checked(
  accepts: (candidate: string) => boolean,
  message: string,
  at: number,
  length: number,
  candidate: string,
): Hint {
  return hint(message, at, length, accepts(candidate) ? candidate : undefined);
}

function nickname(text: string): Hint | null {
  const match = /^\s*(@[A-Za-z]+)\s*$/.exec(text);
  const word = match?.[1];
  if (word === undefined) return null;
  const translation = fromCron(word);
  const at = text.indexOf("@");
  if (translation === null) return hint(`“${word}” is no calendar expression`, at, word.length);
  const message =
    translation.instead === undefined
      ? `“${word}” is cron's word`
      : `“${word}” is cron's word; a timer says ${translation.instead} instead of OnCalendar=`;
  return hint(message, at, word.length, translation.expressions[0]);
}

function cron(text: string): Hint | null {
  const translation = fromCron(text);
  const [first, ...others] = translation?.expressions ?? [];
  if (first === undefined) return null;
  const length = text.trim().length;
  const at = text.indexOf(text.trim());
  if (others.length === 0) return hint("this looks like cron, not a calendar expression", at, length, first);
  const also = others.map((expression) => `OnCalendar=${expression}`).join(" ");
  return hint(
    `this looks like cron, which takes either day; systemd needs a second line, ${also}`,
    at,
    length,
    first,
  );
}

function quotes(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /["']/.exec(text);
  if (match === null) return null;
  const message = "quotes belong to the text here and are not taken off";
  return checked(accepts, message, match.index, 1, text.replace(/["']/g, "").trim());
}

function outerBlanks(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const candidate = text.replace(/[ \t\r\n]+/g, " ").trim();
  if (candidate === text || !accepts(candidate)) return null;
  const tab = text.search(/[\t\r\n]/);
  const double = text.search(/ {2}/);
  const leading = text.search(/\S/);
  if (leading > 0) return hint("blanks before the expression are not allowed", 0, leading, candidate);
  if (tab >= 0) return hint("only blanks separate the parts, not tabs", tab, 1, candidate);
  if (double >= 0) return hint("one blank too many", double + 1, 1, candidate);
  return hint("a blank at the end is not allowed here", text.trimEnd().length, 1, candidate);
}

function comment(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const at = text.search(/[#;]/);
  if (at < 0) return null;
  const message = "a comment needs a line of its own; here it belongs to the value";
  return checked(accepts, message, at, text.length - at, text.slice(0, at).trim());
}

function iso(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /\d(T)\d\d?:\d|(\d)Z$/i.exec(text);
  if (match === null) return null;
  const candidate = text.replace(/(\d)T(\d)/i, "$1 $2").replace(/(\d)Z$/i, "$1 UTC");
  const isT = match[1] !== undefined;
  const message = isT
    ? "a blank, not “T”, stands between date and time"
    : "“Z” is not understood; Greenwich is written “UTC”";
  return checked(accepts, message, match.index + 1, 1, candidate);
}

function twelveHours(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /\b(\d{1,2})(?::(\d{2}))?(:\d{2})? ?([ap])\.?m\.?(?![A-Za-z])/i.exec(text);
  if (match === null) return null;
  const [whole, hourText = "0", minute = "00", second = "", half = "a"] = match;
  const hour = Number(hourText);
  const converted = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  const time = `${String(converted).padStart(2, "0")}:${minute}${second}`;
  const candidate = text.slice(0, match.index) + time + text.slice(match.index + whole.length);
  const valid = hour >= 1 && hour <= 12;
  const message = "hours are counted from 0 to 23, without AM or PM";
  return valid
    ? checked(accepts, message, match.index, whole.length, candidate)
    : hint(message, match.index, whole.length);
}

function wrappedWeek(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const pattern =
    /\b(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}(?:\.\.|-)(mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b/gi;
  for (const match of text.matchAll(pattern)) {
    const from = WEEK.indexOf((match[1] ?? "").toLowerCase());
    const to = WEEK.indexOf((match[2] ?? "").toLowerCase());
    if (from <= to) continue;
    const run = (first: number, last: number): string =>
      first === last ? `${DAY_NAMES[first]}` : `${DAY_NAMES[first]}..${DAY_NAMES[last]}`;
    const candidate =
      text.slice(0, match.index) +
      `${run(from, 6)},${run(0, to)}` +
      text.slice(match.index + match[0].length);
    const message = "a range of weekdays cannot wrap around Sunday";
    return checked(accepts, message, match.index, match[0].length, candidate);
  }
  return null;
}

function starStep(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /\*\/\d/.exec(text);
  if (match === null) return null;
  const message = "a step needs a number to count from, not “*”";
  const time = text.includes(":") ? text.lastIndexOf(" ", text.indexOf(":")) : text.length;
  const candidate = [...text]
    .map((letter, at) => (letter === "*" && text[at + 1] === "/" ? (at > time ? "0" : "1") : letter))
    .join("");
  const named = accepts(candidate) ? candidate : text.replace(/^\*\/(\d+)$/, "*:0/$1");
  return checked(accepts, message, match.index, 1, named);
}

function offset(text: string): Hint | null {
  const match = / ?[+-]\d{2}:?\d{2}$/.exec(text);
  if (match === null) return null;
  return hint(
    "offsets are not understood; name a zone such as Europe/Berlin, or UTC",
    match.index,
    match[0].length,
  );
}

function zoneName(text: string, zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const at = text.lastIndexOf(" ") + 1;
  const word = text.slice(at);
  const body = text.slice(0, at).trimEnd();
  const looksLikeZone = /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(word) && (at > 0 || word.includes("/"));
  if (!looksLikeZone || (body !== "" && !accepts(body))) return null;
  if (body === "")
    return checked(
      accepts,
      "a zone alone is no schedule; put a time before it",
      at,
      word.length,
      `daily ${word}`,
    );
  const near = nearest(word, zones.names?.() ?? []);
  const candidate = near === null ? null : `${body} ${near}`;
  const message = `unknown time zone “${word}”`;
  return candidate !== null && accepts(candidate)
    ? hint(message, at, word.length, candidate)
    : hint(`${message}: neither in the zone database nor an abbreviation of the local zone`, at, word.length);
}

function hourOutOfRange(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /(?:^| )(24):(\d{2}(?::\d{2})?)/.exec(text);
  if (match === null) return null;
  const at = text.indexOf("24:", match.index);
  const candidate = `${text.slice(0, at)}00${text.slice(at + 2)}`;
  return checked(accepts, "hours end with 23; midnight is 00:00 of the next day", at, 2, candidate);
}

/** A misspelt shorthand or weekday. */
function longWord(text: string, _zones: Zones, accepts: (candidate: string) => boolean): Hint | null {
  const match = /[A-Za-z-]{3,}/.exec(text);
  const word = match?.[0] ?? "";
  if (match === null || word.length > 20) return null;
  const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
  const near = nearest(word, [...WORDS, ...days, ...DAY_NAMES]);
  if (near === null || near.toLowerCase() === word.toLowerCase()) return null;
  const candidate = text.slice(0, match.index) + near + text.slice(match.index + word.length);
  return accepts(candidate) ? hint(`“${word}” is not understood`, match.index, word.length, candidate) : null;
}
