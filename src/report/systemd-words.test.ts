import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import { listReport } from "./build.ts";
import { systemdWords } from "./systemd-words.ts";

test.each([
  ["a version that a package tells", { "/usr/lib/systemd/libsystemd-shared-252.so": "" }, /^systemd 252/],
  ["no systemd, or none that tells", { "/etc/crontab": "0 0 * * * root true\n" }, /^read as systemd 252/],
] as const)("%s", (_name, files, words) => {
  const host = memoryHost(files);
  const report = listReport(readInventory(host, { zones: zonesOf(host, null), nowUsec: 1.7e15 }));
  expect(systemdWords(report.clock)).toMatch(words);
});
