import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RULE_EXPORTERS } from "../../detections/exporters.ts";
import { anyHost } from "../../detections/surroundings.ts";
import { UsageError } from "../command.ts";
import { run } from "../run.test-support.ts";
import { rules } from "./rules.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function told(...args: readonly string[]): Promise<string> {
  const { status, out } = await run(rules, args);
  expect(status).toBe(0);
  return out;
}

describe("export", () => {
  test.each(RULE_EXPORTERS.filter(({ needs }) => needs !== "files"))(
    "--to $name, for any host",
    async (tool) => {
      expect(await told("export", "--to", tool.name)).toBe(tool.write(anyHost()));
    },
  );

  test("for one host, into a file", async () => {
    const file = join(folder, "60-timerwarden.rules");
    expect(await told("export", "--to", "auditd", `root:${folder}`, "-o", file)).toBe("");
    expect(readFileSync(file, "utf8")).toContain("-F path=/etc -F perm=wa");
  });

  test.each([
    [["export"], "--to one of auditd sigma"],
    [["export", "--to", "sigmq"], 'not "sigmq"; did you mean sigma?'],
    [["export", "--to", "falco", "root:/nowhere"], "hold for every host; name no target"],
    [["exprt", "--to", "sigma"], "--to goes with export"],
    [["exprt"], "did you mean export?"],
  ] as const)("%j is refused", async (args, message) => {
    await expect(told(...args)).rejects.toThrow(UsageError);
    await expect(told(...args)).rejects.toThrow(message);
  });
});
