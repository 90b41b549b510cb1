import { createHash } from "node:crypto";
import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { database, INSTALLED_NS, type PackageFiles, packaged } from "./packages.ts";

const DIRECTORY = "/usr/lib/sysimage/rpm";

/** The files of packages with the SQLite database rpm keeps of them (`rpm` itself reads it: see the tests of bases). */
export function rpmTree(packages: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = new Map<string, MemoryEntry>();
  for (const { files } of packages) for (const [path, entry] of Object.entries(files)) tree.set(path, packaged(entry));
  tree.set(`${DIRECTORY}/rpmdb.sqlite`, database(sqliteOf(packages.map(headerOf))));
  tree.set("/var/lib/rpm", { link: "../../usr/lib/sysimage/rpm" });
  return tree;
}

/** One entry of a header: its tag, its type, how many values, and their bytes. */
interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly data: Buffer;
}

const [CHAR, INT16, INT32, STRING, BINARY, STRING_ARRAY] = [1, 3, 4, 6, 7, 8];
const WIDTHS: ReadonlyMap<number, number> = new Map([
  [INT16, 2],
  [INT32, 4],
]);
const IMMUTABLE = 63;
const SHA256 = 8;

/** A package's header as the database stores it: two lengths, an index, data (rpm manual, "Header"). */
function headerOf({ name, version, files, conffiles = [] }: PackageFiles): Buffer {
  const [upstream = version, release = "1"] = version.split(/-(?=[^-]*$)/);
  const paths = Object.keys(files).sort();
  const directories = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)))];
  const facts = paths.map((path) => factsOf(files[path] ?? ""));
  const each = <T>(value: (at: number) => T): readonly T[] => paths.map((_, at) => value(at));
  const fact = <K extends keyof FileFacts>(key: K) => facts.map((one) => one[key]);
  const seconds = Number(INSTALLED_NS / 1_000_000_000n);
  return encoded([
    strings(1000, STRING, [name]),
    strings(1001, STRING, [upstream]),
    strings(1002, STRING, [release]),
    integers(1006, INT32, [seconds]),
    integers(1008, INT32, [seconds]),
    integers(1009, INT32, [fact("size").reduce((sum, size) => sum + size, 0)]),
    strings(1011, STRING, ["Example Project"]),
    strings(1021, STRING, ["linux"]),
    strings(1022, STRING, ["x86_64"]),
    integers(1028, INT32, fact("size")),
    { tag: 1029, type: CHAR, count: paths.length, data: Buffer.alloc(paths.length) },
    integers(1030, INT16, fact("mode")),
    integers(1033, INT16, each(() => 0)),
    integers(1034, INT32, each(() => seconds)),
    strings(1035, STRING_ARRAY, fact("digest")),
    strings(1036, STRING_ARRAY, fact("link")),
    integers(1037, INT32, each((at) => (conffiles.includes(paths[at] ?? "") ? 1 : 0))),
    strings(1039, STRING_ARRAY, each(() => "root")),
    strings(1040, STRING_ARRAY, each(() => "root")),
      // Everything about a file is to be verified.
      integers(
        1045,
        INT32,
        each(() => 0xffff_ffff),
      ),
    integers(1095, INT32, each(() => 1)),
    integers(1096, INT32, each((at) => at + 1)),
    strings(1097, STRING_ARRAY, each(() => "")),
    integers(1116, INT32, each((at) => directories.findIndex((one) => paths[at]?.slice(one.length).includes("/") === false && paths[at]?.startsWith(one)))),
    strings(1117, STRING_ARRAY, each((at) => paths[at]?.replace(/^.*\//, "") ?? "")),
    strings(1118, STRING_ARRAY, directories),
    integers(5011, INT32, [SHA256]),
  ].filter(({ count }) => count > 0));
}

interface FileFacts {
  readonly mode: number;
  readonly size: number;
  readonly digest: string;
  readonly link: string;
}

function factsOf(entry: MemoryEntry): FileFacts {
  const { content = "", link, mode = 0o644 } =
    typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
  if (link !== undefined) return { mode: 0o120777, size: Buffer.byteLength(link), digest: "", link };
  const digest = createHash("sha256").update(content).digest("hex");
  return { mode: 0o100000 | mode, size: Buffer.byteLength(content), digest, link: "" };
}

function strings(tag: number, type: number, values: readonly string[]): Tag {
  return { tag, type, count: values.length, data: Buffer.from(values.map((value) => `${value}\0`).join("")) };
}

function integers(tag: number, type: number, values: readonly number[]): Tag {
  const width = WIDTHS.get(type) ?? 1;
  const data = Buffer.alloc(values.length * width);
  for (const [at, value] of values.entries()) data.writeUIntBE(value, at * width, width);
  return { tag, type, count: values.length, data };
}

/** All tags inside the one region that rpm signs; its trailer points back over the whole index. */
function encoded(tags: readonly Tag[]): Buffer {
  const entry = (tag: number, type: number, offset: number, count: number): Buffer => {
    const bytes = Buffer.alloc(16);
    for (const [at, value] of [tag, type, offset, count].entries()) bytes.writeInt32BE(value, at * 4);
    return bytes;
  };
  const index: Buffer[] = [];
  let data = Buffer.alloc(0);
  for (const { tag, type, count, data: own } of tags) {
    const width = WIDTHS.get(type) ?? 1;
    data = Buffer.concat([data, Buffer.alloc((width - (data.length % width)) % width)]);
    index.push(entry(tag, type, data.length, count));
    data = Buffer.concat([data, own]);
  }
  index.unshift(entry(IMMUTABLE, BINARY, data.length, 16));
  data = Buffer.concat([data, entry(IMMUTABLE, BINARY, -16 * index.length, 16)]);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(index.length, 0);
  lengths.writeUInt32BE(data.length, 4);
  return Buffer.concat([lengths, ...index, data]);
}

/** The largest page SQLite knows: a header of the corpus fits into one. */
const PAGE = 65_536;
const SCHEMA = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)";
const SEQUENCE = "CREATE TABLE sqlite_sequence(name,seq)";

/** An SQLite file with rpm's table of headers (https://www.sqlite.org/fileformat2.html). */
function sqliteOf(headers: readonly Buffer[]): Buffer {
  const rows = headers.map((header, at) => cell(at + 1, [null, header]));
  const leaves: Buffer[][] = [];
  let room = 0;
  for (const row of rows) {
    if (row.length > room) {
      leaves.push([]);
      room = PAGE - 8;
    }
    leaves.at(-1)?.push(row);
    room -= row.length + 2;
  }
  const first = 4;
  let last = 0;
  const [only] = leaves.length === 1 ? leaves : [];
  const children = leaves.map((cells, at) => {
    last += cells.length;
    return { page: first + at, key: last };
  });
  const master = [
    cell(1, ["table", "Packages", "Packages", 2, SCHEMA]),
    cell(2, ["table", "sqlite_sequence", "sqlite_sequence", 3, SEQUENCE]),
  ];
  const pages = [
    leaf(master, 100),
    only === undefined ? interior(children) : leaf(only, 0),
    leaf([cell(1, ["Packages", headers.length])], 0),
    ...(only === undefined ? leaves.map((cells) => leaf(cells, 0)) : []),
  ];
  const whole = Buffer.concat(pages);
  whole.write("SQLite format 3\0", 0, "latin1");
  whole.writeUInt16BE(1, 16);
  whole.set([1, 1, 0, 64, 32, 32], 18);
  for (const [at, value] of [[24, 1], [28, pages.length], [40, 1], [44, 4], [56, 1], [92, 1], [96, 3_040_000]] as const)
    whole.writeUInt32BE(value, at);
  return whole;
}

function leaf(cells: readonly Buffer[], header: number): Buffer {
  const page = Buffer.alloc(PAGE);
  let end = PAGE;
  for (const [at, bytes] of cells.entries()) {
    end -= bytes.length;
    bytes.copy(page, end);
    page.writeUInt16BE(end, header + 8 + at * 2);
  }
  page[header] = 13;
  page.writeUInt16BE(cells.length, header + 3);
  page.writeUInt16BE(end % PAGE, header + 5);
  return page;
}

function interior(children: readonly { readonly page: number; readonly key: number }[]): Buffer {
  const page = Buffer.alloc(PAGE);
  let end = PAGE;
  for (const [at, { page: number, key }] of children.slice(0, -1).entries()) {
    const bytes = Buffer.concat([Buffer.alloc(4), varint(key)]);
    bytes.writeUInt32BE(number, 0);
    end -= bytes.length;
    bytes.copy(page, end);
    page.writeUInt16BE(end, 12 + at * 2);
  }
  page[0] = 5;
  page.writeUInt16BE(Math.max(0, children.length - 1), 3);
  page.writeUInt16BE(end % PAGE, 5);
  page.writeUInt32BE(children.at(-1)?.page ?? 0, 8);
  return page;
}

function cell(id: number, values: readonly (string | number | Buffer | null)[]): Buffer {
  const columns = values.map((value) => {
    if (value === null) return { type: 0, data: Buffer.alloc(0) };
    if (typeof value === "number") {
      const data = Buffer.alloc(4);
      data.writeInt32BE(value);
      return { type: 4, data };
    }
    const data = Buffer.from(value as Buffer);
    return { type: data.length * 2 + (typeof value === "string" ? 13 : 12), data };
  });
  const types = Buffer.concat(columns.map(({ type }) => varint(type)));
  const payload = Buffer.concat([varint(types.length + 1), types, ...columns.map(({ data }) => data)]);
  if (payload.length > PAGE - 64) throw new Error("a header too large for one page");
  return Buffer.concat([varint(payload.length), varint(id), payload]);
}

/** Seven bits a byte, most significant first, the high bit set on all but the last. */
function varint(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80);
  return Buffer.from(bytes);
}
