import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseCommand } from "./arguments.ts";
import { RunError, UsageError } from "./command.ts";
import { acceptancesOf, ownRulesOf, POLICY_OPTIONS } from "./policy-files.ts";
import { folderOf } from "./run.test-support.ts";

const read = (...args: readonly string[]) =>
  acceptancesOf(parseCommand({ name: "look", options: POLICY_OPTIONS }, args, {}), {});

test.each<[string, Readonly<Record<string, string>>, string, typeof UsageError | typeof RunError, string]>([
  ["not there", {}, "none", UsageError, "none does not exist"],
  ["a link to nothing", { "a.yaml": "->nowhere" }, "", RunError, "cannot read"],
  ["broken", { "a.yaml": "- id: x\n" }, "", UsageError, "a.yaml:1: id: a finding's id"],
  ["a folder called so", { "a.yaml/b": "" }, "", UsageError, "a.yaml is not a regular file"],
])("a file of decisions that is %s is told with its name", (_, files, name, kind, says) => {
  const path = join(folderOf(files), name);
  expect(() => read("--accept", path)).toThrow(kind);
  expect(() => read("--accept", path)).toThrow(says);
});

test("a folder that holds no rule is a mistake, for its rules would be missed", async () => {
  const folder = folderOf({ "rule.yaml.off": "x" });
  const given = parseCommand({ name: "look", options: POLICY_OPTIONS }, ["--rules", folder], {});
  await expect(ownRulesOf(given)).rejects.toThrow(`--rules: no rules in ${folder}`);
});

test("what no decision file is, is passed over", () =>
  expect(read("--accept", folderOf({ "README.md": "x", ".a.yaml": "x", "a.yaml": "" }))).toEqual([]));

test.skipIf(process.getuid?.() !== 0)("root reads no decisions that others can write", () => {
  const folder = folderOf({ "a.yaml": "" });
  chmodSync(folder, 0o777);
  expect(() => read("--accept", folder)).toThrow("is not only root's to write");
});
