import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import type { Host } from "../hosts/host.ts";
import { memoryHost } from "../hosts/memory.ts";
import { writeTree } from "../hosts/real-tree.test-support.ts";
import { openManager } from "./manager.ts";
import { recorded, treeOfRecord } from "./shared-tree.test-support.ts";
import { openUnitFileStates } from "./unit-file-state.ts";

interface States {
  readonly list_unit_files: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly is_enabled: Readonly<Record<string, { readonly stdout: string; readonly stderr?: string }>>;
}

const record = recorded<States>("unit-file-states.json");
const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function hosts(): readonly (readonly [string, Host])[] {
  if (record === null) return [];
  const tree = treeOfRecord(record.tree);
  const root = writeTree(tree);
  roots.push(root);
  return [
    ["memory", memoryHost(tree)],
    ["directory", openDirectory(root, "root:", false)],
  ];
}

test.skipIf(record !== null)(
  "recorded unit file states (skipped: the recorded facts are not at hand)",
  () => {},
);

describe.each(hosts())("the recorded tree in a %s host", (_, host) => {
  test.each([252, 257, 262])("states of systemd %d", (major) => {
    const states = openUnitFileStates(openManager(host, { kind: "system" }, { major, point: null }));
    const expected = Object.entries(record?.list_unit_files ?? {}).map(([name, state]) => [
      name,
      typeof state === "string" ? state : state[major],
    ]);
    const actual = states.list().map(({ name, state }) => [name, state]);
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  });

  test.each(Object.entries(record?.is_enabled ?? {}))("is-enabled %s", (name, { stdout, stderr }) => {
    const states = openUnitFileStates(openManager(host, { kind: "system" }, { major: 252, point: 38 }));
    const failed = stderr?.includes("No such file") === true ? null : "bad";
    expect(states.stateOf(name)).toBe(stdout === "" ? failed : stdout);
  });
});
