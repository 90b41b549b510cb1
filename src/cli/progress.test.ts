import { expect, test } from "vitest";
import { parseCommand } from "./arguments.ts";
import { progressOf } from "./progress.ts";
import { STYLE_OPTIONS } from "./target.ts";

/** What three steps say that take 300, 300 and 50 milliseconds. */
function said(
  args: readonly string[],
  isTerminal: boolean,
  env: Readonly<Record<string, string>> = {},
): string {
  let text = "";
  let now = 0;
  const given = parseCommand({ name: "look", options: STYLE_OPTIONS }, args, env);
  const err = (more: string): void => {
    text += more;
  };
  const progress = progressOf(given, { err, errIsTerminal: isTerminal, env }, () => now);
  progress.step("opening");
  now += 300;
  progress.step("reading");
  now += 300;
  progress.tell("systemd 252");
  progress.step("judging");
  now += 50;
  progress.end();
  return text;
}

test.each([
  ["nothing where nobody waits", [], false, {}, ""],
  ["a line after half a second, which goes away", [], true, {}, "judging ...\r\x1b[K"],
  ["nothing when told to be quiet", ["-q", "-v"], true, {}, ""],
  ["nothing in CI", [], true, { CI: "true" }, ""],
  ["nothing on a terminal that cannot erase", [], true, { TERM: "dumb" }, ""],
  ["facts", ["-v"], false, {}, "timerwarden: systemd 252\n"],
  ["facts by the environment", [], false, { TIMERWARDEN_VERBOSE: "1" }, "timerwarden: systemd 252\n"],
  [
    "facts and times",
    ["-vv"],
    false,
    {},
    "timerwarden: opening: 300 ms\ntimerwarden: systemd 252\ntimerwarden: reading: 300 ms\ntimerwarden: judging: 50 ms\n",
  ],
] as const)("%s", (_, args, isTerminal, env, wanted) => {
  expect(said(args, isTerminal, env)).toBe(wanted);
});
