import { expect, test } from "vitest";
import { below, flowList, yamlLines } from "./yaml-lines.ts";

test("keys, items, quotes, comments and blocks", () => {
  const text = '# x\na: 1 # one\n"b":\n  - "two"\n  - c: |\n      line 1\n      line 2\nd: \'3\'\n';
  expect(yamlLines(text).map(({ key, value, indent, isItem }) => [key, value, indent, isItem])).toEqual([
    ["a", "1", 0, false],
    ["b", "", 0, false],
    [null, "two", 4, true],
    ["c", "line 1\nline 2", 4, true],
    ["d", "3", 0, false],
  ]);
});

test("what belongs to a line is deeper", () => {
  const lines = yamlLines("a:\n  b: 1\n  c:\n    d: 2\ne: 3\n");
  expect(below(lines, 0).map(({ key }) => key)).toEqual(["b", "c", "d"]);
  expect(below(lines, 2).map(({ key }) => key)).toEqual(["d"]);
});

test.each([
  ["[\"-c\", 'x y', z]", ["-c", "x y", "z"]],
  ['["a\\"b"]', ['a"b']],
  ["a, b", []],
])("%s", (text, words) => {
  expect(flowList(text)).toEqual(words);
});
