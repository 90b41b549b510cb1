import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnsOf, cutTo, visible } from "./visible.ts";

test.each([
  ["plain text, ünïcode and 漢字 stay", "plain text, ünïcode and 漢字 stay"],
  ["\x1b[31mred", "\\x1b[31mred"],
  ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
  ["\u202eevil", "\\u202eevil"],
  ["zero\u200bwidth", "zero\\u200bwidth"],
  ["c1 \x9b31m", "c1 \\x9b31m"],
  ["stray byte \udc80", "stray byte \\udc80"],
  ["tag \u{e0041}", "tag \\u{e0041}"],
  ["emoji 😀 stays", "emoji 😀 stays"],
])("%j is shown as %j", (text, expected) => expect(visible(text)).toBe(expected));

test("nothing that drives a terminal survives", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(text)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    }),
  ));

describe("columns", () => {
  test.each([
    ["abc", 3],
    ["漢字", 4],
    ["é", 1],
    ["e\u0301", 1],
  ])("%s takes %d", (text, columns) => expect(columnsOf(text)).toBe(columns));
  test("cutting keeps to the width", () => {
    expect(cutTo("abcdef", 4)).toBe("abc…");
    expect(cutTo("漢字漢字", 4)).toBe("漢…");
    expect(cutTo("abc", 3)).toBe("abc");
  });
});
