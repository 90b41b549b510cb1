import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CronDialect } from "./cron-expression.ts";
import { type Crontab, parseCrontab, parseVariable, splitInput } from "./crontab.ts";

function read(text: string, dialect: CronDialect = "debian", system = false): Crontab {
  return parseCrontab(new TextEncoder().encode(text), "/tab", {
    system,
    dialect,
    knowsUser: (name) => name === "root" || name === "anna",
  });
}

// load_env() of env.c
test.each<[string, readonly [string, string] | null]>([
  ["A=b", ["A", "b"]],
  ["A = b c  ", ["A", "b c"]],
  ["'A' = \"b c \"  ", ["A", "b c "]],
  ['MAILTO=""', ["MAILTO", ""]],
  ["MAILTO=", null],
  ["MAILTO= ", null],
  ["A=b'c'", ["A", "b'c'"]],
  ['A="b" c', null],
  ['A="b', null],
  ["A b=c", null],
  ["* * * * * X=1", null],
  ["=x", ["", "x"]],
  ["'A=b'=c", null],
  ["A=b\u00a0", ["A", "b\u00a0"]],
  ["A==x", ["A", "=x"]],
])("variable %j", (line, expected) => expect(parseVariable(line)).toEqual(expected));

// child_process() of do_command.c
test.each([
  ["date", "date", null],
  ["date +\\%F", "date +%F", null],
  ["cat%one%two", "cat", "one\ntwo\n"],
  ["cat%a\\%b%", "cat", "a%b\n"],
  ["cat%", "cat", ""],
  ["echo \\\\%x", "echo \\", "x\n"],
  ["echo \\n \\\\n", "echo \\n \\n", null],
  ["echo \\", "echo \\", null],
])("%j", (raw, command, input) => expect(splitInput(raw)).toEqual({ command, input }));

describe("a system crontab", () => {
  const text = "# c\nSHELL=/bin/bash\n\n17 *\t* * *\troot\tcd / && run\nPATH=/x\n@reboot anna  go\n";
  const { entries, problems, refused } = read(text, "debian", true);

  test("has entries with user, command and place", () => {
    expect(entries.map(({ user, command, span }) => [user, command, span.line, span.column])).toEqual([
      ["root", "cd / && run", 4, 1],
      ["anna", " go", 6, 1],
    ]);
    expect(entries[0]?.commandSpan).toEqual({ path: "/tab", line: 4, column: 17, length: 11 });
    expect([problems, refused]).toEqual([[], null]);
  });

  test("gives each the variables set above it", () => {
    expect(
      entries.map(({ environment }) => [...environment].map(([name, { value }]) => `${name}=${value}`)),
    ).toEqual([["SHELL=/bin/bash"], ["SHELL=/bin/bash", "PATH=/x"]]);
  });
});

describe("what a daemon refuses", () => {
  test.each([
    ["bad field", "* * * * * a\n61 * * * * b\n* * * * * c\n", 2],
    ["no final newline", "* * * * * a\n* * * * * c", 2],
    ["empty variable", "* * * * * a\nMAILTO=\n* * * * * c\n", 2],
    ["sixth field", "* * * * * a\n* * * * * * b\n* * * * * c\n", 2],
  ])("%s: Debian the file, cronie the line", (_, text, line) => {
    expect(read(text).refused?.span.line).toBe(line);
    expect(read(text).entries.length).toBe(2);
    expect(read(text, "cronie").refused).toBeNull();
    expect(read(text, "cronie").problems.length).toBe(1);
  });

  test("an unknown user", () => {
    expect(read("* * * * * ghost x\n", "debian", true).refused?.reason).toContain("ghost");
    expect(read("* * * * * root\n", "debian", true).refused).not.toBeNull();
  });

  test("a comment without final newline is fine", () => expect(read("* * * * * a\n# b").refused).toBeNull());

  test("ten thousand lines", () => expect(read("#\n".repeat(10_001)).refused?.reason).toContain("lines"));

  test("a command of a thousand characters", () => {
    expect(read(`* * * * * ${"x".repeat(998)}\n`).refused).toBeNull();
    expect(read(`* * * * * ${"x".repeat(999)}\n`).refused).not.toBeNull();
    expect(read(`* * * * * ${"x".repeat(999)}\n`, "cronie").refused).toBeNull();
  });
});

test("a NUL hides a job from editors, not from cron", () => {
  const { entries, problems } = read("* * * * * true\0@daily hidden\n# c\0@daily no\n");
  expect(entries.map(({ command, span }) => [command, span.line, span.column])).toEqual([
    ["true", 1, 1],
    ["hidden", 1, 16],
  ]);
  expect(problems[0]?.reason).toContain("NUL");
});

test("a carriage return is part of the command", () => {
  const { entries, problems } = read("* * * * * true\r\n");
  expect(entries[0]?.command).toBe("true\r");
  expect(problems[0]?.reason).toContain("carriage return");
});

test("cronie's leading dash only silences its log", () => {
  expect(read("-* * * * * a\n", "cronie").entries[0]?.command).toBe("a");
  expect(read("-* * * * * a\n").refused).not.toBeNull();
});

test("random bytes never throw, and every span lies in the file", () => {
  const line = fc.stringMatching(/^[-0-9*,/~@ \t\0\rjan%\\=AB"'#.]{0,40}$/);
  const text = fc.oneof(
    fc.array(line).map((lines) => lines.join("\n")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(
      text,
      fc.uint8Array(),
      fc.boolean(),
      fc.constantFrom("debian", "cronie"),
      (some, noise, system, dialect) => {
        const bytes = new Uint8Array([...new TextEncoder().encode(some), ...noise]);
        const { entries, problems } = parseCrontab(bytes, "/x", { system, dialect: dialect as CronDialect });
        const lines = bytes.filter((byte) => byte === 10).length + 1;
        for (const { span } of [...entries, ...problems]) {
          expect(span.line).toBeLessThanOrEqual(lines);
          expect(span.column).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

const probe = spawnSync("crontab", ["-h"], { encoding: "utf8" });
const hasDryRun = /-n\t? ?\(dry run/.test(`${probe.stdout ?? ""}${probe.stderr ?? ""}`);
const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");

test.skipIf(!hasDryRun)(
  `crontab -n of Debian's cron takes and refuses the same files${hasDryRun ? "" : " (SKIPPED: no crontab that can dry-run)"}`,
  () => {
    const directory = mkdtempSync(join(tmpdir(), "crontab-"));
    const line = fc.constantFrom(
      "* * * * * true",
      "# c",
      "",
      "  ",
      "A=b",
      "A=",
      "A= ",
      "A = 'b' c",
      "'A=b'=c",
      '"A"="b',
      "=",
      "=x",
      "@daily",
      "@daily x",
      "@x y",
      "* * * *",
      "* * * * *",
      "* * * * * *",
      "* * * * * true\r",
      "\r",
      "5.1 * * * * x",
      "61 1 2 3 4 5 x",
      "A=b\0* * * * * x",
      "* * * * * x\0bad",
      "* * * * * x\0@daily y",
      "#\0bad",
      `* * * * * ${"x".repeat(998)}`,
      `* * * * * ${"x".repeat(999)}`,
      `A=${"x".repeat(1500)}`,
      "\\",
      "A\tB=c",
      "é * * * *",
      "-* * * * * x",
    );
    const files = fc
      .tuple(fc.array(line, { maxLength: 4 }), fc.boolean())
      .map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));
    try {
      const seen = { yes: 0, no: 0 };
      for (const text of fc.sample(files, { numRuns: Math.round(300 * SCALE) })) {
        const file = join(directory, "tab");
        writeFileSync(file, text);
        const accepted = spawnSync("crontab", ["-n", file]).status === 0;
        seen[accepted ? "yes" : "no"]++;
        expect([text, read(text).refused === null]).toEqual([text, accepted]);
      }
      expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(20);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
