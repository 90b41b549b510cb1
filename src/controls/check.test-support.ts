import { memoryHost } from "../hosts/memory.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { readInventory } from "../inventory/inventory.ts";
import type { Check, CheckResult, Example } from "./check.ts";
import { runCheck } from "./run-check.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** 2026-01-01T00:00:00Z in microseconds. */
export const EXAMPLE_NOW = 1_767_225_600_000_000;

export function exampleSubject({ files, declared, nowUsec }: Example): Subject {
  const host = memoryHost(files);
  const zones = zonesOf(host, host, "UTC");
  return subjectOf(readInventory(host, { zones, nowUsec: nowUsec ?? EXAMPLE_NOW }), declared);
}

export function checkExample(check: Check, example: Example): CheckResult {
  return runCheck(check, exampleSubject(example));
}
