import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { hasProgram, run, tarOf, temporaryFile, textAt, valueAt, zipOf } from "./archive.test-support.ts";
import type { ArchiveHost } from "./archive.ts";
import { isArchive } from "./archive.ts";
import { velociraptorPath } from "./collection.ts";
import { readBodyLine } from "./collection-bodyfile.ts";
import { openDirectory } from "./directory.ts";
import { openTarget } from "./open.ts";
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

/** Six bytes kept of a file with two holes: `ab`, four bytes missing, `cdef`, two missing. */
const INDEX = JSON.stringify({
  ranges: [
    { file_length: 2, length: 2 },
    { file_offset: 2, original_offset: 2, length: 4 },
    { file_offset: 2, original_offset: 6, file_length: 4, length: "4" },
    { file_offset: 6, original_offset: 10, length: 2 },
  ],
});

const VELOCIRAPTOR = [
  { name: "uploads/auto/etc/passwd", data: "root:x:0:0::/root:/bin/sh\n", mode: 0 },
  { name: "uploads/file/etc/systemd/system/a%3Ab%2Fc.timer", data: "[Timer]", mode: 0 },
  { name: "results/Linux.Sys.Pslist.json", data: "{}", mode: 0 },
  { name: "uploads/auto/var/sparse", data: "abcdef", mode: 0 },
  { name: "uploads/auto/var/sparse.idx", data: INDEX, mode: 0 },
  { name: "uploads/auto/var/own.idx", data: "a file of the host", mode: 0 },
  {
    name: "uploads.json",
    data: [
      '{"vfs_path":"/var/sparse","_Components":["uploads","auto","var","sparse"],"file_size":12,"uploaded_size":6}',
      '{"vfs_path":"/var/sparse.idx","file_size":100,"uploaded_size":100,"Type":"idx"}',
      '{"vfs_path":"/var/nothing.idx","Type":"idx"}',
    ].join("\n"),
    mode: 0,
  },
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

  test("a sparse file has its holes again, and its index is no file of the host", () => {
    expect(textAt(host, "/var/sparse")).toBe("ab\0\0\0\0cdef\0\0");
    expect(valueAt(host.readFile("/var/sparse", 8))).toMatchObject({ truncated: true });
    expect(valueAt(host.readDirectory("/var")).map((entry) => entry.name)).toEqual(["own.idx", "sparse"]);
  });
});

test.each([
  ["uploads/auto/etc/a%20b", "uploads/root/etc/a b"],
  ["uploads/file/x%2F%00%FF", "uploads/root/x%2F%00\udcff"],
  ["uploads/auto/home/a/%2Econfig/systemd", "uploads/root/home/a/.config/systemd"],
  ["uploads/auto/etc/b%C3%BCro%2E", "uploads/root/etc/büro."],
  ["uploads/auto/etc/büro", "uploads/root/etc/büro"],
  ["uploads/auto/etc/%41%", "uploads/root/etc/A%"],
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

test.each([
  ["no JSON", "{"],
  ["no ranges", "{}"],
  ["pieces beyond what is kept", '{"ranges":[{"file_length":99,"length":99}]}'],
  ["pieces that overlap", '{"ranges":[{"file_length":2,"length":2},{"original_offset":1,"length":5}]}'],
  [
    "a piece kept twice",
    '{"ranges":[{"file_length":2,"length":2},{"original_offset":2,"file_length":2,"length":2}]}',
  ],
  ["negative numbers", '{"ranges":[{"original_offset":-1,"length":2}]}'],
  ["a size beyond numbers", '{"ranges":[{"original_offset":9007199254740991,"length":2}]}'],
])("an index of a sparse file with %s is told, and the file withheld", async (_name, index) => {
  const bytes = zipOf([
    { name: "uploads/auto/etc/s", data: "abcdef" },
    { name: "uploads/auto/etc/s.idx", data: index },
    { name: "uploads.json", data: '{"vfs_path":"/etc/s.idx","Type":"idx"}' },
  ]);
  const { host } = await open(temporaryFile("c.zip", bytes));
  expect(host.readFile("/etc/s")).toMatchObject({ kind: "unreadable", code: "ENODATA" });
  expect(host.gaps.map((gap) => gap.reason)).toContain("the index of this sparse file makes no sense");
});

test("a collection with a password says what to do", async () => {
  const bytes = zipOf([
    { name: "metadata.json", data: "{}" },
    { name: "data.zip", data: "x" },
  ]);
  await expect(openTarget(temporaryFile("c.zip", bytes))).rejects.toThrow(/protected with a password/);
});

const noTools = ["tar", "zip", "stat"].filter((name) => !hasProgram(name) && name !== "zip");
describe.skipIf(noTools.length > 0)(
  `a collection made as UAC 3 makes it${noTools.length > 0 ? ` (SKIPPED: no ${noTools.join(", no ")})` : ""}`,
  () => {
    // Its steps: a list of files and links, stat with this format through these edits, [root] as a link, tar -T.
    const evidence = writeTree({
      "/etc/systemd/system/a.timer": { content: "[Timer]\n", mode: 0o640 },
      "/etc/systemd/system/it's.timer": "quote",
      '/etc/systemd/system/"x".timer': "quotes",
      "/etc/systemd/system/timers.target.wants/a.timer": { link: "../a.timer" },
      "/home/alice/.config/systemd/user/b.timer": "[Timer]\n",
      "/opt/not collected": "x",
    });
    const script = `set -e
root="$1"; out="$2"; cd "$out"; mkdir collected collected/live_response collected/bodyfile
find "$root" -print0 | xargs -0 stat -c "0|%N|%i|%A|%u|%g|%s|%X|%Y|%Z|%W" \\
  | sed -e "s:|':|:g" -e "s:'|:|:g" -e "s:' -> ': -> :" -e 's:|":|:g' -e 's:"|:|:g' -e 's:" -> ": -> :' \\
  -e 's:\`::g' -e "s:|.\\{1,4\\}$:|0:" -e "s:|$root:|:" -e 's:^0||:0|/|:' > collected/bodyfile/bodyfile.txt
printf 'x.timer x.service\n' > collected/live_response/x.txt
find collected -type f | sed 's,^collected/,,' > list
find "$root/etc" "$root/home" "(" -type f -o -type l ")" | sed "s,^$root,[root]," >> list
ln -s "$root" "collected/[root]"
cd collected; tar -T ../list -cf ../uac-web-linux-20261123.tar
if command -v zip >/dev/null; then zip -q -6 -r ../uac.zip -@ < ../list; fi
`;
    const out = writeTree({ "/script": script });
    run("sh", [join(out, "script"), evidence, out]);
    const names = ["uac-web-linux-20261123.tar", ...(hasProgram("zip") ? ["uac.zip"] : [])];

    test.each(names)("%s", async (name) => {
      const { host, guess } = await open(join(out, name));
      expect(guess).toMatch(/as a UAC collection/);
      const here = openDirectory(evidence, "root:", false);
      for (const path of [
        "/etc/systemd/system/a.timer",
        "/etc/systemd/system/it's.timer",
        '/etc/systemd/system/"x".timer',
        "/etc/systemd/system/timers.target.wants/a.timer",
        "/home/alice/.config/systemd/user/b.timer",
      ]) {
        const [there, real] = [valueAt(host.lstat(path)), valueAt(here.lstat(path))];
        expect([path, there.kind, there.mode, there.uid]).toEqual([path, real.kind, real.mode, real.uid]);
        expect([path, textAt(host, path)]).toEqual([path, textAt(here, path)]);
      }
      expect(host.readLink("/etc/systemd/system/timers.target.wants/a.timer")).toMatchObject({
        value: "../a.timer",
      });
      expect(valueAt(host.lstat("/opt/not collected")).size).toBe(1);
      expect(host.gaps.filter((gap) => /make no sense|more than one/.test(gap.reason))).toEqual([]);
    });
  },
);
