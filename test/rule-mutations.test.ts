import { expect, test } from "vitest";
import { compilable, scoreOf } from "../scripts/rule-mutations.ts";
import { RULES } from "../src/rules/index.ts";

/**
 * Conditions no example tells apart yet, by rule: how many forced answers go unnoticed. Whoever adds a condition adds
 * the examples that need it; a smaller number is written here. `npx tsx scripts/rule-mutations.ts RULE` lists them.
 */
const UNNOTICED: Readonly<Record<string, number>> = {};

/** Every condition of every rule forced both ways; what the type checker refuses does not count. */
test("a rule's examples notice when a condition of it is gone", async () => {
  const scores = [];
  for (const rule of RULES) scores.push(await scoreOf(rule));
  const survivors = compilable(scores.flatMap((score) => score.survivors));
  const counts = new Map<string, number>();
  for (const { rule } of survivors) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const killed = scores.reduce((sum, score) => sum + score.killed, 0);
  console.log(`rule mutations: ${killed} noticed, ${survivors.length} not`);
  const worse = [...counts].filter(([rule, count]) => count > (UNNOTICED[rule] ?? 0));
  expect(Object.fromEntries(worse)).toEqual({});
});
