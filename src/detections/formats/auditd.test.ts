import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { accountChangesAreAudited } from "../../controls/ac-2/account-changes-are-audited.ts";
import { exampleSubject } from "../../controls/check.test-support.ts";
import { unitChangesAreAudited } from "../../controls/cm-5/unit-changes-are-audited.ts";
import { executionIsSeen } from "../../controls/si-4/execution-is-seen.ts";
import { homeUnitsAreSeen } from "../../controls/si-4/home-units-are-seen.ts";
import { timerPlacesAreAudited } from "../../controls/si-4/timer-places-are-audited.ts";
import { readAuditRules } from "../../controls/sources/audit-rules.ts";
import { watchOf } from "../../controls/sources/audit-rules-coverage.ts";
import { parseAuditLine } from "../../controls/sources/audit-rules-line.ts";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { IN_A_DIRECTORY, LOAD_DIRECTORIES, OTHER_PATHS } from "../events.test-support.ts";
import { anyHost, surroundingsOf } from "../surroundings.ts";
import { auditd } from "./auditd.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n";
const PROGRAMS = ["systemctl", "systemd-run", "busctl", "dbus-send", "gdbus", "loginctl"];
const DIRECTORY = { dir: true as const };

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** A host on which every place is there. */
const FULL: Record<string, MemoryEntry> = {
  "/etc/passwd": PASSWD,
  "/etc/group": "root:x:0:\nanna:x:1000:\n",
  "/etc/shadow": "",
  "/etc/nsswitch.conf": "passwd: files\n",
  "/usr/lib/systemd/systemd": { content: "", mode: 0o755 },
  "/etc/os-release": "ID=debian\n",
  "/root": DIRECTORY,
  "/home/anna": { dir: true, uid: 1000, gid: 1000 },
  ...Object.fromEntries(PROGRAMS.map((name) => [`/usr/bin/${name}`, { content: "", mode: 0o755 }])),
  ...Object.fromEntries(LOAD_DIRECTORIES.map((path) => [path, DIRECTORY])),
  ...Object.fromEntries(
    OTHER_PATHS.filter((path) => !/^\/etc\/(systemd\/\w+\.conf|crontab|anacrontab)$/.test(path)).map(
      (path) => [parentOf(path), DIRECTORY],
    ),
  ),
  "/etc/crontab": "",
  "/etc/anacrontab": "",
  "/etc/systemd/system.conf": "",
  "/etc/systemd/user.conf": "",
  "/home/anna/.config/systemd/user.conf": "",
};

const rulesFor = (files: Readonly<Record<string, MemoryEntry>>): string =>
  auditd.write(surroundingsOf(memoryHost(files)));
const FULL_TEXT = rulesFor(FULL);
const RULES_FILE = "/etc/audit/rules.d/60-timerwarden.rules";

function watched(text: string, files: Readonly<Record<string, MemoryEntry>>) {
  const subject = exampleSubject({ files: { ...files, [RULES_FILE]: text } });
  const rules = readAuditRules(subject);
  expect(rules.problems).toEqual([]);
  return (path: string) => watchOf(rules, path, "wa");
}

const onFull = watched(FULL_TEXT, FULL);

test.each(LOAD_DIRECTORIES.flatMap((path) => IN_A_DIRECTORY.map((name) => `${path}/${name}`)))(
  "%s is recorded",
  (path) => expect(onFull(path)).not.toBeNull(),
);

// Rules for stamps leave the manager out, which our reading does not count as covering for everybody.
test.each(OTHER_PATHS.filter((path) => !path.includes("/stamp-")))("%s is recorded", (path) =>
  expect(onFull(path)).not.toBeNull(),
);

test("jobs of at bear their own key, though their spool lies in cron's", () => {
  const subject = exampleSubject({ files: { ...FULL, [RULES_FILE]: FULL_TEXT } });
  const first = watchOf(readAuditRules(subject), "/var/spool/cron/atjobs/a0001", "wa");
  expect(first?.text).toContain("key=timerwarden-at-job-written");
});

test("stamps are recorded, but for what the manager does", () => {
  expect(FULL_TEXT).toContain(
    "-F dir=/var/lib/systemd/timers -F perm=wa -F exe!=/usr/lib/systemd/systemd -F key=timerwarden-stamp-changed",
  );
});

test.each(["/etc/hostname", "/etc/systemd/journald.conf", "/home/anna/notes", "/run/systemd/units/x"])(
  "%s is not",
  (path) => expect(onFull(path)).toBeNull(),
);

test("what is not there is watched by name, and said to be missing", () => {
  const text = rulesFor({ "/etc/passwd": PASSWD, "/etc/systemd/system": DIRECTORY, "/home/anna": DIRECTORY });
  expect(text).toContain("-F path=/etc/systemd/system.control -F perm=wa");
  expect(text).toContain("## /etc/systemd/system.control is not there; its making is recorded.");
  expect(text).toContain("-F path=/home/anna/.config -F perm=wa");
  expect(text).toContain(
    "## /home/anna/.config/systemd/user is not there; the making of /home/anna/.config is recorded.",
  );
  expect(text).not.toMatch(/^-.*-F dir=\/home\/anna/m);
  expect(text).toContain("## systemctl is not there.");
});

test("a home cannot make the host record something else", () => {
  const text = rulesFor({
    "/etc/passwd":
      "anna:x:1000:1000::/home/anna:/bin/sh\nbob:x:1001:1001::/home/bob -F dir=/x:/bin/sh\neve:x:1002:1002::/:/bin/sh\n",
    "/home/anna/.config": { link: "/etc" },
    "/home/anna/.local/share": { link: "/" },
    "/etc/systemd/user": DIRECTORY,
    "/home/bob -F dir=/x": DIRECTORY,
  });
  expect(text).toContain("## Not watched: uid 1001: unusual characters in the path of its home.");
  expect(text).toContain("## Not watched: /home/anna/.config/systemd/user leads out of its account's home.");
  for (const line of text.split("\n").filter((line) => line.startsWith("-")))
    expect(line).toMatch(
      /^-a always,exit -F arch=b(64|32) -F (dir|path)=\/[\w./-]+ -F perm=(wa|x)( -F exe!=\/[\w./-]+)? -F key=timerwarden-[a-z-]+$/,
    );
  expect(text).not.toMatch(/-F dir=\/ /);
});

test("one directory under two names is watched once", () => {
  const text = rulesFor({
    ...FULL,
    "/lib": { link: "usr/lib" },
    "/etc/xdg/systemd/user": { link: "../../systemd/user" },
  });
  expect(text.match(/arch=b64 -F dir=\/usr\/lib\/systemd\/system /g)).toHaveLength(1);
  expect(text.match(/arch=b64 -F dir=\/etc\/systemd\/user /g)).toHaveLength(1);
  expect(text).not.toContain("/etc/xdg");
});

const CHECKS = [timerPlacesAreAudited, executionIsSeen, homeUnitsAreSeen, unitChangesAreAudited] as const;

describe("our own checks of a host", () => {
  test.each(CHECKS)("$id fails without and passes with these rules", (check) => {
    expect(check.run(exampleSubject({ files: FULL })).outcome).toBe("fail");
    const subject = exampleSubject({ files: { ...FULL, [RULES_FILE]: FULL_TEXT } });
    expect(check.run(subject)).toMatchObject({ outcome: "pass" });
  });

  test("AC-2 still wants the account databases, which make no timer", () => {
    const subject = exampleSubject({ files: { ...FULL, [RULES_FILE]: FULL_TEXT } });
    const { outcome, findings } = Object(accountChangesAreAudited.run(subject));
    expect(outcome).toBe("fail");
    expect(JSON.stringify(findings ?? "")).not.toContain("linger");
  });
});

test("every rule reads as a rule, and every group has its ids, controls and key", () => {
  const lines = FULL_TEXT.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines) expect({ line, ok: parseAuditLine(line).ok }).toEqual({ line, ok: true });
  for (const { id } of anyHost().writes) expect(FULL_TEXT).toContain(`key=timerwarden-${id}\n`);
  expect(FULL_TEXT.match(/^## ATT&CK T\d{4}.*SP 800-53 \w\w-\d/gm)).toHaveLength(anyHost().writes.length + 1);
  expect(rulesFor(FULL)).toBe(FULL_TEXT);
});

const hasAuditctl = spawnSync("unshare", ["-U", "-r", "auditctl", "-v"]).status === 0;

/**
 * In a user namespace of its own auditctl parses and then finds no audit system: nothing reaches a kernel, which it
 * would ask whether it knows `exe` (Linux 4.3).
 */
const DISABLED = /^(The audit system is disabled|WARNING - .*|Field option not supported by kernel: exe)$/gm;

describe("auditctl itself", () => {
  test.skipIf(!hasAuditctl)(hasAuditctl ? "takes every line" : "SKIPPED: auditctl is not installed", () => {
    const lines = FULL_TEXT.split("\n").filter((line) => line.startsWith("-"));
    expect(lines.length).toBeGreaterThan(100);
    // One of each form: forms differ in nothing but paths and keys.
    const forms = new Map(lines.map((line) => [line.replace(/(dir|path|key)=\S+/g, "$1"), line]));
    for (const line of forms.values()) {
      const { stderr } = spawnSync("unshare", ["-U", "-r", "auditctl", ...line.split(" ")], {
        encoding: "utf8",
      });
      expect({ line, stderr: stderr.replace(DISABLED, "").trim() }).toEqual({ line, stderr: "" });
    }
  });
});
