import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FindingRow, TimerRow } from "./envelope.ts";
import { FILTER_FIELDS, filterTerm, parseFilter } from "./filter.ts";

const NOW = Date.parse("2026-11-23T06:00:00Z");

const ROW: TimerRow = {
  id: "system/sync.timer",
  kind: "timer",
  unit: "sync.timer",
  scope: "system",
  names: ["sync.timer", "mirror.timer"],
  state: "enabled",
  preset: "enabled",
  load: "loaded",
  problems: [],
  path: "/etc/systemd/system/sync.timer",
  dropIns: ["/etc/systemd/system/sync.timer.d/10.conf"],
  description: "Keep in step",
  activates: "sync.service",
  command: "/tmp/.cache/sync --now",
  commands: [],
  runsAs: "root",
  started: { atBoot: true, by: [] },
  schedule: [],
  accuracyUsec: 60_000_000,
  randomizedDelayUsec: 3_600_000_000,
  persistent: true,
  next: {
    earliest: "2026-11-23T06:30:00Z",
    latest: "2026-11-23T07:31:00Z",
    reason: null,
    detail: null,
    relative: [],
    overdue: false,
  },
  last: null,
  package: null,
  verdict: "suspect",
  findings: ["tw-1"],
};

const FINDING = {
  id: "tw-1",
  rule: "program-in-shared-directory",
  severity: "high",
  techniques: ["T1053.006"],
  controls: ["AC-6"],
} as unknown as FindingRow;

const FACTS = { nowUsec: NOW * 1000, findings: new Map([["tw-1", FINDING]]) };

function admits(text: string): boolean {
  const filter = parseFilter(text);
  if (!filter.ok) throw new Error(filter.problem.message);
  return filter.value.admits(ROW, FACTS);
}

describe("what a filter admits", () => {
  test.each([
    ["", true],
    ["   ", true],
    ["sync", true],
    ["SYNC", true],
    ["step", true],
    ["nothing", false],
    ["-nothing", true],
    ["verdict:suspect", true],
    ["verdict:susp", false],
    ["verdict:susp*", true],
    ["unit:*[a-c].timer", true],
    ["unit:*[!a-z].timer", false],
    ["verdict:alert,suspect", true],
    ["-verdict:ok", true],
    ["user:root exec:/tmp", true],
    ["user:root exec:/opt", false],
    ["exec:/tmp/*", true],
    ["exec:tmp*", false],
    ["unit:mirror", true],
    ["path:10.conf", true],
    ["package:*", false],
    ["-package:*", true],
    ["boot:yes persistent:yes", true],
    ["next:<1h", true],
    ["next:1h", true],
    ["next:<10min", false],
    ["next:>10min", true],
    ["next:never", false],
    ["last:never", true],
    ["last:<1d", false],
    ["delay:>=1h", true],
    ["delay:>1h", false],
    ["rule:program-in-shared-directory", true],
    ["severity:>=medium", true],
    ["severity:critical", false],
    ["severity:<=medium", false],
    ["technique:T1053", true],
    ["control:ac-6", true],
    ["problem:*", false],
    ['"in step"', true],
    ['"step in"', false],
    ['unit:"sync*"', false],
  ])("%s: %s", (text, expected) => expect(admits(text)).toBe(expected));
});

describe("what it refuses, and where", () => {
  test.each([
    ["verdit:ok", 0, "verdict"],
    ["a next:soon", 7, "next: takes a time span"],
    ["severity:hihg", 9, "severity: is one of"],
    ['unit:"a', 5, "a quote without its end"],
    ["user:", 0, "user: needs a value"],
    ["x".repeat(2001), 2000, "more than 2000"],
  ])("refusal %#: %s", (text, at, message) => {
    const filter = parseFilter(text);
    expect(filter.ok).toBe(false);
    if (filter.ok) return;
    expect(filter.problem.at).toBe(at);
    expect(filter.problem.message).toContain(message);
  });
});

test("every field's example is accepted", () => {
  for (const { example } of FILTER_FIELDS) expect(parseFilter(example)).toMatchObject({ ok: true });
});

test("a term made of a value admits the row that has it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (value) => {
      fc.pre(!value.includes('"') && value !== "");
      const filter = parseFilter(filterTerm("user", value));
      return filter.ok && filter.value.admits({ ...ROW, runsAs: value }, FACTS);
    }),
  );
});

test("no text breaks it, and many stars take no time", () => {
  fc.assert(fc.property(fc.string(), (text) => typeof parseFilter(text).ok === "boolean"));
  const start = performance.now();
  admits(`exec:${"*a".repeat(400)}b`);
  const filter = parseFilter(`exec:${"*a".repeat(400)}b`);
  if (filter.ok) filter.value.admits({ ...ROW, command: "a".repeat(4000) }, FACTS);
  expect(performance.now() - start).toBeLessThan(2000);
});
