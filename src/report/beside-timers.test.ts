import { expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { readInventory } from "../inventory/inventory.ts";
import { script, timed } from "../rules/example-host.ts";
import { judge } from "../rules/judge.ts";
import { UTC } from "../time/zone.ts";
import { shortAuditText } from "./audit-text.ts";
import { besideTimers } from "./beside-timers.ts";
import { auditReport } from "./build.ts";

const LATE = "f+ /etc/systemd/system/late.service - - - - [Service]\\nExecStart=/usr/local/bin/late\n";

function told(files: Record<string, MemoryEntry>): {
  readonly says: readonly string[];
  readonly text: string;
} {
  const host = memoryHost(timed("ExecStart=/usr/bin/true", files));
  const inventory = readInventory(host, { zones: { zone: () => null, local: UTC }, nowUsec: 0 });
  const report = auditReport(inventory, judge(inventory));
  const style = { zone: UTC, columns: undefined, ascii: true, color: false };
  return {
    says: besideTimers(report).map(({ says }) => says),
    text: [...shortAuditText(report, style)].join(""),
  };
}

test("what no timer leads to is told beside them, also where every timer is fine", () => {
  const { says, text } = told({ "/etc/tmpfiles.d/late.conf": LATE, "/usr/local/bin/late": script() });
  expect(says).toEqual([
    expect.stringContaining("/etc/tmpfiles.d/late.conf writes /etc/systemd/system/late.service"),
  ]);
  expect(text).toMatch(
    /1 timers and jobs, all ok; 1 finding beside them\nhigh {6}at each boot \/etc\/tmpfiles\.d\/late\.conf/,
  );
});

test("what a row holds is told there alone", () => {
  const { says, text } = told({
    "/etc/systemd/system/job.service": "[Service]\nExecStart=/dev/shm/.x/job\n",
  });
  expect(says).toEqual([]);
  expect(text).toMatch(/1 of 1 timers and jobs need a look\n/);
});
