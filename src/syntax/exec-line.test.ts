import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExecLine } from "./exec-line.ts";
import { expandSpecifiers, ROOT_USER, type SpecifierContext, UNKNOWN_HOST } from "./specifier.ts";
import { parseUnitFile } from "./unit-file.ts";
import { parseUnitName, type UnitName } from "./unit-name.ts";
import { encodeUtf8 } from "./utf8.ts";

const fixture = new URL("../../../shared/data/systemd/exec-lines.json", import.meta.url);
const isThere = existsSync(fixture);

interface Outcome {
  readonly load_state: string;
  readonly commands: readonly { path: string; argv: string[]; flags: string[] }[];
}
interface Row extends Outcome {
  readonly exec_start: string;
  readonly v262?: Outcome;
}

function contextOf(id: string, major: number): SpecifierContext {
  const user = { ...ROOT_USER, shell: "/bin/bash" };
  const unit = parseUnitName(id) as UnitName;
  return { unit, fragmentPath: null, manager: "system", user, host: UNKNOWN_HOST, major };
}

function read(value: string, id = "a.service", major = 252) {
  const file = parseUnitFile(encodeUtf8(`[Service]\nExecStart=${value}\n`), "/a.service");
  const [assignment] = file.assignments;
  if (assignment === undefined) throw new Error("no assignment");
  return parseExecLine(assignment, contextOf(id, major));
}

function outcome(value: string, id: string, major: number): Outcome {
  const line = read(value, id, major);
  const isBad = line.problem?.fatal === true || line.commands.length === 0;
  if (isBad) return { load_state: "bad-setting", commands: [] };
  const commands = line.commands.map(({ path, argv, flags }) => ({
    path,
    argv: [...argv],
    flags: flags
      .filter((flag) => flag !== "argv0")
      .map((flag) => (flag === "fully-privileged" ? "privileged" : flag)),
  }));
  return sorted({ load_state: "loaded", commands });
}

function sorted({ load_state, commands }: Outcome): Outcome {
  return {
    load_state,
    commands: commands.map((command) => ({
      ...command,
      flags: command.flags.toSorted((a, b) => (a < b ? -1 : 1)),
    })),
  };
}

/** Rows recorded on 252 alone carry the flag of `!!`, which 258 and later accept without one. */
function withoutAmbient({ load_state, commands }: Outcome): Outcome {
  return {
    load_state,
    commands: commands.map((each) => ({ ...each, flags: each.flags.filter((flag) => flag !== "ambient") })),
  };
}

const rows: Row[] = isThere ? JSON.parse(readFileSync(fixture, "utf8")).cases : [];

test.skipIf(!isThere)("lines a real manager was given (skipped if ../shared is missing)", () => {
  expect(rows.length).toBeGreaterThanOrEqual(110);
  rows.forEach((row, index) => {
    const id = `exj${index}.service`;
    expect([index, outcome(row.exec_start, id, 252)]).toEqual([index, sorted(row)]);
    expect([index, outcome(row.exec_start, id, 262)]).toEqual([
      index,
      sorted(row.v262 ?? withoutAmbient(row)),
    ]);
  });
});

describe("facts of config_parse_exec()", () => {
  test("places: the executable's word, prefixes included", () => {
    const { commands } = read("-/bin/echo a ; @/bin/sh x");
    expect(commands.map(({ span, flags }) => [span.column, span.length, flags])).toEqual([
      [11, 10, ["ignore-failure"]],
      [26, 8, ["argv0"]],
    ]);
  });

  test("commands before a mistake stay", () => {
    const line = read("/bin/echo a ; bin/x ; /bin/echo b");
    expect(line.commands.map(({ argv }) => argv)).toEqual([["/bin/echo", "a"]]);
    expect(line.problem).toMatchObject({ fatal: true, span: { line: 2, column: 25, length: 5 } });
  });

  test("with a dash a mistake only ends the line", () => {
    expect(read("-/bin/echo %Z").problem?.fatal).toBe(false);
    expect(read("-bin/x").problem?.fatal).toBe(false);
  });

  test("an open quote in the first word is never fatal", () => {
    expect(read("'/bin/echo a").problem).toMatchObject({ fatal: false, reason: "unbalanced quoting" });
  });

  test("since 258 a bar means the user's shell", () => {
    expect(read("@|echo hello", "a.service", 258).commands[0]?.argv).toEqual(["-sh", "echo", "hello"]);
    expect(read("|echo", "a.service", 258).commands[0]).toMatchObject({
      path: "/bin/sh",
      flags: ["via-shell"],
    });
    expect(read("|echo", "a.service", 257).commands[0]).toMatchObject({ path: "|echo", flags: [] });
  });

  test("unknown escapes are told", () => {
    expect(read("/bin/echo a\\ b c\\q").oddEscapes.map(({ column }) => column)).toEqual([21, 26]);
  });

  test("never throws, and never gives an empty executable", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."/bin -@:+!|;\\\"'%nZ x$") }), (text) => {
        fc.pre(text.trim() !== "");
        for (const major of [252, 262]) {
          const file = parseUnitFile(encodeUtf8(`[Service]\nExecStart=${text}x\n`), "/a");
          const [assignment] = file.assignments;
          if (assignment === undefined) continue;
          for (const { path } of parseExecLine(assignment, contextOf("a.service", major)).commands) {
            expect(path).not.toBe("");
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("specifiers", () => {
  test.each<[text: string, id: string, expected: string | null]>([
    ["%n %N %p %i %j", "a-b@c-d.service", "a-b@c-d.service a-b@c-d a-b c-d b"],
    ["%P %I %J %f", "a-b@c-d.service", "a/b c/d b /c/d"],
    ["%f", "a-b.service", "/a/b"],
    ["%i%I", "a.service", ""],
    ["%t %S %C %L %E %T %V", "a.service", "/run /var/lib /var/cache /var/log /etc /tmp /var/tmp"],
    ["%d", "a.service", "/run/credentials/a.service"],
    ["%u %U %g %G %h %s", "a.service", "root 0 root 0 /root /bin/bash"],
    ["%b %m %v", "a.service", "%b %m %v"],
    ["%% %- 100% %", "a.service", "% %- 100% %"],
    ["%Z", "a.service", null],
    ["%1", "a.service", null],
    ["%D", "a.service", null],
    ["%I", "a@b\\q.service", null],
  ])("%s in %s", (text, id, expected) => {
    const found = expandSpecifiers(text, contextOf(id, 252), "unit");
    expect(found.ok ? found.value : null).toBe(expected);
  });

  test("names of units know fewer letters", () => {
    expect(expandSpecifiers("%i%j%n%N%p%u%H", contextOf("a@b.service", 252), "name").ok).toBe(true);
    expect(expandSpecifiers("%I", contextOf("a@b.service", 252), "name").ok).toBe(false);
    expect(expandSpecifiers("%t", contextOf("a@b.service", 252), "name").ok).toBe(false);
  });

  test("facts of the host", () => {
    const osRelease = new Map([["ID", "debian"]]);
    const host = { ...UNKNOWN_HOST, hostName: "web.example.test", bootId: "b0", osRelease };
    const context = { ...contextOf("a.service", 252), host };
    expect(expandSpecifiers("%H %l %b %o [%w]", context, "unit")).toEqual({
      ok: true,
      value: "web.example.test web b0 debian []",
    });
  });
});
