import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { type AuditRules, readAuditRules } from "./audit-rules.ts";
import { blindedBy, watchOf } from "./audit-rules-coverage.ts";
import { parseAuditLine } from "./audit-rules-line.ts";
import { compareVersionNames } from "./audit-rules-order.ts";

function rulesOf(files: Readonly<Record<string, MemoryEntry>>): AuditRules {
  return readAuditRules({ host: memoryHost(files), system: null });
}

function single(text: string): AuditRules {
  return rulesOf({ "/etc/audit/audit.rules": text, "/etc/systemd/system": { dir: true } });
}

describe("load order", () => {
  test.each<[string, Readonly<Record<string, MemoryEntry>>, readonly string[]]>([
    ["audit.rules alone", { "/etc/audit/audit.rules": "-w /a\n-w /b\n" }, ["-w /a", "-w /b"]],
    ["-D forgets what stood before", { "/etc/audit/audit.rules": "-w /a\n-D\n-w /b\n" }, ["-w /b"]],
    [
      "-D -k forgets the key's",
      { "/etc/audit/audit.rules": "-w /a -k x\n-w /b -k y\n-D -k x\n" },
      ["-w /b -k y"],
    ],
    ["-W takes a watch back", { "/etc/audit/audit.rules": "-w /a -p wa\n-w /b\n-W /a -p wa\n" }, ["-w /b"]],
    [
      "-A goes first",
      { "/etc/audit/audit.rules": "-w /a\n-A exit,never -S all\n" },
      ["-A exit,never -S all", "-w /a"],
    ],
    ["after -e 2 nothing is taken", { "/etc/audit/audit.rules": "-w /a\n-e 2\n-w /b\n" }, ["-w /a"]],
    [
      "rules.d replaces audit.rules; -D first wherever it stands, -e last",
      {
        "/etc/audit/audit.rules": "-w /old\n",
        "/etc/audit/rules.d/10-a.rules": "-e 2\n-w /a\n",
        "/etc/audit/rules.d/9-b.rules": "-w /b\n-D\n",
        "/etc/audit/rules.d/readme.txt": "-w /no\n",
      },
      ["-w /b", "-w /a"],
    ],
    [
      "a file without an end runs into the next",
      { "/etc/audit/rules.d/1.rules": "-w /a -k ", "/etc/audit/rules.d/2.rules": "one\n-w /b\n" },
      ["-w /a -k one", "-w /b"],
    ],
  ])("%s", (_name, files, expected) => {
    expect(rulesOf(files).rules.map(({ text }) => text)).toEqual(expected);
  });

  test("-e 2 is last or not", () => {
    expect(single("-w /a\n-e 2\n").locked?.last).toBe(true);
    expect(single("-w /a\n-e 2\n-w /b\n").locked?.last).toBe(false);
    expect(single("-w /a\n-e 1\n").locked).toBeNull();
  });

  test("what cannot be read is said", () => {
    expect(rulesOf({ "/etc/audit/audit.rules": { content: "", error: "EACCES" } }).problems).toHaveLength(1);
    expect(rulesOf({ "/etc/audit/rules.d": { dir: true, error: "EACCES" } }).problems).toHaveLength(1);
    expect(single("-w /a\n](}{\n").problems).toHaveLength(1);
    expect(rulesOf({}).present).toBe(false);
  });
});

describe("coverage of /etc/systemd/system", () => {
  test.each<[string, string, boolean]>([
    ["watch of it", "-w /etc/systemd/system -p wa", true],
    ["watch with a slash at the end", "-w /etc/systemd/system/ -p wa -k units", true],
    ["watch above", "-w /etc/systemd -p rwxa", true],
    ["watch without permissions", "-w /etc/systemd", true],
    ["only attributes", "-w /etc/systemd -p a", false],
    ["a name that only begins alike", "-w /etc/systemd/sys -p wa", false],
    ["dir and perm", "-a always,exit -F dir=/etc/systemd -F perm=wa -F key=u", true],
    ["other order of words", "-a exit,always -F dir=/etc -F perm=wa", true],
    ["one architecture of two", "-a always,exit -F arch=b64 -F dir=/etc -F perm=wa", false],
    [
      "both architectures",
      "-a always,exit -F arch=b64 -F dir=/etc -F perm=wa\n-a always,exit -F arch=b32 -F dir=/etc -F perm=wa",
      true,
    ],
    ["path names the directory's entry only", "-a always,exit -F path=/etc/systemd/system -F perm=wa", false],
    ["only people", "-a always,exit -F dir=/etc -F perm=wa -F auid>=1000", false],
    ["only some calls", "-a always,exit -F arch=b64 -S chmod -F dir=/etc", false],
    ["only failures", "-a always,exit -F dir=/etc -F perm=wa -F success=0", false],
    ["earlier never of a tree", "-a never,exit -F dir=/etc/systemd\n-w /etc/systemd -p wa", false],
    ["later never", "-w /etc/systemd -p wa\n-a never,exit -F dir=/etc/systemd", true],
    ["never put first", "-w /etc/systemd -p wa\n-A never,exit -F dir=/etc", false],
    ["never of another tree", "-a never,exit -F dir=/dev/shm\n-w /etc/systemd -p wa", true],
    ["never for all without login", "-a never,exit -F auid=unset\n-w /etc/systemd -p wa", false],
    ["never for one daemon's type", "-a never,exit -F subj_type=crond_t\n-w /etc/systemd -p wa", true],
    ["never of harmless calls", "-a never,exit -F arch=b64 -S adjtimex\n-w /etc/systemd -p wa", true],
    ["no process is audited", "-w /etc/systemd -p wa\n-a never,task", false],
    ["the paths are left out", "-w /etc/systemd -p wa\n-a never,exclude -F msgtype=PATH", false],
    ["working directories are left out", "-a always,exclude -F msgtype=CWD\n-w /etc/systemd -p wa", true],
    ["types from 1300 on are left out", "-a never,exclude -F msgtype>=1300\n-w /etc/systemd -p wa", false],
  ])("%s", (_name, text, expected) => {
    const rules = single(`${text}\n`);
    expect(rules.problems).toEqual([]);
    expect(watchOf(rules, "/etc/systemd/system", "wa") !== null).toBe(expected);
  });

  test("links of a watched path are followed", () => {
    const rules = rulesOf({
      "/etc/audit/audit.rules": "-w /lib/systemd -p wa\n",
      "/lib": { link: "usr/lib" },
      "/usr/lib/systemd/system": { dir: true },
    });
    expect(watchOf(rules, "/usr/lib/systemd/system", "wa")).not.toBeNull();
  });

  test("a watch of what is not there when rules load stays one of the entry", () => {
    const rules = rulesOf({ "/etc/audit/audit.rules": "-w /run/systemd/transient -p wa\n" });
    expect(watchOf(rules, "/run/systemd/transient/x.timer", "wa")).toBeNull();
  });

  test("the rule that blinds is named", () => {
    const rules = single("-a never,exit -F dir=/etc\n-w /etc/systemd -p wa\n");
    expect(blindedBy(rules, "/etc/systemd/system")?.span.line).toBe(1);
  });
});

test("any text is read without a throw and in bounded time", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: "binary" }), (text) => {
      expect(() => single(text)).not.toThrow();
      expect(() => parseAuditLine(text)).not.toThrow();
    }),
  );
});

const hasAuditctl = spawnSync("unshare", ["-U", "-r", "auditctl", "-v"]).status === 0;

/** In a user namespace of its own auditctl parses and then finds no audit system: nothing reaches a kernel. */
const DISABLED = /^(The audit system is disabled|WARNING - .*)$/gm;

const WARNING = /^Warning - .*$/gm;

describe("auditctl itself", () => {
  test.skipIf(!hasAuditctl)(
    hasAuditctl ? "agrees which lines it takes" : "SKIPPED: auditctl is not installed",
    () => {
      const lines = [
        "-w /etc -p wa",
        "-w relative -p wa",
        "-w /etc -p wq",
        "-a always,exit -F dir=/etc -F perm=wa -F key=u",
        "-a always,exit -F bogus=1",
        "-a always,nowhere -F dir=/etc",
        "-a sometimes,exit -F dir=/etc",
        "-a always,exit -F path=/etc/passwd -F perm=q",
        "-a always,exit -F auid>=1000 -F auid!=unset -S open",
        "-a never,task",
        "-a never,task -S open",
        "-a never,exclude -F msgtype=CWD",
        "-a always,exclude -F msgtype=cwd",
        "-a always,exclude -F msgtype=BOGUS",
        "-a always,exclude -F msgtype=ALL",
        "-a always,exclude -F msgtype=1300x",
        "-a always,exclude -F msgtype=-1",
        "-a always,exclude -F msgtype=UNKNOWN[1399]",
        "-a always,exclude -F msgtype=unknown[1399]",
        "-a always,exclude -F msgtype=UNKNOWN",
        "-F dir=/etc",
        "-p wa",
        "-a always,exit -C auid!=obj_uid",
        "-a always,exit -C auid!=nothing",
        "-e 7",
        "-x",
      ];
      for (const line of lines) {
        const { stderr } = spawnSync("unshare", ["-U", "-r", "auditctl", ...line.split(" ")], {
          encoding: "utf8",
        });
        const refused = stderr.replace(DISABLED, "").trim() !== "";
        expect({ line, refused, stderr }).toMatchObject({ line, refused: !parseAuditLine(line).ok });
      }
    },
  );

  test.skipIf(!hasAuditctl)(
    hasAuditctl ? "refuses nothing we take, of lines at random" : "SKIPPED: auditctl is not installed",
    () => {
      fc.assert(
        fc.property(anyLine, (line) => {
          const { stderr } = spawnSync("unshare", ["-U", "-r", "auditctl", ...line.split(" ")], {
            encoding: "utf8",
          });
          // What this kernel lacks, and what is only warned of, says nothing of the line.
          fc.pre(!/not supported by (the )?kernel/.test(stderr));
          const refused = stderr.replace(DISABLED, "").replace(WARNING, "").trim() !== "";
          if (refused)
            expect({ line, ok: parseAuditLine(line).ok, stderr }).toMatchObject({ line, ok: false });
        }),
        { numRuns: Number(process.env["TIMERWARDEN_DIFF"] ?? "1") * 100 },
      );
    },
  );
});

const LISTS = [
  "always,exit",
  "exit,never",
  "never,task",
  "always,exclude",
  "never,exclude",
  "always,filesystem",
  "exit",
  "always,entry",
];
const FIELDS = [
  "dir=/etc",
  "path=/etc/passwd",
  "dir=relative",
  "perm=wa",
  "perm=q",
  "perm!=w",
  "arch=b64",
  "arch=b32",
  "arch=none",
  "auid>=1000",
  "auid!=unset",
  "auid!=-1",
  "uid=root",
  "euid=0",
  "success=1",
  "success!=yes",
  "exit=-EACCES",
  "exit=-ENOTHING",
  "msgtype=CWD",
  "msgtype=1300",
  "msgtype=BOGUS",
  "key=x",
  "bogus=1",
  "pid>5",
  "ppid=x",
  "auid&1",
  "a0=5",
  "filetype=file",
  "filetype=bogus",
  "exe=/bin/sh",
  "obj_uid=0",
  "subj_type=x",
  "devmajor=8",
  "inode=12",
  "key!=x",
  "dir>=/etc",
];
const SYSCALLS = ["execve", "open,openat", "all", "59", "nosuchcall", "rename"];
const OPTIONS = [
  "-k word",
  "-p wa",
  "-p wz",
  "-p ",
  "-S execve",
  "-C auid!=uid",
  "-C auid=obj_uid",
  "-C bogus=uid",
  "-F key=y",
];

/** Lines such as people write, right and wrong. */
const anyLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("-a", "-A", "-d"),
      fc.constantFrom(...LISTS),
      fc.array(fc.constantFrom(...FIELDS), { maxLength: 3 }),
      fc.array(fc.constantFrom(...SYSCALLS), { maxLength: 1 }),
      fc.array(fc.constantFrom(...OPTIONS), { maxLength: 1 }),
    )
    .map(([add, list, fields, calls, options]) =>
      [
        `${add} ${list}`,
        ...calls.map((call) => `-S ${call}`),
        ...fields.map((field) => `-F ${field}`),
        ...options,
      ].join(" "),
    ),
  fc
    .tuple(
      fc.constantFrom("-w", "-W"),
      fc.constantFrom("/etc", "/etc/", "/no/such/place", "relative", "/a/../b", "/etc/*"),
      fc.array(fc.constantFrom(...OPTIONS), { maxLength: 2 }),
    )
    .map(([watch, path, options]) => [`${watch} ${path}`, ...options].join(" ")),
  fc.constantFrom(
    "-D",
    "-e 1",
    "-e 3",
    "-b 8192",
    "-b x",
    "-f 1",
    "-f 9",
    "-r 100",
    "-i",
    "-c",
    "--loginuid-immutable",
    "--reset-lost",
    "-k only",
    "-q /a,/b",
  ),
);

const hasAugenrules = existsSync("/usr/sbin/augenrules");

describe("augenrules itself", () => {
  test.skipIf(!hasAugenrules)(
    hasAugenrules ? "merges a folder into the same rules" : "SKIPPED: augenrules is not installed",
    () => {
      const sets: readonly Readonly<Record<string, string>>[] = [
        { "10-a.rules": "-w /a -p wa\n-e 2\n", "9-b.rules": "-w /b\n-D\n", "x.conf": "-w /no\n" },
        { "1.rules": "-w /a -k ", "2.rules": "one\n-w /b\n" },
        { "a.rules": "# note\n\n  -D\n-b 8192\n-b 100\n-w /a\n -e 1\n", "b.rules": "-f 1\n-e 2\n-w /b\n" },
        { "a.rules": "-D -k x\n-w /a -k x\n-D -k x\n-A exit,never -S all\n" },
        { "empty.rules": "" },
      ];
      for (const set of sets) {
        const root = mkdtempSync(join(tmpdir(), "augenrules-"));
        mkdirSync(join(root, "rules.d"));
        for (const [name, text] of Object.entries(set)) writeFileSync(join(root, "rules.d", name), text);
        const script = readFileSync("/usr/sbin/augenrules", "utf8").replaceAll("/etc/audit", root);
        spawnSync("sh", ["-s"], { input: script, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } });
        const merged = readFileSync(join(root, "audit.rules"), "utf8");
        const own = rulesOf(
          Object.fromEntries(Object.entries(set).map(([name, text]) => [`/etc/audit/rules.d/${name}`, text])),
        );
        const theirs = rulesOf({ "/etc/audit/audit.rules": merged });
        const facts = ({ rules, locked, enabled }: AuditRules): unknown => ({
          rules: rules.map(({ text }) => text),
          locked: locked?.last ?? null,
          enabled: enabled?.value ?? null,
        });
        expect({ set, ...Object(facts(own)) }).toEqual({ set, ...Object(facts(theirs)) });
      }
    },
  );
});

test("names are ordered as ls -v orders them", () => {
  const names = [
    "10-a.rules",
    "9-b.rules",
    "a.rules",
    "a1.rules",
    "a01.rules",
    "a~.rules",
    "B.rules",
    "1.2.rules",
    "1.10.rules",
    "_x.rules",
    "audit.rules",
    "a-b.rules",
    "a.b.rules",
  ];
  const folder = mkdtempSync(join(tmpdir(), "order-"));
  for (const name of names) writeFileSync(join(folder, name), "");
  const listed = execFileSync("ls", ["-1v", folder], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
  });
  expect([...names].sort(compareVersionNames)).toEqual(listed.trim().split("\n"));
});
