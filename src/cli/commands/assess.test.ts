import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run as runCommand } from "../run.test-support.ts";
import { assess } from "./assess.ts";

const folder = mkdtempSync(join(tmpdir(), "timerwarden-assess-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(assess, [...args, "-q"]);

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
  expect(out).toMatch(/AC-2\s+does not hold/);
  expect(out).toContain(
    "AC2-01 high     not so: Only root has uid 0\n    because  toor has uid 0\n    to mend",
  );
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

test("a bundle assessed elsewhere gives the same bytes, with all that was given besides the target", async () => {
  const history = join(folder, "history");
  mkdirSync(history, { recursive: true });
  const attestations = join(folder, "given.yaml");
  writeFileSync(
    attestations,
    "waivers:\n- {check: ac2-01-only-root-has-uid-0, reason: rescue, owner: Anna, until: 2026-12-31}\ndeclarations: {settings: {failure-days: 5}}\n",
  );
  const target = tree("bad", HOST);
  const given = [
    "--attestations",
    attestations,
    "--history",
    history,
    "--tz",
    "Europe/Berlin",
    "--case-number",
    "K-1",
  ];
  for (const day of ["2025-12-18", "2025-12-25"])
    await run(target, "--now", `${day} 00:00:00 UTC`, ...given, "-o", `json=${join(history, `${day}.json`)}`);
  const file = join(folder, "evidence.json");
  for (const format of ["json", "table", "html", "oscal", "veris", "hdf"]) {
    const first = await run(target, ...NOW, ...given, "-o", format, "-o", `bundle=${file}`);
    expect((await run(`bundle:${file}`, "-o", format)).out).toBe(first.out);
    expect((await run(file, "-o", format)).out).toBe(first.out);
  }
  expect(readFileSync(file, "utf8")).toContain('"schema":"timerwarden/bundle"');
});

test("each saved result names the one before it, and what changed since is told", async () => {
  const history = join(folder, "weekly");
  mkdirSync(history, { recursive: true });
  const save = async (day: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const target = tree("weekly-host", { ...HOST, ...files });
    const at = ["--now", `${day} 00:00:00 UTC`, "--history", history];
    return (await run(target, ...at, "-o", `json=${join(history, `${day}.json`)}`, "-o", "table")).out;
  };
  const sound = { "etc/passwd": "root:x:0:0::/root:/bin/sh\n" };
  expect(await save("2026-01-01", sound)).not.toContain("Since the result of");
  expect(await save("2026-01-08", sound)).toContain("worse none");
  const out = await save("2026-01-15", {});
  expect(out).toMatch(/Since the result of 2026-01-08T00:00:00.000Z: worse AC2-01/);
  const result = JSON.parse(readFileSync(join(history, "2026-01-15.json"), "utf8"));
  expect(result.history.results).toBe(2);
  const outcomes = new Map<string, string>(
    result.controls.flatMap(({ checks }: { checks: { id: string; outcome: string }[] }) =>
      checks.map(({ id, outcome }) => [id, outcome]),
    ),
  );
  expect(outcomes.get("ca7-01-assessment-ran-in-time")).toBe("pass");
  expect(outcomes.get("ca7-02-history-has-no-gaps")).toBe("pass");
  expect(outcomes.get("ca7-03-drift-was-computed")).toBe("pass");
  expect(outcomes.get("ca7-07-no-old-open-failures")).toBe("pass");
});

test.each([
  ["declarations: {settings: {dormnt-days: 9}}\n", "did you mean dormant-days?"],
  ["declarations: {settings: {dormant-days: soon}}\n", "must be a number above zero, not soon"],
  ["declarations: {settings: {secure-boot: maybe}}\n", "must be required, not maybe"],
])("a wrong setting is refused: %j", async (text, says) => {
  const file = join(folder, "setting.yaml");
  writeFileSync(file, text);
  await expect(run(tree("bad", HOST), "--attestations", file)).rejects.toThrow(says);
});

test("a history that cannot be read is a mistake of the user", async () => {
  await expect(run(tree("bad", HOST), "--history", join(folder, "nowhere"))).rejects.toThrow("--history");
});

test("a damaged bundle is refused with the place", async () => {
  const file = join(folder, "damaged.json");
  writeFileSync(file, '{"schema":"timerwarden/bundle","version":1}\n');
  await expect(run(file)).rejects.toThrow(
    "not an evidence bundle: It is no recording of timerwarden (version: ",
  );
});

test("what the bundle's assessment did not look at is not assessable from it, never a failure", async () => {
  const file = join(folder, "part.json");
  await run(tree("part", HOST), ...NOW, "--control", "AC-2", "-o", `bundle=${file}`);
  const { out } = await run(`bundle:${file}`, "--control", "SI-4", "-o", "json");
  const outcomes = new Map<string, string>(
    JSON.parse(out).controls[0].checks.map(({ id, outcome }: Record<string, string>) => [id, outcome]),
  );
  expect(outcomes.get("si4-05-journal-is-kept")).toBe("not-assessable");
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
  expect(after).toContain("AC-02b.        Anna until 2026-12-31: the team leads");
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

describe("whatever leaves the program", () => {
  const SERVICE = "[Service]\nUser=nobody\nExecStart=/opt/a --token hunter22-x\n";
  const FORMATS = ["table", "json", "md", "html", "hdf", "ocsf", "asff", "navigator", "oscal", "veris"];
  const files = {
    ...HOST,
    "etc/systemd/system/a.service": SERVICE,
    "etc/sudoers": "anna ALL=(root) NOPASSWD: /opt/a --token hunter22-x\n",
  };

  test.each(FORMATS)("%s: passwords only in evidence, the case where it has a place", async (format) => {
    const target = tree("secret", files);
    const said = ["--case-number", "K-4711/26", "--examiner", "A. Doe"];
    const { out } = await run(target, ...NOW, "-o", format, ...said);
    expect(out.includes("hunter22-x")).toBe(format === "json");
    for (const word of ["K-4711/26", "A. Doe"])
      expect(out.includes(word)).toBe(["table", "json", "md", "html"].includes(format));
    expect((await run(target, ...NOW, "-o", format, "--redact")).out).not.toContain("hunter22");
  });
});
