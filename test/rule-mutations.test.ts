import { expect, test } from "vitest";
import { compilable, scoreOf } from "../scripts/rule-mutations.ts";
import { RULES } from "../src/rules/index.ts";

/**
 * Conditions no example tells apart yet, by rule: how many forced answers go unnoticed. Whoever adds a condition adds
 * the examples that need it; a smaller number is written here. `npx tsx scripts/rule-mutations.ts RULE` lists them.
 */
const UNNOTICED: Readonly<Record<string, number>> = {
  "boot-service-changed": 10,
  "broken-unit": 2,
  "copied-description": 2,
  "deceptive-text": 2,
  "drop-in-changes-command": 5,
  "drop-in-for-many-units": 2,
  "fires-on-clock-change": 1,
  "foreign-setting-in-control-directory": 1,
  "forged-file-times": 15,
  "hand-made-enablement": 4,
  "injects-library": 9,
  "input-is-code": 4,
  "instance-is-command": 5,
  "kernel-thread-name": 1,
  "lingering-user-timer": 3,
  "load-directory-redirected": 4,
  "look-alike-unit-name": 14,
  "manager-environment-injects-library": 7,
  "misleading-line-break": 2,
  "name-of-known-implant": 3,
  "only-leaves-a-marker": 5,
  "orphan-timer": 1,
  "package-not-in-repositories": 1,
  "package-without-origin": 8,
  "packaged-file-modified": 2,
  "packaged-job-extended": 7,
  "packaged-timer-redirected": 5,
  "packaged-unit-runs-unpackaged-program": 9,
  "payload-behind-chain": 2,
  "program-in-hidden-directory": 3,
  "program-in-odd-place": 4,
  "program-in-shared-directory": 5,
  "program-replaced-by-mount": 6,
  "reads-stored-secrets": 3,
  "repairs-persistence": 1,
  "root-command-in-unprivileged-service": 1,
  "root-runs-file-in-home": 13,
  "runs-very-often": 2,
  "runtime-unit-without-creator": 2,
  "safeguard-masked": 4,
  "safeguard-neutralised": 6,
  "search-path-extended": 8,
  "sends-data-out": 5,
  "single-far-date": 2,
  "sleeper-timer": 3,
  "timer-for-every-user": 3,
  "timer-of-absent-account": 2,
  "timer-of-service-account": 2,
  "timer-revives-daemon": 6,
  "unit-diverted": 2,
  "unit-in-odd-place": 2,
  "unit-is-no-file": 5,
  "unit-of-another-name": 2,
  "unpackaged-generator": 1,
  "unpackaged-program-in-vendor-directory": 7,
  "unpackaged-unit-in-vendor-directory": 4,
  "vendor-name-without-package": 3,
  "vendor-unit-shadowed": 1,
  "watches-dead-drop": 1,
  "whole-unit-in-control-directory": 1,
  "writable-by-weaker-account": 2,
};

/** Every condition of every rule forced both ways; what the type checker refuses does not count. */
test("a rule's examples notice when a condition of it is gone", async () => {
  const scores = [];
  for (const rule of RULES) scores.push(await scoreOf(rule));
  const survivors = compilable(scores.flatMap((score) => score.survivors));
  const counts = new Map<string, number>();
  for (const { rule } of survivors) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const killed = scores.reduce((sum, score) => sum + score.killed, 0);
  console.log(`rule mutations: ${killed} noticed, ${survivors.length} not`);
  const worse = [...counts].filter(([rule, count]) => count > (UNNOTICED[rule] ?? 0));
  expect(Object.fromEntries(worse)).toEqual({});
});
