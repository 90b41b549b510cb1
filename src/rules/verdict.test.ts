import { expect, test } from "vitest";
import type { Confidence, Family, Severity, Signal } from "./rule.ts";
import { verdictOf, type Weighed } from "./verdict.ts";

function finding(
  signal: Signal,
  family: Family,
  confidence: Confidence = "high",
  severity: Severity = "medium",
): Weighed {
  return { signal, family, confidence, severity };
}

test.each<[string, readonly Weighed[], boolean, string]>([
  ["nothing found", [], true, "ok"],
  ["nothing found, nothing readable", [], false, "unknown"],
  ["context alone", [finding("context", "provenance"), finding("context", "schedule")], true, "ok"],
  ["one odd thing", [finding("odd", "schedule")], true, "review"],
  ["two odd things of one family", [finding("odd", "schedule"), finding("odd", "schedule")], true, "review"],
  ["odd things of two families", [finding("odd", "schedule"), finding("odd", "hiding")], true, "suspect"],
  ["a weakness", [finding("weakness", "permissions")], true, "review"],
  ["a wide open door", [finding("weakness", "permissions", "high", "high")], true, "suspect"],
  ["something suspicious", [finding("suspicious", "hiding", "medium")], true, "suspect"],
  [
    "suspicious with support",
    [finding("suspicious", "hiding"), finding("context", "schedule"), finding("context", "provenance")],
    true,
    "alert",
  ],
  [
    "support of the same family does not count",
    [finding("suspicious", "hiding"), finding("context", "hiding"), finding("context", "provenance")],
    true,
    "suspect",
  ],
  [
    "suspicious in two ways",
    [finding("suspicious", "hiding"), finding("suspicious", "execution")],
    true,
    "alert",
  ],
  ["hostile", [finding("hostile", "execution", "medium")], true, "alert"],
  ["perhaps hostile", [finding("hostile", "execution", "low")], true, "suspect"],
])("%s", (_, findings, isReadable, expected) => expect(verdictOf(findings, isReadable)).toBe(expected));
