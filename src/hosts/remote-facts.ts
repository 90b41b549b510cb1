import { decodeFileName } from "./file-name.ts";
import type { FileFacts, FileKind } from "./host.ts";

/** What the other side says of one path. */
export interface RemoteFacts {
  /** As it was asked for: `./etc/passwd`. */
  readonly path: string;
  readonly facts: FileFacts;
  readonly link: string | null;
  /** May the account read it (list it)? */
  readonly readable: boolean;
  /** May it pass through it? */
  readonly executable: boolean;
}

const LETTERS: ReadonlyMap<string, FileKind> = new Map([
  ["f", "file"],
  ["d", "directory"],
  ["l", "symlink"],
  ["p", "fifo"],
  ["s", "socket"],
  ["c", "character-device"],
  ["b", "block-device"],
]);

/** `S_IFMT` of stat(2). */
const TYPES: ReadonlyMap<number, FileKind> = new Map([
  [0x8000, "file"],
  [0x4000, "directory"],
  [0xa000, "symlink"],
  [0x1000, "fifo"],
  [0xc000, "socket"],
  [0x2000, "character-device"],
  [0x6000, "block-device"],
]);

const BY_FIND =
  /^([r-]) ([x-]) ([fdlpscb]) ([0-7]{1,4}) (\d+) (\d+) (\d+) (\S+) (\S+) (\S*) (\d+:\d+) (\d+)$/;
const BY_STAT = /^([r-]) ([x-]) ([0-9a-f]{1,8}) (\d+) (\d+) (\d+) (\S+) (\S+) (\S+) (\d+:\d+) (\d+)$/;

/** Reads the records that the remote script's facts are made of; `damaged` counts what makes no sense. */
export function parseRemoteFacts(bytes: Uint8Array): {
  readonly found: readonly RemoteFacts[];
  readonly damaged: number;
} {
  const found: RemoteFacts[] = [];
  let damaged = 0;
  for (let at = 0; at < bytes.length; ) {
    const fields: string[] = [];
    while (fields.length < 3) {
      const end = bytes.indexOf(0, at);
      if (end < 0) return { found, damaged: damaged + 1 };
      fields.push(decodeFileName(bytes.subarray(at, end)));
      at = end + 1;
    }
    const [numbers = "", path = "", link = ""] = fields;
    const facts = factsOf(numbers);
    if (facts === null) damaged++;
    else {
      const isLink = facts.kind === "symlink";
      found.push({
        path,
        facts,
        link: isLink ? link : null,
        readable: numbers[0] === "r",
        executable: numbers[2] === "x",
      });
    }
  }
  return { found, damaged };
}

function factsOf(text: string): FileFacts | null {
  const byFind = BY_FIND.exec(text);
  const byStat = byFind === null ? BY_STAT.exec(text) : null;
  if (byFind !== null) {
    const [, , , letter = "", mode = "", ...rest] = byFind;
    return together(LETTERS.get(letter), Number.parseInt(mode, 8), rest);
  }
  if (byStat === null) return null;
  const [, , , raw = "", ...rest] = byStat;
  const mode = Number.parseInt(raw, 16);
  return together(TYPES.get(mode & 0xf000), mode & 0o7777, rest);
}

function together(kind: FileKind | undefined, mode: number, rest: readonly string[]): FileFacts | null {
  const [uid = "", gid = "", size = "", mtime = "", ctime = "", birth = "", identity = "", links = ""] = rest;
  const owner = Number(uid);
  const group = Number(gid);
  if (kind === undefined || owner > 0xffffffff || group > 0xffffffff) return null;
  if (!Number.isSafeInteger(Number(size)) || !Number.isSafeInteger(Number(links))) return null;
  return {
    kind,
    mode,
    uid: owner,
    gid: group,
    size: Number(size),
    mtimeNs: timeOf(mtime),
    ctimeNs: timeOf(ctime),
    birthNs: timeOf(birth),
    identity,
    links: Number(links),
  };
}

/** Seconds since 1970 with up to ten places, as find prints them; `null` for a time it does not know. */
function timeOf(text: string): bigint | null {
  const match = /^(-?\d{1,11})(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (match === null) return null;
  const whole = BigInt(match[1] ?? "0") * 1_000_000_000n;
  return whole + BigInt((match[2] ?? "").padEnd(9, "0"));
}
