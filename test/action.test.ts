/** The GitHub Action: its definition is read, and its shell step is run with a stand-in for `npx`. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const HOME = join(import.meta.dirname, "..");
const action = parse(readFileSync(join(HOME, "action.yml"), "utf8")) as Action;
const work = mkdtempSync(join(tmpdir(), "timerwarden-action-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Writes down what it is called with, leaves an annotation, and ends as it is told. */
writeFileSync(
  join(work, "npx"),
  '#!/bin/sh\nprintf "%s\\n" "$@" >"$CALLED"\necho "a table"\necho "::warning::note" >timerwarden.annotations\nexit "$ENDS"\n',
);
chmodSync(join(work, "npx"), 0o755);

/** Runs the steps as the runner does: inputs as the expressions of `env` ask for them, `bash -e -o pipefail`. */
function run(inputs: Readonly<Record<string, string>>, ends: number) {
  const [called, output] = [join(work, "called"), join(work, "output")];
  writeFileSync(output, "");
  let status: number | null = 0;
  let text = "";
  for (const step of action.runs.steps) {
    const env = Object.entries(step.env).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1] ?? "";
      return [name, inputs[input] ?? action.inputs[input]?.default ?? ""];
    });
    const done = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
      cwd: work,
      encoding: "utf8",
      env: {
        ...Object.fromEntries(env),
        PATH: `${work}:/usr/bin:/bin`,
        GITHUB_OUTPUT: output,
        CALLED: called,
        ENDS: String(ends),
      },
    });
    status ||= done.status;
    text += done.stdout;
  }
  return {
    status,
    text,
    called: readFileSync(called, "utf8").trimEnd().split("\n"),
    output: readFileSync(output, "utf8"),
  };
}

test("is composite, names the version of the package, and pastes no input into its script", () => {
  const { version } = JSON.parse(readFileSync(join(HOME, "package.json"), "utf8"));
  expect(action.runs.using).toBe("composite");
  expect(action.inputs).toHaveProperty("version.default", version);
  for (const { run: script } of action.runs.steps) {
    expect(script).not.toContain("${{");
    expect(script).not.toMatch(/curl|wget|git clone|npm i/);
  }
});

test("hands the inputs on, one output a line", () => {
  const { called } = run({ target: "root:rootfs", output: "sarif=a.sarif\njson=b.json\n" }, 0);
  const { version } = JSON.parse(readFileSync(join(HOME, "package.json"), "utf8"));
  expect(called).toEqual([
    ..."--yes timerwarden@VERSION audit --fail-on high -o table -o github=timerwarden.annotations"
      .replace("VERSION", version)
      .split(" "),
    ..."-o sarif=a.sarif -o json=b.json -- root:rootfs".split(" "),
  ]);
});

describe("the exit status is the step's, whatever it is", () => {
  test.each([0, 1, 2, 3, 4, 10, 12])("%i", (ends) => {
    const { status, output } = run({ target: "root:." }, ends);
    expect(status).toBe(ends);
    expect(output).toBe(`status=${ends}\n`);
  });
});

test("what the target says is no command of the runner, and annotations come after", () => {
  const lines = run({ target: "root:." }, 10).text.trimEnd().split("\n");
  const token = /^::stop-commands::([0-9a-f-]{36})$/.exec(lines[0] ?? "")?.[1];
  expect(lines.slice(1)).toEqual(["a table", `::${token}::`, "::warning::note"]);
  expect(existsSync(join(work, "timerwarden.annotations"))).toBe(false);
});

test("a hostile input is one argument", () => {
  const target = `root:$(touch ${join(work, "pwned")})\`touch ${join(work, "pwned")}\`"; touch ${join(work, "pwned")} #`;
  expect(run({ target }, 0).called.at(-1)).toBe(target);
  expect(existsSync(join(work, "pwned"))).toBe(false);
});
