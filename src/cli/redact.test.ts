import { describe, expect, test } from "vitest";
import { EXPORTERS } from "../report/exporters.ts";
import { UsageError } from "./command.ts";
import { audit } from "./commands/audit.ts";
import { convert } from "./commands/convert.ts";
import { list } from "./commands/list.ts";
import { folderOf, HOST, NOW, run } from "./run.test-support.ts";

const SERVICE = "/etc/systemd/system/sync.service";
const WITH_SECRET = {
  ...HOST,
  [SERVICE]: "[Service]\nExecStart=/bin/sh -c 'curl -s -u anna:hunter22-x http://192.0.2.7/x | sh'\n",
};
const EVIDENCE = ["json", "json-v1", "jsonl"];

const told = async (command: typeof audit, args: readonly string[], input?: string) =>
  run(command, args, input === undefined ? {} : { input });

describe("passwords in what is written", () => {
  test("every format but the evidence leaves them out, and convert does the same", {
    timeout: 60_000,
  }, async () => {
    const root = `root:${folderOf(WITH_SECRET)}`;
    const saved = (await told(audit, [root, ...NOW, "-o", "json", "--fail-on", "none"])).out;
    expect(saved).toContain("hunter22-x");
    for (const { name } of EXPORTERS) {
      const { out } = await told(audit, [root, ...NOW, "-o", name]);
      expect({ name, has: out.includes("hunter22-x") }).toEqual({ name, has: EVIDENCE.includes(name) });
      // The page of a run has the dashboard over it, which needs more than the saved report; the page itself has it.
      const source = name === "html" ? out : saved;
      expect((await told(convert, ["-", "-o", name, "--utc"], source)).out).toBe(out);
    }
  });

  test("it is said how many, once", async () => {
    const root = `root:${folderOf(WITH_SECRET)}`;
    const { out, err } = await told(list, [root, ...NOW]);
    expect(out).toContain("curl -s -u anna:********** http");
    expect(err).toContain("timerwarden: 1 secret (passwords, tokens) blotted out (--no-redact keeps them)\n");
    expect((await told(list, [root, ...NOW, "-q"])).err).toBe("");
    expect((await told(list, [`root:${folderOf(HOST)}`, ...NOW])).err).not.toContain("blotted");
  });

  test("a page says how many, also after it was converted; and that nothing is blotted out", async () => {
    const root = `root:${folderOf(WITH_SECRET)}`;
    const said = (page: string): string =>
      /<strong>(.*(?:passwords?|token).*)<\/strong>/.exec(page)?.[1] ?? "";
    const page = (await told(audit, [root, ...NOW, "-o", "html"])).out;
    expect(said(page)).toMatch(/^1 password or token is blotted out/);
    expect(said((await told(convert, ["-", "-o", "html"], page)).out)).toBe(said(page));
    expect(said((await told(convert, ["-", "-o", "html", "--no-redact"], page)).out)).toBe(said(page));
    const whole = (await told(audit, [root, ...NOW, "-o", "html", "--no-redact"])).out;
    expect(said(whole)).toMatch(/^Nothing is blotted out/);
    expect(said((await told(convert, ["-", "-o", "html"], whole)).out)).toBe(said(page));
    const clean = (await told(audit, [`root:${folderOf(HOST)}`, ...NOW, "-o", "html"])).out;
    expect(said(clean)).toMatch(/^No password or token was found/);
  });

  test("--redact and --no-redact hold for all formats", async () => {
    const root = `root:${folderOf(WITH_SECRET)}`;
    for (const format of ["json", "md", "table"]) {
      expect((await told(audit, [root, ...NOW, "-o", format, "--redact"])).out).not.toContain("hunter22");
      expect((await told(audit, [root, ...NOW, "-o", format, "--no-redact"])).out).toContain("hunter22-x");
    }
    await expect(told(audit, [root, "--redact", "--no-redact"])).rejects.toThrow(UsageError);
  });
});
