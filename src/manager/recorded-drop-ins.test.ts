import { describe, expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { openManager } from "./manager.ts";
import { recorded, treeOfRecord } from "./shared-tree.test-support.ts";

interface Result {
  readonly names: readonly string[];
  readonly load_state: string;
  readonly fragment: string;
  readonly dropin_paths: readonly string[];
  readonly documentation: readonly string[];
}

interface Results {
  readonly results: Readonly<Record<string, Result>>;
  readonly results_257_262: Readonly<Record<string, Result>>;
}

const record = recorded<Results>("dropins.json");
test.skipIf(record !== null)("recorded drop-ins (skipped: the recorded facts are not at hand)", () => {});

describe.each([
  [252, record?.results ?? {}],
  [257, { ...record?.results, ...record?.results_257_262 }],
])("drop-ins as systemd %d applied them", (major, results) => {
  const host = memoryHost(treeOfRecord(record?.tree ?? []));
  const manager = openManager(host, { kind: "system" }, { major, point: null });

  test.each(Object.entries(results))("%s", (name, expected) => {
    const unit = manager.load(name);
    expect(unit.state).toBe(expected.load_state);
    expect(new Set(unit.names)).toEqual(new Set(expected.names));
    // The recording machine had /lib merged into /usr/lib.
    expect(unit.path ?? "").toBe(expected.fragment.replace(/^\/lib\//, "/usr/lib/"));
    if (expected.load_state === "not-found") return;
    expect(unit.dropIns.map(({ path }) => path)).toEqual(expected.dropin_paths);
    const documentation = unit.dropIns.flatMap(({ source }) =>
      (source?.file.assignments ?? [])
        // systemd takes no URL with other characters than these; that is the business of units/, not of this order.
        .filter(({ key, value }) => key === "Documentation" && /^[!-~]+$/.test(value))
        .map(({ value }) => value),
    );
    if (expected.load_state === "loaded") expect(documentation).toEqual(expected.documentation);
  });
});
