import { expect, test } from "vitest";
import { matchesGlob } from "./glob.ts";

/** Expected by fnmatch(3) with FNM_NOESCAPE; systemctl referees the preset patterns of `systemctl.test.ts`. */
test.each([
  ["*", "a.timer", true],
  ["a*", "a.timer", true],
  ["*.timer", "a.timer", true],
  ["a?timer", "a.timer", true],
  ["", "a", false],
  ["a", "a.timer", false],
  ["[ab].timer", "b.timer", true],
  ["[!ab].timer", "b.timer", false],
  ["[^ab].timer", "c.timer", true],
  ["[a-c].timer", "b.timer", true],
  ["[]x].timer", "].timer", true],
  ["[[:digit:]].timer", "7.timer", true],
  ["[[:digit:]].timer", "x.timer", false],
  ["[ab.timer", "[ab.timer", true],
  ["[a-]", "-", true],
  ["a\\*", "a\\b", true],
  ["**x**y", "axby", true],
])("%s and %s: %s", (pattern, text, expected) => expect(matchesGlob(pattern, text)).toBe(expected));

test("a hostile pattern costs at most the product of both lengths", () => {
  expect(matchesGlob(`${"*a".repeat(200)}b`, "a".repeat(5000))).toBe(false);
});
