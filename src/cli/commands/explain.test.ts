import { describe, expect, test } from "vitest";
import { EXPORTERS } from "../../report/exporters.ts";
import { RULES } from "../../rules/index.ts";
import { RunError, UsageError } from "../command.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { folderOf, HOST, NOW, run } from "../run.test-support.ts";
import { explain } from "./explain.ts";

const said = async (...args: readonly string[]): Promise<string> => (await run(explain, args)).out;

describe("without a target", () => {
  test.each(EXIT_CODES)("exit $code", async ({ code, meaning }) => {
    expect(await said("exit", String(code))).toBe(`${code}  ${meaning}\n`);
  });

  test.each(EXPORTERS)("format $name", async ({ name, summary, extension }) => {
    const text = await said("format", name);
    expect(text).toContain(`${name}: ${summary}\n`);
    expect(text).toContain(`-o ${name}=FILE${extension}`);
    expect(await said(name)).toBe(text);
  });

  test.each([
    ["T1053.006", "T1053.006: Systemd Timers\n", "- fetch-and-run: "],
    ["t1053.006", "detection strategy DET0231: ", "- unit-written: "],
    ["T1070.006", "T1070.006\n", "- alters-file-times: "],
    ["T1053.002", "T1053.002: At\n", "- at-job-written: "],
    ["linger-changed", "linger-changed: Lingering of a user changed\n", "- /var/lib/systemd/linger/"],
    [
      "timerwarden-unit-written",
      "unit-written: Unit of the system written\n",
      "Detects writing, not presence",
    ],
    ["not-started", "not-started  ", ""],
    ["fetch-and-run", "fetch-and-run: ", "Looks alike and is innocent:"],
  ])("%s", async (word, first, more) => {
    const text = await said(word);
    expect(text).toContain(first);
    expect(text).toContain(more);
  });

  test("every technique a rule cites is told", async () => {
    for (const id of new Set(RULES.flatMap(({ techniques }) => techniques)))
      expect(await said(id)).toMatch(new RegExp(`^${id.replace(".", "\\.")}`));
  });
});

test("a finding's id leads to its timer", async () => {
  const root = `root:${folderOf(HOST)}`;
  const [id = ""] = /tw-[0-9a-f]{10}/.exec(await said("sync.timer", root, ...NOW)) ?? [];
  expect(await said(id, root, ...NOW)).toMatch(/^sync\.timer/);
});

describe("what is not known", () => {
  test.each([
    [["exit", "7"], UsageError, "explain exit: one of 0 1 2"],
    [["format", "sariff"], UsageError, 'not "sariff"'],
    [["fetch-and-rum", "HOST"], RunError, "did you mean fetch-and-run?"],
    [["T1053.066", "HOST"], RunError, "did you mean T1053.006?"],
    [["sink.timer", "HOST"], RunError, "did you mean sync.timer?"],
  ] as const)("%j", async (args, kind, message) => {
    const failing = run(
      explain,
      args.map((arg) => (arg === "HOST" ? `root:${folderOf(HOST)}` : arg)),
    );
    await expect(failing).rejects.toThrow(kind);
    await expect(failing).rejects.toThrow(message);
  });
});

test("a timer's chain from boot, and what it leads to, in words", async () => {
  const { out } = await run(explain, ["calm.timer", ...NOW, `root:${folderOf(HOST)}`]);
  expect(out).toContain("started at boot: boot → multi-user.target Wants → timers.target Wants\n");
  expect(out).toContain("  calm.service  triggered by calm.timer\n");
});

describe("a control", () => {
  const BEFORE = JSON.stringify({ schema: "timerwarden/assessment" });
  const given = {
    "/ours.yaml":
      "attestations:\n- {objective: AC-6, statement: they are, owner: Anna, until: 2027-12-31}\nwaivers:\n- {check: ac6-01-local-timers-do-not-run-as-root, reason: soon, owner: Ben, until: 2027-01-31}\n",
    "/results/2026-11-16.json": BEFORE,
  };

  test("with its objectives and checks as they come out on the target", async () => {
    const text = await said("ac-06", `root:${folderOf(HOST)}`, ...NOW, "--case-number", "K-1");
    expect(text).toMatch(/^case K-1\nAC-6 Least Privilege\n\nasks /);
    expect(text).toMatch(/\nhere {6}does not hold\n/);
    expect(text).toMatch(/AC6-05 {2}sudo lets only administrators.*\n {11}[a-z-]+: /);
  });

  test("with what people vouch for, what is waived, and earlier results", async () => {
    const [root, ours] = [`root:${folderOf(HOST)}`, folderOf(given)];
    const attested = ["--attestations", `${ours}/ours.yaml`];
    expect(await said("AC-6", root, ...NOW, ...attested)).toMatch(/fail, waived by Ben until 2027-01-31: /);
    const without = await said("CA-7", root, ...NOW);
    expect(await said("CA-7", root, ...NOW, "--history", `${ours}/results`)).not.toBe(without);
  });

  test("of another framework has its checks", async () => {
    expect(await said("PR.AA-05.02")).toContain("AC6-05  sudo lets only administrators");
    expect(await said("action.hacking.variety.Abuse of functionality")).toContain("no check: VERIS");
    await expect(said("nothing_known", `root:${folderOf(HOST)}`)).rejects.toThrow("nothing here is called");
  });

  test("only a control rests on them", async () => {
    await expect(said("fetch-and-run", "--history", folderOf(given))).rejects.toThrow("are for controls");
    await expect(said("AC-17")).rejects.toThrow("among the ten");
  });
});

test("passwords are blotted out where people read, the case stands first", async () => {
  const files = {
    ...HOST,
    "/etc/systemd/system/calm.service": "[Service]\nExecStart=/bin/push --token hunter22-x\n",
  };
  const told = async (...more: string[]): Promise<string> =>
    said("calm.timer", `root:${folderOf(files)}`, ...NOW, "--case-number", "K-1", ...more);
  expect(await told()).toMatch(/^case K-1\ncalm\.timer/);
  expect(await told()).toContain("/bin/push --token **********  as root");
  expect(await told("--no-redact")).toContain("--token hunter22-x");
  expect(await told("-o", "json")).toContain("hunter22-x");
  expect(JSON.parse(await told("-o", "json"))).toMatchObject({ case: { number: "K-1" } });
  expect(await told("-o", "json", "--redact")).not.toContain("hunter22");
});
