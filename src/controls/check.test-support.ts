import { memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import type { Check, CheckResult, Example } from "./check.ts";
import { readHistory } from "./history.ts";
import { hostId } from "./host-id.ts";
import { runCheck } from "./run-check.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** 2026-01-01T00:00:00Z in microseconds. */
export const EXAMPLE_NOW = 1_767_225_600_000_000;

export function exampleSubject({ files, declared, history, nowUsec = EXAMPLE_NOW }: Example): Subject {
  const host = memoryHost(files);
  const zones = zonesOf(host, host, "UTC");
  const inventory = readInventory(host, { zones, nowUsec });
  if (history === undefined) return subjectOf(inventory, declared);
  const saved = Object.entries(history).map(([name, text]) => ({ name, content: Buffer.from(text) }));
  return subjectOf(inventory, declared, readHistory(saved, hostId(inventory), nowUsec));
}

export function checkExample(check: Check, example: Example): CheckResult {
  return runCheck(check, exampleSubject(example));
}
