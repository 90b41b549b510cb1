import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDirectory } from "../../hosts/directory.ts";
import type { Host } from "../../hosts/host.ts";
import { recordedHost } from "../../hosts/recorded.ts";
import { parseImage } from "../../hosts/snapshot.ts";
import { zonesOf } from "../../hosts/zoneinfo.ts";
import { readInventory } from "../../inventory/inventory.ts";
import { auditReport } from "../../report/build.ts";
import { judge } from "../../rules/judge.ts";
import { RunError } from "../command.ts";
import { run } from "../run.test-support.ts";
import { collect } from "./collect.ts";
import { snapshot } from "./snapshot.ts";
import { timeline } from "./timeline.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-collect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The report of a host, its name apart. */
function reportOf(host: Host, nowUsec: number): string {
  const inventory = readInventory(host, { zones: zonesOf(host, openDirectory("/", "host:", true)), nowUsec });
  const report = auditReport(inventory, judge(inventory, { depth: "everything" }));
  return JSON.stringify({ ...report, target: { ...report.target, name: "" } }, null, 1);
}

const root = join(folder, "root");
beforeAll(() => {
  const files: Record<string, string> = {
    "etc/hostname": "web-03\n",
    "etc/os-release": "ID=debian\n",
    "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
    "etc/shadow": "root:$y$j9T$SECRETSALT$SECRETHASH:1::::::\n",
    "etc/systemd/system/b.timer": "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n",
    "etc/systemd/system/b.service": "[Service]\nExecStart=/opt/b.sh\n",
    "opt/b.sh": "#!/bin/sh\ntrue\n",
    "opt/unrelated": "nobody asks for this",
    "var/log/dpkg.log": "2026-11-20 10:00:00 install cron:amd64 <none> 3.0\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const wants = join(root, "etc/systemd/system/timers.target.wants");
  mkdirSync(wants);
  symlinkSync("../b.timer", join(wants, "b.timer"));
});

const NOW = ["--now", "2026-11-23 06:38:00 UTC"];

test("collect writes one file and nothing else", async () => {
  const into = mkdtempSync(join(folder, "out-"));
  const file = join(into, "c.tar.gz");
  const before = readdirSync(root, { recursive: true });
  const { status, out, err } = await run(collect, ["-O", file, ...NOW, `root:${root}`]);
  expect([status, out]).toEqual([0, ""]);
  expect(err).toMatch(/wrote .*c\.tar\.gz: \d+ paths, \d+ KiB/);
  expect(readdirSync(into)).toEqual(["c.tar.gz"]);
  expect(readdirSync(root, { recursive: true })).toEqual(before);
  const text = gunzipSync(readFileSync(file)).toString("latin1");
  expect(text).toContain("ExecStart=/opt/b.sh");
  expect(text).not.toContain("SECRET");
  expect(text).not.toContain("nobody asks");
});

const hasTar = spawnSync("tar", ["--version"]).error === undefined;
test.skipIf(!hasTar)(`tar itself lists it${hasTar ? "" : " (SKIPPED: no tar)"}`, async () => {
  const file = join(folder, "listed.tar.gz");
  await run(collect, ["-O", file, "-q", ...NOW, `root:${root}`]);
  const { status, stdout, stderr } = spawnSync("tar", ["-tvzf", file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("etc/systemd/system/b.timer");
});

test("a file that cannot be written is one line", async () => {
  await expect(run(collect, ["-O", "/nonexistent/c", ...NOW, `root:${root}`])).rejects.toThrow(RunError);
});

test("a directory without systemd is nothing to collect", async () => {
  await expect(run(collect, [...NOW, `root:${mkdtempSync(join(folder, "empty-"))}`])).rejects.toMatchObject({
    status: 4,
  });
});

test("snapshot writes JSON that is the host", async () => {
  const file = join(folder, "s.json");
  await run(snapshot, ["-O", file, "-q", ...NOW, `root:${root}`]);
  const host = recordedHost(parseImage(readFileSync(file, "utf8")), "snapshot:x");
  const nowUsec = host.recording.takenUsec;
  expect(reportOf(host, nowUsec)).toBe(reportOf(openDirectory(root, "root:x", false), nowUsec));
});

describe("timeline", () => {
  const all = ["--since", "2026-11-01 UTC", "--until", "2026-11-23 09:00 UTC", "--tz", "UTC", ...NOW];
  const ask = (...args: readonly string[]) => run(timeline, [...all, ...args, `root:${root}`]);

  test("packages before now, elapses after it", async () => {
    const { status, out } = await ask("--utc");
    expect(status).toBe(0);
    const lines = out.split("\n");
    const now = lines.findIndex((line) => line.endsWith("  now"));
    expect(lines.slice(0, now).join("\n")).toContain("install cron:amd64 3.0  [/var/log/dpkg.log]");
    expect(lines.slice(now + 1).filter((line) => line.includes("b.timer starts b.service"))).toHaveLength(3);
    expect(lines[now + 1]).toBe(
      "Mon 2026-11-23 07:00:00 UTC  elapse              b.timer starts b.service (until Mon 2026-11-23 07:01:00 UTC)  [reckoned]",
    );
  });

  test.each(["jsonl", "timesketch", "timesketch-csv", "bodyfile", "ics"])(
    "-o %s is the same twice",
    async (format) => {
      const first = await ask("-o", format);
      expect(first.out.length).toBeGreaterThan(100);
      expect((await ask("-o", format)).out).toBe(first.out);
    },
  );
});

describe("killed at any moment, the file is whole or absent", () => {
  const program = join(folder, "entry.cjs");
  beforeAll(async () => {
    const entry = join(folder, "entry.ts");
    const streams = `{ out() {}, err() {}, isTerminal: false, errIsTerminal: false, columns: undefined, env: {}, readInput: () => new Uint8Array() }`;
    const here = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
    writeFileSync(
      entry,
      `import { audit } from ${here("audit.ts")};
import { collect } from ${here("collect.ts")};
import { snapshot } from ${here("snapshot.ts")};
const [name, ...args] = process.argv.slice(2);
Promise.resolve({ audit, collect, snapshot }[name].run(args, ${streams})).then(() => undefined);
`,
    );
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      format: "cjs",
      outfile: program,
      logLevel: "error",
    });
  }, 60_000);

  const whole = (text: string): unknown => JSON.parse(text);
  test.each([
    {
      name: "collect -O FILE",
      args: (file: string) => ["collect", "-O", file, "-q"],
      check: (bytes: Buffer) => expect(gunzipSync(bytes).length % 512).toBe(0),
    },
    {
      name: "snapshot -O FILE",
      args: (file: string) => ["snapshot", "-O", file, "-q"],
      check: (bytes: Buffer) => expect(whole(bytes.toString())).toHaveProperty("entries"),
    },
    {
      name: "audit -o json=FILE",
      args: (file: string) => ["audit", "--fail-on", "none", "-q", "-o", `json=${file}`],
      check: (bytes: Buffer) => expect(whole(bytes.toString())).toHaveProperty("findings"),
    },
  ])("$name", { timeout: 120_000 }, async ({ name, args, check }) => {
    const fileOf = (round: number | string): string => join(folder, `${name.split(" ")[0]}-${round}`);
    const duration = await killedAfter(args(fileOf("first")), null);
    check(readFileSync(fileOf("first")));
    const rounds = 8 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1);
    for (let round = 0; round < rounds; round++) {
      // From before the writing to after it.
      await killedAfter(args(fileOf(round)), duration * (0.4 + (0.7 * round) / rounds));
      if (existsSync(fileOf(round))) check(readFileSync(fileOf(round)));
    }
  });

  function killedAfter(args: readonly string[], milliseconds: number | null): Promise<number> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...args, `root:${root}`], { stdio: "ignore" });
      if (milliseconds !== null) setTimeout(() => child.kill("SIGKILL"), milliseconds);
      child.on("error", reject);
      child.on("exit", () => resolve(performance.now() - started));
    });
  }
});

test("an archive is not written to a terminal", async () => {
  await expect(run(collect, ["-O", "-", `root:${root}`], { isTerminal: true })).rejects.toThrow(
    "-O -: a terminal is no place for evidence",
  );
});
