import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ALL_RULES } from "./memory-rules.ts";
import { rulePage, rulesIndex } from "./rule-page.ts";

const DIRECTORY = join(import.meta.dirname, "../../docs/rules");

test("docs/rules holds a page for every rule and no other", () => {
  expect(new Set(readdirSync(DIRECTORY))).toEqual(
    new Set([...ALL_RULES.map(({ id }) => `${id}.md`), "index.md"]),
  );
});

test.each(ALL_RULES.map((rule) => [rule.id, rule] as const))(
  "the page of %s is what the rule says now (npx tsx scripts/rule-pages.ts)",
  (id, rule) => {
    expect(readFileSync(join(DIRECTORY, `${id}.md`), "utf8")).toBe(rulePage(rule));
  },
);

test("the index lists every rule once", () => {
  const index = readFileSync(join(DIRECTORY, "index.md"), "utf8");
  expect(index).toBe(rulesIndex(ALL_RULES));
  for (const { id } of ALL_RULES) expect(index.split(`(${id}.md)`)).toHaveLength(2);
});

test("a page shows no character that its rule warns of", () => {
  for (const rule of ALL_RULES)
    expect(rulePage(rule)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
});
