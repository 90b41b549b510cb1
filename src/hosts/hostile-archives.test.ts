/** Each hostile archive is read by a process of its own, whose memory is the measure. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fields, hasProgram, member, pax, run, tarOf, zipOf } from "./archive.test-support.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const program = join(folder, "read.cjs");
beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "hostile-archives.test-support.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile: program,
    logLevel: "error",
  });
});

interface Case {
  readonly name: string;
  readonly make: () => Uint8Array | Readonly<Record<string, Uint8Array>>;
  /** A line of the ledger, or of the refusal. */
  readonly says: RegExp;
  /** What is said is why nothing is read. */
  readonly refused?: true;
  readonly limits?: object;
  readonly needs?: string;
}

const LAST: Fields = { name: "etc/last", data: "last" };
const MEBIBYTE = 2 ** 20;
const bomb = (): Uint8Array => tarOf(LAST, { name: "bomb", data: new Uint8Array(24 * MEBIBYTE) });
const EARLY = { ratioFrom: 4 * MEBIBYTE, ratio: 20 };
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** An OCI layout of these layers; `spoil` may change its files before they are written. */
function oci(
  layers: readonly Uint8Array[],
  spoil: (files: Record<string, Uint8Array>, blobs: readonly string[]) => void = () => undefined,
): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = { "oci-layout": json({ imageLayoutVersion: "1.0.0" }) };
  const put = (bytes: Uint8Array): string => {
    files[`blobs/sha256/${sha(bytes)}`] = bytes;
    return `sha256:${sha(bytes)}`;
  };
  const digests = layers.map(put);
  const manifest = put(json({ layers: digests.map((digest) => ({ digest })) }));
  files["index.json"] = json({ manifests: [{ digest: manifest }] });
  spoil(
    files,
    [...digests, manifest].map((digest) => `blobs/${digest.replace(":", "/")}`),
  );
  return files;
}

/** A million links in a compressed tar, made without holding it. */
function million(): Uint8Array {
  const block = Buffer.from(member({ name: "d0000000", type: "2", link: "x" }));
  const plain = Number.parseInt(block.toString("latin1", 148, 154), 8);
  const pieces: Uint8Array[] = [Buffer.from(gzipSync(member(LAST)))];
  for (let part = 0; part < 20; part++) {
    const bytes = Buffer.alloc(512 * 50_000);
    for (let i = 0; i < 50_000; i++) {
      const digits = String(part * 50_000 + i).padStart(7, "0");
      block.write(digits, 1, "latin1");
      const sum = plain + [...digits].reduce((total, digit) => total + Number(digit), 0);
      block.write(sum.toString(8).padStart(6, "0"), 148, "latin1");
      block.copy(bytes, i * 512);
    }
    pieces.push(gzipSync(bytes, { level: 1 }));
  }
  return Buffer.concat([...pieces, gzipSync(new Uint8Array(1024))]);
}

/** A zip whose members all stand on the same bytes. */
function overlapping(count: number): Uint8Array {
  const one = Buffer.from(zipOf([{ name: "etc/last", data: "last" }]));
  const end = one.length - 22;
  const start = one.readUInt32LE(end + 16);
  const central = one.subarray(start, end);
  const many = Array.from({ length: count }, (_, i) => {
    const copy = Buffer.from(central);
    copy.write(`n${String(i).padStart(7, "0")}`, 46, "latin1");
    return copy;
  });
  const directory = Buffer.concat([central, ...many]);
  const tail = Buffer.from(one.subarray(end));
  tail.writeUInt16LE(Math.min(count + 1, 0xffff), 8);
  tail.writeUInt16LE(Math.min(count + 1, 0xffff), 10);
  tail.writeUInt32LE(directory.length, 12);
  return Buffer.concat([one.subarray(0, start), directory, tail]);
}

const zipLast = { name: "etc/last", data: "last" };
const badZip = (change: (central: Buffer, local: Buffer) => void): Uint8Array =>
  zipOf([{ name: "etc/bad", data: "bad", change }, zipLast]);

const CASES: readonly Case[] = [
  { name: "a gzip bomb", make: () => gzipSync(bomb()), says: /20-fold/, limits: EARLY },
  ...["zstd", "xz", "bzip2"].map(
    (needs): Case => ({
      name: `a ${needs} bomb`,
      make: () => run(needs, ["-c", "-q", ...(needs === "xz" ? ["-0"] : [])], bomb()),
      says: /20-fold/,
      limits: EARLY,
      needs,
    }),
  ),
  {
    name: "a bomb of more bytes than are allowed",
    make: () => gzipSync(bomb()),
    says: /expands to more than/,
    limits: { expandedBytes: 2 * MEBIBYTE },
  },
  {
    name: "compressed five times over",
    make: () => [1, 2, 3, 4, 5].reduce((bytes: Uint8Array) => gzipSync(bytes), tarOf(LAST)),
    says: /compressed more than 3 times/,
    refused: true,
  },
  {
    name: "a bomb in a zip",
    make: () => {
      const packed = deflateRawSync(new Uint8Array(200 * MEBIBYTE), { level: 1 });
      return zipOf([
        {
          name: "etc/bomb",
          data: packed.toString("latin1"),
          change: (central) => {
            central.writeUInt16LE(8, 10);
            central.writeUInt32LE(200 * MEBIBYTE, 24);
          },
        },
        zipLast,
      ]);
    },
    says: /no owners/,
  },
  { name: "a path that climbs", make: () => tarOf({ name: "../../etc/x" }, LAST), says: /climbs with/ },
  { name: "an absolute path", make: () => tarOf({ name: "/etc/x" }, LAST), says: /absolute paths/ },
  {
    name: "a member through a link out of the tree",
    make: () =>
      tarOf({ name: "out", type: "2", link: "../../../../etc" }, { name: "out/x", data: "x" }, LAST),
    says: /^$/,
  },
  {
    name: "a hard link out of the tree",
    make: () => tarOf({ name: "etc/passwd", type: "1", link: "/etc/passwd" }, LAST),
    says: /hard link/,
  },
  {
    name: "a hundred thousand members of one name",
    make: () => gzipSync(tarOf(...Array.from({ length: 100_000 }, () => member({ name: "x" })), LAST)),
    says: /more irregularities of the archive/,
  },
  {
    name: "cut off inside the compression",
    make: () => {
      const noise = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31) % 251));
      const bytes = gzipSync(tarOf(LAST, { name: "noise", data: noise }));
      return bytes.subarray(0, Math.floor(bytes.length * 0.8));
    },
    says: /breaks off|cut off/,
  },
  {
    name: "cut off inside a member",
    make: () => tarOf(LAST, { name: "x", data: "x".repeat(5000) }).subarray(0, 2500),
    says: /cut off inside this member/,
  },
  { name: "a million entries", make: million, says: /^$/ },
  {
    name: "more entries than are allowed",
    make: () => tarOf(LAST, ...Array.from({ length: 200 }, (_, i) => member({ name: `d/${i}` }))),
    says: /more than 100 entries/,
    limits: { entries: 100 },
  },
  {
    name: "a pax header of 2 MiB",
    make: () => tarOf({ type: "x", data: new Uint8Array(2 * MEBIBYTE) }, {}, LAST),
    says: /extended header of/,
  },
  {
    name: "a long name of 8 GiB",
    make: () => tarOf(LAST, { type: "L", size: "77777777777\0" }),
    says: /extended header of|cut off/,
  },
  {
    name: "a global pax header that names every member",
    make: () => tarOf(pax({ path: "etc/one" }, "g"), { name: "x" }, LAST),
    says: /global pax header/,
  },
  {
    name: "a name beyond what a system can hold",
    make: () => tarOf(pax({ path: `etc/${"n".repeat(300)}` }), {}, LAST),
    says: /longer than 255/,
  },
  {
    name: "two thousand directories in each other",
    make: () => tarOf(pax({ path: `${"d/".repeat(2000)}x` }), {}, LAST),
    says: /^$/,
  },
  {
    name: "a negative size",
    make: () => tarOf(LAST, { name: "neg", size: Buffer.alloc(12, 0xff) }),
    says: /no header that makes sense/,
  },
  {
    name: "a sparse file of 8 PiB",
    make: () =>
      tarOf(pax({ "GNU.sparse.size": `${2 ** 53 - 1}`, "GNU.sparse.map": "0,3" }), { data: "abc" }, LAST),
    says: /^$/,
  },
  {
    name: "a sparse map that lies",
    make: () => tarOf(pax({ "GNU.sparse.size": "6", "GNU.sparse.map": "4,2,0,1" }), { data: "abc" }, LAST),
    says: /map of this sparse file/,
  },
  {
    name: "devices and a FIFO where files are expected",
    make: () =>
      tarOf(
        { name: "etc/passwd", type: "3" },
        { name: "etc/shadow", type: "4" },
        { name: "etc/group", type: "6" },
        LAST,
      ),
    says: /^$/,
  },
  {
    name: "links in a circle",
    make: () => tarOf({ name: "l", type: "2", link: "l" }, { name: "l/x" }, LAST),
    says: /no directory/,
  },
  {
    name: "an archive behind the end of the archive",
    make: () => Buffer.concat([tarOf(LAST), tarOf({ name: "hidden" })]),
    says: /another archive follows/,
  },
  {
    name: "a zip whose directory lies about sizes",
    make: () =>
      badZip((central) => {
        central.writeUInt32LE(0xfffffffe, 20);
        central.writeUInt32LE(0xfffffffe, 24);
      }),
    says: /no owners/,
  },
  {
    name: "a zip whose directory points beyond its end",
    make: () => badZip((central) => central.writeUInt32LE(0x7ffffff0, 42)),
    says: /no owners/,
  },
  {
    name: "a zip64 that names no size",
    make: () =>
      badZip((central) => {
        central.writeUInt32LE(0xffffffff, 20);
        central.writeUInt32LE(0xffffffff, 24);
      }),
    says: /zip64|no owners/,
  },
  {
    name: "a zip of sixty thousand members on the same bytes",
    make: () => overlapping(60_000),
    says: /no owners/,
  },
  {
    name: "a zip that says it has 65,535 members",
    make: () => {
      const bytes = Buffer.from(zipOf([zipLast]));
      bytes.writeUInt16LE(0xfffe, bytes.length - 12);
      bytes.writeUInt16LE(0xfffe, bytes.length - 14);
      return bytes;
    },
    says: /directory|no owners/,
  },
  {
    name: "an image layer that does not have its digest",
    make: () =>
      oci([tarOf(LAST), tarOf({ name: "etc/x", data: "x" })], (files, [, second = ""]) => {
        files[second] = tarOf({ name: "etc/x", data: "changed" });
      }),
    says: /does not have its digest/,
  },
  {
    name: "an image manifest that does not have its digest",
    make: () =>
      oci([tarOf(LAST)], (files, blobs) => {
        const path = blobs.at(-1) ?? "";
        files[path] = Buffer.concat([files[path] ?? new Uint8Array(0), Buffer.from("\n")]);
      }),
    says: /manifest does not have its digest/,
  },
  {
    name: "an image whose layer is missing",
    make: () =>
      oci([tarOf(LAST), tarOf({ name: "x" })], (files, [, second = ""]) => {
        delete files[second];
      }),
    says: /its blob is missing/,
  },
  {
    name: "an image layer that is no tar",
    make: () => oci([tarOf(LAST), Buffer.alloc(4096, 0x41)]),
    says: /cannot be read: It is no tar/,
  },
  {
    name: "whiteouts of nothing, of the directory itself, and upwards",
    make: () =>
      oci([
        tarOf(LAST),
        tarOf(
          { name: "etc/.wh." },
          { name: "etc/.wh.." },
          { name: "etc/.wh...", type: "5" },
          { name: "../.wh.etc2" },
        ),
      ]),
    says: /climbs with/,
  },
  {
    name: "an image of two thousand layers",
    make: () =>
      oci(Array.from({ length: 2000 }, (_, i) => (i === 0 ? tarOf(LAST) : tarOf({ name: `x${i % 7}` })))),
    says: /more than 1000 layers/,
  },
  {
    name: "an image whose index leads to itself",
    make: () => ({
      "oci-layout": json({ imageLayoutVersion: "1.0.0" }),
      "index.json": json({ manifests: [{ digest: `sha256:${"a".repeat(64)}` }] }),
      [`blobs/sha256/${"a".repeat(64)}`]: json({ manifests: [{ digest: `sha256:${"a".repeat(64)}` }] }),
    }),
    says: /lead in circles/,
    refused: true,
  },
  {
    name: "a docker archive whose layer is a path out of it",
    make: () =>
      tarOf(
        {
          name: "manifest.json",
          data: JSON.stringify([{ Layers: ["layer.tar", "../../../../etc/passwd"] }]),
        },
        { name: "layer.tar", data: tarOf(LAST) },
      ),
    says: /its blob is missing/,
  },
  {
    name: "a snapshot of brackets in brackets",
    make: () => Buffer.from(`{"schema":"timerwarden/snapshot","entries":${"[".repeat(2_000_000)}`),
    says: /no whole JSON text/,
    refused: true,
  },
  {
    name: "a UAC collection whose body file is rubbish",
    make: () =>
      gzipSync(
        tarOf(
          { name: "[root]/etc/last", data: "last" },
          {
            name: "bodyfile/bodyfile.txt",
            data: `0|/../../x|1|-rw-r--r--|0|0|5|1|2|3|4\n${"rubbish|\n".repeat(500_000)}`,
          },
        ),
      ),
    says: /lines of the body file make no sense/,
  },
  {
    name: "a Velociraptor collection whose names climb once unescaped",
    make: () =>
      zipOf([
        { name: "uploads/auto/%2E%2E/%2E%2E/%2E%2E/etc/last", data: "last" },
        { name: "uploads.json", data: "" },
        { name: "results/x.json", data: "{}" },
      ]),
    says: /climbs with/,
  },
];

function place(made: ReturnType<Case["make"]>, number: number): string {
  const at = join(folder, `case-${number}`);
  if (made instanceof Uint8Array) {
    writeFileSync(at, made);
    return at;
  }
  for (const [path, bytes] of Object.entries(made)) {
    mkdirSync(join(at, dirname(path)), { recursive: true });
    writeFileSync(join(at, path), bytes);
  }
  return at;
}

interface Result {
  readonly told?: readonly string[];
  readonly last?: string;
  readonly passwd?: string;
  readonly refused?: string;
  readonly mebibytes: number;
}

function read(target: string, limits: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 2 ** 26, timeout: 60_000 };
    execFile(process.execPath, [program, target, JSON.stringify(limits)], options, (error, out, err) => {
      if (error !== null) reject(new Error(`${error.message}\n${err}`));
      else resolve(JSON.parse(out) as Result);
    });
  });
}

test("at least thirty of them", () => expect(CASES.length).toBeGreaterThanOrEqual(30));

describe("refused or bounded with a clear line, the rest still read, in 300 MiB", () => {
  for (const [number, { name, make, says, refused, limits = {}, needs }] of CASES.entries()) {
    const lacks = needs !== undefined && !hasProgram(needs);
    test.skipIf(lacks)(`${name}${lacks ? ` (SKIPPED: no ${needs})` : ""}`, { timeout: 90_000 }, async () => {
      const result = await read(place(make(), number), limits);
      if (refused === true) expect(result.refused).toMatch(says);
      else {
        expect(result.refused).toBeUndefined();
        expect(result.told?.join("\n")).toMatch(says);
        // Names that climb end somewhere inside; the file is then wherever that is.
        expect(result.last).toMatch(/climb once unescaped/.test(name) ? /^(?:last|absent)$/ : /^last$/);
        expect(result.passwd).not.toBe("present");
      }
      expect(result.mebibytes).toBeLessThanOrEqual(300);
    });
  }
});
