import { describe, expect, test } from "vitest";
import type { ListReport } from "../report/envelope.ts";
import { UsageError } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { convert } from "./commands/convert.ts";
import { list } from "./commands/list.ts";
import { folderOf, HOST, NOW, run } from "./run.test-support.ts";

const CASE = ["--case-number", "4711", "--examiner", "A. Doe"] as const;
const FACTS = { number: "4711", evidenceNumber: null, examiner: "A. Doe", notes: null };

describe("case data", () => {
  test.each([list, audit])(
    "$name keeps them, and says nothing of them when none are given",
    async (command) => {
      const root = `root:${folderOf(HOST)}`;
      const tell = async (...args: readonly string[]) => (await run(command, [root, ...NOW, ...args])).out;
      expect(JSON.parse(await tell("-o", "json", ...CASE)) as ListReport).toMatchObject({ case: FACTS });
      expect(await tell(...CASE)).toContain("case 4711 · examiner A. Doe\n");
      expect(await tell("-o", "json")).not.toContain('"case"');
    },
  );

  test("convert keeps them, and gives a report others", async () => {
    const root = `root:${folderOf(HOST)}`;
    const saved = (await run(audit, [root, ...NOW, "-o", "json", ...CASE])).out;
    expect((await run(convert, ["-", "-o", "json"], { input: saved })).out).toBe(saved);
    const other = await run(convert, ["-", "-o", "md", "--case-number", "4712"], { input: saved });
    expect(other.out).toContain("- Case: `4712`\n");
    expect(other.out).not.toContain("A. Doe");
  });

  test("the environment can hold the examiner", async () => {
    const env = { TIMERWARDEN_EXAMINER: "B. Roe" };
    const { out } = await run(list, [`root:${folderOf(HOST)}`, ...NOW], { env });
    expect(out).toContain("examiner B. Roe\n");
  });

  test("a novel is refused", async () => {
    await expect(run(list, ["--notes", "x".repeat(10_001)])).rejects.toThrow(UsageError);
  });
});
