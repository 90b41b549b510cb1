/**
 * The library: read a host, judge it, report it; calendar expressions and time spans by themselves are in
 * `timerwarden/time`.
 *
 * ```ts
 * import { readHost, judge, auditReport } from "timerwarden";
 * const inventory = await readHost("root:/mnt/evidence");
 * for (const finding of auditReport(inventory, judge(inventory)).findings) console.log(finding.says);
 * ```
 */
import { isArchive } from "./hosts/archive.ts";
import { openDirectory } from "./hosts/directory.ts";
import { openTarget } from "./hosts/open.ts";
import { zonesOf } from "./hosts/zoneinfo.ts";
import { type Inventory, type InventoryOptions, readInventory } from "./inventory/inventory.ts";

export type { Host, Reading } from "./hosts/host.ts";
export { memoryHost } from "./hosts/memory.ts";
export { openTarget } from "./hosts/open.ts";
export type { Activation } from "./inventory/activation.ts";
export type { Closure } from "./inventory/closure.ts";
export { type Inventory, type InventoryOptions, readInventory } from "./inventory/inventory.ts";
export type { TimerRecord } from "./inventory/timer-record.ts";
export type { Parsed, Problem } from "./parsed.ts";
export { auditReport, listReport } from "./report/build.ts";
export type { AuditReport, FindingRow, ListReport, TimerRow } from "./report/envelope.ts";
export { RULES } from "./rules/index.ts";
export { type Finding, type Judgement, judge } from "./rules/judge.ts";
export type { Rule } from "./rules/rule.ts";
export { parseUnitFile } from "./syntax/unit-file.ts";
export { parseUnitName } from "./syntax/unit-name.ts";
export * from "./time/index.ts";

/**
 * Opens a target (`host:`, `root:DIR`, `tar:FILE`, …; see docs/cli.md) and reads its timers and jobs. Zones come from
 * the target, then from this machine; `nowUsec` defaults to the clock. Throws `TargetError` when nothing can be read.
 */
export async function readHost(
  target = "host:",
  options: Partial<Omit<InventoryOptions, "zones">> = {},
): Promise<Inventory> {
  const { host } = await openTarget(target);
  const zones = zonesOf(host, openDirectory("/", "host:", true));
  const read = () => readInventory(host, { nowUsec: Date.now() * 1000, ...options, zones });
  let inventory = read();
  if (isArchive(host)) {
    inventory.activations();
    while (host.wanted().length > 0 && (await host.fetch())) {
      inventory = read();
      inventory.activations();
    }
  }
  return inventory;
}
