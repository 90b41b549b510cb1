import { encodeFileName } from "./file-name.ts";
import { BLOCK } from "./tar-header.ts";

/** One member of an archive to be written. */
export interface TarMember {
  /** Relative, as members are named: `etc/passwd`. Directories without a slash at the end. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  readonly content?: Uint8Array;
  readonly link?: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint | null;
  readonly ctimeNs?: bigint | null;
}

const TYPES: ReadonlyMap<TarMember["kind"], string> = new Map([
  ["file", "0"],
  ["directory", "5"],
  ["symlink", "2"],
]);

/** Octal digits of seven places, beyond which a pax record speaks. */
const MAX_ID = 0o7777777;
const MAX_SIZE = 0o77777777777;

/**
 * Members as a POSIX pax archive (IEEE Std 1003.1, pax "Interchange Format"): each gets an extended header with its
 * times in nanoseconds and whatever ustar's fields cannot hold. The same members give the same bytes.
 */
export function* writeTar(members: Iterable<TarMember>): Generator<Uint8Array> {
  for (const member of members) {
    const path = bytesOf(member.kind === "directory" ? `${member.path}/` : member.path);
    const link = bytesOf(member.link ?? "");
    const content = member.kind === "file" ? (member.content ?? new Uint8Array(0)) : new Uint8Array(0);
    const records = recordsOf(member, path, link, content.length);
    if (records.length > 0) {
      const fields = {
        name: Buffer.from("pax"),
        type: "x",
        size: records.length,
        mode: 0o644,
        uid: 0,
        gid: 0,
      };
      yield header({ ...fields, mtime: 0, link: Buffer.alloc(0) });
      yield padded(records);
    }
    yield header({
      name: path,
      type: TYPES.get(member.kind) ?? "0",
      size: content.length,
      mode: member.mode,
      uid: member.uid,
      gid: member.gid,
      mtime: secondsOf(member.mtimeNs),
      link,
    });
    if (content.length > 0) yield padded(content);
  }
  yield new Uint8Array(2 * BLOCK);
}

function bytesOf(name: string): Buffer {
  return Buffer.from(encodeFileName(name) ?? Buffer.from(name, "utf8"));
}

function secondsOf(ns: bigint | null): number {
  return ns === null || ns < 0n ? 0 : Number(ns / 1_000_000_000n);
}

/** Decimal seconds with nine places; a negative time counts down from its whole second, as in `date`. */
function timeText(ns: bigint): string {
  const sign = ns < 0n ? "-" : "";
  const size = ns < 0n ? -ns : ns;
  return `${sign}${size / 1_000_000_000n}.${String(size % 1_000_000_000n).padStart(9, "0")}`;
}

function recordsOf(member: TarMember, path: Buffer, link: Buffer, size: number): Buffer {
  const records: Buffer[] = [];
  const add = (key: string, value: Buffer | string) =>
    records.push(record(Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")])));
  if (!isUtf8(path) || !isUtf8(link)) add("hdrcharset", "BINARY");
  if (path.length > 100 || !isAscii(path)) add("path", path);
  if (link.length > 100 || !isAscii(link)) add("linkpath", link);
  if (member.uid > MAX_ID) add("uid", String(member.uid));
  if (member.gid > MAX_ID) add("gid", String(member.gid));
  if (size > MAX_SIZE) add("size", String(size));
  if (member.mtimeNs !== null) add("mtime", timeText(member.mtimeNs));
  if (member.ctimeNs != null) add("ctime", timeText(member.ctimeNs));
  return Buffer.concat(records);
}

/** A record begins with its own length in decimal, that number's digits included. */
function record(body: Buffer): Buffer {
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length++;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}

interface HeaderFields {
  readonly name: Buffer;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly link: Buffer;
}

function header({ name, type, size, mode, uid, gid, mtime, link }: HeaderFields): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) => {
    const most = 8 ** digits - 1;
    block.write(Math.min(value, most).toString(8).padStart(digits, "0"), at, "latin1");
  };
  name.copy(block, 0, 0, 100);
  octal(mode, 100, 7);
  octal(uid, 108, 7);
  octal(gid, 116, 7);
  octal(size, 124, 11);
  octal(mtime, 136, 11);
  block.write(type, 156, "latin1");
  link.copy(block, 157, 0, 100);
  block.write("ustar\u000000", 257, "latin1");
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % BLOCK;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(BLOCK - rest)]);
}
