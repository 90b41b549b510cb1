import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canAlias,
  canTemplate,
  escapeName,
  escapePath,
  instantiate,
  parseUnitName,
  templateOf,
  UNIT_TYPES,
  unescapeName,
  unescapePath,
} from "./unit-name.ts";

const fixture = new URL("../../../shared/data/systemd/unit-names.json", import.meta.url);
const isThere = existsSync(fixture);

test.skipIf(!isThere)("names a real manager was asked about (skipped if ../shared is missing)", () => {
  const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as {
    cases: { name: string; valid: boolean; kind?: string }[];
  };
  expect(cases.length).toBeGreaterThan(50);
  for (const { name, valid, kind } of cases) {
    const parts = parseUnitName(name);
    expect([name, parts !== null]).toEqual([name, valid]);
    if (kind !== undefined) expect([name, parts?.kind]).toEqual([name, kind]);
  }
});

describe("parts of a name", () => {
  test.each([
    ["a.timer", { prefix: "a", instance: null, type: "timer", kind: "plain" }],
    ["a@.timer", { prefix: "a", instance: "", type: "timer", kind: "template" }],
    ["a@b@c.d.service", { prefix: "a", instance: "b@c.d", type: "service", kind: "instance" }],
    [".x.timer", { prefix: ".x", instance: null, type: "timer", kind: "plain" }],
  ])("%s", (name, parts) => expect(parseUnitName(name)).toEqual({ name, ...parts }));

  test.each([
    "",
    ".timer",
    "timer",
    "a.Timer",
    "a b.timer",
    "@x.timer",
    "ä.timer",
    `${"x".repeat(250)}.timer`,
  ])("%j is no unit name", (name) => expect(parseUnitName(name)).toBeNull());

  test("255 bytes are the most", () => {
    expect(parseUnitName(`${"x".repeat(249)}.timer`)).not.toBeNull();
  });

  test("templates and instances", () => {
    expect(templateOf("foo@x.timer")).toBe("foo@.timer");
    expect(templateOf("foo@.timer")).toBeNull();
    expect(templateOf("foo.timer")).toBeNull();
    expect(instantiate("foo@.timer", "x")).toBe("foo@x.timer");
    expect(instantiate("foo.timer", "x")).toBe("foo.timer");
  });

  test("which types may be what", () => {
    expect(UNIT_TYPES.filter(canAlias)).toEqual(["service", "socket", "target", "device", "timer", "path"]);
    expect(UNIT_TYPES.filter(canTemplate)).toEqual(["service", "socket", "target", "timer", "path"]);
  });
});

describe("escaping, as systemd-escape(1) does it", () => {
  test.each([
    ["foo/bar", "foo-bar"],
    ["a-b", "a\\x2db"],
    [".a.b", "\\x2ea.b"],
    ["a@b c", "a\\x40b\\x20c"],
    ["é", "\\xc3\\xa9"],
  ])("%s", (text, escaped) => {
    expect(escapeName(text)).toBe(escaped);
    expect(unescapeName(escaped)).toBe(text);
  });

  test.each(["\\", "\\x4", "\\xzz", "\\q"])("%j cannot be unescaped", (text) => {
    expect(unescapeName(text)).toBeNull();
  });

  test.each([
    ["/", "-"],
    ["", "-"],
    ["//foo//bar/", "foo-bar"],
    ["/foo/./bar", "foo-bar"],
    ["/foo-bar", "foo\\x2dbar"],
    ["/foo/../bar", null],
  ])("path %s", (path, escaped) => expect(escapePath(path)).toBe(escaped));

  test.each([
    ["-", "/"],
    ["foo-bar", "/foo/bar"],
    ["", null],
    ["-foo", null],
    ["foo-", null],
    ["foo--bar", null],
    ["foo-..", null],
  ])("unescaped path %j", (escaped, path) => expect(unescapePath(escaped)).toBe(path));

  test("any text comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // A C string ends at NUL, and noncharacters are not text to systemd.
        fc.pre(!/[\0\ufdd0-\ufdef\ufffe\uffff]/.test(text) && !/\p{Noncharacter_Code_Point}/u.test(text));
        const escaped = escapeName(text);
        expect(escaped).toMatch(/^[0-9A-Za-z:_.\\-]*$/);
        expect(unescapeName(escaped)).toBe(text);
      }),
    );
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseUnitName(text);
        unescapeName(text);
        unescapePath(text);
        escapePath(text);
      }),
    );
  });
});
