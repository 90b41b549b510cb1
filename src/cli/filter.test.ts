import { describe, expect, test } from "vitest";
import type { AuditReport, ListReport } from "../report/envelope.ts";
import { UsageError } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { list } from "./commands/list.ts";
import { folderOf, HOST, NOW, run } from "./run.test-support.ts";

async function units(args: readonly string[]): Promise<string[]> {
  const { out } = await run(list, [`root:${folderOf(HOST)}`, ...NOW, "-o", "json", ...args]);
  return (JSON.parse(out) as ListReport).timers.map(({ unit }) => unit);
}

describe("list --filter", () => {
  test.each([
    [[], ["calm.timer", "idle.timer", "sync.timer"]],
    [["-f", "next:<45min"], ["sync.timer"]],
    [["--filter", "boot:yes -exec:curl"], ["calm.timer"]],
    [["--filter", "boot:yes", "--filter", "exec:curl"], ["sync.timer"]],
    [["--filter", "unit:nothing"], []],
  ] as const)("%j", async (args, wanted) => {
    expect(await units(args)).toEqual(wanted);
  });

  test("a filter shows what it finds, though nothing starts it", async () => {
    const { out, err } = await run(list, [`root:${folderOf(HOST)}`, ...NOW, "-f", "unit:idle*"]);
    expect(out).toContain("idle.timer");
    expect(err).toBe("");
  });

  test.each([
    ["vrdict:alert", "did you mean  verdict"],
    ["verdict:alert", "verdict: is known after judging only"],
    ["-package:*", "package: is known after judging only"],
    ["next:soon", "takes a time span"],
  ])("%s is refused", async (text, message) => {
    const listing = run(list, [`root:${folderOf(HOST)}`, `--filter=${text}`]);
    await expect(listing).rejects.toThrow(UsageError);
    await expect(listing).rejects.toThrow(message);
  });
});

test.each([
  ["-f", "-f needs a value; one that begins with a dash is joined to it: -f-VALUE"],
  ["--filter", "--filter needs a value; one that begins with a dash is joined to it: --filter=-VALUE"],
])("%s with a value that begins with a dash says how", async (option, message) => {
  await expect(run(list, [option, "-package:*"])).rejects.toThrow(message);
});

describe("audit --filter", () => {
  const judged = async (...args: readonly string[]) => {
    const { out, status, err } = await run(audit, [`root:${folderOf(HOST)}`, ...NOW, "-o", "json", ...args]);
    return { report: JSON.parse(out) as AuditReport, status, err };
  };

  test("findings, verdicts and exit status are those of the rows left", async () => {
    const whole = await judged();
    expect(whole.status).toBe(10);
    const { report, status } = await judged("--filter", "unit:calm*");
    expect(report.timers.map(({ unit }) => unit)).toEqual(["calm.timer"]);
    expect(report.findings.filter(({ unit }) => unit === "sync.timer")).toEqual([]);
    expect(status).toBe(0);
    const { verdicts } = report.summary;
    expect(Object.values(verdicts).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(report.coverage).toEqual(whole.report.coverage);
  });

  test("by what judging tells", async () => {
    const { report, status } = await judged("-f", "rule:fetch-and-run");
    expect(report.timers.map(({ unit }) => unit)).toEqual(["sync.timer"]);
    expect(status).toBe(10);
  });
});
