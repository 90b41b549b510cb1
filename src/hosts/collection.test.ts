import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tarOf, temporaryFile, textAt, valueAt, zipOf } from "./archive.test-support.ts";
import type { ArchiveHost } from "./archive.ts";
import { velociraptorPath } from "./collection.ts";
import { readBodyLine } from "./collection-bodyfile.ts";
import { isArchive, openTarget } from "./open.ts";
import { writeTree } from "./real-tree.test-support.ts";

async function open(target: string): Promise<{ readonly host: ArchiveHost; readonly guess: string | null }> {
  const { host, guess } = await openTarget(target);
  if (!isArchive(host)) throw new Error("expected an archive");
  return { host, guess };
}

const BODY = [
  "0|/etc/cron.d/x|11|-rw-r-----|7|8|1|1|1700000000|1700000001|1600000000",
  "0|/usr/bin/tool|12|-rwsr-xr-x|0|0|999|1|2|3|0",
  "0|'/usr/bin/alias' -> 'tool'|13|lrwxrwxrwx|0|0|4|1|2|3|0",
  "0|/etc/cron.d|14|drwx-----T|5|0|4096|1|2|3|0",
  "rubbish",
].join("\n");

const UAC: Readonly<Record<string, string>> = {
  "[root]/etc/cron.d/x": "x",
  "[root]/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "live_response/process/ps.txt": "PID",
  "bodyfile/bodyfile.txt": BODY,
  "uac.log": "log",
};
const uacTar = tarOf(...Object.entries(UAC).map(([name, data]) => ({ name, data })));
const below = tarOf(...Object.entries(UAC).map(([name, data]) => ({ name: `uac-web03/${name}`, data })));
const uacZip = zipOf(Object.entries(UAC).map(([name, data]) => ({ name, data })));
const uacTree = Object.fromEntries(Object.entries(UAC).map(([name, data]) => [`/${name}`, data]));

describe.each([
  ["tar.gz", () => temporaryFile("uac-web03.tar.gz", gzipSync(uacTar))],
  ["tar", () => temporaryFile("uac-web03.tar", uacTar)],
  ["tar below one directory", () => temporaryFile("uac-web03.tar", below)],
  ["zip", () => temporaryFile("uac-web03.zip", uacZip)],
  ["folder", () => writeTree(uacTree)],
])("a UAC collection as %s", async (_name, place) => {
  const { host, guess } = await open(place());

  test("is recognised", () => expect(guess).toMatch(/as a UAC collection/));

  test("its root is the host's", () => {
    expect(textAt(host, "/etc/passwd")).toContain("root");
    expect(host.lstat("/live_response").kind).toBe("absent");
  });

  test("the body file tells facts", () => {
    expect(valueAt(host.lstat("/etc/cron.d/x"))).toMatchObject({
      mode: 0o640,
      uid: 7,
      gid: 8,
      ctimeNs: 1700000001000000000n,
      birthNs: 1600000000000000000n,
    });
    expect(valueAt(host.lstat("/etc/cron.d"))).toMatchObject({ kind: "directory", mode: 0o1700, uid: 5 });
  });

  test("a file that was seen but not taken is there, without content", () => {
    expect(valueAt(host.stat("/usr/bin/alias"))).toMatchObject({ kind: "file", mode: 0o4755, size: 999 });
    expect(host.readFile("/usr/bin/tool")).toMatchObject({ kind: "unreadable", code: "ENODATA" });
    expect(host.readFile("/usr/bin/nothing").kind).toBe("absent");
  });

  test("live response is the second witness", () => {
    const names = [...host.witness()].map(([path, bytes]) => [
      path.replace(/^uac-web03\//, ""),
      new TextDecoder().decode(bytes),
    ]);
    expect(names).toEqual([
      ["live_response/process/ps.txt", "PID"],
      ["uac.log", "log"],
    ]);
  });

  test("its limits are told", () => {
    const told = host.gaps.map((gap) => gap.reason);
    expect(told).toContain("1 of 5 lines of the body file make no sense");
    expect(told).toContain("a UAC collection holds what its profile took");
  });
});

const VELOCIRAPTOR = [
  { name: "uploads/auto/etc/passwd", data: "root:x:0:0::/root:/bin/sh\n", mode: 0 },
  { name: "uploads/file/etc/systemd/system/a%3Ab%2Fc.timer", data: "[Timer]", mode: 0 },
  { name: "results/Linux.Sys.Pslist.json", data: "{}", mode: 0 },
  { name: "uploads.json", data: "", mode: 0 },
];

describe.each([
  ["zip", () => temporaryFile("c.zip", zipOf(VELOCIRAPTOR))],
  ["folder", () => writeTree(Object.fromEntries(VELOCIRAPTOR.map(({ name, data }) => [`/${name}`, data])))],
])("a Velociraptor collection as %s", async (_name, place) => {
  const { host, guess } = await open(place());

  test("is recognised and read", () => {
    expect(guess).toMatch(/as a Velociraptor collection$/);
    expect(textAt(host, "/etc/passwd")).toContain("root");
    expect(textAt(host, "/etc/systemd/system/a:b%2Fc.timer")).toBe("[Timer]");
    expect([...host.witness().keys()]).toEqual(["results/Linux.Sys.Pslist.json", "uploads.json"]);
    expect(host.gaps.some((gap) => gap.reason.includes("Velociraptor collection holds"))).toBe(true);
  });
});

test.each([
  ["uploads/auto/etc/a%20b", "uploads/root/etc/a b"],
  ["uploads/file/x%2F%00%FF", "uploads/root/x%2F%00%FF"],
  ["uploads/ntfs/x", "uploads/ntfs/x"],
  ["results/a%20b", "results/a%20b"],
])("%s belongs at %s", (path, place) => expect(velociraptorPath(path)).toBe(place));

test.each([
  [
    "0|/a|1|-rw-r--r--|0|0|5|1|2|3|4",
    { path: "/a", kind: "file", mode: 0o644, size: 5, mtimeNs: 2000000000n, birthNs: 4000000000n },
  ],
  ["0|/a|1|r/rrwsr-sr-t|0|0|5|1|2|3|4", { mode: 0o7755 }],
  ["0|/a|1|-rwSr-Sr-T|0|0|5|1|2|3|4", { mode: 0o7644 }],
  ["0|/a|b|1|-rw-r--r--|0|0|5|1|2|3|0", { path: "/a|b", birthNs: null }],
  [
    "0|/a -> /b|1|lrwxrwxrwx|0|0|5|1|2.5|3|0",
    { path: "/a", target: "/b", kind: "symlink", mtimeNs: 2500000000n },
  ],
])("%s", (line, expected) => expect(readBodyLine(line)).toMatchObject(expected));

test.each([
  "",
  "|",
  "0|a|1|-rw-r--r--|0|0|5|1|2|3|4",
  "0|/a|1|?rw-r--r--|0|0|5|1|2|3|4",
  "0|/a|1|-rw-r--r--|-1|0|5|1|2|3|4",
  "0|/a|1|-rw-r--r--|99999999999|0|5|1|2|3|4",
])("%j is no line of a body file", (line) => expect(readBodyLine(line)).toBeNull());
