/** The small functions that keep target text inert. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foreignJson, jsonText } from "./json-text.ts";
import { codeSpan, prose } from "./markdown.ts";
import { objectId, observableId } from "./observed-ids.ts";
import { pathUri, splitPath } from "./path-uri.ts";
import { hex, sha256 } from "./sha256.ts";

const anyText = fc.string({ unit: "binary", maxLength: 40 });

describe("JSON", () => {
  test("means the same and shows nothing odd", () =>
    fc.assert(
      fc.property(anyText, (text) => {
        const json = jsonText({ text });
        expect(JSON.parse(json)).toEqual({ text });
        expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    ));
  test.each([
    ["\udc80", '"\\\\udc80"'],
    ["\\udc80", '"\\\\udc80"'],
    ["\0", '"\\\\x00"'],
    ["\\u0000", '"\\\\u0000"'],
    ["😀", '"😀"'],
    ["\u{e0041}", '"\\udb40\\udc41"'],
    ["\u202e", '"\\u202e"'],
  ])("for programs of others %j is %s", (text, json) => expect(foreignJson(text)).toBe(json));
  test("for programs of others is always whole Unicode", () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }), (units) => {
        const text = JSON.parse(foreignJson(String.fromCharCode(...units))) as string;
        expect(Buffer.from(text).toString()).toBe(text);
        expect(text).not.toContain("\0");
      }),
    ));
});

test("SHA-256 is Node's", () =>
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      expect(hex(sha256(text))).toBe(createHash("sha256").update(text).digest("hex"));
    }),
  ));

test.each([
  ["/etc/a b.timer", "etc/a%20b.timer"],
  ["/etc/\udc80\udcff", "etc/%80%FF"],
  ["/etc/漢", "etc/%E6%BC%A2"],
  ["/etc/a?b#c%d:e", "etc/a%3Fb%23c%25d%3Ae"],
  ["//x", "x"],
])("the reference of %j is %s", (path, uri) => expect(pathUri(path)).toBe(uri));

test.each([
  ["/etc/x.timer", "x.timer", "/etc"],
  ["/x", "x", "/"],
  ["/", "/", "/"],
  ["x", "x", "."],
  ["/etc/d/", "d", "/etc"],
])("%s is %s in %s", (path, name, directory) => expect(splitPath(path)).toEqual({ name, directory }));

test.each([
  ["a", "`a`"],
  ["a`b", "``a`b``"],
  ["`a", "`` `a ``"],
  ["a|b", "`a\\|b`"],
  ["a\\|b", "`a\\\\\\|b`"],
  ["", ""],
])("a cell of %j is %s", (text, expected) => expect(codeSpan(text, true)).toBe(expected));

test.each([
  ["downloads code, and runs it", true],
  ["runs http://192.0.2.1/", false],
  ["see www.example.test", false],
  ["ping @admin", false],
  ["- item", false],
  ["<b>", false],
])("%j is prose: %s", (text, isProse) => expect(prose(text) === text).toBe(isProse));

test("STIX ids: the standard's own for observables, ours for the rest", () => {
  // STIX 2.1 examples in oasis-open/cti-stix2-json-schemas use this namespace; the value follows from RFC 9562.
  expect(observableId("directory", { path: "/etc/systemd/system" })).toMatch(
    /^directory--[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
  );
  expect(objectId("note", "a", "b")).not.toBe(objectId("note", "ab"));
});
