import { expect, test } from "vitest";
import { addedBySed, changesArgumentsOnly } from "./sed-script.ts";

test.each([
  ["s/a/b/", "b"],
  ["s|^#*x.*|x yes|g; /gone/d", "x yes\n"],
  ["$a line; more", "line; more"],
  ["1i\\ first", "first"],
  ["/a/,/b/s,x\\,y,z,", "z"],
  ["3!d", ""],
  ["y/abc/def/", null],
  ["s/a/b", null],
  ["s", null],
])("%j adds %j", (script, added) => {
  expect(addedBySed(script)).toBe(added);
});

test.each([
  ["s|^feh --bg .*|feh --bg /srv/x \\&|", true],
  ["s/^exec i3.*/exec i3 -a/", true],
  ["/gone/d", true],
  ["s/^exec i3.*/exec \\/srv\\/i3/", false],
  ["s/^feh.*/feh x; curl y/", false],
  ["s/^feh.*/feh $(x)/", false],
  ["$a /srv/x", false],
  ["y/abc/def/", false],
])("%j changes arguments only: %j", (script, only) => {
  expect(changesArgumentsOnly(script)).toBe(only);
});
