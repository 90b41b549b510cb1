import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decompressLz4 } from "./lz4.ts";

const lz4 = spawnSync("lz4", ["--version"]).status === 0;
const why = lz4 ? "" : " (SKIPPED: no lz4 program)";

const paragraph = (n: number): string =>
  `Package: p${n % 97}\nVersion: ${n}\nDepends: libc6 (>= 2.${n % 40})\n\n`;
const long = Array.from({ length: 40_000 }, (_, n) => paragraph(n)).join("");
const noise = Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * n * 31 + (n >> 3)) & 255));

test.skipIf(!lz4).each([
  ["linked blocks", ["-BD"], Buffer.from(long)],
  ["independent blocks, small", ["-BI", "-B4"], Buffer.from(long)],
  ["best compression", ["-9"], Buffer.from(long)],
  ["block checksums and size", ["-BX", "--content-size"], Buffer.from(long)],
  ["no frame checksum", ["--no-frame-crc"], Buffer.from(long)],
  ["one repeated byte", [], Buffer.alloc(3_000_000, 65)],
  ["what hardly compresses", [], noise],
  ["nothing", [], Buffer.alloc(0)],
])(`reads what lz4 writes: %s${why}`, (_, options, content) => {
  const run = spawnSync("lz4", ["-c", ...options], { input: content, maxBuffer: 1 << 28 });
  expect(run.status).toBe(0);
  const twice = Buffer.concat([run.stdout, run.stdout]);
  expect(decompressLz4(run.stdout, content.length)?.equals(content)).toBe(true);
  expect(decompressLz4(twice, content.length * 2)?.length).toBe(content.length * 2);
  expect(decompressLz4(run.stdout.subarray(0, -5), content.length)).toBeNull();
  if (content.length > 0) expect(decompressLz4(run.stdout, content.length - 1)).toBeNull();
});

test("any bytes after a frame's magic: a result within the bound, or null", () => {
  const start = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes.length);
      const output = decompressLz4(Buffer.concat([start, size, bytes, Buffer.alloc(4)]), 5000);
      expect(output === null || output.length <= 5000).toBe(true);
    }),
    { numRuns: 500 },
  );
});
