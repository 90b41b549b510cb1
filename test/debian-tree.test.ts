/** What a freshly installed Debian 12 fails: nothing grave that is not true, and all of it told in docs/controls.md. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { debianTree } from "../corpus/base/debian-12.ts";
import { commonTree } from "../corpus/base/host.ts";
import { type AssessedCheck, assess } from "../src/controls/assess.ts";
import { subjectOf } from "../src/controls/subject.ts";
import { openDirectory } from "../src/hosts/directory.ts";
import type { Host } from "../src/hosts/host.ts";
import { memoryHost } from "../src/hosts/memory.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { readInventory } from "../src/inventory/inventory.ts";
import { cardOf } from "../src/report/assessment/exporter.ts";

/** Where `tsx scripts/debian-tree.ts DIR` made one. */
const TREE = process.env["TIMERWARDEN_DEBIAN"] ?? "";
const aloud = existsSync(TREE) ? "" : " (SKIPPED: TIMERWARDEN_DEBIAN names no tree of debootstrap)";
const NOW_USEC = Date.parse("2026-11-28T12:00:00Z") * 1000;

const DOCS = readFileSync(join(import.meta.dirname, "../docs/controls.md"), "utf8");
const TOLD = DOCS.slice(DOCS.indexOf("## A stock Debian 12"));

function failed(host: Host): readonly AssessedCheck[] {
  const inventory = readInventory(host, { zones: zonesOf(host, host, "UTC"), nowUsec: NOW_USEC });
  return assess(subjectOf(inventory))
    .controls.flatMap(({ checks }) => checks)
    .filter(({ result }) => result.outcome === "fail");
}

function grave(checks: readonly AssessedCheck[]): readonly string[] {
  return checks
    .filter(({ severity }) => severity === "high" || severity === "critical")
    .map(({ check, result }) => `${check.id}: ${result.says}`);
}

test("of the corpus' Debian 12 no grave check fails, and each that fails is explained", () => {
  const names = { "/etc/nsswitch.conf": "passwd: files systemd\ngroup: files systemd\nshadow: files\n" };
  const tree = new Map([...commonTree(), ...debianTree([]), ...Object.entries(names)]);
  const checks = failed(memoryHost(tree));
  expect(grave(checks)).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
  for (const { check } of checks) expect(TOLD).toContain(cardOf(check.id));
});

describe.skipIf(aloud !== "")(`a Debian 12 from packages${aloud}`, () => {
  test("no grave check fails, and each that fails is explained", () => {
    const checks = failed(openDirectory(TREE, "root:debian-12", false));
    expect(grave(checks)).toEqual([]);
    expect(checks.length).toBeGreaterThan(0);
    for (const { check } of checks) expect(TOLD).toContain(cardOf(check.id));
  });
});
