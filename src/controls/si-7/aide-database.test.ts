import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAideDatabase } from "./aide-database.ts";

const ALL = (): boolean => true;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const DIGEST = createHash("sha256").update("x").digest();
const TEXT = `@@begin_db\n@@db_spec name attr sha256\n/a%20b 1 ${DIGEST.toString("base64")}\n/c 1 0\n@@end_db\n`;

test.each<[string, Uint8Array]>([
  ["plain", bytes(TEXT)],
  ["compressed", gzipSync(bytes(TEXT))],
])("%s text is read", (_name, content) => {
  const read = parseAideDatabase(content, ALL);
  expect(read.ok && [...read.value].map(([path, entry]) => [path, [...entry]])).toEqual([
    ["/a b", [["sha256", DIGEST.toString("hex")]]],
    ["/c", []],
  ]);
});

test.each(["", "garbage", "/a 1 x\n", "@@begin_db\n/a 1 x\n"])("%j is no database", (text) => {
  expect(parseAideDatabase(bytes(text), ALL).ok).toBe(false);
});

test("any bytes are read without a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      expect(() => parseAideDatabase(content, ALL)).not.toThrow();
      expect(() => parseAideDatabase(Uint8Array.of(0x1f, 0x8b, ...content), ALL)).not.toThrow();
    }),
  );
});

const hasAide = spawnSync("aide", ["--version"]).error === undefined;

describe("aide --init itself", () => {
  test.skipIf(!hasAide)(`${hasAide ? "" : "SKIPPED: aide is not installed: "}writes what is read`, () => {
    const root = mkdtempSync(join(tmpdir(), "aide-db-"));
    const tree = join(root, "tree");
    mkdirSync(tree);
    const files = new Map([
      [join(tree, "one.timer"), "[Timer]\n"],
      [join(tree, "with blank.timer"), "[Timer]\nOnCalendar=daily\n"],
    ]);
    for (const [path, text] of files) writeFileSync(path, text);
    for (const compressed of ["yes", "no"]) {
      const database = join(root, `db-${compressed}`);
      const config = join(root, "aide.conf");
      writeFileSync(
        config,
        `database_out=file:${database}\ngzip_dbout=${compressed}\n${tree} p+u+g+sha256+md5\n`,
      );
      spawnSync("aide", ["-c", config, "--init"]);
      const read = parseAideDatabase(readFileSync(database), (path) => files.has(path));
      const digests = read.ok ? [...read.value].map(([path, entry]) => [path, entry.get("sha256")]) : [];
      expect(new Map(digests.map(([path = "", digest]) => [path, digest]))).toEqual(
        new Map([...files].map(([path, text]) => [path, createHash("sha256").update(text).digest("hex")])),
      );
    }
  });
});
