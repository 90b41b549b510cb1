import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseExecLine } from "./exec-line.ts";
import { ROOT_USER, type SpecifierContext, UNKNOWN_HOST } from "./specifier.ts";
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
  const order = ["ignore-failure", "privileged", "no-setuid", "no-env-expand", "ambient", "via-shell"];
  const commands = line.commands.map(({ path, argv, flags }) => ({
    path,
    argv: [...argv],
    flags: flags
      .filter((flag) => flag !== "argv0")
      .map((flag) => (flag === "fully-privileged" ? "privileged" : flag))
      .sort((a, b) => order.indexOf(a) - order.indexOf(b)),
  }));
  return { load_state: "loaded", commands };
}

const rows: Row[] = isThere ? JSON.parse(readFileSync(fixture, "utf8")).cases : [];

test.skipIf(!isThere)("recorded lines of a real manager 252 (skipped if ../shared is missing)", () => {
  expect(rows.length).toBeGreaterThanOrEqual(110);
  const order = ["ignore-failure", "privileged", "no-setuid", "no-env-expand", "ambient", "via-shell"];
  const sorted = ({ load_state, commands }: Outcome): Outcome => ({
    load_state,
    commands: commands.map((command) => ({
      ...command,
      flags: [...command.flags].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    })),
  });
  rows.forEach((row, index) => {
    const id = `exj${index}.service`;
    expect({ row: index, ...outcome(row.exec_start, id, 252) }).toEqual({
      row: index,
      ...sorted(row),
      ...{ exec_start: undefined, v262: undefined },
    });
    expect({ row: index, ...outcome(row.exec_start, id, 262) }).toEqual({
      row: index,
      ...sorted(row.v262 ?? row),
    });
  });
});
