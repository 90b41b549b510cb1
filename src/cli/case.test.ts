import { describe, expect, test } from "vitest";
import type { Host } from "../hosts/host.ts";
import type { ListReport } from "../report/envelope.ts";
import { CASE_ATTACHMENT, caseOfRecording } from "./case.ts";
import { type Command, UsageError } from "./command.ts";
import { assess } from "./commands/assess.ts";
import { audit } from "./commands/audit.ts";
import { collect } from "./commands/collect.ts";
import { convert } from "./commands/convert.ts";
import { explain } from "./commands/explain.ts";
import { list } from "./commands/list.ts";
import { snapshot } from "./commands/snapshot.ts";
import { timeline } from "./commands/timeline.ts";
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

  test.each([
    ["tar.gz", collect, ""],
    ["json", snapshot, "snapshot:"],
  ])("a collection keeps them for later commands: %s", async (suffix, command, scheme) => {
    const file = `${folderOf({})}/host.${suffix}`;
    const taken = await run(command, ["-O", file, "-q", `root:${folderOf(HOST)}`, ...NOW, ...CASE]);
    expect(taken.status).toBe(0);
    const later = async (one: Command, ...args: readonly string[]) =>
      (await run(one, [...args, `${scheme}${file}`])).out;
    const line = "case 4711 · examiner A. Doe\n";
    expect(await later(list)).toContain(line);
    expect(await later(audit)).toContain(line);
    expect(await later(timeline)).toContain(line);
    expect(await later(assess)).toContain(line);
    expect(await later(explain, "calm.timer")).toContain(line);
    expect(await later(explain, "AC-6")).toContain(line);
    expect(await later(list, "--case-number", "4712")).toContain("case 4712\n");
  });

  test.each(["{", "null", '{"number":1}'])("what a forged collection says instead is nothing: %s", (text) => {
    const attachments = new Map([[CASE_ATTACHMENT, text]]);
    expect(caseOfRecording({ recording: { attachments } } as unknown as Host)).toBeNull();
  });
});
