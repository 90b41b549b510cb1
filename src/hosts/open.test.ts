import { execFileSync } from "node:child_process";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  hasProgram,
  infoZip,
  listing,
  readBytes,
  run,
  tarOf,
  temporaryFile,
  textAt,
  valueAt,
} from "./archive.test-support.ts";
import { type ArchiveHost, isArchive, TargetError } from "./archive.ts";
import { openDirectory } from "./directory.ts";
import type { Host } from "./host.ts";
import { SUITE_TREE } from "./host-suite.test-support.ts";
import { openTarget } from "./open.ts";
import { writeTree } from "./real-tree.test-support.ts";

const noTar = !hasProgram("tar");
const PACKERS: readonly {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}[] = [
  { name: "tar", program: "cat", args: [] },
  { name: "tar.gz", program: "gzip", args: ["-c"] },
  { name: "tar.zst", program: "zstd", args: ["-c", "-q"] },
  { name: "tar.xz", program: "xz", args: ["-c"] },
  { name: "tar.bz2", program: "bzip2", args: ["-c"] },
];

/** All an audit can ask of a path; directories' sizes and times of packing are the container's own. */
function everything(host: Host, path: string): unknown {
  const facts = valueAt(host.lstat(path));
  const content = host.readFile(path);
  return {
    kind: facts.kind,
    mode: facts.mode,
    uid: facts.uid,
    gid: facts.gid,
    size: facts.kind === "directory" ? 0 : facts.size,
    links: facts.kind === "directory" ? 0 : facts.links,
    seconds: facts.mtimeNs === null ? null : facts.mtimeNs / 1_000_000_000n,
    real: host.realPath(path),
    link: host.readLink(path),
    names: host.readDirectory(path),
    content: content.kind === "present" ? [...content.value.bytes] : content,
  };
}

async function settle(host: Host | ArchiveHost): Promise<Host> {
  if (!isArchive(host)) return host;
  do listing(host, (path) => host.readFile(path));
  while (host.wanted().length > 0 && (await host.fetch()));
  return host;
}

describe("the same tree from every container", () => {
  const root = writeTree({
    ...SUITE_TREE,
    "/dev/fifo": { kind: "fifo" },
    "/srv/large": "x".repeat(70_000),
    "/usr/bin/script": { content: "#!/bin/sh\n", mode: 0o755 },
  });
  execFileSync("ln", [join(root, "etc/passwd"), join(root, "etc/hard")]);
  const reference = openDirectory(root, "root:", false);
  const expected = listing(reference, (path) => everything(reference, path));

  for (const { name, program, args } of PACKERS) {
    const missing = [noTar ? "tar" : "", hasProgram(program) ? "" : program].filter((word) => word !== "");
    const note = missing.length === 0 ? "" : ` (SKIPPED: no ${missing.join(", no ")})`;
    test.skipIf(missing.length > 0)(`${name}${note}`, async () => {
      const bytes = run(program, args, run("tar", ["-C", root, "-c", "."]));
      const { host, guess } = await openTarget(temporaryFile(`web.${name}`, bytes));
      expect(guess).toMatch(/^reading web\..* as a tar archive/);
      const archive = await settle(host);
      expect(listing(archive, (path) => everything(archive, path))).toEqual(expected);
      expect(isArchive(host) && host.gaps).toEqual([]);
    });
  }

  test.skipIf(!hasProgram("zip"))(`zip${hasProgram("zip") ? "" : " (SKIPPED: no zip)"}`, async () => {
    const bytes = infoZip(root);
    const { host } = await openTarget(`zip:${temporaryFile("web.zip", bytes)}`);
    const same = (facts: unknown): unknown => ({ ...(facts as object), links: 0 });
    const without = (all: Record<string, unknown>): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(all)
          .filter(([path]) => path !== "/" && !path.startsWith("/dev"))
          .map(([path, facts]) => [path, same(facts)]),
      );
    expect(without(listing(host, (path) => everything(host, path)))).toEqual(without(expected));
  });
});

describe("what a target is taken for", () => {
  const tree = tarOf({ name: "etc/hostname", data: "web" });

  test("a directory is a root", async () => {
    const root = writeTree({ "/etc/hostname": "web" });
    const { host, guess } = await openTarget(root);
    expect([host.target, guess, textAt(host, "/etc/hostname")]).toEqual([
      `root:${root}`,
      `reading ${basename(root)} as a root directory`,
      "web",
    ]);
    expect((await openTarget(`root:${root}`)).guess).toBeNull();
  });

  test("the running machine", async () => {
    const { host } = await openTarget("host:");
    expect([host.target, host.live]).toEqual(["host:", true]);
  });

  test.each([["rootfs/"], ["./"], ["image/rootfs/"]])("a root below %s is found", async (prefix) => {
    const path = temporaryFile(
      "x",
      tarOf(
        { name: `${prefix}etc/hostname`, data: "web" },
        { name: `${prefix}etc/link`, type: "2", link: "/etc/hostname" },
      ),
    );
    const { host } = await openTarget(path);
    expect([textAt(host, "/etc/link"), host.target]).toEqual(["web", `tar:${path}`]);
  });

  test("standard input", async () => {
    const { host, guess } = await openTarget("-", { readInput: () => gzipSync(tree) });
    expect([host.target, guess, textAt(host, "/etc/hostname")]).toEqual([
      "tar:-",
      "reading standard input as a tar archive, gzip",
      "web",
    ]);
  });

  test("the name says nothing, the bytes do", async () => {
    const { host } = await openTarget(temporaryFile("evidence.zip", gzipSync(tree)));
    expect(textAt(host, "/etc/hostname")).toBe("web");
  });

  test("after close nothing is read any more", async () => {
    const { host } = await openTarget(temporaryFile("x.tar", tree));
    if (isArchive(host)) host.close();
    expect(host.readFile("/etc/hostname")).toMatchObject({ kind: "unreadable", code: "EIO" });
  });
});

describe("what cannot be opened is said in one typed error with a remedy", () => {
  const file = temporaryFile("text", Buffer.from("hello"));
  const tar = temporaryFile("x.tar", tarOf({ name: "etc/x" }));
  const cases: readonly [string, RegExp][] = [
    ["/nowhere/at/all", /cannot be opened \(ENOENT\)/],
    ["tar:/nowhere", /cannot be opened \(ENOENT\)/],
    ["root:/nowhere", /does not exist/],
    ["root:/etc/passwd", /not a directory/],
    ["/dev/null", /not a regular file/],
    [file, /neither a tar nor a zip/],
    [`tar:${file}`, /no tar archive/],
    [`zip:${file}`, /no zip archive/],
    [`zip:${tar}`, /no zip archive/],
    [`uac:${tar}`, /no \[root\]\//],
    [`velociraptor:${tar}`, /no uploads\//],
    [`oci:${tar}`, /no index\.json/],
    [`docker-archive:${tar}`, /no manifest\.json/],
    ["tar:/etc", /is a directory/],
    ["ftp:host", /no kind of target/],
    ["ssh:", /no place to log in/],
    ["ssh:-oProxyCommand=id", /no place to log in/],
    ["tar:", /needs a path/],
    ["host:x", /takes no value/],
    ["-", /Standard input is empty/],
    [temporaryFile("a.json", Buffer.from(' {"a":1}')), /It is JSON/],
    [temporaryFile("empty", new Uint8Array(0)), /It is empty/],
  ];
  test.each(cases)("%s", async (target, message) => {
    const error: unknown = await openTarget(target).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TargetError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/\.$/),
    });
  });
});

test("the evidence is not changed by reading it", async () => {
  const path = temporaryFile("x.tar", tarOf({ name: "etc/x", data: "x" }));
  const before = readBytes(path);
  const { host } = await openTarget(path);
  textAt(host, "/etc/x");
  expect(Buffer.compare(before, readBytes(path))).toBe(0);
});
