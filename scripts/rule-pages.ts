/** Writes `docs/rules/` from the rules themselves: `npx tsx scripts/rule-pages.ts`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALL_RULES } from "../src/rules/memory-rules.ts";
import { rulePage, rulesIndex } from "../src/rules/rule-page.ts";

const directory = join(import.meta.dirname, "../docs/rules");
mkdirSync(directory, { recursive: true });
for (const name of readdirSync(directory)) if (name.endsWith(".md")) rmSync(join(directory, name));
for (const rule of ALL_RULES) writeFileSync(join(directory, `${rule.id}.md`), rulePage(rule));
writeFileSync(join(directory, "index.md"), rulesIndex(ALL_RULES));
console.log(`${ALL_RULES.length} pages in docs/rules`);
