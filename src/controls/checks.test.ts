import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { checkExample } from "./check.test-support.ts";
import type { CheckExamples, Outcome } from "./check.ts";
import { CONTROLS } from "./control.ts";
import { CHECKS } from "./index.ts";
import { OBJECTIVES } from "./objective.ts";
import { checkPage } from "./page.ts";
import { covers } from "./path-pattern.ts";

const KINDS: readonly (readonly [keyof CheckExamples, Outcome])[] = [
  ["pass", "pass"],
  ["fail", "fail"],
  ["notApplicable", "not-applicable"],
  ["notAssessable", "not-assessable"],
];

const BY_ID = CHECKS.map((check) => [check.id, check] as const);

const CASES = CHECKS.flatMap((check) =>
  KINDS.flatMap(([kind, outcome]) =>
    check.examples()[kind].map((example, at) => ({
      check,
      example,
      outcome,
      name: `${check.id} ${outcome} ${at + 1}`,
    })),
  ),
);

test("at least 83 checks for the nine controls of the older mapping, and 330 cases", () => {
  const seed = new Set(CONTROLS.filter(({ inSeed }) => inSeed).map(({ id }) => id));
  expect(CHECKS.filter(({ control }) => seed.has(control)).length).toBeGreaterThanOrEqual(83);
  expect(CHECKS.filter(({ control }) => control === "CM-6").length).toBeGreaterThanOrEqual(4);
  expect(CASES.length).toBeGreaterThanOrEqual(330);
});

test("ids are unique and every check stands under its control", () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  for (const { id, control } of CHECKS) {
    expect(CONTROLS.map((known) => known.id)).toContain(control);
    expect(id).toMatch(new RegExp(`^${control.toLowerCase().replace("-", "")}-\\d\\d-[a-z0-9-]+$`));
  }
});

test.each(BY_ID)("%s speaks to objectives of its control that a machine can reach", (_id, check) => {
  for (const id of check.objectives) {
    const objective = OBJECTIVES.find((known) => known.id === id);
    expect(objective, id).toBeDefined();
    expect(objective?.control).toBe(check.control);
    expect(objective?.reach, id).toBe("in-part");
  }
});

test.each(BY_ID)("%s is documented and has examples of all outcomes", (_id, check) => {
  for (const text of [check.title, check.why, check.remediation]) expect(text.length).toBeGreaterThan(10);
  expect(check.falseResults.length).toBeGreaterThan(0);
  for (const [kind] of KINDS)
    if (!(NEVER.get(check.id) ?? []).includes(kind))
      expect(check.examples()[kind].length, kind).toBeGreaterThan(0);
  for (const path of check.needs)
    expect(
      check.reads.some((pattern) => covers(pattern, path)),
      path,
    ).toBe(true);
});

/** Outcomes a check can by its nature never have. */
const NEVER: ReadonlyMap<string, readonly (keyof CheckExamples)[]> = new Map([
  ["cm5-10-unit-tree-is-write-protected", ["fail"]],
  ["si7-06-usr-is-verified", ["fail"]],
]);

test.each(CASES.map((row) => [row.name, row] as const))("%s", (_name, { check, example, outcome }) => {
  const result = checkExample(check, example);
  expect({ outcome: result.outcome, says: result.says }).toEqual({
    outcome,
    says: expect.stringMatching(/./),
  });
  if (outcome === "fail") expect(result.evidence.length).toBeGreaterThan(0);
});

test.each(BY_ID)("docs/checks/%s.md is generated from the check", (_id, check) => {
  const path = join(import.meta.dirname, `../../docs/checks/${check.id}.md`);
  if (process.env["TIMERWARDEN_WRITE_PAGES"]) writePage(path, checkPage(check));
  expect(existsSync(path), "run with TIMERWARDEN_WRITE_PAGES=1").toBe(true);
  expect(readFileSync(path, "utf8")).toBe(checkPage(check));
});

function writePage(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
