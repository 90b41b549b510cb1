import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { decompressLz4 } from "./lz4.ts";
import { openPackages } from "./provenance.ts";
import { RPM_TAG } from "./rpm-header.ts";
import { openStores } from "./stores.ts";

/** A header as rpm stores it, of tag, type, count and data. */
function rpmHeader(entries: readonly (readonly [number, number, number, Buffer])[]): Buffer {
  const index: Buffer[] = [];
  let length = 0;
  for (const [tag, type, count, data] of entries) {
    const entry = Buffer.alloc(16);
    for (const [at, value] of [tag, type, length, count].entries()) entry.writeUInt32BE(value, at * 4);
    index.push(entry);
    length += data.length;
  }
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(entries.length, 0);
  lengths.writeUInt32BE(length, 4);
  return Buffer.concat([lengths, ...index, ...entries.map(([, , , data]) => data)]);
}

const text = (...strings: string[]): Buffer => Buffer.from(strings.map((one) => `${one}\0`).join(""));
const HEADER = rpmHeader([
  [RPM_TAG.name, 6, 1, text("tool")],
  [RPM_TAG.version, 6, 1, text("1")],
  [RPM_TAG.release, 6, 1, text("2")],
  [RPM_TAG.directoryIndexes, 4, 2, Buffer.alloc(8)],
  [RPM_TAG.baseNames, 8, 2, text("tool", "other")],
  [RPM_TAG.directoryNames, 8, 1, text("/usr/bin/")],
  [RPM_TAG.fileModes, 3, 2, Buffer.from([0x81, 0xed, 0x81, 0xed])],
  [RPM_TAG.fileDigests, 8, 2, text("0cc175b9c0f1b6a831c399e269772661", "")],
]);

const PAGE = 1024;

/** A leaf page of a table b-tree with one cell: row id and payload. */
function leaf(headerAt: number, id: number, payload: Buffer, cells = 1): Buffer {
  const page = Buffer.alloc(PAGE);
  const cell = Buffer.concat([varint(payload.length), varint(id), payload]);
  const at = PAGE - cell.length;
  page[headerAt] = 13;
  page.writeUInt16BE(cells, headerAt + 3);
  for (let index = 0; index < cells; index++) page.writeUInt16BE(at, headerAt + 8 + index * 2);
  cell.copy(page, at);
  return page;
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([0x80 | (value >> 7), value & 0x7f]);
}

/** Serial types of the columns, then their bytes. */
function record(types: readonly number[], body: Buffer): Buffer {
  const header = Buffer.concat(types.map(varint));
  return Buffer.concat([varint(header.length + 1), header, body]);
}

function database(cells = 1): Buffer {
  const schema = record([23, 29, 29, 1, 13], Buffer.from("tablePackagesPackages\u0002", "latin1"));
  const first = leaf(100, 1, schema);
  first.write("SQLite format 3\0", 0, "latin1");
  first.writeUInt16BE(PAGE, 16);
  first.writeUInt32BE(1, 56);
  first.fill(2, 18, 20);
  return Buffer.concat([first, leaf(0, 1, record([0, HEADER.length * 2 + 12], HEADER), cells)]);
}

/** A write-ahead log with a sound header and no frame that holds. */
function emptyLog(): Buffer {
  const log = Buffer.alloc(32 + 24 + PAGE);
  log.writeUInt32BE(0x377f0683, 0);
  log.writeUInt32BE(PAGE, 8);
  let [first, second] = [0, 0];
  for (let at = 0; at < 24; at += 8) {
    first = (first + log.readUInt32BE(at) + second) >>> 0;
    second = (second + log.readUInt32BE(at + 4) + first) >>> 0;
  }
  log.writeUInt32BE(first, 24);
  log.writeUInt32BE(second, 28);
  log.writeUInt32BE(9, 32 + 4);
  return log;
}

/** The lz4 program's output for three times the same paragraph. */
const LZ4 = Buffer.from(
  "BCJNGGRApyUAAAD/C1BhY2thZ2U6IHRvb2wKVmVyc2lvbjogMQoKGgAcUDogMQoKAAAAAAvKVxM=",
  "base64",
);
const DPKG_STATUS = "Package: tool\nStatus: install ok installed\nVersion: 1\nConffiles:\n /etc/a 0cc175b9\n";
const APK = "P:tool\nV:1\nF:usr/bin\nR:tool\nZ:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=\n";

/** One file of every database, and whatever it is asked about. */
const DATABASES: ReadonlyMap<string, Buffer> = new Map([
  ["/var/lib/rpm/rpmdb.sqlite", database()],
  ["/var/lib/rpm/rpmdb.sqlite-wal", emptyLog()],
  ["/nix/var/nix/db/db.sqlite", database()],
  ["/var/lib/dpkg/status", Buffer.from(DPKG_STATUS)],
  ["/var/lib/dpkg/info/tool.list", Buffer.from("/.\n/usr/bin/tool\n/etc/a\n")],
  ["/var/lib/dpkg/info/tool.md5sums", Buffer.from("0cc175b9c0f1b6a831c399e269772661  usr/bin/tool\n")],
  ["/var/lib/dpkg/diversions", Buffer.from("/usr/bin/tool\n/usr/bin/tool.real\nother\n")],
  ["/var/lib/dpkg/statoverride", Buffer.from("root root 755 /usr/bin/tool\n")],
  ["/var/lib/dpkg/alternatives/alt", Buffer.from("auto\n/usr/bin/alt\n\n/usr/bin/tool\n10\n\n")],
  ["/var/lib/dpkg/status.d/tool", Buffer.from(DPKG_STATUS)],
  ["/var/lib/dpkg/status.d/tool.md5sums", Buffer.from("0cc175b9c0f1b6a831c399e269772661  ./usr/bin/tool\n")],
  ["/var/lib/pacman/local/tool-1/desc", Buffer.from("%NAME%\ntool\n\n%VERSION%\n1\n")],
  ["/var/lib/pacman/local/tool-1/files", Buffer.from("%FILES%\nusr/bin/tool\n\n%BACKUP%\netc/a\t00\n")],
  ["/var/lib/pacman/local/tool-1/mtree", gzipSync("/set type=file\n./usr/bin/tool size=1\n")],
  ["/lib/apk/db/installed", Buffer.from(APK)],
  ["/var/lib/apt/lists/x_Packages.lz4", LZ4],
  ["/var/lib/apt/lists/y_Packages", Buffer.from("Package: tool\nVersion: 1\n\n")],
]);

const PATHS = ["/usr/bin/tool", "/usr/bin/other", "/usr/bin/tool.real", "/usr/bin/alt", "/etc/a", "/nope"];

function askAll(files: ReadonlyMap<string, Uint8Array>): unknown[] {
  const tree = new Map<string, MemoryEntry>(files);
  tree.set("/usr/bin/tool", "a");
  tree.set("/usr/bin/alt", { link: "/etc/alternatives/alt" });
  tree.set("/etc/alternatives/alt", { link: "/usr/bin/tool" });
  const host = memoryHost(tree);
  const packages = openPackages(host);
  const found = packages.provenanceOf(PATHS);
  expect([...found.keys()]).toEqual(PATHS);
  for (const { reason } of packages.problems) expect(reason).not.toBe("");
  return [
    ...found.values(),
    packages.packageNames(),
    packages.removedPackages(),
    packages.originOf({ package: "tool", version: "1" }),
    openStores(host).storeOf("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/bin/x"),
  ];
}

describe("hostile databases", () => {
  test("the undamaged fixtures are read as meant", () => {
    const only = (path: string): unknown => {
      const tree = { [path]: DATABASES.get(path) ?? "", "/usr/bin/tool": "a", "/usr/bin/other": "b" };
      return openPackages(memoryHost(tree)).provenanceOf(["/usr/bin/tool"]).get("/usr/bin/tool");
    };
    for (const path of ["/var/lib/rpm/rpmdb.sqlite", "/lib/apk/db/installed"]) {
      expect(only(path)).toMatchObject({ content: "matches", owner: { package: "tool" } });
    }
    expect(decompressLz4(LZ4, 100)?.toString()).toBe("Package: tool\nVersion: 1\n\n".repeat(3));
    expect(decompressLz4(LZ4, 20)).toBeNull();
  });

  test("damaged bytes anywhere: an answer for every path, never an exception", () => {
    const names = [...DATABASES.keys()];
    const damage = fc.record({
      file: fc.constantFrom(...names),
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
      cut: fc.option(fc.nat(), { freq: 4 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 8 }), (all) => {
        const files = new Map([...DATABASES].map(([path, bytes]) => [path, Buffer.from(bytes)]));
        for (const { file, at, bytes, cut } of all) {
          const target = files.get(file) ?? Buffer.alloc(0);
          const room = Math.max(1, target.length);
          target.set(bytes.subarray(0, Math.max(0, target.length - (at % room))), at % room);
          if (cut !== null) files.set(file, target.subarray(0, cut % room));
        }
        askAll(files);
      }),
      { numRuns: 400 },
    );
  });

  test("arbitrary bytes as any database", () => {
    fc.assert(
      fc.property(fc.constantFrom(...DATABASES.keys()), fc.uint8Array({ maxLength: 300 }), (file, bytes) => {
        askAll(new Map(DATABASES).set(file, Buffer.from(bytes)));
      }),
      { numRuns: 200 },
    );
  });

  test("a page whose cells all point at one payload is read at most as far as the file is long", () => {
    const packages = openPackages(memoryHost({ "/var/lib/rpm/rpmdb.sqlite": database(200) }));
    expect(packages.packageNames().size).toBe(1);
    expect(packages.problems.some(({ reason }) => reason.includes("cannot be read"))).toBe(true);
  });

  test("nothing but line breaks, 32 MiB of them, is no burden", () => {
    const breaks = Buffer.alloc(32 * 1024 * 1024, 10);
    const files = ["/var/lib/dpkg/status", "/var/lib/dpkg/info/tool.list", "/lib/apk/db/installed"];
    const tree = Object.fromEntries(files.map((file) => [file, breaks]));
    const packages = openPackages(memoryHost({ ...tree, "/usr/bin/tool": "" }));
    expect(packages.provenanceOf(["/usr/bin/tool"]).get("/usr/bin/tool")?.content).toBe("not-shipped");
    expect(packages.packageNames().size).toBe(0);
  });

  test("a compressed mtree that grows without end is refused", () => {
    const bomb = gzipSync(Buffer.alloc(160 * 1024 * 1024));
    const files = new Map(DATABASES).set("/var/lib/pacman/local/tool-1/mtree", bomb);
    expect(askAll(files)).toHaveLength(PATHS.length + 4);
  });

  test("terminal escapes and odd names stay data", () => {
    const name = "\u001b[31mtool";
    const tree = { "/lib/apk/db/installed": `P:${name}\nV:1\nF:usr/bin\nR:tool\n`, "/usr/bin/tool": "a" };
    const found = openPackages(memoryHost(tree)).provenanceOf(["/usr/bin/tool"]).get("/usr/bin/tool");
    expect(found?.owner?.package).toBe(name);
  });
});
