import { describe, expect, test } from "vitest";
import { ASSESSMENT_SCHEMA, driftBetween, readHistory } from "./history.ts";

const result = (more: object = {}): string =>
  JSON.stringify({
    schema: ASSESSMENT_SCHEMA,
    version: 1,
    hostId: "a",
    now: "2026-01-01T00:00:00Z",
    history: { previous: null },
    controls: [],
    ...more,
  });

const read = (...texts: readonly string[]) =>
  readHistory(
    texts.map((text, at) => ({ name: `${at}.json`, content: new TextEncoder().encode(text) })),
    "a",
    Date.UTC(2026, 5, 1) * 1000,
  );

describe("a file of the folder", () => {
  test.each<[string, string, readonly string[], number]>([
    ["a result", result(), [], 1],
    ["one of another host", result({ hostId: "b" }), [], 0],
    ["no JSON", "{", ["it is no result of assess -o json"], 0],
    ["another document", "{}", ["it is no result of assess -o json"], 0],
    [
      "one of the future",
      result({ now: "2027-01-01T00:00:00Z" }),
      [expect.stringContaining("of the future")],
      0,
    ],
    [
      "a moment nobody can place",
      result({ now: "2026-01-01T00:00:00+05" }),
      [expect.stringContaining("names no moment")],
      0,
    ],
  ])("%s", (_, text, reasons, count) => {
    const { results, problems } = read(text);
    expect([problems.map(({ reason }) => reason), results.length]).toEqual([reasons, count]);
  });
});

test("a result that names no result before it, or another one, is a break", () => {
  const later = (more: object) => result({ now: "2026-02-01T00:00:00Z", ...more });
  expect(read(result(), later({ history: { previous: "x" } })).breaks.map(({ kind }) => kind)).toEqual([
    "altered or missing before it",
  ]);
  expect(read(result({ history: null })).breaks.map(({ kind }) => kind)).toEqual(["made without --history"]);
});

test.each([
  ["pass", "fail", "worse"],
  ["fail", "pass", "better"],
  ["pass", "not-assessable", "worse"],
  ["not-assessable", "pass", "better"],
  ["fail", "not-applicable", "better"],
  ["not-applicable", "not-assessable", "other"],
] as const)("from %s to %s is %s", (was, is, kind) => {
  const drift = driftBetween(new Map([["x", { outcome: was }]]), new Map([["x", { outcome: is }]]));
  expect(drift).toEqual({ worse: [], better: [], other: [], [kind]: ["x"] });
});
