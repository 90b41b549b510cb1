import type { Host } from "../hosts/host.ts";
import { decodeUtf8, encodeUtf8 } from "../syntax/utf8.ts";

/** Where logind keeps one file for each lingering user (`src/login/logind-user.c`). */
export const LINGER_DIRECTORY = "/var/lib/systemd/linger";

/** A user whose manager, and so whose timers, start at boot without a session. */
export interface Linger {
  /** The account meant: the file's name, C-unescaped. It need not exist. */
  readonly name: string;
  readonly path: string;
  /** When the file was last changed, nanoseconds since 1970; `null` where the evidence does not carry it. */
  readonly mtimeNs: bigint | null;
}

/** The lingering users, and why the list may be incomplete (`null` when it is not). */
export interface LingerList {
  readonly lingering: readonly Linger[];
  readonly gap: string | null;
  /** Entries logind skips: no regular file, or a name whose escapes are broken. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Reads the linger directory as `manager_enumerate_linger_users()` (`src/login/logind.c`) does. */
export function readLinger(host: Host): LingerList {
  const listing = host.readDirectory(LINGER_DIRECTORY);
  if (listing.kind === "absent") return { lingering: [], gap: null, skipped: [] };
  if (listing.kind === "unreadable") return { lingering: [], gap: listing.reason, skipped: [] };
  const lingering: Linger[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const entry of listing.value) {
    const path = `${LINGER_DIRECTORY}/${entry.name}`;
    const name = cUnescape(entry.name);
    // dirent_is_file(): regular files and links, no hidden or backup names.
    if (entry.kind !== "file" && entry.kind !== "symlink")
      skipped.push({ path, reason: "not a regular file" });
    else if (isHiddenOrBackup(entry.name)) skipped.push({ path, reason: "hidden or backup file name" });
    else if (name === null) skipped.push({ path, reason: "broken escape in its name" });
    else lingering.push({ name, path, mtimeNs: mtimeOf(host, path) });
  }
  return { lingering, gap: null, skipped };
}

function mtimeOf(host: Host, path: string): bigint | null {
  const facts = host.lstat(path);
  return facts.kind === "present" ? facts.value.mtimeNs : null;
}

/** `hidden_or_backup_file()` of `src/basic/path-util.c`. */
function isHiddenOrBackup(name: string): boolean {
  if (name.startsWith(".") || name === "lost+found" || name === "aquota.user" || name === "aquota.group")
    return true;
  if (name.endsWith("~")) return true;
  return /\.(rpmnew|rpmsave|rpmorig|dpkg-old|dpkg-new|dpkg-tmp|dpkg-dist|dpkg-bak|dpkg-backup|dpkg-remove|ucf-new|ucf-old|ucf-dist|swp|bak|old|new)$/.test(
    name,
  );
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
  ["s", " "],
]);

/** Undoes C escapes as `cunescape(…, 0)` of `src/basic/escape.c`; `null` for a broken one or a NUL. */
export function cUnescape(text: string): string | null {
  let plain = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character !== "\\") {
      plain += character;
      continue;
    }
    const found = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^xuU0-9]))/.exec(
      text.slice(at + 1, at + 11),
    );
    const value = found === null ? null : escapedCharacter(found);
    if (found === null || value === null) return null;
    plain += value;
    at += found[0].length;
  }
  return joinBytes(plain);
}

function escapedCharacter([, hex, short, long, octal, letter]: RegExpExecArray): string | null {
  if (letter !== undefined) return SIMPLE.get(letter) ?? null;
  const byteText = hex ?? octal;
  if (byteText !== undefined) return byteCharacter(Number.parseInt(byteText, hex === undefined ? 8 : 16));
  const point = Number.parseInt(short ?? long ?? "", 16);
  const valid = point !== 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return valid ? String.fromCodePoint(point) : null;
}

/** A byte above 127 is part of some UTF-8 sequence: kept as a stray until all are known. */
function byteCharacter(byte: number): string | null {
  if (byte === 0 || byte > 0xff) return null;
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

function joinBytes(text: string): string {
  return /[\udc80-\udcff]/.test(text) ? decodeUtf8(encodeUtf8(text)) : text;
}
