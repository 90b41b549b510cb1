import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ListedLines } from "./listed-lines.ts";

/** Asks as dpkg's reader does: lists as bytes, wanted lines as raw text. */
function find(lists: readonly string[], wanted: readonly string[]): unknown[] {
  const bytes = lists.map((text) => Buffer.from(text, "latin1"));
  const lines = new ListedLines();
  for (const list of bytes) lines.add(list);
  return [...lines.find(new Set(wanted), (list) => bytes[list] ?? null)];
}

describe("ListedLines", () => {
  test.each([
    ["a line in the middle", ["/a\n/b\n/c\n"], ["/b"], [["/b", 0, 3]]],
    ["a last line without a line break", ["/a\n/b"], ["/b"], [["/b", 0, 3]]],
    ["a beginning of a line", ["/bin/ls\n"], ["/bin"], []],
    ["an end of a line", ["/usr/bin/ls\n"], ["/bin/ls"], []],
    [
      "one line in two lists, in their order",
      ["/a\n", "", "/x\n/a\n"],
      ["/a"],
      [
        ["/a", 0, 0],
        ["/a", 2, 3],
      ],
    ],
    ["bytes that are no text", ["/\xff\xfe\n"], ["/\xff\xfe"], [["/\xff\xfe", 0, 0]]],
    ["lines of nothing", ["\n\n/a\n\n"], ["/a"], [["/a", 0, 2]]],
    ["nothing", ["/a\n"], [], []],
  ])("finds %s", (_, lists, wanted, found) => {
    expect(find(lists, wanted)).toEqual(found.map(([line, list, start]) => ({ line, list, start })));
  });

  test("a list that is gone when its line is looked at again has no line", () => {
    const lines = new ListedLines();
    lines.add(Buffer.from("/a\n"));
    expect([...lines.find(new Set(["/a"]), () => null)]).toEqual([]);
  });

  test("finds what splitting every list would find", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 4 }),
        fc.array(line, { maxLength: 4 }),
        (texts, wanted) => {
          const lists = texts.map((lines) => lines.map((each) => `${each}\n`).join(""));
          const expected = texts.flatMap((lines, list) => {
            let start = 0;
            return lines.flatMap((each) => {
              const at = start;
              start += each.length + 1;
              return each !== "" && wanted.includes(each) ? [{ line: each, list, start: at }] : [];
            });
          });
          expect(find(lists, wanted)).toEqual(expected);
        },
      ),
    );
  });

  test("remembers more lines than it first has room for", () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `/usr/share/file-${index}\n`).join("");
    expect(find([text, text], ["/usr/share/file-49999"])).toHaveLength(2);
  });
});
