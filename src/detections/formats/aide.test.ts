import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exampleSubject } from "../../controls/check.test-support.ts";
import { timerPlacesAreCompared } from "../../controls/si-7/timer-places-are-compared.ts";
import { readAideRules } from "../../controls/sources/aide-rules.ts";
import { hasContentHash, selectionOf } from "../../controls/sources/aide-rules-selection.ts";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { ELSEWHERE, NEWS } from "../events.test-support.ts";
import { anyHost, surroundingsOf } from "../surroundings.ts";
import { aide } from "./aide.ts";

const TEXT = `database_in=file:/var/lib/aide/aide.db\n${aide.write(anyHost())}`;
const RULES = readAideRules({ host: memoryHost({ "/etc/aide/aide.conf": TEXT, "/etc/hostname": "box\n" }) });

const isCompared = ({ path }: { readonly path: string }): boolean =>
  !path.startsWith("/run/") && !path.includes("/stamp-");
const COMPARED = NEWS.filter(isCompared);
const LEFT = [...NEWS.filter((event) => !isCompared(event)), ...ELSEWHERE];

test("our own reader takes every line", () => expect(RULES.problems).toEqual([]));

test.each(COMPARED)("$path is compared by content", ({ path }) => {
  const { by, against } = selectionOf(RULES, path, "f");
  expect(against).toBeNull();
  expect(by !== null && hasContentHash(by)).toBe(true);
});

test.each(LEFT)("$path is not", ({ path }) => {
  expect(selectionOf(RULES, path, "f").by).toBeNull();
});

const hasAide = spawnSync("aide", ["--version"]).error === undefined;
const folder = mkdtempSync(join(tmpdir(), "timerwarden-aide-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("AIDE itself", () => {
  const skipped = hasAide ? "" : "SKIPPED: aide is not installed: ";
  const config = join(folder, "aide.conf");

  test.skipIf(!hasAide)(`${skipped}takes the rules and selects the same`, () => {
    writeFileSync(config, TEXT);
    const check = spawnSync("aide", ["--config", config, "--config-check"], { encoding: "utf8" });
    expect({ status: check.status, err: check.stderr }).toEqual({ status: 0, err: "" });
    const isSelected = (path: string): boolean =>
      spawnSync("aide", ["--config", config, `--path-check=f:${path}`]).status === 0;
    for (const { path } of COMPARED.filter((_event, at) => at % 9 === 0))
      expect({ path, selected: isSelected(path) }).toEqual({ path, selected: true });
    for (const { path } of LEFT.filter((_event, at) => at % 9 === 0))
      expect({ path, selected: isSelected(path) }).toEqual({ path, selected: false });
  });
});

test("a host with these rules passes SI-7's check of coverage", () => {
  const files: Record<string, MemoryEntry> = {
    "/usr/bin/aide": { content: "", mode: 0o755 },
    "/etc/hostname": "box\n",
    ...Object.fromEntries(
      [
        "/etc/systemd/system",
        "/usr/lib/systemd/system",
        "/etc/systemd/user",
        "/etc/systemd/system-generators",
      ].map((path) => [path, { dir: true as const }]),
    ),
  };
  expect(timerPlacesAreCompared.run(exampleSubject({ files })).outcome).toBe("fail");
  const host = memoryHost(files);
  const conf = `database_in=file:/var/lib/aide/aide.db\n${aide.write(surroundingsOf(host))}`;
  const subject = exampleSubject({ files: { ...files, "/etc/aide/aide.conf": conf } });
  expect(timerPlacesAreCompared.run(subject)).toMatchObject({ outcome: "pass" });
});

test("every group of lines has its ids and controls", () => {
  const groups = aide.write(anyHost()).split("\n\n").slice(1);
  for (const group of groups) expect(group).toMatch(/# ATT&CK T\d{4}.*SP 800-53 \w\w-\d/);
});
