import { expect, test } from "vitest";
import { compilable, scoreOf } from "../scripts/rule-mutations.ts";
import { RULES } from "../src/rules/index.ts";

/**
 * Every condition of every rule forced both ways; what the type checker refuses does not count. Whoever adds a
 * condition adds the examples that need it, or does without it. `npx tsx scripts/rule-mutations.ts RULE` lists them.
 */
test("a rule's examples notice when a condition of it is gone", async () => {
  const scores = [];
  for (const rule of RULES) scores.push(await scoreOf(rule));
  const survivors = compilable(scores.flatMap((score) => score.survivors));
  const killed = scores.reduce((sum, score) => sum + score.killed, 0);
  console.log(`rule mutations: ${killed} noticed, ${survivors.length} not`);
  expect(survivors.map(({ rule, line, says }) => `src/rules/${rule}.ts:${line}: ${says}`)).toEqual([]);
});
