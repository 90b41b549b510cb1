import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { complaintsOf, readExample } from "./examples.test-support.ts";
import { RULES } from "./index.ts";
import { judge } from "./judge.ts";
import type { Accusation, HostAccusation, Rule, Tree } from "./rule.ts";

const EVERYTHING = "everything";

/** Through the whole pipeline: files to inventory to judgement. */
function fires(rule: Rule, tree: Tree): boolean {
  return judge(readExample(tree), { rules: [rule], depth: EVERYTHING }).findings.length > 0;
}

/** The rule with another condition. */
function mutant(rule: Rule, always: boolean): Rule {
  const accusation: Accusation = {
    says: "always",
    evidence: [{ span: { path: "/x", line: 0, column: 0, length: 0 }, excerpt: null, says: null }],
  };
  const ofHost: HostAccusation = { ...accusation, unit: "x.timer", scope: "system" };
  return rule.subject === "host"
    ? { ...rule, check: () => (always ? [ofHost] : []) }
    : { ...rule, check: () => (always ? [accusation] : []) };
}

const exportsOf = (name: string): readonly string[] =>
  [
    ...readFileSync(join(import.meta.dirname, name), "utf8").matchAll(
      /^export const (\w+): (?:Activation|Host)Rule\b/gm,
    ),
  ].map(([, id]) => id ?? "");

describe("the list of rules", () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith(".ts") && !name.includes(".test"),
  );

  test("every file that defines a rule defines one, of its own name, and it is listed once", () => {
    const defined = files.filter((name) => exportsOf(name).length > 0);
    for (const name of defined) expect(exportsOf(name), name).toHaveLength(1);
    expect(RULES.map(({ id }) => `${id}.ts`).sort(compare)).toEqual([...defined].sort(compare));
  });

  test("ids are unique, kebab case, and no rule is without its reasons", () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const rule of RULES) {
      expect(rule.id).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      for (const text of [rule.title, rule.why, rule.clears])
        expect(text.length, rule.id).toBeGreaterThan(15);
      expect(rule.title, rule.id).not.toMatch(/\.$/);
      expect(rule.benign.length, rule.id).toBeGreaterThan(0);
      expect(rule.references.length, rule.id).toBeGreaterThan(0);
      expect(rule.techniques.length, rule.id).toBeGreaterThan(0);
      for (const technique of rule.techniques) expect(technique, rule.id).toMatch(/^T\d{4}(\.\d{3})?$/);
      for (const control of rule.controls) expect(control, rule.id).toMatch(/^[A-Z]{2}-\d+$/);
      expect(rule.examples().fires.length, rule.id).toBeGreaterThan(0);
      expect(rule.examples().quiet.length, rule.id).toBeGreaterThan(0);
    }
  });
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))("%s", (_, rule) => {
  const cases = (trees: readonly Tree[]) => trees.map((tree, index) => [index + 1, tree] as const);

  test.each(cases(rule.examples().fires))("fires on example %i", (__, tree) => {
    const { findings } = judge(readExample(tree), { rules: [rule], depth: EVERYTHING });
    expect(findings.length).toBeGreaterThan(0);
    for (const { accusation } of findings) {
      expect(accusation.says.length).toBeGreaterThan(10);
      expect(accusation.evidence.length).toBeGreaterThan(0);
    }
  });

  test("finds what its examples say, and nothing on quiet ones and on an ordinary host", () => {
    expect(complaintsOf(rule)).toEqual([]);
  });

  test("its examples notice when its condition is gone, either way", () => {
    expect(rule.examples().fires.every((tree) => fires(mutant(rule, false), tree))).toBe(false);
    expect(rule.examples().quiet.every((tree) => !fires(mutant(rule, true), tree))).toBe(false);
  });
});

describe("a judgement", () => {
  const tree: Tree = {
    "/etc/systemd/system/.a.timer": "[Timer]\nOnCalendar=daily\n",
    "/etc/systemd/system/.a.service": "[Service]\nExecStart=/dev/shm/.x/run\n",
  };

  test("is the same each time", () => {
    const ids = () => judge(readExample(tree)).findings.map(({ id, accusation }) => [id, accusation.says]);
    expect(ids()).toEqual(ids());
    expect(new Set(ids().map(([id]) => id)).size).toBe(ids().length);
  });

  test("leaves rules of greater depth out", () => {
    const deep = RULES.filter(({ depth }) => depth !== "regular").map(({ id }) => id);
    const shown = judge(readExample(tree)).findings.map(({ rule }) => rule.id);
    expect(shown.filter((id) => deep.includes(id))).toEqual([]);
  });
});

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
