import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasProgram, infoZip, listing, run, textAt, valueAt, zipOf } from "./archive.test-support.ts";
import { type ArchiveHost, TargetError } from "./archive.ts";
import { archiveHost } from "./archive-host.ts";
import { bytesSource } from "./archive-source.ts";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { writeTree } from "./real-tree.test-support.ts";
import { indexZip } from "./zip.ts";

function zipHost(bytes: Uint8Array): ArchiveHost {
  const { builder, store } = indexZip(bytesSource(bytes));
  return archiveHost({ target: "zip:test", tree: builder.tree, stores: [store], gaps: builder.gaps });
}

const noZip = !hasProgram("zip");
const noPython = !hasProgram("python3");

if (noZip) test.skip("zip: behaves as a host (SKIPPED: no zip)", () => undefined);
else {
  const root = writeTree(SUITE_TREE);
  const bytes = infoZip(root);
  hostSuite("zip, as Info-ZIP writes it", () => zipHost(bytes));
}

/** Writes the suite's kind of tree with Python's zipfile, in the given way. */
const PYTHON = `
import sys, zipfile
force = sys.argv[1] == "zip64"
method = zipfile.ZIP_STORED if sys.argv[1] == "stored" else zipfile.ZIP_DEFLATED
if force: zipfile.ZIP64_LIMIT = 10
import io
out = io.BytesIO()
z = zipfile.ZipFile(out, "w", method)
for name, mode, data in [("etc/", 0o40755, ""), ("etc/x", 0o100640, "x" * 5000), ("l", 0o120777, "etc/x"), ("p", 0o10600, "")]:
    i = zipfile.ZipInfo(name); i.external_attr = mode << 16; i.create_system = 3
    i.compress_type = method
    with z.open(i, "w", force_zip64=force) as f: f.write(data.encode())
z.close()
sys.stdout.buffer.write(out.getvalue())
`;

test.skipIf(noPython).each(["stored", "deflated", "zip64"])(
  `python's zipfile, %s${noPython ? " (SKIPPED: no python3)" : ""}`,
  (way) => {
    const host = zipHost(run("python3", ["-c", PYTHON, way]));
    expect(textAt(host, "/l")).toBe("x".repeat(5000));
    expect(valueAt(host.readFile("/etc/x", 10))).toMatchObject({ truncated: true });
    expect(valueAt(host.lstat("/etc/x"))).toMatchObject({ mode: 0o640, size: 5000 });
    expect(valueAt(host.lstat("/p"))).toMatchObject({ kind: "fifo", mode: 0o600 });
    expect(valueAt(host.lstat("/etc"))).toMatchObject({ kind: "directory", mode: 0o755 });
    expect(host.gaps.map((gap) => gap.reason)).toEqual([expect.stringContaining("no owners for 4 members")]);
  },
);

describe("hostile and damaged zips", () => {
  const last = { name: "etc/last", data: "last" };
  const whole = zipOf([{ name: "etc/x", data: "x" }, last]);

  test.each([
    ["a path that climbs", zipOf([{ name: "../../x", data: "x" }, last]), /climbs/],
    [
      "an encrypted member",
      zipOf([{ name: "x", change: (central) => central.writeUInt16LE(1, 8) }, last]),
      /encrypted/,
    ],
    [
      "a method of its own",
      zipOf([{ name: "x", data: "x", change: (central) => central.writeUInt16LE(93, 10) }, last]),
      /method 93/,
    ],
    [
      "a member that points nowhere",
      zipOf([
        { name: "x", data: "x", mode: 0o120777, change: (central) => central.writeUInt32LE(0x7fffffff, 42) },
        last,
      ]),
      /symbolic link whose text/,
    ],
    ["no modes", zipOf([{ name: "x", change: (central) => central.fill(0, 5, 6) }, last]), /no modes for 1/],
    ["a program in front", Buffer.concat([Buffer.alloc(777, 0x23), whole]), /no owners/],
    [
      "a comment behind",
      Buffer.concat([whole.subarray(0, whole.length - 2), Buffer.of(3, 0), Buffer.from("abc")]),
      /no owners/,
    ],
    ["a duplicate", zipOf([{ name: "x" }, { name: "x" }, last]), /more than one member/],
  ])("%s", (_name, bytes, reason) => {
    const host = zipHost(bytes);
    expect(host.gaps.map((gap) => gap.reason).join("\n")).toMatch(reason);
    expect(textAt(host, "/etc/last")).toBe("last");
  });

  test("content that does not fit its checksum is unreadable", () => {
    const bytes = zipOf([{ name: "x", data: "x", change: (central) => central.writeUInt32LE(1, 16) }]);
    expect(zipHost(bytes).readFile("/x")).toMatchObject({ kind: "unreadable", code: "EIO" });
  });

  test("a zip that lost its directory is read from the front", () => {
    const host = zipHost(whole.subarray(0, whole.length - 60));
    expect(host.gaps[0]?.reason).toContain("lost its directory");
    expect(textAt(host, "/etc/last")).toBe("last");
  });

  test.skipIf(noPython)(
    `a bomb costs no more than was asked for${noPython ? " (SKIPPED: no python3)" : ""}`,
    () => {
      const bytes = run("python3", [
        "-c",
        "import sys,zipfile,io; o=io.BytesIO(); z=zipfile.ZipFile(o,'w',8); z.writestr('b',bytes(300000000)); z.close(); sys.stdout.buffer.write(o.getvalue())",
      ]);
      const before = process.memoryUsage().rss;
      const content = valueAt(zipHost(bytes).readFile("/b", 1000));
      expect([content.bytes.length, content.truncated]).toEqual([1000, true]);
      expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    },
  );

  test("random changes never throw anything untyped and never hang", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Buffer.from(whole.subarray(0, length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const host = zipHost(bytes);
            for (const path of Object.keys(listing(host, () => 0))) host.readFile(path);
          } catch (error) {
            expect(error).toBeInstanceOf(TargetError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
