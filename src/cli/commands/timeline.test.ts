import { expect, test } from "vitest";
import { folderOf, HOST, NOW, run } from "../run.test-support.ts";
import { timeline } from "./timeline.ts";

test.each([
  ["text", false, true],
  ["jsonl", true, false],
  ["timesketch", false, false],
  ["timesketch-csv", false, false],
  ["bodyfile", false, false],
  ["ics", false, false],
])("%s: passwords only in evidence, the case where it has a place", async (format, keeps, hasCase) => {
  const root = `root:${folderOf({ ...HOST, "/etc/cron.d/push": "30 6 * * * root push --token hunter22-x\n" })}`;
  const told = async (...more: string[]): Promise<string> =>
    (await run(timeline, [root, ...NOW, "-o", format, "--case-number", "K-1", ...more])).out;
  const out = await told();
  expect(out.includes("hunter22-x")).toBe(keeps);
  expect(out.includes("push --token **********")).toBe(!keeps);
  expect(out.startsWith("case K-1\n")).toBe(hasCase);
  expect(await told("--redact")).not.toContain("hunter22");
  expect(await told("--no-redact")).toContain("hunter22-x");
});
