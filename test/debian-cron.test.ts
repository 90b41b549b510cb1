import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDebianTree } from "../scripts/debian-jobs.ts";
import { openDirectory } from "../src/hosts/directory.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { type Inventory, readInventory } from "../src/inventory/inventory.ts";
import { type Judgement, judge } from "../src/rules/judge.ts";
import { DEBIAN_CRON } from "./debian-cron-table.ts";
import { because, DEBS, whyNot } from "./debian-packages.ts";
import { expectNothingAccused } from "./nothing-accused.ts";

test("the table is what Debian ships: 208 packages", () => {
  expect(new Set(DEBIAN_CRON).size).toBe(208);
});

const reason = whyNot(DEBIAN_CRON, ["dpkg-deb", "tar", "systemctl"]);

describe.skipIf(reason !== null)(`every job Debian ships for cron${because(reason)}`, () => {
  let root = "";
  let inventory: Inventory;
  let judgement: Judgement;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "timerwarden-debian-cron-"));
    buildDebianTree(DEBS, DEBIAN_CRON, root);
    const host = openDirectory(root, "root:debian", false);
    const nowUsec = Date.parse("2024-03-01T09:30:00Z") * 1000;
    inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec });
    judgement = judge(inventory);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("all of them are in the inventory, and none is misread", () => {
    expect(inventory.jobs.length).toBeGreaterThan(250);
    expect(inventory.gaps().filter(({ hides }) => /cron/.test(hides))).toEqual([]);
  });

  test("nothing is accused: no verdict worse than review, at most 3 % of those", () => {
    expectNothingAccused(judgement);
  });
});
