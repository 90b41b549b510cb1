import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Fields,
  hasProgram,
  listing,
  member,
  pax,
  readBytes,
  run,
  tarHost,
  tarOf,
  textAt,
  valueAt,
} from "./archive.test-support.ts";
import { type ArchiveHost, DEFAULT_LIMITS, TargetError } from "./archive.ts";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { writeTree } from "./real-tree.test-support.ts";

const noTar = !hasProgram("tar");
const note = noTar ? " (SKIPPED: no tar)" : "";
const suiteRoot = noTar ? "" : writeTree(SUITE_TREE);
const suiteTar = (format: string): Uint8Array =>
  run("tar", [`--format=${format}`, "-C", suiteRoot, "-c", "."]);

if (noTar) test.skip("tar: behaves as a host (SKIPPED: no tar)", () => undefined);
else {
  for (const format of ["gnu", "pax"]) {
    const bytes = suiteTar(format);
    const plain = await tarHost(bytes);
    hostSuite(`tar, ${format}`, () => plain);
    const packed = await tarHost(gzipSync(bytes), { keep: () => true });
    hostSuite(`tar, ${format}, gzip`, () => packed);
  }
}

describe("members", () => {
  const cases: readonly [string, Uint8Array, string, string][] = [
    ["a plain ustar member", tarOf({ name: "etc/x", data: "a" }), "/etc/x", "a"],
    ["a v7 member", tarOf({ name: "etc/x", data: "a", magic: "", type: "\0" }), "/etc/x", "a"],
    ["a prefix", tarOf({ prefix: "etc/systemd", name: "x", data: "a" }), "/etc/systemd/x", "a"],
    ["./ in front", tarOf({ name: "./etc/./x", data: "a" }), "/etc/x", "a"],
    ["a pax path", tarOf(pax({ path: "etc/from-pax" }), { name: "q", data: "a" }), "/etc/from-pax", "a"],
    ["a pax path not in ASCII", tarOf(pax({ path: "etc/ü" }), { data: "a" }), "/etc/ü", "a"],
    [
      "a GNU long name",
      tarOf({ type: "L", name: "././@LongLink", data: `etc/${"n".repeat(200)}\0` }, { data: "a" }),
      `/etc/${"n".repeat(200)}`,
      "a",
    ],
    ["a pax size over a wrong one", tarOf(pax({ size: "3" }), { data: "abc", size: 0 }), "/etc/x", "abc"],
    [
      "a base-256 size",
      tarOf({ data: "abc", size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]) }),
      "/etc/x",
      "abc",
    ],
    ["the last of two members", tarOf({ data: "old" }, { data: "new" }), "/etc/x", "new"],
    ["a hard link", tarOf({ name: "a", data: "q" }, { name: "etc/x", type: "1", link: "a" }), "/etc/x", "q"],
    [
      "a hard link in front of its file",
      tarOf({ name: "etc/x", type: "1", link: "a" }, { name: "a", data: "q" }),
      "/etc/x",
      "q",
    ],
    [
      "a chain of hard links from behind",
      tarOf(
        { name: "c", type: "1", link: "b" },
        { name: "b", type: "1", link: "a" },
        { name: "a", data: "q" },
      ),
      "/c",
      "q",
    ],
    ["an unknown type is a file", tarOf({ type: "Q", data: "q" }), "/etc/x", "q"],
    ["a volume label is no member", tarOf({ type: "V", name: "label" }, { data: "q" }), "/etc/x", "q"],
    [
      "a lone zero block",
      Buffer.concat([member({ name: "a" }), Buffer.alloc(512), tarOf({ data: "q" })]),
      "/etc/x",
      "q",
    ],
    ["no end mark", member({ data: "q" }), "/etc/x", "q"],
    [
      "a member through a link inside",
      tarOf(
        { name: "usr/lib", type: "5" },
        { name: "lib", type: "2", link: "usr/lib" },
        { name: "lib/x", data: "q" },
      ),
      "/usr/lib/x",
      "q",
    ],
    [
      "a member through a dangling link",
      tarOf({ name: "lib", type: "2", link: "/usr/lib" }, { name: "lib/x", data: "q" }),
      "/usr/lib/x",
      "q",
    ],
    [
      "pax sparse 0.1",
      tarOf(pax({ "GNU.sparse.size": "6", "GNU.sparse.map": "1,2,5,1" }), { data: "abc" }),
      "/etc/x",
      "\0ab\0\0c",
    ],
    [
      "pax sparse 1.0",
      tarOf(
        pax({
          "GNU.sparse.major": "1",
          "GNU.sparse.minor": "0",
          "GNU.sparse.name": "etc/s",
          "GNU.sparse.realsize": "4",
        }),
        { data: `${"1\n2\n2\n".padEnd(512, "\0")}ab` },
      ),
      "/etc/s",
      "\0\0ab",
    ],
    [
      "old GNU sparse",
      tarOf({
        type: "S",
        data: "abc",
        magic: "ustar  \0",
        over: [
          386,
          Buffer.concat([
            Buffer.from("00000000002\x0000000000003\0"),
            Buffer.alloc(73),
            Buffer.from("00000000007\0"),
          ]),
        ],
      }),
      "/etc/x",
      "\0\0abc\0\0",
    ],
  ];
  test.each(cases)("%s", async (_name, bytes, path, text) => {
    expect(textAt(await tarHost(bytes), path)).toBe(text);
    const streamed = await tarHost(bytes, { streamed: true, keep: () => true });
    expect(textAt(streamed, path)).toBe(text);
  });

  test("facts: kinds, modes, owners, times", async () => {
    const host = await tarHost(
      tarOf(
        { name: "d/", mode: "0041777\0" },
        { name: "dev/c", type: "3" },
        { name: "dev/b", type: "4" },
        { name: "run/p", type: "6" },
        { name: "l", type: "2", link: "../ü" },
        pax({ uid: "4000000000", mtime: "1.25", ctime: "-1.5", "LIBARCHIVE.creationtime": "7" }),
        { name: "f", mode: "0104755\0" },
        { name: "neg", uid: Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]) },
      ),
    );
    const facts = (path: string): unknown => valueAt(host.lstat(path));
    expect(facts("/d")).toMatchObject({ kind: "directory", mode: 0o1777 });
    expect(facts("/dev/c")).toMatchObject({ kind: "character-device" });
    expect(facts("/dev/b")).toMatchObject({ kind: "block-device" });
    expect(facts("/run/p")).toMatchObject({ kind: "fifo" });
    expect(facts("/l")).toMatchObject({ kind: "symlink", size: 5 });
    expect(facts("/f")).toMatchObject({
      mode: 0o4755,
      uid: 4000000000,
      mtimeNs: 1250000000n,
      ctimeNs: -1500000000n,
      birthNs: 7000000000n,
    });
    expect(facts("/neg")).toMatchObject({ uid: 65534, birthNs: null });
    expect(host.readFile("/dev/c")).toMatchObject({ kind: "unreadable", code: "ENXIO" });
    expect(host.gaps.map((gap) => gap.path)).toEqual(["/neg"]);
  });

  test("two names of one file have one identity", async () => {
    const host = await tarHost(tarOf({ name: "a", data: "q" }, { name: "b", type: "1", link: "./a" }));
    expect(valueAt(host.lstat("/a"))).toMatchObject({
      links: 2,
      identity: valueAt(host.lstat("/b")).identity,
    });
  });
});

/** Checksum of a link named `d0000000` before its digits are counted. */
const SUM_OF_MEMBER: number = Number.parseInt(
  Buffer.from(member({ name: "d0000000", type: "2", link: "x" })).toString("latin1", 148, 154),
  8,
);

describe("hostile archives: each is bounded, told, and leaves the rest readable", () => {
  const last: Fields = { name: "etc/last", data: "last" };
  const cases: readonly [string, Uint8Array, RegExp][] = [
    [
      "a path that climbs",
      tarOf({ name: "../../etc/passwd", data: "x" }, last),
      /\/etc\/passwd: the member's path climbs/,
    ],
    ["a path that climbs later", tarOf({ name: "etc/../../x" }, last), /climbs/],
    ["an absolute path", tarOf({ name: "/etc/x" }, last), /absolute paths/],
    ["a pax path that climbs", tarOf(pax({ path: "../x" }), { name: "y" }, last), /climbs/],
    ["a duplicate", tarOf({ data: "1" }, { data: "2" }, last), /more than one member/],
    [
      "a file over a full directory",
      tarOf({ name: "etc/d/x" }, { name: "etc/d" }, last),
      /replace this directory/,
    ],
    [
      "a member below a file",
      tarOf({ name: "f" }, { name: "f/x" }, last),
      /stands below something that is no directory/,
    ],
    [
      "a hard link out of the tree",
      tarOf({ name: "h", type: "1", link: "../../etc/shadow" }, last),
      /hard link to .*not in the archive/,
    ],
    [
      "a hard link to nothing",
      tarOf({ name: "h", type: "1", link: "nothing" }, last),
      /hard link to nothing/,
    ],
    ["a hard link to itself", tarOf({ name: "h", type: "1", link: "h" }, last), /hard link to h/],
    [
      "hard links in a circle",
      tarOf({ name: "a", type: "1", link: "b" }, { name: "b", type: "1", link: "a" }, last),
      /hard link to/,
    ],
    [
      "a hard link to a directory",
      tarOf({ name: "d", type: "5" }, { name: "h", type: "1", link: "d" }, last),
      /hard link to d/,
    ],
    [
      "a link loop on the way",
      tarOf({ name: "l", type: "2", link: "l" }, { name: "l/x" }, last),
      /below something/,
    ],
    [
      "a bad checksum",
      tarOf({ name: "bad", checksum: "000000\0 " }, last),
      /no header that makes sense at byte 0|byte/,
    ],
    [
      "a negative size",
      tarOf({ name: "ok" }, { name: "neg", size: Buffer.alloc(12, 0xff) }, last),
      /no header that makes sense/,
    ],
    [
      "a size beyond numbers",
      tarOf({ name: "ok" }, { size: Buffer.concat([Buffer.of(0x80), Buffer.alloc(11, 0xff)]) }, last),
      /no header that makes sense/,
    ],
    [
      "a size that is no number",
      tarOf({ name: "ok" }, { size: "zzzzzzzzzzz\0" }, last),
      /no header that makes sense/,
    ],
    [
      "a pax size that is no number",
      tarOf(pax({ size: "1e9" }), { name: "ok" }, last),
      /no header that makes sense/,
    ],
    [
      "junk between members",
      tarOf({ name: "ok" }, Buffer.alloc(5120, 0x5a), last),
      /no header that makes sense/,
    ],
    ["a name beyond 255 bytes", tarOf(pax({ path: `etc/${"n".repeat(256)}` }), {}, last), /longer than 255/],
    ["a path beyond 4096 bytes", tarOf(pax({ path: "d/".repeat(2100) }), {}, last), /longer than 4096/],
    [
      "a pax header of 2 MiB",
      tarOf({ type: "x", data: new Uint8Array(2 ** 21) }, {}, last),
      /extended header of 2097152/,
    ],
    [
      "a long name of 2 MiB",
      tarOf({ type: "L", data: new Uint8Array(2 ** 21) }, {}, last),
      /extended header of 2097152/,
    ],
    ["a pax record that lies", tarOf({ type: "x", data: "99 path=x\n" }, {}, last), /damaged pax header/],
    ["a pax record without end", tarOf({ type: "x", data: "1" }, {}, last), /damaged pax header/],
    ["a global path", tarOf(pax({ path: "etc/one" }, "g"), {}, last), /global pax header/],
    ["a NUL in a pax path", tarOf(pax({ path: "etc/a\0b" }), {}, last), /NUL/],
    [
      "a link text beyond 4096",
      tarOf(pax({ linkpath: "x".repeat(5000) }), { type: "2" }, last),
      /symbolic link whose text/,
    ],
    ["an owner that is none", tarOf({ uid: "zzzzzzz\0" }, last), /owner/],
    [
      "a sparse map that goes back",
      tarOf(pax({ "GNU.sparse.size": "6", "GNU.sparse.map": "4,2,0,1" }), { data: "abc" }, last),
      /map of this sparse file/,
    ],
    [
      "a sparse map beyond its size",
      tarOf(pax({ "GNU.sparse.size": "6", "GNU.sparse.map": "0,99" }), { data: "abc" }, last),
      /map of this sparse file/,
    ],
    [
      "a sparse map with a lying count",
      tarOf(
        pax({ "GNU.sparse.major": "1", "GNU.sparse.realsize": "9" }),
        { data: "999999999\n".padEnd(512, "1") },
        last,
      ),
      /map of this sparse file/,
    ],
    ["another volume's rest", tarOf({ type: "M" }, last), /another volume/],
    ["an empty name", tarOf({ name: "" }, last), /without a name/],
    [
      "an archive after the archive",
      Buffer.concat([tarOf(last), tarOf({ name: "hidden" })]),
      /another archive follows/,
    ],
    ["rubbish after the end", Buffer.concat([tarOf(last), Buffer.alloc(512, 1)]), /other data follows/],
    ["no end mark", Buffer.concat([member(last)]), /no end mark/],
    ["cut inside a header", Buffer.concat([member(last), member({}).subarray(0, 300)]), /inside a header/],
    [
      "cut inside data",
      Buffer.concat([member(last), member({ data: "x".repeat(2000) }).subarray(0, 1024)]),
      /cut off inside this member/,
    ],
    [
      "cut inside a pax header",
      Buffer.concat([member(last), pax({ path: "x".repeat(900) }).subarray(0, 700)]),
      /cut off inside/,
    ],
  ];

  test.each(cases)("%s", async (_name, bytes, reason) => {
    for (const streamed of [false, true]) {
      const host = await tarHost(bytes, { streamed, keep: () => true });
      expect(host.gaps.map((gap) => `${gap.path}: ${gap.reason}`).join("\n")).toMatch(reason);
      for (const gap of host.gaps) expect(gap.hides).not.toBe("");
      expect(textAt(host, "/etc/last")).toBe("last");
    }
  });

  test("a file cut short is read as far as it is there, and says so", async () => {
    const bytes = member({ data: "x".repeat(2000) }).subarray(0, 1024);
    for (const streamed of [false, true]) {
      const content = valueAt((await tarHost(bytes, { streamed, keep: () => true })).readFile("/etc/x"));
      expect([content.bytes.length, content.truncated]).toEqual([512, true]);
    }
  });

  test("a sparse file of 8 PiB costs what is asked for", async () => {
    const bytes = tarOf(pax({ "GNU.sparse.size": `${2 ** 53 - 1}`, "GNU.sparse.map": "0,3" }), {
      data: "abc",
    });
    const content = valueAt((await tarHost(bytes)).readFile("/etc/x", 5));
    expect([...content.bytes, content.truncated]).toEqual([97, 98, 99, 0, 0, true]);
  });

  test("entries beyond the limit are counted out, the first ones stay", async () => {
    const many = Array.from({ length: 50 }, (_, i) => member({ name: `d/${i}`, data: `${i}` }));
    const host = await tarHost(tarOf(...many), { limits: { ...DEFAULT_LIMITS, entries: 10 } });
    expect(host.gaps.map((gap) => gap.reason)).toEqual(["the archive has more than 10 entries"]);
    expect(textAt(host, "/d/3")).toBe("3");
    expect(host.lstat("/d/40").kind).toBe("absent");
  });

  test("names beyond the limit likewise", async () => {
    const many = Array.from({ length: 50 }, (_, i) => member({ name: `${"n".repeat(50)}${i}` }));
    const host = await tarHost(tarOf(...many), { limits: { ...DEFAULT_LIMITS, nameBytes: 1000 } });
    expect(host.gaps.map((gap) => gap.reason)).toEqual(["the archive has more than 1000 bytes of names"]);
  });

  test("a thousand gaps are listed, the others counted", async () => {
    const many = Array.from({ length: 1200 }, () => member({ name: "../x" }));
    const host = await tarHost(tarOf(...many));
    expect(host.gaps.length).toBe(1001);
    expect(host.gaps.at(-1)?.reason).toMatch(/more irregularities/);
  });

  test("a million entries are indexed within bounds", { timeout: 60_000 }, async () => {
    const one = Buffer.from(member({ name: "d0000000", type: "2", link: "x" }));
    const bytes = Buffer.alloc(512 * 1_000_000 + 1024);
    for (let i = 0; i < 1_000_000; i++) {
      const digits = String(i).padStart(7, "0");
      one.write(digits, 1, "latin1");
      const sum = SUM_OF_MEMBER + [...digits].reduce((total, digit) => total + Number(digit), 0);
      one.write(sum.toString(8).padStart(6, "0"), 148, "latin1");
      one.copy(bytes, i * 512);
    }
    const before = process.memoryUsage().rss;
    const host = await tarHost(bytes);
    expect(valueAt(host.readDirectory("/")).length).toBe(1_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * 1024 * 1024);
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["text", Buffer.from("hello")],
    ["noise", Buffer.alloc(2048, 7)],
  ])("%s is no tar, said in a typed error", async (_name, bytes) => {
    await expect(tarHost(bytes)).rejects.toThrow(TargetError);
  });

  test("compressed five times over is refused", async () => {
    let bytes = tarOf(last);
    for (let i = 0; i < 5; i++) bytes = gzipSync(bytes);
    await expect(tarHost(bytes)).rejects.toThrow("more than 3 times");
  });

  test("a bomb as a member: the ratio stops it, what came before stays", async () => {
    const bytes = gzipSync(tarOf(last, { name: "bomb", data: new Uint8Array(40_000_000) }));
    const host = await tarHost(bytes, {
      limits: { ...DEFAULT_LIMITS, ratioFrom: 1_000_000 },
      keep: () => true,
    });
    expect(host.gaps.map((gap) => gap.reason).join()).toContain("250-fold");
    expect(textAt(host, "/etc/last")).toBe("last");
  });
});

describe("what is not held can be fetched", () => {
  const bytes = gzipSync(
    tarOf(
      { name: "etc/a", data: "kept" },
      { name: "usr/bin/big", data: "x".repeat(90_000) },
      { name: "usr/bin/s", data: "#!/bin/sh\n" },
      { name: "srv/other", data: "other" },
    ),
  );

  async function loop(host: ArchiveHost): Promise<void> {
    while (host.wanted().length > 0 && (await host.fetch()));
  }

  test("asked for, wanted, fetched, read", async () => {
    const host = await tarHost(bytes);
    expect(textAt(host, "/etc/a")).toBe("kept");
    expect(textAt(host, "/usr/bin/s")).toBe("#!/bin/sh\n");
    expect(host.readFile("/srv/other")).toMatchObject({ kind: "unreadable", code: "EAGAIN" });
    expect(host.readFile("/usr/bin/big", 10)).toMatchObject({ kind: "unreadable", code: "EAGAIN" });
    expect(host.wanted()).toEqual(["/srv/other", "/usr/bin/big"]);
    await loop(host);
    expect(host.wanted()).toEqual([]);
    expect(textAt(host, "/srv/other")).toBe("other");
    expect(valueAt(host.readFile("/usr/bin/big", 10))).toMatchObject({ truncated: true });
    host.readFile("/usr/bin/big");
    await loop(host);
    expect(textAt(host, "/usr/bin/big")).toBe("x".repeat(90_000));
    expect(await host.fetch()).toBe(false);
  });

  test("beyond the memory allowed it stays unread, with the reason, and the loop ends", async () => {
    const host = await tarHost(bytes, { limits: { ...DEFAULT_LIMITS, retainedBytes: 50_000 } });
    host.readFile("/usr/bin/big");
    host.readFile("/srv/other");
    await loop(host);
    expect(host.readFile("/usr/bin/big")).toMatchObject({ kind: "unreadable", code: "EFBIG" });
    expect(textAt(host, "/srv/other")).toBe("other");
    expect(host.wanted()).toEqual([]);
  });
});

test.skipIf(noTar)(`every dialect tar writes gives the same host as the others${note}`, async () => {
  const root = writeTree({
    "/etc/a": "a",
    "/etc/b": { content: "b", mode: 0o640 },
    "/etc/l": { link: "a" },
    "/d": { dir: true, mode: 0o1777 },
  });
  const listings: unknown[] = [];
  for (const format of ["gnu", "v7", "ustar", "oldgnu", "pax"]) {
    const args = [
      `--format=${format}`,
      "--mtime=@1700000000",
      "--owner=:1",
      "--group=:2",
      "-C",
      root,
      "-c",
      ".",
    ];
    const host = await tarHost(run("tar", args));
    expect(host.gaps).toEqual([]);
    listings.push(
      listing(host, (path) => ({
        ...valueAt(host.lstat(path)),
        identity: "",
        ctimeNs: null,
        content: host.readFile(path).kind,
      })),
    );
    for (const path of ["/etc/a", "/etc/b"])
      expect([format, textAt(host, path)]).toEqual([format, path.slice(-1)]);
  }
  for (const other of listings) expect(other).toEqual(listings[0]);
  expect(listings[0]).toMatchObject({
    "/etc/b": { mode: 0o640, uid: 1, gid: 2, mtimeNs: 1_700_000_000_000_000_000n },
  });
});

test.skipIf(noTar)(`sparse files as tar stores them, in each sparse format${note}`, async () => {
  const root = writeTree({ "/s": { content: "start", size: 3_000_000 } });
  for (const format of [
    ["--format=oldgnu"],
    ["--format=gnu"],
    ["--format=pax", "--sparse-version=0.0"],
    ["--format=pax", "--sparse-version=0.1"],
    ["--format=pax", "--sparse-version=1.0"],
  ]) {
    const bytes = run("tar", ["-S", ...format, "-C", root, "-c", "."]);
    expect(bytes.length).toBeLessThan(1_000_000);
    const content = valueAt((await tarHost(bytes)).readFile("/s"));
    expect([format, Buffer.compare(content.bytes, readBytes(join(root, "s")))]).toEqual([format, 0]);
  }
});

test("random changes to an archive never throw anything untyped, never hang, never leave the root", async () => {
  const base = tarOf(
    pax({ path: "etc/systemd/system/a.timer", mtime: "1.5" }),
    { data: "[Timer]\n" },
    { type: "L", data: `${"x".repeat(120)}\0` },
    { name: "y", data: "y".repeat(600) },
    { name: "h", type: "1", link: "etc/systemd/system/a.timer" },
    { name: "l", type: "2", link: "../../etc" },
    { type: "S", data: "abc", magic: "ustar  \0", over: [483, Buffer.from("00000000007\0")] },
    pax({ "GNU.sparse.major": "1", "GNU.sparse.realsize": "4" }),
    { data: `${"1\n2\n2\n".padEnd(512, "\0")}ab` },
  );
  const change = fc.tuple(fc.nat(base.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 12 }),
      fc.nat(base.length),
      fc.boolean(),
      async (changes, length, repair) => {
        const bytes = Buffer.from(base.subarray(0, Math.max(length, 512)));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        if (repair) repairChecksums(bytes);
        for (const streamed of [false, true]) {
          const host = await tarHost(bytes, { streamed, keep: () => true }).catch((error: unknown) => {
            if (error instanceof TargetError) return null;
            throw error;
          });
          if (host === null) continue;
          for (const path of Object.keys(listing(host, () => 0))) host.readFile(path);
        }
      },
    ),
    { numRuns: 150 * Number(process.env["TIMERWARDEN_DIFF"] ?? "1") },
  );
});

/** Makes every block that looks like a header one that passes, so that changes reach the fields. */
function repairChecksums(bytes: Buffer): void {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    bytes.fill(0x20, at + 148, at + 156);
    let sum = 0;
    for (let i = 0; i < 512; i++) sum += bytes[at + i] ?? 0;
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
  }
}
