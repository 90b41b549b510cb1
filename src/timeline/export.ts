/**
 * A timeline for other programs. Texts must have been made harmless before (`visible`): these formats only quote what
 * their own grammar gives a meaning to.
 */

import { shortDigest } from "../digest.ts";
import { formatRfc3339 } from "../time/timestamp-format.ts";
import type { TimelineEvent } from "./event.ts";

/** Every event as one JSON object a line. */
export function* timelineJsonLines(events: Iterable<TimelineEvent>): Generator<string> {
  for (const { usec, untilUsec, facts, ...event } of events)
    yield `${JSON.stringify({
      time: formatRfc3339(usec),
      until: untilUsec === null ? null : formatRfc3339(untilUsec),
      ...event,
      mode: facts === null ? null : facts.mode.toString(8).padStart(4, "0"),
      uid: facts?.uid ?? null,
      gid: facts?.gid ?? null,
      size: facts?.size ?? null,
    })}\n`;
}

/**
 * The Sleuth Kit's body file, version 3: `MD5|name|inode|mode|UID|GID|size|atime|mtime|ctime|crtime`, whole seconds.
 * A file is one line with all its times; anything else is a line with only a modification time.
 */
export function* bodyFile(events: Iterable<TimelineEvent>): Generator<string> {
  const told = new Set<string>();
  for (const { usec, kind, path, facts, says } of events) {
    if (facts === null || path === null) {
      const seconds = Math.floor(usec / 1e6);
      yield `0|${name(`[${kind}] ${says}`)}|0|----------|0|0|0|0|${seconds}|0|0\n`;
      continue;
    }
    if (told.has(path)) continue;
    told.add(path);
    const times = [facts.mtimeNs, facts.ctimeNs, facts.birthNs].map(seconds).join("|");
    const inode = /:(\d+)$/.exec(facts.identity)?.[1] ?? "0";
    yield `0|${name(path)}|${inode}|${modeText(facts.kind, facts.mode)}|${facts.uid}|${facts.gid}|${facts.size}|0|${times}\n`;
  }
}

function name(text: string): string {
  return text.replaceAll("|", "\\x7c");
}

function seconds(ns: bigint | null): string {
  return ns === null ? "0" : String(ns / 1_000_000_000n);
}

/** `-rwsr-xr-x`, as ls(1) prints it. */
function modeText(kind: string, mode: number): string {
  const type = kind === "directory" ? "d" : kind === "symlink" ? "l" : "-";
  const bits = "rwxrwxrwx";
  const letters = [...bits].map((letter, index) => (((mode >> (8 - index)) & 1) === 1 ? letter : "-"));
  const special = (at: number, bit: number, letter: string) => {
    if ((mode & bit) !== 0) letters[at] = letters[at] === "x" ? letter : letter.toUpperCase();
  };
  special(2, 0o4000, "s");
  special(5, 0o2000, "s");
  special(8, 0o1000, "t");
  return type + letters.join("");
}

/** What is to come as an iCalendar (RFC 5545); the past is not for a calendar. `stampUsec` is when it was made. */
export function* calendarFile(events: Iterable<TimelineEvent>, stampUsec: number): Generator<string> {
  yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Timerwarden//timeline//EN\r\n";
  for (const { usec, untilUsec, kind, unit, says, path } of events) {
    if (kind !== "elapse") continue;
    const uid = shortDigest([unit ?? "", String(usec)]);
    const lines = [
      "BEGIN:VEVENT",
      `UID:${uid}-${Math.floor(usec / 1e6)}@timerwarden`,
      `DTSTAMP:${compact(stampUsec)}`,
      `DTSTART:${compact(usec)}`,
      ...(untilUsec === null ? [] : [`DTEND:${compact(Math.max(untilUsec, usec + 1e6))}`]),
      `SUMMARY:${escaped(says)}`,
      `DESCRIPTION:${escaped([unit, path].filter((part) => part !== null).join(" "))}`,
      "TRANSP:TRANSPARENT",
      "END:VEVENT",
    ];
    for (const line of lines) yield folded(line);
  }
  yield "END:VCALENDAR\r\n";
}

/** `20261123T063800Z`. */
function compact(usec: number): string {
  return formatRfc3339(Math.floor(usec / 1e6) * 1e6).replace(/[-:]/g, "");
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

/** Lines are at most 75 octets; what follows goes on after a blank (RFC 5545, 3.1). */
function folded(line: string): string {
  let text = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return `${text}\r\n`;
}
