/** A root made by an attacker: nothing outside it is opened, nothing hangs, and every gap is told. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CLI, cli } from "./cli.ts";

const strace = existsSync("/usr/bin/strace");
const place = mkdtempSync(join(tmpdir(), "timerwarden-hostile-"));
const root = join(place, "root");
const outside = join(place, "outside");
afterAll(() => rmSync(place, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

function link(target: string, path: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  symlinkSync(target, join(root, path));
}

const SYSTEM = "etc/systemd/system";

mkdirSync(outside, { recursive: true });
writeFileSync(join(outside, "secret"), "[Timer]\nOnCalendar=daily\n");
write(
  "etc/passwd",
  `root:x:0:0::/root:/bin/sh\nup:x:1:1::${"/..".repeat(20)}${outside}:/bin/sh\n:::\n\xff\n`,
);
write(`${SYSTEM}/ok.timer`, "[Timer]\nOnCalendar=daily\n");
write(
  `${SYSTEM}/ok.service`,
  `[Service]\nExecStart=${outside}/secret\nEnvironmentFile=/../../../${outside}/secret\n`,
);
link(`${"../".repeat(30)}${outside}/secret`, `${SYSTEM}/climb.timer`);
link(join(outside, "secret"), `${SYSTEM}/absolute.timer`);
link(outside, `${SYSTEM}/absolute.timer.d`);
link(outside, "usr/lib/systemd/system");
link("/etc/systemd/loop2", "etc/systemd/loop1");
link("/etc/systemd/loop1", "etc/systemd/loop2");
link("/etc/systemd/loop1", `${SYSTEM}/loop.timer`);
for (let hop = 0; hop < 60; hop++) link(`chain${hop + 1}.timer`, `${SYSTEM}/chain${hop}.timer`);
write(`${SYSTEM}/huge.timer`, "[Timer]\nOnCalendar=daily\n");
truncateSync(join(root, SYSTEM, "huge.timer"), 1024 ** 3);
write(`${SYSTEM}/long.timer`, `[Timer]\nOnCalendar=${"1,".repeat(400_000)}\n`);
write(`${SYSTEM}/lines.timer`, "\n".repeat(300_000));
write(
  `${SYSTEM}/bytes.timer`,
  Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256),
);
write(`${SYSTEM}/a\x1b[2J.timer`, "[Timer]\nOnCalendar=daily\n");
write(`${SYSTEM}/nul.timer`, "[Timer]\0OnCalendar=daily\0Unit=ok.service\0");
mkdirSync(join(root, SYSTEM, "directory.timer"), { recursive: true });
spawnSync("mkfifo", [
  join(root, SYSTEM, "fifo.timer"),
  join(root, SYSTEM, "ok.service.fifo"),
  join(root, "etc/shadow"),
]);
mkdirSync(join(root, SYSTEM, "many.timer.d"));
for (let at = 0; at < 3000; at++) write(`${SYSTEM}/many.timer.d/${at}.conf`, "[Timer]\nOnCalendar=hourly\n");
write(`${SYSTEM}/many.timer`, "[Timer]\nOnCalendar=daily\n");
link("/proc/self/environ", "etc/hostname");
link("/dev/zero", "etc/machine-id");
link("../../../../../../proc/kcore", "etc/crontab");

describe("a hostile root", () => {
  test.each([
    ["list", "--all"],
    ["audit", "--fail-on", "none"],
    ["explain", "ok.timer"],
  ])("%s comes to an end and says what it could not read", (...args) => {
    const { status, out, err } = cli([...args, "-o", "json", `root:${root}`]);
    expect(err).toBe("");
    expect(status).toBe(0);
    const report = JSON.parse(out);
    const gaps = report.coverage.gaps.map(({ path }: { path: string }) => path);
    expect(gaps).toContain("/etc/shadow");
    const units = new Map(report.timers.map((row: { unit: string; load: string }) => [row.unit, row.load]));
    expect(units.get("ok.timer")).toBe("loaded");
    if (args[0] === "list") {
      expect(gaps).toContain("/etc/systemd/system/huge.timer");
      expect(units.get("climb.timer")).not.toBe("loaded");
      expect(units.get("absolute.timer")).not.toBe("loaded");
      expect(units.get("loop.timer")).not.toBe("loaded");
    }
  });

  test.skipIf(!strace)("opens nothing outside (skipped without strace)", () => {
    const trace = join(place, "trace");
    for (const command of ["list", "audit"]) {
      spawnSync(
        "strace",
        [
          "-f",
          "-y",
          "-e",
          "trace=open,openat,openat2,readlink,execve",
          "-o",
          trace,
          process.execPath,
          CLI,
          command,
          "-o",
          `json=${place}/out`,
          "--tz",
          "UTC",
          `root:${root}`,
        ],
        {
          env: { PATH: "/usr/bin:/bin" },
        },
      );
      const lines = readFileSync(trace, "utf8").split("\n");
      const opened = lines.flatMap((line) => /\bopen(?:at2?)?\(.*\) = \d+<([^>]+)>/.exec(line)?.[1] ?? []);
      expect(opened.filter((path) => path.startsWith(root)).length).toBeGreaterThan(30);
      const strange = opened.filter(
        (path) =>
          path.startsWith(outside) || /^\/(etc\/(passwd|shadow|systemd|cron)|home|var|run)/.test(path),
      );
      expect(strange).toEqual([]);
      expect(lines.filter((line) => line.includes("execve(")).length).toBe(1);
    }
  });
});
