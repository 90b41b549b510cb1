import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textAt, valueAt } from "./archive.test-support.ts";
import { type ArchiveHost, TargetError } from "./archive.ts";
import { archiveHost } from "./archive-host.ts";
import { bytesSource } from "./archive-source.ts";
import { collectionBytes, isCollectedArchive, openCollectedArchive } from "./collect.ts";
import type { Host } from "./host.ts";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { memoryHost } from "./memory.ts";
import { isRecorded, recordedHost } from "./recorded.ts";
import { type Recording, recordingHost } from "./recording.ts";
import { looksLikeSnapshot, manifestText, parseImage, snapshotText } from "./snapshot.ts";
import { openSnapshot } from "./snapshot-source.ts";
import { indexTar } from "./tar.ts";

const NOW = 1_700_000_000_000_000;

/** Asks a host for everything below a directory. */
function readAll(host: Host, directory = "/"): void {
  const listing = host.readDirectory(directory);
  for (const { name, kind } of listing.kind === "present" ? listing.value : []) {
    const path = directory === "/" ? `/${name}` : `${directory}/${name}`;
    host.lstat(path);
    host.stat(path);
    if (kind === "directory") readAll(host, path);
    else host.readFile(path);
  }
}

function recordAll(host: Host): Recording {
  const recorder = recordingHost(host);
  readAll(recorder);
  return recorder.record(NOW, new Map([["live.json", "{}"]]));
}

async function archiveOf(bytes: Uint8Array): Promise<ArchiveHost> {
  const { builder, store } = await indexTar(bytesSource(bytes));
  return archiveHost({ target: "tar:x", tree: builder.tree, stores: [store], gaps: builder.gaps });
}

const whole = recordAll(memoryHost(SUITE_TREE));
hostSuite("played back", () => recordedHost(whole, "snapshot:x"));
hostSuite("played back from JSON", () => recordedHost(parseImage(snapshotText(whole)), "snapshot:x"));

describe("a recording", () => {
  const tree = {
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
    "/etc/link": { link: "../usr/lib/x" },
    "/usr/lib/x": { content: "x", mode: 0o4755, uid: 7, mtimeNs: 1_700_000_000_123_456_789n },
    "/usr/lib/other": "never read",
    "/secret": { dir: true, error: "EACCES" },
    "/unreadable": { content: "", error: "EIO" },
    "/pipe": { kind: "fifo" },
  } as const;

  test("answers what was asked, and says of the rest that nobody asked", () => {
    const recorder = recordingHost(memoryHost(tree));
    recorder.readFile("/etc/link");
    recorder.lstat("/etc/nothing");
    recorder.readDirectory("/secret");
    recorder.readFile("/unreadable");
    const host = recordedHost(recorder.record(NOW, new Map()), "x:");
    expect(textAt(host, "/etc/link")).toBe("x");
    expect(host.realPath("/etc/link")).toEqual({ kind: "present", value: "/usr/lib/x" });
    expect(host.lstat("/etc/nothing").kind).toBe("absent");
    expect(host.readDirectory("/secret")).toMatchObject({ kind: "unreadable", code: "EACCES" });
    expect(host.readFile("/unreadable")).toMatchObject({ kind: "unreadable", code: "EIO" });
    expect(host.lstat("/etc/passwd")).toMatchObject({ kind: "unreadable", code: "ENODATA" });
    expect(host.readDirectory("/etc")).toMatchObject({ kind: "unreadable", code: "ENODATA" });
    expect(isRecorded(host)).toBe(true);
  });

  test("a file longer than what was read stays truncated", () => {
    const recorder = recordingHost(memoryHost({ "/f": "0123456789" }));
    recorder.readFile("/f", 4);
    const host = recordedHost(recorder.record(NOW, new Map()), "x:");
    expect(valueAt(host.readFile("/f", 4))).toMatchObject({ truncated: true });
    expect(valueAt(host.readFile("/f"))).toMatchObject({ truncated: true });
    expect(textAt(host, "/f")).toBe("0123");
  });

  test("contents beyond the limit are a gap", () => {
    const recorder = recordingHost(memoryHost({ "/a": "12345", "/b": "12345" }));
    recorder.readFile("/a");
    recorder.readFile("/b");
    const recording = recorder.record(NOW, new Map(), { maxBytes: 7 });
    expect(recording.gaps).toMatchObject([{ path: "/b", reason: expect.stringContaining("too big") }]);
    expect(recordedHost(recording, "x:").readFile("/b")).toMatchObject({ kind: "unreadable", code: "EFBIG" });
  });

  test("through JSON and back it is the same", () => {
    const recording = recordAll(memoryHost({ ...tree, "/stray\udcff": Uint8Array.of(0xff, 0) }));
    expect(parseImage(snapshotText(recording))).toEqual(recording);
    expect(looksLikeSnapshot(snapshotText(recording))).toBe(true);
  });

  test("the same host gives the same text", () => {
    expect(snapshotText(recordAll(memoryHost(tree)))).toBe(snapshotText(recordAll(memoryHost(tree))));
  });

  test.each([
    ["no JSON", "{"],
    ["another JSON", '{"schema":"timerwarden/audit"}'],
    ["a list", "[]"],
    ["a path that climbs", `{"path":"/../x"`],
  ])("refuses %s", (_, text) => {
    expect(() => parseImage(text)).toThrow(/It is no/);
  });

  test("is opened from a source", async () => {
    const recording = recordAll(memoryHost(tree));
    const host = await openSnapshot(bytesSource(Buffer.from(snapshotText(recording))), "snapshot:x");
    expect([host.target, textAt(host, "/usr/lib/x")]).toEqual(["snapshot:x", "x"]);
    await expect(openSnapshot(bytesSource(Buffer.from("{}")), "snapshot:x")).rejects.toThrow(TargetError);
  });

  test("a changed content is kept out", () => {
    const text = snapshotText(recordAll(memoryHost(tree))).replace("root:x:0:0", "evil:x:0:0");
    const recording = parseImage(text);
    expect(recording.gaps).toMatchObject([
      { path: "/etc/passwd", reason: "Its content is not what was recorded." },
    ]);
    expect(recordedHost(recording, "x:").readFile("/etc/passwd")).toMatchObject({ code: "EBADMSG" });
  });

  test("any JSON in its shape is a host that answers", () => {
    const path = fc.constantFrom("/", "/a", "/a/b", "/a/b/c", "/l", "/etc/..", "/é");
    const entry = fc.record(
      {
        path,
        facts: fc.option(
          fc.record({
            kind: fc.constantFrom("file", "directory", "symlink", "fifo"),
            mode: fc.nat(),
            uid: fc.nat(),
            gid: fc.nat(),
            size: fc.integer(),
            mtimeNs: fc.constant(null),
            ctimeNs: fc.constant("1"),
            birthNs: fc.constant(null),
            identity: fc.string(),
            links: fc.nat(),
          }),
        ),
        link: fc.constantFrom("/a", "../l", "/l", ""),
        text: fc.string(),
        listed: fc.constant(true),
      },
      { requiredKeys: ["path", "facts"] },
    );
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const image = {
          schema: "timerwarden/snapshot",
          version: "1.0",
          target: "",
          live: false,
          takenUsec: 0,
          gaps: [],
          attachments: {},
          absent: [],
          entries,
        };
        const host = recordedHost(parseImage(JSON.stringify(image)), "x:");
        for (const each of ["/", "/a", "/a/b/c", "/l", "/a/../l/x", "/é"]) {
          host.stat(each);
          host.readFile(each);
          host.readDirectory(each);
          host.readLink(each);
        }
      }),
    );
  });
});

describe("redaction", () => {
  test("no hash is in a collection", () => {
    const hash = "$y$j9T$abcDEFsecret$ghi123";
    const recording = recordAll(
      memoryHost({
        "/etc/shadow": `root:${hash}:1::::::\n`,
        "/etc/gshadow-": `a:${hash}::\n`,
        "/etc/passwd": `b:${hash}:1:1::/:/bin/sh\n`,
      }),
    );
    expect(snapshotText(recording)).not.toContain("abcDEFsecret");
    expect(snapshotText(recording)).not.toContain(
      Buffer.from("abcDEFsecret").toString("base64").slice(2, 10),
    );
  });
});

describe("a collection", () => {
  const recording = recordAll(
    memoryHost({
      ...SUITE_TREE,
      "/etc/times": { content: "t", mtimeNs: 1_700_000_000_123_456_789n, birthNs: 5n, uid: 3_000_000_000 },
      [`/long/${"n".repeat(200)}/${"m".repeat(200)}`]: "long",
      "/pipe": { kind: "fifo" },
    }),
  );

  test("is the same host again", async () => {
    const archive = await archiveOf(collectionBytes(recording));
    expect(isCollectedArchive(archive)).toBe(true);
    const host = await openCollectedArchive(archive, "collection:x");
    expect(host.recording.entries).toEqual(
      new Map([...recording.entries].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect(host.recording.gaps).toEqual([]);
    expect(host.recording.attachments).toEqual(recording.attachments);
    expect(host.recording.absent).toEqual(recording.absent);
  });

  test("read as a plain archive it has the same files, owners and times", async () => {
    const archive = await archiveOf(collectionBytes(recording));
    while (archive.readFile("/etc/times").kind === "unreadable" && (await archive.fetch()));
    expect(textAt(archive, "/etc/times")).toBe("t");
    expect(valueAt(archive.lstat("/etc/times"))).toMatchObject({
      uid: 3_000_000_000,
      mtimeNs: 1_700_000_000_123_456_789n,
    });
    expect(archive.lstat("/pipe").kind).toBe("absent");
    expect(archive.gaps).toEqual([]);
  });

  test("the same recording gives the same bytes", () => {
    expect(collectionBytes(recording)).toEqual(collectionBytes(recording));
  });

  test("a member that is not what the manifest says is kept out", async () => {
    const other = new Map(recording.entries);
    const entry = other.get("/etc/passwd");
    if (entry === undefined) throw new Error("no /etc/passwd");
    other.set("/etc/passwd", { ...entry, content: Buffer.from("evil") });
    const manifest = manifestText({ ...recording, entries: other });
    expect(parseImage(manifest, (path) => recording.entries.get(path)?.content ?? null).gaps).toMatchObject([
      { path: "/etc/passwd" },
    ]);
  });
});
