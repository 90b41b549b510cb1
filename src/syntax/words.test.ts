import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBoolean } from "./boolean.ts";
import { expandVariables, parseEnvironmentFile } from "./environment.ts";
import { extractWord, splitWords, unescapeText, type WordStyle } from "./words.ts";

function words(text: string, style: WordStyle): string[] | string {
  const found = splitWords(text, style);
  return found.ok ? found.value.map((word) => word.text) : found.problem.message;
}

describe("words (systemd.syntax(7), extract_first_word())", () => {
  test.each<[text: string, style: WordStyle, expected: string[] | string]>([
    ["a b\tc", "exec", ["a", "b", "c"]],
    ["a'b c'd \"e\"", "exec", ["ab cd", "e"]],
    ["'' x", "exec", ["", "x"]],
    ["a\\x41\\101\\u00e9", "exec", ["aAAé"]],
    ["\\xc3\\xa9", "exec", ["é"]],
    ["\\xff", "exec", ["\udcff"]],
    ["\\q\\x41", "exec", ["\\qA"]],
    ["\\q", "environment", "unknown escape sequence"],
    ["'a", "exec", "unbalanced quoting"],
    ["'a", "plain", ["'a"]],
    ["'a b'", "retain", ["a b"]],
    ["a\\x20b", "retain", ["a\\x20b"]],
    ["a\\ b", "quoted", ["a b"]],
    ["a 'b c", "variable", ["a", "b c"]],
    ["  ", "exec", []],
  ])("%j as %s", (text, style, expected) => expect(words(text, style)).toEqual(expected));

  test("offsets", () => {
    const word = extractWord(" 'a b'c  d", 0, "exec");
    expect(word).toMatchObject({ ok: true, value: { text: "a bc", start: 1, end: 7, next: 9 } });
  });

  test("never throws, ends, and words stand in order", () => {
    const styles = fc.constantFrom<WordStyle>("exec", "environment", "quoted", "retain", "variable", "plain");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab \\\"'x4u0;é\t") }), styles, (text, style) => {
        const found = splitWords(text, style);
        if (!found.ok) return;
        let at = 0;
        for (const { start, end, next } of found.value) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          at = next;
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("escapes of a whole text", () => {
    expect(unescapeText('a\\tb \\"')).toEqual({ ok: true, value: 'a\tb "' });
    expect(unescapeText("\\").ok).toBe(false);
  });
});

test.each<[text: string, expected: boolean | null]>([
  ["1", true],
  ["YES", true],
  ["On", true],
  ["t", true],
  ["0", false],
  ["n", false],
  ["OFF", false],
  ["", null],
  ["maybe", null],
  ["01", null],
])("boolean %j", (text, expected) => expect(parseBoolean(text)).toBe(expected));

describe("environment files (parse_env_file_internal())", () => {
  function read(text: string, major = 252): string[] | string {
    const found = parseEnvironmentFile(text, major);
    return found.ok ? found.value.map(({ name, value }) => `${name}=${value}`) : found.problem.code;
  }

  test.each<[text: string, expected: string[]]>([
    ["A=1\nB=2\n", ["A=1", "B=2"]],
    ["A=1", ["A=1"]],
    [" A = 1 2  \n", ["A=1 2"]],
    ["A='x $y\\n' \n", ["A=x $y\\n"]],
    ['A="x\\"y\\z\\$"\n', ['A=x"y\\z$']],
    ["A=x\\\ny\n", ["A=xy"]],
    ["A=x\\ y\\\\\n", ["A=x y\\"]],
    ["A='x'y\"z\"\n", ["A=xyz".replace("z", '"z"')]],
    ["# A=1\n;B=2\nC=3", ["C=3"]],
    ["9=x\nA B=1\nno\nC=3", ["C=3"]],
    ["A=1\nA=2\n", ["A=1", "A=2"]],
    ["A=\nB=", ["A=", "B="]],
    ['A="two\nlines"\n', ["A=two\nlines"]],
  ])("%j", (text, expected) => expect(read(text)).toEqual(expected));

  test("a comment ending in a backslash takes the next line with it until 253", () => {
    expect(read("# x\\\nA=1\nB=2", 252)).toEqual(["B=2"]);
    expect(read("# x\\\nA=1\nB=2", 254)).toEqual(["A=1", "B=2"]);
  });

  test("files systemd refuses", () => {
    expect(read("A=\0")).toBe("EBADMSG");
    expect(read("A=\udcff")).toBe("EINVAL");
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."A=\\\"' \n#\r$x") }), (text) => void read(text)),
    );
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: systemd's syntax, not JavaScript's
test.each<[argv: string[], expected: string[]]>([
  [["$ONE"], ["a", "b c"]],
  [["x$ONE"], ["x$ONE"]],
  [["x${TWO}y"], ["xty"]],
  [["$NONE", "${NONE}"], [""]],
  [
    ["$$ONE", "a$$"],
    ["$ONE", "a$"],
  ],
  [["${A:-b}"], [""]],
  [["${TWO"], ["${TWO"]],
  [["$OPEN"], ["a b"]],
])("variables in %j", (argv, expected) => {
  const environment = new Map([
    ["ONE", "a 'b c'"],
    ["TWO", "t"],
    ["OPEN", "'a b"],
  ]);
  expect(expandVariables(argv, environment)).toEqual(expected);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: systemd's syntax, not JavaScript's
