import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasProgram, run } from "./archive.test-support.ts";
import { ArchiveDamage, DEFAULT_LIMITS } from "./archive.ts";
import { bytesSource, firstBytes } from "./archive-source.ts";
import { type Compression, compressionOf, expandedSource } from "./compression.ts";

const PROGRAMS: readonly {
  readonly compression: Compression;
  readonly program: string;
  readonly levels: readonly string[];
}[] = [
  { compression: "gzip", program: "gzip", levels: ["-1", "-9"] },
  { compression: "zstd", program: "zstd", levels: ["-1", "-19"] },
  {
    compression: "xz",
    program: "xz",
    levels: ["-0", "-9", "--check=none", "--check=sha256", "--block-size=4096"],
  },
  { compression: "bzip2", program: "bzip2", levels: ["-1", "-9"] },
];

/** Text, runs, noise: something for every part of a decoder. Deterministic. */
function sample(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const part = Math.floor(i / 5000) % 3;
    bytes[i] = part === 0 ? 0x41 + ((i * i) % 7) : part === 1 ? 0 : state >>> 24;
  }
  return bytes;
}

interface Outcome {
  readonly bytes: Uint8Array;
  readonly damage: string | null;
}

async function expandAll(
  input: Uint8Array,
  compression: Compression,
  limits = DEFAULT_LIMITS,
): Promise<Outcome> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of expandedSource(bytesSource(input), compression, limits).open())
      pieces.push(piece);
  } catch (error) {
    if (!(error instanceof ArchiveDamage)) throw error;
    return { bytes: Buffer.concat(pieces), damage: error.message };
  }
  return { bytes: Buffer.concat(pieces), damage: null };
}

const same = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

describe.each(PROGRAMS)("$compression", ({ compression, program, levels }) => {
  const missing = !hasProgram(program);
  const note = missing ? ` (SKIPPED: no ${program})` : "";

  test.skipIf(missing)(`expands what ${program} writes${note}`, async () => {
    for (const level of levels) {
      for (const length of [0, 1, 5, 4999, 70_000, 1_500_000]) {
        const plain = sample(length);
        const packed = run(program, [level, "-c"], plain);
        expect(compressionOf(packed)).toBe(compression);
        const outcome = await expandAll(packed, compression);
        expect([level, length, outcome.damage, same(outcome.bytes, plain)]).toEqual([
          level,
          length,
          null,
          true,
        ]);
      }
    }
  });

  test.skipIf(missing)(`reads files put one after the other${note}`, async () => {
    const packed = run(program, ["-c"], sample(7000));
    const outcome = await expandAll(Buffer.concat([packed, packed, packed]), compression);
    expect(outcome.damage).toBeNull();
    expect(same(outcome.bytes, Buffer.concat([sample(7000), sample(7000), sample(7000)]))).toBe(true);
  });

  test.skipIf(missing)(`a cut-off file gives its beginning and says that it is cut${note}`, async () => {
    const plain = sample(3_000_000);
    const packed = run(program, ["-1", "-c"], plain);
    const outcome = await expandAll(packed.subarray(0, Math.floor(packed.length * 0.8)), compression);
    expect(outcome.damage).not.toBeNull();
    expect(outcome.bytes.length).toBeGreaterThan(plain.length * 0.5);
    expect(same(outcome.bytes, plain.subarray(0, outcome.bytes.length))).toBe(true);
  });

  test.skipIf(missing)(`a bomb is stopped by its ratio${note}`, async () => {
    const packed = run(program, ["-9", "-c"], new Uint8Array(30_000_000));
    const limits = { ...DEFAULT_LIMITS, ratioFrom: 1_000_000 };
    const outcome = await expandAll(packed, compression, limits);
    expect(outcome.damage).toContain("250-fold");
    expect(outcome.bytes.length).toBeLessThan(30_000_000);
  });

  test.skipIf(missing)(`never more than the limit comes out${note}`, async () => {
    const packed = run(program, ["-c"], sample(3_000_000));
    const outcome = await expandAll(packed, compression, { ...DEFAULT_LIMITS, expandedBytes: 1_000_000 });
    expect(outcome.damage).toContain("more than 1000000 bytes");
    expect(outcome.bytes.length).toBeLessThanOrEqual(1_000_000);
  });

  test.skipIf(missing)(`damaged data is told as damage, never as a crash${note}`, async () => {
    const packed = run(program, ["-c"], sample(30_000));
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = new Uint8Array(packed);
        changed[at] = (changed[at] ?? 0) ^ change;
        const outcome = await expandAll(changed, compression);
        expect(outcome.bytes.length).toBeLessThan(40_000_000);
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ["nothing", [], null],
  ["text", [0x68, 0x69], null],
  ["a zip", [0x50, 0x4b, 3, 4], null],
  ["zstd's skippable frame", [0x52, 0x2a, 0x4d, 0x18], "zstd"],
])("%s is told from its first bytes", (_name, bytes, expected) => {
  expect(compressionOf(Uint8Array.from(bytes))).toBe(expected);
});

test.each([1, 100, 300_000])(
  "%i bytes of rubbish after a gzip file are no reason to lose it",
  async (length) => {
    const outcome = await expandAll(
      Buffer.concat([gzipSync(sample(9000)), Buffer.alloc(length, 0x55)]),
      "gzip",
    );
    expect(same(outcome.bytes, sample(9000))).toBe(true);
  },
);

/** `zstd -c` of "hi\\n", and a frame for others. */
const HI: Uint8Array = Buffer.from("KLUv/QRYGQAAaGkKND1Qkg==", "base64");
const FOR_OTHERS: Uint8Array = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 0xaa, 0xbb]);

test.each([
  ["frames with others before and between them", [FOR_OTHERS, HI, FOR_OTHERS, HI], "hi\nhi\n", null],
  ["nothing but a frame for others", [FOR_OTHERS], "", null],
  ["rubbish behind a frame", [HI, Buffer.from("rubbish!")], "hi\n", "zstd: "],
  ["a frame that wants a window of 1 GiB", [Buffer.from("KLUv/QCgGQAAaGkK", "base64")], "", "zstd: "],
])("zstd, whoever decodes it: %s", async (_, parts, text, damage) => {
  const outcome = await expandAll(Buffer.concat(parts), "zstd");
  expect(Buffer.from(outcome.bytes).toString()).toBe(text);
  if (damage === null) expect(outcome.damage).toBeNull();
  else expect(outcome.damage).toContain(damage);
});

test("reading may start in the middle", async () => {
  const source = expandedSource(bytesSource(gzipSync(sample(600_000))), "gzip");
  const pieces: Uint8Array[] = [];
  for await (const piece of source.open(555_555)) pieces.push(piece);
  expect(same(Buffer.concat(pieces), sample(600_000).subarray(555_555))).toBe(true);
  expect(same(await firstBytes(source, 100), sample(100))).toBe(true);
});

test("an xz file that wants a dictionary of 1.5 GiB is refused before it gets it", async () => {
  const packed = new Uint8Array(
    hasProgram("xz") ? run("xz", ["-c", "--lzma2=dict=1610612736"], sample(10)) : XZ_LARGE,
  );
  expect((await expandAll(packed, "xz")).damage).toContain("1536 MiB");
});

/** What `xz --lzma2=dict=1536MiB` writes for nothing much: stream header and block header. */
const XZ_LARGE: Uint8Array = Buffer.from("/Td6WFoAAATm1rRGAgAhASUAAAA7eHtB", "base64");
