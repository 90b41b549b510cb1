import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type ArchiveHost, GapList } from "./archive.ts";
import { ArchiveBuilder } from "./archive-builder.ts";
import { archiveHost } from "./archive-host.ts";
import { bytesSource } from "./archive-source.ts";
import type { Host, Reading } from "./host.ts";
import { indexTar, type TarOptions } from "./tar.ts";

/** True when the program can be run here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

export function run(program: string, args: readonly string[], input?: Uint8Array): Uint8Array {
  return execFileSync(program, [...args], {
    input,
    maxBuffer: 2 ** 30,
    timeout: 60_000,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

export function temporaryFile(name: string, bytes: Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), "timerwarden-")), name);
  writeFileSync(path, bytes);
  return path;
}

/** A folder as Info-ZIP packs it, links as links. It exits with 18 when it had to leave out a FIFO. */
export function infoZip(folder: string): Uint8Array {
  const path = join(mkdtempSync(join(tmpdir(), "timerwarden-")), "folder.zip");
  spawnSync("zip", ["-q", "-r", "-y", path, "."], { cwd: folder, timeout: 60_000, stdio: "ignore" });
  return readFileSync(path);
}

export function readBytes(path: string): Uint8Array {
  return readFileSync(path);
}

/** Fields of a handmade tar header; a string is put in as it is. */
export interface Fields {
  readonly name?: string | Uint8Array;
  readonly type?: string;
  readonly data?: string | Uint8Array;
  readonly size?: string | number | Uint8Array;
  readonly link?: string;
  readonly mode?: string;
  readonly uid?: string | Uint8Array;
  readonly mtime?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly checksum?: string;
  /** Bytes put over the finished header, before the checksum. */
  readonly over?: readonly [number, Uint8Array];
}

/** A member as its bytes: header, data, padding. */
export function member(fields: Fields): Uint8Array {
  const header = Buffer.alloc(512);
  const data = Buffer.from(fields.data ?? "");
  const put = (at: number, value: string | Uint8Array): void => {
    header.set(typeof value === "string" ? Buffer.from(value) : value, at);
  };
  const size = fields.size ?? data.length;
  put(0, fields.name ?? "etc/x");
  put(100, fields.mode ?? "0000644\0");
  put(108, fields.uid ?? "0000000\0");
  put(116, "0000000\0");
  put(124, typeof size === "number" ? `${size.toString(8).padStart(11, "0")}\0` : size);
  put(136, fields.mtime ?? "14524400000\0");
  put(156, fields.type ?? "0");
  put(157, fields.link ?? "");
  put(257, fields.magic ?? "ustar\x0000");
  put(345, fields.prefix ?? "");
  if (fields.over !== undefined) header.set(fields.over[1], fields.over[0]);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, fields.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** Whole archive: members and the end mark. */
export function tarOf(...members: readonly (Fields | Uint8Array)[]): Uint8Array {
  const parts = members.map((part) => (part instanceof Uint8Array ? part : member(part)));
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** Records of a pax header. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): Uint8Array {
  const lines = Object.entries(records).map(([key, value]) => {
    const body = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(body) + 1;
    while (`${length}`.length + Buffer.byteLength(body) !== length) length++;
    return `${length}${body}`;
  });
  return member({ name: "pax", type, data: lines.join("") });
}

/** A host over a tar in memory. `streamed` forces the path compressed archives take. */
export async function tarHost(
  bytes: Uint8Array,
  options: TarOptions & { readonly streamed?: boolean } = {},
): Promise<ArchiveHost> {
  const source = bytesSource(bytes);
  const { size, open, close } = source;
  const tar = await indexTar(options.streamed === true ? { size, open, close } : source, options);
  return archiveHost({
    target: "tar:test",
    tree: tar.builder.tree,
    stores: [tar.store],
    gaps: tar.builder.gaps,
  });
}

export function valueAt<T>(reading: Reading<T>): T {
  if (reading.kind !== "present") throw new Error(`expected something, got ${JSON.stringify(reading)}`);
  return reading.value;
}

export function textAt(host: Host, path: string): string {
  return new TextDecoder().decode(valueAt(host.readFile(path)).bytes);
}

/** Every path of a host in order, with what the equality of containers is about. */
export function listing(host: Host, facts: (path: string) => unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const pending = ["/"];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    found[path] = facts(path);
    if (valueAt(host.lstat(path)).kind !== "directory") continue;
    for (const entry of valueAt(host.readDirectory(path)))
      pending.push(path === "/" ? `/${entry.name}` : `${path}/${entry.name}`);
  }
  return found;
}

export function emptyBuilder(): ArchiveBuilder {
  return new ArchiveBuilder(new GapList());
}

/** A minimal zip of stored members with Unix modes. */
export function zipOf(
  members: readonly {
    readonly name: string;
    readonly data?: string | Uint8Array;
    readonly mode?: number;
    /** Extra fields of the central directory. */
    readonly extra?: Uint8Array;
    readonly change?: (central: Buffer, local: Buffer) => void;
  }[],
): Uint8Array {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, data = "", mode = 0o100644, extra = new Uint8Array(0), change } of members) {
    const body = Buffer.from(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(crc32(body), 14);
    local.writeUInt32LE(body.length, 18);
    local.writeUInt32LE(body.length, 22);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central[5] = 3;
    local.copy(central, 16, 14, 30);
    central.writeUInt16LE(extra.length, 30);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    change?.(central, local);
    locals.push(local, Buffer.from(name), body);
    centrals.push(central, Buffer.from(name), Buffer.from(extra));
    offset += 30 + Buffer.byteLength(name) + body.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
