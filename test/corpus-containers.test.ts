/**
 * The same answer from every container: each case of the corpus, packed in every way, gives the findings of the case
 * itself. Where a format cannot hold a fact (zip: nanoseconds and change times), the case is cut down to what it holds.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { type CorpusCase, loadCorpus, nowUsecOf, treeOf } from "../corpus/corpus.ts";
import { recordingOf } from "../src/cli/commands/collect.ts";
import { hasProgram, member, pax, run, tarOf, zipOf } from "../src/hosts/archive.test-support.ts";
import { isArchive } from "../src/hosts/archive.ts";
import { collectionBytes } from "../src/hosts/collect.ts";
import { encodeFileName } from "../src/hosts/file-name.ts";
import type { FileFacts, Host } from "../src/hosts/host.ts";
import { type MemoryEntry, memoryHost } from "../src/hosts/memory.ts";
import { openTarget } from "../src/hosts/open.ts";
import { snapshotText } from "../src/hosts/snapshot.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { readInventory } from "../src/inventory/inventory.ts";
import { auditReport } from "../src/report/build.ts";
import { judge } from "../src/rules/judge.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-containers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packed {
  readonly path: string;
  readonly facts: FileFacts;
  readonly link: string | null;
  readonly content: Uint8Array;
}

/** All of a tree, directories before what is in them. */
function entriesOf(host: Host): readonly Packed[] {
  const entries: Packed[] = [];
  const visit = (path: string): void => {
    const facts = host.lstat(path);
    if (facts.kind !== "present") throw new Error(`${path}: ${facts.kind}`);
    const link = host.readLink(path);
    const content = facts.value.kind === "file" ? host.readFile(path, 2 ** 28) : null;
    entries.push({
      path,
      facts: facts.value,
      link: link.kind === "present" ? link.value : null,
      content: content?.kind === "present" ? content.value.bytes : new Uint8Array(0),
    });
    const names = facts.value.kind === "directory" ? host.readDirectory(path) : null;
    if (names?.kind === "present")
      for (const { name } of names.value) visit(path === "/" ? `/${name}` : `${path}/${name}`);
  };
  visit("/");
  return entries;
}

const TYPES = new Map([
  ["file", "0"],
  ["directory", "5"],
  ["symlink", "2"],
  ["fifo", "6"],
  ["character-device", "3"],
  ["block-device", "4"],
]);

function seconds(ns: bigint): string {
  return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, "0")}`;
}

function bytesOf(name: string): string {
  return Buffer.from(encodeFileName(name) ?? []).toString("latin1");
}

function tarMember({ path, facts, link, content }: Packed, prefix = "./"): Uint8Array {
  const name = path === "/" ? prefix : `${prefix}${path.slice(1)}`;
  const records = pax({
    hdrcharset: "BINARY",
    path: name,
    uid: String(facts.uid),
    gid: String(facts.gid),
    ...(link === null ? {} : { linkpath: link }),
    ...(facts.mtimeNs === null ? {} : { mtime: seconds(facts.mtimeNs) }),
    ...(facts.ctimeNs === null ? {} : { ctime: seconds(facts.ctimeNs) }),
  });
  const type = TYPES.get(facts.kind) ?? "0";
  const mode = `${facts.mode.toString(8).padStart(7, "0")}\0`;
  return Buffer.concat([records, member({ name: "x", type, mode, data: content })]);
}

function tarBytes(entries: readonly Packed[], prefix?: string): Uint8Array {
  return tarOf(
    ...entries.filter(({ facts }) => facts.kind !== "socket").map((entry) => tarMember(entry, prefix)),
  );
}

const FORMATS = new Map([
  ["file", 0o100000],
  ["directory", 0o040000],
  ["symlink", 0o120000],
  ["fifo", 0o010000],
  ["character-device", 0o020000],
  ["block-device", 0o060000],
]);

function zipBytes(entries: readonly Packed[]): Uint8Array {
  return zipOf(
    entries
      .filter(({ path, facts }) => path !== "/" && facts.kind !== "socket")
      .map(({ path, facts, link, content }) => {
        const extra = Buffer.alloc(24);
        extra.writeUInt16LE(0x5455, 0);
        extra.writeUInt16LE(5, 2);
        extra[4] = 1;
        extra.writeInt32LE(Number((facts.mtimeNs ?? 0n) / 1_000_000_000n), 5);
        extra.writeUInt16LE(0x7875, 9);
        extra.writeUInt16LE(11, 11);
        extra[13] = 1;
        extra[14] = 4;
        extra.writeUInt32LE(facts.uid, 15);
        extra[19] = 4;
        extra.writeUInt32LE(facts.gid, 20);
        return {
          name: `${path.slice(1)}${facts.kind === "directory" ? "/" : ""}`,
          data: link ?? content,
          mode: (FORMATS.get(facts.kind) ?? 0) | facts.mode,
          extra,
        };
      }),
  );
}

function modeText({ kind, mode }: FileFacts): string {
  const letter = {
    symlink: "l",
    directory: "d",
    fifo: "p",
    socket: "s",
    "character-device": "c",
    "block-device": "b",
  };
  const text = [...(kind === "file" ? "-" : letter[kind])];
  for (let i = 8; i >= 0; i--) text.push((mode >> i) & 1 ? ("rwx"[(8 - i) % 3] ?? "") : "-");
  const special = (bit: number, at: number, set: string, bare: string): void => {
    if ((mode & bit) !== 0) text[at] = text[at] === "x" ? set : bare;
  };
  special(0o4000, 3, "s", "S");
  special(0o2000, 6, "s", "S");
  special(0o1000, 9, "t", "T");
  return text.join("");
}

/** As UAC packs: what was taken below `[root]`, the facts in a body file. */
function uacBytes(entries: readonly Packed[]): Uint8Array {
  const whole = (ns: bigint | null): string => (ns === null ? "0" : String(ns / 1_000_000_000n));
  const lines = entries.map(({ path, facts, link }) => {
    const name = bytesOf(link === null ? path : `${path} -> ${link}`);
    const times = `${whole(facts.mtimeNs)}|${whole(facts.mtimeNs)}|${whole(facts.ctimeNs)}|0`;
    return `0|${name}|1|${modeText(facts)}|${facts.uid}|${facts.gid}|${facts.size}|${times}\n`;
  });
  const taken = entries.filter(({ facts }) => facts.kind === "file" || facts.kind === "symlink");
  return tarOf(
    ...taken.map((entry) => tarMember(entry, "uac-x/[root]/")),
    { name: "uac-x/bodyfile/bodyfile.txt", data: Buffer.from(lines.join(""), "latin1") },
    { name: "uac-x/uac.log", data: "" },
  );
}

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Two layers: every other file in the upper one, and in the lower one what a whiteout takes away again. */
function layersOf(entries: readonly Packed[]): readonly Uint8Array[] {
  const upper = entries.filter(({ facts }, i) => facts.kind !== "directory" && i % 2 === 0);
  const lower = entries.filter((entry) => !upper.includes(entry) && entry.facts.kind !== "socket");
  const decoy = { name: "etc/systemd/system/decoy.timer", data: "[Timer]\nOnCalendar=minutely\n" };
  return [
    tarOf(...lower.map((entry) => tarMember(entry)), decoy, { name: "opt/decoy/x", data: "x" }),
    tarOf(
      { name: "etc/systemd/system/.wh.decoy.timer" },
      { name: "opt/decoy/.wh..wh..opq" },
      ...(entries.some(({ path }) => path === "/opt/decoy") ? [] : [{ name: "opt/.wh.decoy" }]),
      ...(entries.some(({ path }) => path === "/opt") ? [] : [{ name: ".wh.opt" }]),
      ...upper.filter(({ facts }) => facts.kind !== "socket").map((entry) => tarMember(entry)),
    ),
  ];
}

function ociBytes(entries: readonly Packed[]): Uint8Array {
  const files: Record<string, Uint8Array> = { "oci-layout": json({}) };
  const put = (bytes: Uint8Array): string => {
    files[`blobs/sha256/${sha(bytes)}`] = bytes;
    return `sha256:${sha(bytes)}`;
  };
  const digests = layersOf(entries).map((layer) => put(gzipSync(layer, { level: 1 })));
  const manifest = put(json({ layers: digests.map((digest) => ({ digest })) }));
  files["index.json"] = json({ manifests: [{ digest: manifest }] });
  return tarOf(...Object.entries(files).map(([name, data]) => ({ name, data })));
}

function dockerBytes(entries: readonly Packed[]): Uint8Array {
  const layers = layersOf(entries);
  return tarOf(
    { name: "manifest.json", data: json([{ Layers: layers.map((_, i) => `${i}/layer.tar`) }]) },
    ...layers.map((data, i) => ({ name: `${i}/layer.tar`, data })),
  );
}

/** What a memory host gives an entry that states no time. */
const DEFAULT_NS = 1_700_000_000_000_000_000n;

type Fidelity = "nanoseconds" | "seconds" | "seconds, no change time";

interface Container {
  readonly name: string;
  readonly holds: Fidelity;
  readonly needs?: string;
  pack(entries: readonly Packed[]): Uint8Array;
}

const packedBy = (needs: string, ...args: readonly string[]): Container => ({
  name: `tar.${needs}`,
  holds: "nanoseconds",
  needs,
  pack: (entries) => run(needs, ["-c", ...args], tarBytes(entries)),
});

const CONTAINERS: readonly Container[] = [
  { name: "tar", holds: "nanoseconds", pack: (entries) => tarBytes(entries) },
  { name: "tar.gz", holds: "nanoseconds", pack: (entries) => gzipSync(tarBytes(entries), { level: 1 }) },
  packedBy("zstd", "-q"),
  packedBy("xz", "-0"),
  packedBy("bzip2", "-1"),
  { name: "zip", holds: "seconds, no change time", pack: zipBytes },
  { name: "UAC", holds: "seconds", pack: uacBytes },
  { name: "OCI", holds: "nanoseconds", pack: ociBytes },
  { name: "docker-archive", holds: "nanoseconds", pack: dockerBytes },
];

/**
 * The case as a container of this fidelity can hold it. None holds a socket, a file that cannot be read, or a size
 * that is not its content's.
 */
function cutDown(tree: ReadonlyMap<string, MemoryEntry>, holds: Fidelity): Host {
  const whole = (ns: bigint | null): bigint | null => (ns === null ? null : ns - (ns % 1_000_000_000n));
  const entries = [...tree].flatMap(([path, entry]): [string, MemoryEntry][] => {
    const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
    if (file.kind === "socket") return [];
    const { size: _, error: __, mtimeNs = DEFAULT_NS, ctimeNs = DEFAULT_NS, birthNs: ___, ...rest } = file;
    if (holds === "nanoseconds") return [[path, { ...rest, mtimeNs, ctimeNs }]];
    const changed = holds === "seconds" ? whole(ctimeNs) : null;
    return [[path, { ...rest, mtimeNs: whole(mtimeNs), ctimeNs: changed }]];
  });
  return memoryHost(new Map(entries));
}

/** Everything that was found and judged; what could not be read is the container's own. */
async function foundIn(host: Host, nowUsec: number): Promise<string> {
  const read = (): string => {
    const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec });
    const report = auditReport(inventory, judge(inventory, { depth: "everything" }));
    const { findings, timers, jobs, activations } = report as typeof report & Record<string, unknown>;
    return JSON.stringify({ findings, timers, jobs, activations }, (key, value: unknown) =>
      key === "layer" ? undefined : value,
    );
  };
  let found = read();
  if (!isArchive(host)) return found;
  for (let round = 0; round < host.rounds && host.wanted().length > 0 && (await host.fetch()); round++)
    found = read();
  return found;
}

async function opened(bytes: Uint8Array, name: string): Promise<Host> {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  const { host } = await openTarget(path);
  rmSync(path);
  return host;
}

const corpus = loadCorpus();
/** What a case shows by itself, as digests: three fidelities of three hundred cases are many megabytes. */
const known = new Map<string, string>();
async function expectedOf(one: CorpusCase, holds: Fidelity): Promise<string> {
  const key = `${one.folder} ${holds}`;
  const digest =
    known.get(key) ?? sha(Buffer.from(await foundIn(cutDown(treeOf(one), holds), nowUsecOf(one))));
  known.set(key, digest);
  return digest;
}

/**
 * A third of the cases is packed, each in one way and the next in another, so that all ways are asked in a minute;
 * `TIMERWARDEN_DIFF` asks every case in every way.
 */
const WAYS = CONTAINERS.length + 1;
const SHARE = 3;
const EVERY = process.env["TIMERWARDEN_DIFF"] !== undefined;
const casesOf = (way: number): readonly CorpusCase[] =>
  corpus.filter((_, i) => EVERY || i % (SHARE * WAYS) === way);

/** Cases whose evidence, packed this way, shows something else. */
async function differing(
  cases: readonly CorpusCase[],
  holds: Fidelity,
  pack: (host: Host, one: CorpusCase) => Promise<readonly Uint8Array[]> | readonly Uint8Array[],
): Promise<readonly string[]> {
  const differ: string[] = [];
  for (const one of cases) {
    const expected = await expectedOf(one, holds);
    for (const bytes of await pack(cutDown(treeOf(one), holds), one)) {
      const host = await opened(bytes, "evidence");
      if (sha(Buffer.from(await foundIn(host, nowUsecOf(one)))) !== expected) differ.push(one.folder);
      if (isArchive(host)) host.close();
    }
  }
  return differ;
}

test("the cases show something at all", async () => {
  const shown = await foundIn(
    cutDown(treeOf(corpus[0] as CorpusCase), "nanoseconds"),
    nowUsecOf(corpus[0] as CorpusCase),
  );
  expect((JSON.parse(shown) as { findings: unknown[] }).findings.length).toBeGreaterThan(0);
});

for (const [way, { name, holds, needs, pack }] of CONTAINERS.entries()) {
  const cases = casesOf(way);
  const lacks = needs !== undefined && !hasProgram(needs);
  const note = lacks ? ` — SKIPPED, there is no ${needs} here` : "";
  test.skipIf(lacks)(`${name}: ${cases.length} cases${note}`, { timeout: 600_000 }, async () => {
    expect(await differing(cases, holds, (host) => [pack(entriesOf(host))])).toEqual([]);
  });
}

const recordedCases = casesOf(CONTAINERS.length);
test(`collect and snapshot: ${recordedCases.length} cases`, { timeout: 600_000 }, async () => {
  const differ = await differing(recordedCases, "nanoseconds", async (host, one) => {
    const recording = await recordingOf({ host, nowUsec: nowUsecOf(one), version: null }, null);
    return [collectionBytes(recording), Buffer.from(snapshotText(recording))];
  });
  expect(differ).toEqual([]);
});
