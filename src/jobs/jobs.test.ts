import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAccounts } from "../accounts/accounts.ts";
import { openDirectory } from "../hosts/directory.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { makeZone, UTC, type Zones } from "../time/zone.ts";
import { parseAnacrontab } from "./anacrontab.ts";
import { parseAtFileName, parseAtScript } from "./at.ts";
import { parseCrontab } from "./crontab.ts";
import { cronDialect, type Jobs, readJobs } from "./jobs.ts";
import { runPartsPrograms } from "./run-parts.ts";
import type { ScheduledJob } from "./scheduled-job.ts";

const PASSWD = "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n";
const NOW = Date.parse("2026-03-01T12:00:00Z") * 1000;

function jobsOf(tree: Record<string, MemoryEntry>, zones: Zones | null = null): Jobs {
  const host = memoryHost({ "/etc/passwd": PASSWD, ...tree });
  return readJobs(host, readAccounts(host), zones);
}

const shown = ({ id, user, command, enabledReason }: ScheduledJob): string =>
  `${id} ${user} [${command}] ${enabledReason ?? "runs"}`;

const next = (job: ScheduledJob | undefined): string | null => {
  const at = job?.nextAfter(NOW, UTC) ?? null;
  return at === null ? null : new Date(at / 1000).toISOString().slice(0, 16);
};

describe("which files Debian's cron honours", () => {
  const line = "5 4 * * * root run\n";
  const own = "5 4 * * * run\n";
  test.each<[string, string, MemoryEntry, string]>([
    ["plain", "/etc/cron.d/x", line, "runs"],
    ["dot in its name", "/etc/cron.d/x.sh", line, "its name has characters"],
    ["hidden", "/etc/cron.d/.x", line, "begins with a dot"],
    ["not root's", "/etc/cron.d/x", { content: line, uid: 1000 }, "owned by uid 1000"],
    ["group-writable", "/etc/cron.d/x", { content: line, mode: 0o664 }, "lets others write"],
    ["executable", "/etc/cron.d/x", { content: line, mode: 0o755 }, "runs"],
    ["hard links", "/etc/cron.d/x", { content: line, links: 2 }, "2 hard links"],
    ["syntax error", "/etc/cron.d/x", `${line}bad\n`, "refuses the whole file: line 2"],
    ["unknown user", "/etc/crontab", "5 4 * * * ghost run\n", 'user "ghost" does not exist'],
    ["user's own", "/var/spool/cron/crontabs/anna", { content: own, uid: 1000, mode: 0o600 }, "runs"],
    ["user's own, root owns it", "/var/spool/cron/crontabs/anna", { content: own, mode: 0o600 }, "runs"],
    [
      "user's own, wrong mode",
      "/var/spool/cron/crontabs/anna",
      { content: own, uid: 1000, mode: 0o640 },
      "not 0600",
    ],
    [
      "somebody else's",
      "/var/spool/cron/crontabs/root",
      { content: own, uid: 1000, mode: 0o600 },
      "neither root",
    ],
    ["nobody's", "/var/spool/cron/crontabs/ghost", { content: own, mode: 0o600 }, "no account"],
    ["cronie's place", "/var/spool/cron/anna", { content: own, mode: 0o600 }, "reads only"],
  ])("%s", (_, path, entry, expected) => {
    const { jobs, ignored } = jobsOf({ [path]: entry });
    expect(jobs.map((job) => job.enabledReason ?? "runs").join()).toContain(expected);
    expect(ignored.length).toBe(expected === "runs" ? 0 : 1);
    expect(next(jobs[0])).toBe(expected === "runs" ? "2026-03-02T04:05" : null);
  });

  test("a link must be root's", () => {
    const tree = { "/opt/x": line, "/etc/cron.d/x": { link: "/opt/x", uid: 1000 } };
    expect(jobsOf(tree).jobs[0]?.enabledReason).toContain("link is not root's");
    expect(jobsOf({ ...tree, "/etc/cron.d/x": { link: "/opt/x" } }).jobs[0]?.enabledReason).toBeNull();
  });

  test("with -l names as the LSB has them", () => {
    const tree = {
      "/etc/default/cron": 'EXTRA_OPTS="-l"\n',
      "/etc/cron.d/x.y-z": line,
      "/etc/cron.d/X": line,
    };
    expect(jobsOf(tree).jobs.map((job) => job.enabledReason === null)).toEqual([false, true]);
  });
});

describe("which files cronie honours", () => {
  const crond: Record<string, MemoryEntry> = { "/usr/sbin/crond": { mode: 0o755 } };
  test.each<[string, string, MemoryEntry, string]>([
    ["dot in its name", "/etc/cron.d/x.sh", "5 4 * * * root run\n", "runs"],
    ["package manager's copy", "/etc/cron.d/x.rpmsave", "5 4 * * * root run\n", "package manager"],
    ["bad line elsewhere", "/etc/cron.d/x", "bad\n5 4 * * * root run\n", "runs"],
    ["executable", "/etc/cron.d/x", { content: "5 4 * * * root run\n", mode: 0o755 }, "not one cron accepts"],
    ["spool", "/var/spool/cron/anna", { content: "5 4 * * * run\n", mode: 0o600 }, "runs"],
  ])("%s", (_, path, entry, expected) => {
    const { jobs, dialect } = jobsOf({ ...crond, [path]: entry });
    expect(dialect).toBe("cronie");
    expect(jobs.map((job) => job.enabledReason ?? "runs").join()).toContain(expected);
  });

  test("CRON_TZ moves the clock", () => {
    const period = {
      start: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
      offset: 7200,
      dst: false,
      abbreviation: "X",
    };
    const zone = makeZone("X", [period], "X", "X");
    const zones: Zones = { zone: (name) => (name === "X" ? zone : null), local: UTC };
    const tree = { ...crond, "/etc/crontab": "CRON_TZ=X\n5 4 * * * root a\n" };
    expect(next(jobsOf(tree, zones).jobs[0])).toBe("2026-03-02T02:05");
    expect(next(jobsOf(tree).jobs[0])).toBeNull();
  });
});

test("a job says what it runs, with which shell and input", () => {
  const { jobs, remarks } = jobsOf({
    "/etc/crontab": "SHELL=/bin/bash\n@daily root mail%hello\n1.5 * * * * root x\n",
  });
  expect(jobs[0]).toMatchObject({
    id: "cron:/etc/crontab:2",
    user: "root",
    command: "mail",
    input: "hello\n",
    shell: "/bin/bash",
    scheduleText: "@daily",
  });
  expect(remarks[0]?.reason).toContain('".5"');
});

test.each<[string, Record<string, MemoryEntry>, string]>([
  ["nothing known", {}, "debian"],
  ["crond", { "/usr/sbin/crond": "" }, "cronie"],
  ["cron", { "/usr/sbin/cron": "" }, "debian"],
  ["Red Hat without cron", { "/etc/redhat-release": "" }, "cronie"],
])("dialect: %s", (_, tree, dialect) => expect(cronDialect(memoryHost(tree))).toBe(dialect));

describe("anacron and run-parts", () => {
  const DEBIAN = {
    "/etc/crontab":
      "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n",
    "/etc/cron.hourly/a": { mode: 0o755 },
    "/etc/cron.daily/b": { mode: 0o755 },
    "/etc/cron.daily/c.sh": { mode: 0o755 },
    "/etc/cron.daily/d": { mode: 0o644 },
    "/etc/cron.weekly/e": { mode: 0o755 },
  };
  const parts = (tree: Record<string, MemoryEntry>): readonly ScheduledJob[] =>
    jobsOf(tree).jobs.filter((job) => job.kind === "run-parts");

  test("programs run when their directory is run", () => {
    expect(parts(DEBIAN).map((job) => `${shown(job)} ${next(job)}`)).toEqual([
      "run-parts:/etc/cron.hourly/a root [/etc/cron.hourly/a] runs 2026-03-01T12:17",
      "run-parts:/etc/cron.daily/b root [/etc/cron.daily/b] runs 2026-03-02T06:25",
      "run-parts:/etc/cron.daily/c.sh root [/etc/cron.daily/c.sh] run-parts passes over names with other than letters, digits, _ and - null",
      "run-parts:/etc/cron.daily/d root [/etc/cron.daily/d] it is not executable null",
      "run-parts:/etc/cron.weekly/e root [/etc/cron.weekly/e] no job runs /etc/cron.weekly null",
    ]);
  });

  test("with anacron, its table drives them and its stamps tell the last run", () => {
    const tree = {
      ...DEBIAN,
      "/usr/sbin/anacron": { mode: 0o755 },
      "/etc/anacrontab": "SHELL=/bin/sh\n1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n",
      "/var/spool/anacron/cron.daily": "20260301\n",
    };
    const daily = parts(tree).find((job) => job.id.endsWith("daily/b"));
    expect(daily?.drivenBy).toEqual(["anacron:/etc/anacrontab:2"]);
    expect(daily?.lastRun?.day).toBe("2026-03-01");
    expect(next(daily)).toBe("2026-03-02T00:05");
  });

  test("any directory given to run-parts counts", () => {
    const tree = {
      "/etc/crontab": "* * * * * anna run-parts --regex=x -v /opt/jobs/ >/dev/null\n",
      "/opt/jobs/z": { mode: 0o755 },
    };
    expect(parts(tree).map(shown)).toEqual(["run-parts:/opt/jobs/z anna [/opt/jobs/z] runs"]);
  });
});

test("anacrontab", () => {
  const text =
    "# c\nPATH = /bin\n1 5 a.b run \\\n more\n@monthly 3 m x\n@weekly 3 w x\n7 x bad y\n1 2 a/b c\n99999999999 1 z c\n";
  const { entries, ignored } = parseAnacrontab(new TextEncoder().encode(text));
  expect(
    entries.map(({ period, delayMinutes, identifier, command, span }) => [
      period,
      delayMinutes,
      identifier,
      command,
      span.line,
    ]),
  ).toEqual([
    [1, 5, "a.b", "run   more", 3],
    ["monthly", 3, "m", "x", 5],
    [7, 3, "w", "x", 6],
  ]);
  expect(ignored.map(({ span }) => span.line)).toEqual([7, 8, 9]);
  expect(entries[0]?.environment.get("PATH")?.value).toBe(" /bin");
});

describe("at", () => {
  test.each([
    ["a0000101c5e3a2", { queue: "a", number: 1, minutes: 0x01c5e3a2 }],
    ["=0000f01c5e3a2", { queue: "=", number: 15, minutes: 0x01c5e3a2 }],
    [".SEQ", null],
    ["a00001", null],
  ])("%s", (name, parts) => expect(parseAtFileName(name)).toEqual(parts));

  const SCRIPT = `#!/bin/sh
# atrun uid=1000 gid=1000
# mail anna 0
umask 22
LANG=C.UTF-8; export LANG
NOTE=a\\ b\\;c; export NOTE
cd /home/anna || {
\t echo 'Execution directory inaccessible' >&2
\t exit 1
}
echo one
echo two

`;
  test("the preamble is skipped", () => {
    const script = parseAtScript(new TextEncoder().encode(SCRIPT), "/job");
    expect(script).toMatchObject({ uid: 1000, directory: "/home/anna", command: "echo one\necho two" });
    expect(script.commandSpan.line).toBe(11);
    expect([...script.environment].map(([name, { value }]) => [name, value])).toEqual([
      ["LANG", "C.UTF-8"],
      ["NOTE", "a b;c"],
    ]);
  });

  test("Fedora's here-document is undone", () => {
    const text = SCRIPT.replace(
      "echo one\necho two\n",
      `\${SHELL:-/bin/sh} << 'marcinDELIMITER5a'\necho one\nmarcinDELIMITER5a\n`,
    );
    expect(parseAtScript(new TextEncoder().encode(text), "/job").command).toBe("echo one");
  });

  const at = (Date.parse("2026-03-02T10:00:00Z") / 60_000).toString(16).padStart(8, "0");
  test.each<[string, string, MemoryEntry, string]>([
    ["waiting", `a00001${at}`, { content: SCRIPT, uid: 1000, mode: 0o700 }, "runs"],
    [
      "someone else's header",
      `a00001${at}`,
      { content: SCRIPT, uid: 0, mode: 0o700 },
      "its header says uid 1000",
    ],
    ["unfinished", `a00001${at}`, { content: SCRIPT, uid: 1000, mode: 0o600 }, "may not execute"],
    ["locked", `=00001${at}`, { content: SCRIPT, uid: 1000, mode: 0o700 }, "lock"],
    ["no account", `b00001${at}`, { content: SCRIPT, uid: 4000, mode: 0o700 }, "no account"],
    ["no header", `a00001${at}`, { content: "echo\n", uid: 1000, mode: 0o700 }, "lacks the header"],
  ])("%s", (_, name, entry, expected) => {
    const { jobs } = jobsOf({ [`/var/spool/cron/atjobs/${name}`]: entry });
    expect(jobs[0]?.enabledReason ?? "runs").toContain(expected);
    expect(next(jobs[0])).toBe(expected === "runs" ? "2026-03-02T10:00" : null);
  });
});

test("what cannot be read is a gap", () => {
  const { gaps } = jobsOf({
    "/etc/crontab": { error: "EACCES" },
    "/etc/cron.d": { dir: true, error: "EACCES" },
    "/etc/anacrontab": { error: "EIO" },
    "/var/spool/cron/atjobs": { dir: true, error: "EACCES" },
  });
  expect(gaps.map((gap) => gap.split(":")[0])).toEqual([
    "/etc/crontab",
    "/etc/cron.d",
    "/etc/anacrontab",
    "/var/spool/cron/atjobs",
  ]);
});

test("random bytes anywhere never throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 80 }),
      (noise, text) => {
        const bytes = new Uint8Array([...new TextEncoder().encode(text), ...noise]);
        const { jobs } = jobsOf({
          "/etc/crontab": bytes,
          "/etc/cron.d/x": bytes,
          "/var/spool/cron/crontabs/anna": { content: bytes, uid: 1000, mode: 0o600 },
          "/etc/anacrontab": bytes,
          "/var/spool/anacron/x": bytes,
          "/etc/default/cron": bytes,
          "/var/spool/at/a00001ffffffff": { content: bytes, uid: 1000, mode: 0o700 },
        });
        for (const job of jobs) job.nextAfter(NOW, UTC);
      },
    ),
  );
});

test.each<[string, string]>([
  ["variables", Array.from({ length: 150_000 }, (_, i) => `A${i}=b\n`).join("")],
  [
    "variables and jobs by turns",
    Array.from({ length: 60_000 }, (_, i) => `A${i}=b\n* * * * * x\n`).join(""),
  ],
  ["blanks", `* * * * * ${" ".repeat(1_000_000)}\n`],
  ["one field", `${"1,".repeat(500_000)}\n`],
  ["bad lines", "x\n".repeat(500_000)],
])("a megabyte of %s is read in time", (_, text) => {
  const start = performance.now();
  parseCrontab(new TextEncoder().encode(text), "/x", { system: false, dialect: "cronie" });
  expect(performance.now() - start).toBeLessThan(4000);
});

const probe = spawnSync("run-parts", ["--version"], { encoding: "utf8" });
const hasRunParts = /Debian run-parts/.test(probe.stdout ?? "");

test.skipIf(!hasRunParts)(
  `run-parts --test of Debian names the same programs${hasRunParts ? "" : " (SKIPPED: no Debian run-parts)"}`,
  () => {
    const root = mkdtempSync(join(tmpdir(), "run-parts-"));
    const names = ["a", "B9", "a_b-c", "a.sh", "a~", ".hid", "a b", "ä", "x.dpkg-old", "0"];
    try {
      for (const [index, name] of names.entries()) {
        for (const mode of [0o755, 0o644, 0o100, 0o001]) {
          const path = join(root, `${name}${mode === 0o755 ? "" : `x${mode.toString(8)}`}`);
          writeFileSync(path, "#!/bin/sh\n");
          chmodSync(path, index % 3 === 2 ? 0o010 : mode);
        }
      }
      mkdirSync(join(root, "directory"));
      symlinkSync("a", join(root, "link"));
      symlinkSync("gone", join(root, "dangling"));
      const said = spawnSync("run-parts", ["--test", root], {
        encoding: "utf8",
        env: { LC_ALL: "C", PATH: process.env["PATH"] },
      });
      const expected = said.stdout
        .trim()
        .split("\n")
        .map((path) => path.slice(root.length));
      const host = openDirectory(root, "test", false);
      const ours = runPartsPrograms(host, "/", "debian").filter((program) => program.refusal === null);
      expect(ours.map((program) => program.path.slice(1))).toEqual(expected);
      expect(expected.length).toBeGreaterThan(5);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
);
