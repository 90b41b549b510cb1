import { describe, expect, test } from "vitest";
import { parseCommand } from "./arguments.ts";
import { UsageError } from "./command.ts";

const COMMAND = {
  name: "look",
  options: {
    accept: { type: "string", multiple: true, does: "" },
    "no-accept": { type: "boolean", does: "" },
    quiet: { type: "boolean", short: "q", does: "" },
    filter: { type: "string", short: "f", does: "" },
    deep: { type: "boolean", multiple: true, short: "d", does: "" },
  },
} as const;

const parse = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  parseCommand(COMMAND, args, env);

describe("flags", () => {
  test.each([
    [["--quiet"], "quiet", true],
    [["-q"], "quiet", true],
    [["--no-quiet"], "quiet", false],
    [["--quiet", "--no-quiet"], "quiet", false],
    [["--no-quiet", "--quiet"], "quiet", true],
    // An option whose name begins with no- is one by itself.
    [["--no-accept"], "no-accept", true],
    [[], "no-accept", false],
  ] as const)("%j: %s is %s", (args, flag, wanted) => {
    expect(parse(args).flag(flag)).toBe(wanted);
    expect(parse(args).texts("accept")).toEqual([]);
  });

  test("the environment speaks where the line does not", () => {
    const env = { TIMERWARDEN_QUIET: "1", TIMERWARDEN_FILTER: "x" };
    expect(parse([], env).flag("quiet")).toBe(true);
    expect(parse(["--no-quiet"], env).flag("quiet")).toBe(false);
    expect(parse(["-dd", "--deep"]).count("deep")).toBe(3);
    expect([parse([]).count("deep"), parse(["-d"]).count("deep")]).toEqual([0, 1]);
    expect(parse(["-f", "y"], env).text("filter")).toBe("y");
    expect(parse([], env).text("filter")).toBe("x");
  });
});

test.each([
  [["--qiet"], "look: unknown option --qiet; did you mean --quiet?"],
  [["--no-qiet"], "look: unknown option --no-qiet"],
  [["-z"], "look: unknown option -z"],
  [["--filter"], "look: Option '-f, --filter <value>' argument missing"],
  [["-f", "-x"], "-f needs a value; one that begins with a dash is joined to it: -f-VALUE"],
  [
    ["--filter", "-x"],
    "--filter needs a value; one that begins with a dash is joined to it: --filter=-VALUE",
  ],
  [["--quiet=yes"], "does not take an argument"],
] as const)("%j is refused", (args, message) => {
  expect(() => parse(args)).toThrow(UsageError);
  expect(() => parse(args)).toThrow(message);
});
