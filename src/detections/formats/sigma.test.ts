import { expect, test } from "vitest";
import { LIMIT } from "../detection.ts";
import { COMMANDS, ELSEWHERE, NEWS, NO_NEWS, type WriteEvent } from "../events.test-support.ts";
import { readSigma, type SigmaRule, sigmaMatches } from "../sigma.test-support.ts";
import { anyHost } from "../surroundings.ts";
import { sigma } from "./sigma.ts";

const RULES = readSigma(sigma.write(anyHost()));
const FILE = RULES.filter(({ logsource }) => logsource["category"] === "file_event");
const AUDIT = RULES.filter(({ logsource }) => logsource["service"] === "auditd");
const PROCESS = RULES.filter(({ logsource }) => logsource["category"] === "process_creation");

function matched(rules: readonly SigmaRule[], { path, by }: WriteEvent): string[] {
  return rules
    .filter((rule) => sigmaMatches(rule, { TargetFilename: path, Image: by }))
    .map(({ title }) => title);
}

test.each(NEWS)("$path by $by ($how) is told", (event) => {
  expect(matched(FILE, event)).not.toEqual([]);
});

test.each([...NO_NEWS, ...ELSEWHERE])("$path by $by is not", (event) => {
  expect(matched(FILE, event)).toEqual([]);
});

test.each(COMMANDS)("%s", (line, detection) => {
  const program = line.split(" ")[0] ?? "";
  const found = PROCESS.filter((rule) =>
    sigmaMatches(rule, { Image: `/usr/bin/${program}`, CommandLine: line }),
  );
  const wanted = anyHost()
    .commands.filter(({ id }) => id === detection)
    .map(({ title }) => title);
  expect(found.map(({ title }) => title)).toEqual(wanted);
});

test("audit records are told by the key of our audit rules, but for those who may", () => {
  const [rule] = AUDIT.filter(({ detection }) =>
    JSON.stringify(detection).includes("timerwarden-unit-written"),
  );
  if (rule === undefined) throw new Error("no rule");
  const event = { type: "SYSCALL", key: "timerwarden-unit-written", exe: "/usr/bin/vim.basic" };
  expect(sigmaMatches(rule, event)).toBe(true);
  expect(sigmaMatches(rule, { ...event, exe: "/usr/bin/dpkg" })).toBe(false);
  expect(sigmaMatches(rule, { ...event, key: "other" })).toBe(false);
  expect(AUDIT).toHaveLength(anyHost().writes.length);
});

/** sigma-detection-rule-schema.json of SigmaHQ/sigma-specification, in tests of our own. */
test.each(RULES)("$title has the form of the specification", (rule) => {
  expect(rule.title.length).toBeLessThanOrEqual(256);
  expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(rule.status).toBe("experimental");
  expect(rule.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(["informational", "low", "medium", "high", "critical"]).toContain(rule.level);
  for (const tag of rule.tags) expect(tag).toMatch(/^attack\.t\d{4}(\.\d{3})?$/);
  for (const text of rule.falsepositives) expect(text.length).toBeGreaterThan(2);
  expect(new Set(rule.falsepositives).size).toBe(rule.falsepositives.length);
  expect(
    Object.keys(rule.logsource).every((key) => /^(category|product|service|definition)$/.test(key)),
  ).toBe(true);
  expect(rule.description).toMatch(/SP 800-53 (\w\w-\d+(, )?)+\.$/);
  expect(rule.description).toContain("what was there before is not seen");
});

test("ids are one each, and the same tomorrow", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  expect(sigma.write(anyHost())).toBe(sigma.write(anyHost()));
  expect(RULES.find(({ title }) => title === "Unit of the system written")?.description).toContain(LIMIT);
});
