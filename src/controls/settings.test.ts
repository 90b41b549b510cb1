import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SETTINGS, settingFault } from "./settings.ts";

const DOCS = readFileSync(join(import.meta.dirname, "../../docs/controls.md"), "utf8");

test.each(SETTINGS.map(({ name, says }) => [name, says] as const))(
  "%s is in docs/controls.md",
  (name, says) => {
    expect(DOCS).toContain(`| \`${name}\` | ${says}`);
  },
);

test.each([
  ["dormant-days", "30", null],
  ["dormant-days", "0", "must be a number above zero, not 0"],
  ["dormant-days", "often", "must be a number above zero, not often"],
  ["root-keys", "allowed", null],
  ["root-keys", "denied", "must be allowed, not denied"],
  ["change-windows", "whenever", null],
  ["dorment-days", "30", "there is no such setting; did you mean dormant-days?"],
])("%s: %s", (name, value, fault) => {
  expect(settingFault(name, value)).toBe(fault);
});
