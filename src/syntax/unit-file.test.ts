import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { locate, parseUnitFile, type UnitFile } from "./unit-file.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

function parse(text: string): UnitFile {
  return parseUnitFile(encodeUtf8(text), "/u");
}

function pairs(file: UnitFile): string[] {
  return file.assignments.map(({ section, key, value }) => `${section}.${key}=${value}`);
}

describe("lines (config_parse(), read_line_full())", () => {
  test.each<[name: string, text: string, expected: string[]]>([
    ["plain", "[A]\nb=c\n", ["A.b=c"]],
    ["no newline at the end", "[A]\nb=c", ["A.b=c"]],
    ["carriage returns", "[A]\rb=c\rd=e\r", ["A.b=c", "A.d=e"]],
    ["NUL", "[A]\0b=c\0", ["A.b=c"]],
    ["CR LF and LF CR", "[A]\r\nb=c\n\rd=e\r\n\0f=g", ["A.b=c", "A.d=e", "A.f=g"]],
    ["blanks around", " [A] \n\t b \t=\t c d \t\n", ["A.b=c d"]],
    ["later equals signs", "[A]\nb=c=d\n", ["A.b=c=d"]],
    ["continuation", "[A]\nb=c\\\nd\n", ["A.b=c d"]],
    ["comment in a continuation", "[A]\nb=c\\\n  # x\n;y\\\n d\n", ["A.b=c  d"]],
    ["empty line ends a continuation", "[A]\nb=c\\\n\nd=e\n", ["A.b=c", "A.d=e"]],
    ["two backslashes are none", "[A]\nb=c\\\\\nd=e\n", ["A.b=c\\\\", "A.d=e"]],
    ["backslash and blank is none", "[A]\nb=c\\ \nd=e\n", ["A.b=c\\", "A.d=e"]],
    ["continuation at the end of the file", "[A]\nb=c\\\n", ["A.b=c"]],
    ["comment cannot be continued", "[A]\n# x\\\nb=c\n", ["A.b=c"]],
    ["no remarks behind values", "[A]\nb=c # d\n", ["A.b=c # d"]],
    ["section in a continuation", "[A]\nb=\\\n[B]\nc=d\n", ["A.b=[B]", "A.c=d"]],
    ["one byte order mark", "\ufeff[A]\nb=c\n", ["A.b=c"]],
    ["a mark before the second line", "[A]\n\ufeffb=c\n", ["A.b=c"]],
    ["a second mark is content", "\ufeff[A]\n\ufeffb=c\n", ["A.\ufeffb=c"]],
    ["empty value", "[A]\nb=\n", ["A.b="]],
    ["sections come again", "[A]\nb=1\n[B]\nb=2\n[A]\nb=3\n", ["A.b=1", "B.b=2", "A.b=3"]],
  ])("%s", (_name, text, expected) => {
    const file = parse(text);
    expect(file.failure).toBeNull();
    expect(pairs(file)).toEqual(expected);
  });

  test("a mark before a comment sign makes it no comment", () => {
    expect(parse("\ufeff# a\n").ignored.map(({ reason }) => reason)).toEqual([
      "assignment outside of a section",
    ]);
  });

  test("lines without effect", () => {
    const file = parse("a=b\n[A]\nfoo\n=bar\n");
    expect(file.ignored.map(({ reason, span }) => [span.line, reason])).toEqual([
      [1, "assignment outside of a section"],
      [3, "missing '='"],
      [4, "missing key name before '='"],
    ]);
  });
});

describe("what ends a file", () => {
  test.each<[text: string, code: string, line: number]>([
    ["[A]\nb=c\n[B\nd=e\n", "EBADMSG", 3],
    ["[A]\nb=c\n[\n", "EBADMSG", 3],
    ['[A]\nb=c\n["]\n', "EBADMSG", 3],
    ["[A]\nb=c\n[B] # x\n", "EBADMSG", 3],
    ["[A]\nb=c\nd=\udcff\n", "EINVAL", 3],
    ["[A]\nb=c\nd=\\\n \udcff\n", "EINVAL", 3],
  ])("%j", (text, code, line) => {
    const file = parse(text);
    expect(pairs(file)).toEqual(["A.b=c"]);
    expect(file.failure).toMatchObject({ code, span: { path: "/u", line } });
  });

  test("invalid UTF-8 in a comment is harmless", () => {
    const file = parse("[A]\n# \udcff\nb=c\n");
    expect(file.failure).toBeNull();
    expect(file.oddities.map(({ kind }) => kind)).toEqual(["invalid-utf8"]);
  });

  // read_line_full() gives up once it has read 1 MiB, the line's end included.
  test.each([
    [1_048_574, null],
    [1_048_575, "ENOBUFS"],
  ])("a line of %d bytes and its newline", (length, code) => {
    const file = parse(`[A]\nb=c\n#${"x".repeat(length - 1)}\n\nd=e\n`);
    expect(file.failure?.code ?? null).toBe(code);
    expect(file.assignments.length).toBe(code === null ? 2 : 1);
  });

  test("continued lines count together", () => {
    const part = `${"x".repeat(600_000)}\\\n`;
    expect(parse(`[A]\nb=${part}${part}z\n`).failure).toMatchObject({ code: "ENOBUFS" });
  });
});

describe("places", () => {
  test("of key and value", () => {
    const [assignment] = parse("[A]\n  key \t=  value x \n").assignments;
    expect(assignment?.keySpan).toEqual({ path: "/u", line: 2, column: 3, length: 3 });
    expect(assignment?.span).toEqual({ path: "/u", line: 2, column: 11, length: 7 });
  });

  test("within a value of several lines", () => {
    const [assignment] = parse("[A]\nkey= one \\\n# gone\n  two\\\nthree\n").assignments;
    if (assignment === undefined) throw new Error("no assignment");
    expect(assignment.value).toBe("one    two three");
    expect(assignment.span).toEqual({ path: "/u", line: 2, column: 6, length: 4 });
    expect(locate(assignment, 7, 3)).toEqual({ path: "/u", line: 4, column: 3, length: 3 });
    expect(locate(assignment, 11, 5)).toEqual({ path: "/u", line: 5, column: 1, length: 5 });
  });

  test("every value stands where its span says, whatever the bytes", () => {
    const piece = fc.constantFrom(
      "[A]",
      "[B]",
      "k=v",
      " key = val ue ",
      "\\",
      "\n",
      "\r",
      "\0",
      "#",
      "\ufeff",
      "=",
      "é",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join("");
        // systemd's lines, cut the slow and obvious way.
        const lines = text.split(/\n\r\0?|\r\n\0?|\n\0?|\r\0?|\0/);
        for (const { value, key, span, keySpan, pieces: parts } of parse(text).assignments) {
          const line = lines[span.line - 1] ?? "";
          expect(value.startsWith(line.slice(span.column - 1, span.column - 1 + span.length))).toBe(true);
          if (parts === null) expect(line.slice(span.column - 1, span.column - 1 + span.length)).toBe(value);
          if (parts === null) {
            expect(
              (lines[keySpan.line - 1] ?? "").slice(keySpan.column - 1, keySpan.column - 1 + keySpan.length),
            ).toBe(key);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("every character of a joined value is found again", () => {
    const piece = fc.constantFrom("a", "b ", "\\\n", "\\\n", "# c\n", " ");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = `[A]\nkey=x${pieces.join("")}`;
        const lines = text.split("\n");
        const [assignment] = parse(text).assignments;
        if (assignment === undefined) throw new Error("no assignment");
        for (let at = 0; at < assignment.value.length; at++) {
          const { line, column } = locate(assignment, at, 1);
          const there = lines[line - 1]?.[column - 1];
          expect(there === assignment.value[at] || (there === "\\" && assignment.value[at] === " ")).toBe(
            true,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("oddities", () => {
  test.each<[text: string, kinds: string[]]>([
    ["[A]\nb=c\n", []],
    ["[A]\r\nb=c\r\n", []],
    ["[A]\n# \u001b[31mred\n", ["terminal-escape"]],
    ["[A]\n# \u0007\n", ["control-character"]],
    ["[A]\n# a\u202eb\n", ["bidi-control"]],
    ["[A]\nb=c\u200bd\n", ["zero-width"]],
    ["[A]\0b=c\n", ["nul"]],
    ["# hidden\rb=c\n", ["bare-carriage-return"]],
    ["\ufeff[A]\n", ["byte-order-mark"]],
    [`[A]\n#${"x".repeat(10_000)}\n`, ["long-line"]],
    [`[A]\n${"\n".repeat(101)}b=c\n`, ["blank-lines"]],
    [`[A]\nb=c${" \t".repeat(51)}d\n`, ["padded-line"]],
    [`[A]\nb=c${" ".repeat(100)}d\n${" ".repeat(200)}e=f${" ".repeat(200)}\n`, []],
    [`[A]\n${"\n".repeat(99)}b=c\n`, []],
    ["[A]\n# grün und 日本\n", []],
  ])("%j", (text, kinds) => {
    expect(parse(text).oddities.map(({ kind }) => kind)).toEqual(kinds);
  });

  test("many of them do not fill the report", () => {
    const { oddities } = parse("#\u0001\u0001\n".repeat(5000));
    expect(oddities.length).toBe(100);
    expect(oddities.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
  });
});

describe("hostile files", () => {
  test("random bytes never throw, and the text comes back as the bytes it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        parseUnitFile(bytes, "/u");
        expect(encodeUtf8(decodeUtf8(bytes))).toEqual(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ["continued lines", `[A]\nb=${"\\\n".repeat(400_000)}`],
    ["NULs", "\0".repeat(1_000_000)],
    ["opened brackets", "[\n".repeat(500_000)],
    ["blanks", `[A]\n${" ".repeat(1_000_000)}`],
  ])("a megabyte of %s is read at once", { timeout: 60_000 }, (_name, text) => {
    const start = process.cpuUsage();
    parse(text);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(4000);
  });
});

test("what systemd takes for UTF-8 (utf8_is_valid())", () => {
  const valid = (...bytes: number[]): boolean => !/[\udc80-\udcff]/.test(decodeUtf8(Uint8Array.from(bytes)));
  expect(valid(0xc3, 0xa9)).toBe(true);
  expect(valid(0xef, 0xbb, 0xbf)).toBe(true);
  expect(valid(0xc0, 0x80)).toBe(false);
  expect(valid(0xe0, 0x80, 0x80)).toBe(false);
  expect(valid(0xed, 0xa0, 0x80)).toBe(false);
  expect(valid(0xef, 0xbf, 0xbf)).toBe(false);
  expect(valid(0xf4, 0x90, 0x80, 0x80)).toBe(false);
  expect(valid(0xc3)).toBe(false);
  expect(decodeUtf8(Uint8Array.from([0xf0, 0x9f, 0x98, 0x80]))).toBe("😀");
});
