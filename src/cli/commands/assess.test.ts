import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Streams } from "../command.ts";
import { assess, explainControl } from "./assess.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-assess-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]): Promise<{ out: string; status: number }> {
  let out = "";
  const streams: Streams = {
    out: (text) => {
      out += text;
    },
    err: () => {},
    isTerminal: false,
    errIsTerminal: false,
    columns: undefined,
    env: {},
    readInput: () => new Uint8Array(),
  };
  return { status: await assess.run([...args, "-q"], streams), out };
}

function tree(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return `root:${join(folder, name)}`;
}

const HOST = {
  "etc/passwd": "root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n",
  "etc/group": "root:x:0:\n",
  "etc/shadow": "root:*:19000::::::\n",
  "etc/nsswitch.conf": "passwd: files\n",
  "etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n",
  "etc/systemd/system/a.service": "[Service]\nExecStart=/opt/a\n",
  "opt/a": "#!/bin/sh\n",
};
const NOW = ["--now", "2026-01-01 00:00:00 UTC"];

test("a control that does not hold gives 12, none with --fail-on none", async () => {
  const target = tree("bad", HOST);
  const { out, status } = await run(target, ...NOW);
  expect(out).toMatch(/AC-2\s+does not hold .*AC2-01 high: toor has uid 0/);
  expect(status).toBe(12);
  expect((await run(target, ...NOW, "--fail-on", "none")).status).toBe(0);
});

test("only the controls asked for, by any spelling", async () => {
  const { out } = await run(tree("bad", HOST), ...NOW, "--control", "ac2,IA-02", "-o", "json");
  expect(JSON.parse(out).controls.map(({ id }: { id: string }) => id)).toEqual(["AC-2", "IA-2"]);
  await expect(run("--control", "AC-99")).rejects.toThrow("not among the ten");
});

test("nothing to examine without systemd", async () => {
  await expect(run(tree("empty", { "etc/passwd": "" }))).rejects.toMatchObject({ status: 4 });
});

test("a bundle assessed elsewhere gives the same bytes but for the target", async () => {
  const file = join(folder, "evidence.json");
  const first = await run(tree("bad", HOST), ...NOW, "-o", "json", "-o", `bundle=${file}`);
  const again = await run(`bundle:${file}`, "-o", "json");
  const withoutTarget = (text: string): string => text.replace(/^ {2}"target": .*$/m, "");
  expect(withoutTarget(again.out)).toBe(withoutTarget(first.out));
  expect((await run(file, "-o", "json")).out).toBe(again.out);
  expect(readFileSync(file, "utf8")).toContain('"schema":"timerwarden/bundle"');
});

test("attestations shorten the list of what is to do, waivers spare the exit status and nothing else", async () => {
  const file = join(folder, "attestations.yaml");
  writeFileSync(
    file,
    "attestations:\n- {objective: AC-2b, statement: the team leads, owner: Anna, until: 2026-12-31}\nwaivers:\n- {check: ac2-01-only-root-has-uid-0, reason: rescue, owner: Anna, until: 2026-12-31}\n",
  );
  const target = tree("bad", HOST);
  const before = (await run(target, ...NOW, "--todo")).out;
  const after = (await run(target, ...NOW, "--todo", "--attestations", file)).out;
  expect(before).toContain("AC-02b.        accounts have managers");
  expect(after).toContain("Anna: the team leads");
  const { out } = await run(target, ...NOW, "--control", "AC-2", "--attestations", file, "-o", "json");
  const [control] = JSON.parse(out).controls;
  const objective = control.objectives.find(({ id }: { id: string }) => id === "ac-2_obj.d.3-1");
  expect(objective.result).toBe("not-shown");
  const late = await run(
    target,
    "--now",
    "2027-06-01 00:00:00 UTC",
    "--attestations",
    file,
    "--control",
    "AC-2",
  );
  expect(late.status).toBe(12);
});

test.each([
  ["attestations:\n- {objective: AC-99, statement: x, owner: y}\n", "no objective"],
  ["waivers:\n- {check: nothing, reason: x, owner: y, until: 2026-01-01}\n", "no check"],
  ["waivers:\n- {check: ac2-01-only-root-has-uid-0, reason: x, owner: y}\n", "until"],
  ["declarations: {lingring: []}\n", "lingring"],
  ["a: [\n", "Flow sequence"],
])("a wrong attestations file is named with its place: %j", async (text, says) => {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, text);
  await expect(run(tree("bad", HOST), "--attestations", file)).rejects.toThrow(says);
});

test("explain names objectives and checks", () => {
  const text = explainControl("ac-06", null);
  expect(text).toContain("AC-6 Least Privilege");
  expect(text).toContain("AC6-05  sudo lets only administrators");
});
