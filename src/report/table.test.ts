import { expect, test } from "vitest";
import { type Column, table } from "./table.ts";

const COLUMNS: readonly Column<readonly [string, number]>[] = [
  { title: "NAME", cell: ([name]) => name, least: 4 },
  { title: "N", cell: ([, count]) => String(count), right: true },
];

test("columns line up, hostile text is shown", () => {
  expect(
    table(COLUMNS, [
      ["a\x1b[2J", 1],
      ["漢", 200],
    ]),
  ).toBe("NAME        N\na\\x1b[2J    1\n漢        200\n");
});

test("a narrow terminal cuts what may be cut", () => {
  expect(table(COLUMNS, [["a long name indeed", 1]], 10)).toBe("NAME     N\na long…  1\n");
});

test("an empty table still has its titles", () => expect(table(COLUMNS, [])).toBe("NAME  N\n"));
