import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleDirectory } from "../../server/bundle.ts";
import type { Streams } from "../command.ts";
import { serve } from "./serve.ts";

const STREAMS: Streams = {
  out: () => undefined,
  err: () => undefined,
  isTerminal: false,
  errIsTerminal: false,
  columns: undefined,
  env: {},
  readInput: () => new Uint8Array(),
};

test.each(["x", "70000", "-1", "80 80"])("--port=%s is refused before anything is read", async (port) => {
  await expect(serve.run([`--port=${port}`], STREAMS)).rejects.toThrow("--port");
});

const isBuilt = existsSync(join(bundleDirectory(), "app.js"));
const missing = isBuilt ? "" : " (SKIPPED: dist/web is not built)";

describe.skipIf(!isBuilt)(`a server of one root${missing}`, () => {
  test("prints one link, answers it, sees a new timer, ends when asked", async () => {
    const root = mkdtempSync(join(tmpdir(), "timerwarden-serve-"));
    const units = join(root, "etc/systemd/system");
    mkdirSync(join(units, "timers.target.wants"), { recursive: true });
    writeFileSync(join(units, "a.timer"), "[Timer]\nOnCalendar=daily\n");
    const main = join(import.meta.dirname, "..", "main.ts");
    const tsx = join(import.meta.dirname, "..", "..", "..", "node_modules", ".bin", "tsx");
    const child = spawn(
      tsx,
      ["-e", launcher(join(main, "..", "commands", "serve.ts")), "--", `root:${root}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    try {
      const url = await Promise.race([firstLine(child.stdout), ended.then((code) => `ended: ${code}`)]);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
      const link = await fetch(url, { redirect: "manual" });
      const headers = { cookie: link.headers.get("set-cookie")?.split(";")[0] ?? "" };
      const { origin } = new URL(url);
      const names = async (): Promise<string[]> => {
        const answer = await fetch(`${origin}/api/outline/0`, { headers });
        const { report } = (await answer.json()) as { report: { timers: { unit: string }[] } };
        return report.timers.map(({ unit }) => unit);
      };
      expect(await names()).toEqual(["a.timer"]);
      const stream = await fetch(`${origin}/api/events`, { headers });
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).toContain("ready");
      writeFileSync(join(units, "b.timer"), "[Timer]\nOnCalendar=hourly\n");
      expect((await reader?.read())?.value).toContain("changed");
      expect(await names()).toEqual(["a.timer", "b.timer"]);
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    } finally {
      child.kill("SIGKILL");
      rmSync(root, { recursive: true, force: true });
    }
  });
});

/** The command alone, as `main.ts` runs it. */
function launcher(command: string): string {
  return `import(${JSON.stringify(command)}).then(({ serve }) => serve.run(process.argv.slice(1).filter((word) => word !== "--"), {
    out: (text) => process.stdout.write(text), err: () => {}, isTerminal: false, errIsTerminal: false, columns: undefined,
    env: {}, readInput: () => new Uint8Array() })).then((code) => process.exit(code), (error) => { console.error(error); process.exit(9); });`;
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stream.on("data", (part) => {
      text += String(part);
      if (text.includes("\n")) resolve(text.split("\n")[0] ?? "");
    });
  });
}
