import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDebianTree } from "../scripts/debian-jobs.ts";
import { openDirectory } from "../src/hosts/directory.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../src/inventory/inventory.ts";
import { listUnitFiles } from "../src/manager/unit-file-state.ts";
import { type Judgement, judge } from "../src/rules/judge.ts";
import { because, DEBS, whyNot } from "./debian-packages.ts";
import { DEBIAN_TIMERS } from "./debian-timers-table.ts";
import { expectNothingAccused } from "./nothing-accused.ts";

const NOW_USEC = Date.parse("2024-03-01T09:30:00Z") * 1000;

const UNIT_DIRECTORIES = ["/lib/systemd/system/", "/usr/lib/systemd/user/"];

test("the table is what Debian ships: 131 files of 78 packages", () => {
  expect(DEBIAN_TIMERS.size).toBe(78);
  expect([...DEBIAN_TIMERS.values()].flat()).toHaveLength(131);
});

const reason = whyNot(DEBIAN_TIMERS.keys(), ["dpkg-deb", "tar", "systemctl", "systemd-analyze"]);

describe.skipIf(reason !== null)(`every timer Debian ships${because(reason)}`, () => {
  let root = "";
  let inventory: Inventory;
  let judgement: Judgement;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "timerwarden-debian-"));
    buildDebianTree(DEBS, DEBIAN_TIMERS.keys(), root);
    const host = openDirectory(root, "root:debian", false);
    inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: NOW_USEC });
    judgement = judge(inventory);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("every file of the table is in its package, and every unit among them in the inventory", () => {
    const listed = new Set(inventory.timers.map(({ unit, scope }) => `${scope} ${unit}`));
    for (const [name, paths] of DEBIAN_TIMERS)
      for (const path of paths) {
        expect(existsSync(join(root, path)), `${name}: ${path}`).toBe(true);
        const directory = UNIT_DIRECTORIES.find((prefix) => path.startsWith(prefix));
        if (directory === undefined) continue;
        const scope = directory === "/lib/systemd/system/" ? "system" : "global-user";
        expect(listed).toContain(`${scope} ${path.slice(path.lastIndexOf("/") + 1)}`);
      }
  });

  test.each([
    ["system", []],
    ["global-user", ["--global"]],
  ] as const)("states are those of systemctl, %s", (scope, words) => {
    const manager = inventory.managers.find((one) => one.scope.kind === scope);
    if (manager === undefined) throw new Error(`no manager of ${scope}`);
    const ours = listUnitFiles(manager).map(({ name, state, preset }) => `${name} ${state} ${preset ?? "-"}`);
    expect(ours.sort()).toEqual(systemctlRows(root, words));
  });

  test("nothing is misread: where systemd-analyze is content, so is the inventory", () => {
    const units = inventory.timers.filter(({ unit, scope }) => scope === "system" && !unit.includes("@."));
    const ours = units.filter(({ problems }) => problems.length > 0).map(({ unit }) => unit);
    const broken = "zz-broken.timer";
    writeFileSync(join(root, "etc/systemd/system", broken), "[Timer]\nOnCalendar=never ever\n");
    const theirs = verifyComplaints(root, [...units.map(({ unit }) => unit), broken]);
    expect(theirs).toEqual([broken]);
    // diffmon 20020222-9.1 ships no diffmon.service, which verify does not look for.
    expect(ours).toEqual(["diffmon.timer"]);
    expect(units.length).toBeGreaterThan(90);
  });

  test("nothing is accused: no verdict worse than review, at most 3 % of those", () => {
    expectNothingAccused(judgement);
    expect(judgement.verdicts.size).toBeGreaterThan(150);
  });
});

function systemctlRows(root: string, words: readonly string[]): readonly string[] {
  const args = [
    `--root=${root}`,
    ...words,
    "list-unit-files",
    "--no-legend",
    "--no-pager",
    "--full",
    "--plain",
  ];
  const { stdout } = spawnSync("systemctl", args, { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(/\s+/).join(" "))
    .sort();
}

/** The timers that `systemd-analyze verify` has something to say about that is not about this machine's programs. */
function verifyComplaints(root: string, timers: readonly string[]): readonly string[] {
  const directories = ["etc/systemd/system", "usr/lib/systemd/system"].map((path) => join(root, path));
  const complaints: string[] = [];
  for (const timer of timers) {
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", timer], {
      encoding: "utf8",
      env: {
        ...process.env,
        LC_ALL: "C",
        SYSTEMD_UNIT_PATH: directories.join(":"),
        SYSTEMD_LOG_TARGET: "console",
      },
    });
    const lines = stderr.split("\n").filter((line) => line.includes(timer) && !ABOUT_THIS_MACHINE.test(line));
    if (lines.length > 0) complaints.push(timer);
  }
  return complaints;
}

/** The programs are in the tree, not on this machine; neither are runtime directories and the manager's sockets. */
const ABOUT_THIS_MACHINE = /is not executable|Failed to (?:connect|create|open)|No such file or directory/;
