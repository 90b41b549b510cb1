import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FILTER_FIELDS } from "./filter.ts";

test("the page on the dashboard lists exactly the fields there are", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "dashboard.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z]+):` \| (.+?) \| `(.+?)` \|$/gm)].map(
    ([, name, does, example]) => ({
      name,
      does: does?.replaceAll("`", ""),
      example,
    }),
  );
  expect(rows).toEqual(FILTER_FIELDS.map(({ name, does, example }) => ({ name, does, example })));
});
