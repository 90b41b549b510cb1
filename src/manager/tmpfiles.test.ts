import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { type ManagerContext, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { encodeUtf8 } from "../syntax/utf8.ts";
import { openManager } from "./manager.ts";
import { parseTmpfiles, readTmpfiles } from "./tmpfiles.ts";
import { systemdVersionOf } from "./version.ts";

const CONTEXT: ManagerContext = { manager: "system", user: ROOT_USER, host: UNKNOWN_HOST, major: 252 };

test.each<[string, string | null]>([
  ["f /run/x 0644 root root - hello world", "text /run/x hello world"],
  ["f+! /run/x - - - - a\\nb", "text /run/x a\nb"],
  ['F "/run/a b" - - - - x', "text /run/a b x"],
  ["w /sys/a - - - - 1", "text /sys/a 1"],
  ["f~ /run/x - - - - aGk=", "text /run/x hi"],
  ["f^ /run/x - - - - some.credential", "text /run/x null"],
  ["C /etc/a - - - - /srv/a", "copy /etc/a /srv/a"],
  ["C+ /etc/a", "copy /etc/a /usr/share/factory/etc/a"],
  ["L+ /etc/a - - - - ../b", "link /etc/a ../b"],
  ["L? /etc/a - - - -", "link /etc/a /usr/share/factory/etc/a"],
  ["f %t/x - - - - %S %%t", "text /run/x /var/lib %t"],
  ["f /run/x%n - - - - y", null],
  ["f run/x - - - - y", null],
  ["d /run/x 0755", null],
  ["f /run/x - - - - \\q", null],
  ["# f /run/x", null],
  ["; f /run/x", null],
  ["", null],
])("%s", (text, means) => {
  const lines = parseTmpfiles(encodeUtf8(text), "/x.conf", CONTEXT);
  const told = lines.map(({ makes, path, argument }) => `${makes} ${path} ${argument}`);
  expect(told).toEqual(means === null ? [] : [means]);
});

const missing =
  spawnSync("systemd-tmpfiles", ["--version"]).status === 0 && process.getuid?.() === 0
    ? ""
    : " (skipped: needs systemd-tmpfiles, and root)";
const root = mkdtempSync(join(tmpdir(), "timerwarden-tmpfiles-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.skipIf(missing !== "")(`systemd-tmpfiles makes what the lines say${missing}`, () => {
  const files: Readonly<Record<string, string>> = {
    "/etc/tmpfiles.d/b.conf":
      'f /etc/one - - - - [Service]\\nExecStart=/bin/x\\n\nL+ /etc/two - - - - /srv/"x"\n',
    "/usr/lib/tmpfiles.d/b.conf": "f /etc/never - - - - hidden by the stronger\n",
    "/usr/lib/tmpfiles.d/a.conf":
      "f /etc/three 0600 root root - first of two\nC /etc/four - - - - /srv/a%%b\n",
    "/run/tmpfiles.d/c.conf":
      "f /etc/three - - - - second of two\nf+ /var/lib/five - - - - 'quoted'  and  wide \n",
    "/srv/a%b": "copied\n",
    "/usr/lib/systemd/x": "",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync("systemd-tmpfiles", ["--create", `--root=${root}`], { stdio: "ignore" });
  const host = openDirectory(root, `root:${root}`, false);
  const lines = readTmpfiles(openManager(host, { kind: "system" }, systemdVersionOf(host).version));
  expect(lines.map(({ path }) => path)).toEqual([
    "/etc/three",
    "/etc/four",
    "/etc/one",
    "/etc/two",
    "/etc/three",
    "/var/lib/five",
  ]);
  const made = new Map<string, string>();
  for (const { makes, path, argument } of lines) {
    const text = makes === "copy" ? readFileSync(join(root, argument ?? ""), "utf8") : (argument ?? "");
    if (!made.has(path)) made.set(path, text);
  }
  for (const [path, text] of made)
    expect(path === "/etc/two" ? readlinkSync(root + path) : readFileSync(root + path, "utf8"), path).toBe(
      text,
    );
});
