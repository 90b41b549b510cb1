import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  compareBytes,
  dropInDirectories,
  dropInDirectoryNames,
  isHiddenOrBackup,
  orderDropIns,
} from "./drop-in.ts";

interface Fixture {
  readonly tree: readonly { readonly path: string; readonly type: string; readonly target?: string }[];
  readonly results: Record<
    string,
    { readonly names: string[]; readonly load_state: string; readonly dropin_paths: string[] }
  >;
}

const fixture = new URL("../../../shared/data/systemd/dropins.json", import.meta.url);
const isThere = existsSync(fixture);

test.skipIf(!isThere)("drop-ins a real manager applied (skipped if ../shared is missing)", () => {
  const { tree, results } = JSON.parse(readFileSync(fixture, "utf8")) as Fixture;
  const searchPath = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
  ];
  const isLink = (path: string): boolean =>
    tree.some((each) => each.path === path && each.type === "symlink");
  let compared = 0;
  for (const { names, load_state, dropin_paths } of Object.values(results)) {
    const directories = dropInDirectories(names, searchPath).map((path) => ({
      path,
      entries: tree
        .filter((each) => each.path.startsWith(`${path}/`))
        .map((each) => each.path.slice(path.length + 1))
        .filter((name) => !name.includes("/")),
    }));
    // Links to directories are the business of whoever lists them.
    if (load_state !== "loaded" || directories.some(({ path }) => isLink(path))) continue;
    compared++;
    expect(orderDropIns(directories).map(({ path }) => path)).toEqual(dropin_paths);
  }
  expect(compared).toBeGreaterThan(3);
});

describe("directory names", () => {
  test.each<[name: string, names: string[]]>([
    ["a.timer", ["a.timer"]],
    ["foo-bar.timer", ["foo-bar.timer", "foo-.timer"]],
    ["foo-bar-.timer", ["foo-bar-.timer", "foo-.timer"]],
    ["-a.timer", ["-a.timer"]],
    [
      "foo-bar-baz@i.timer",
      [
        "foo-bar-baz@i.timer",
        "foo-bar-baz@.timer",
        "foo-bar-.timer",
        "foo-.timer",
        "foo-bar-@i.timer",
        "foo-bar-@.timer",
        "foo-@i.timer",
        "foo-@.timer",
      ],
    ],
    ["no name", []],
  ])("%s", (name, names) => {
    expect(dropInDirectoryNames(name)).toEqual(names.map((each) => `${each}.d`));
    expect(dropInDirectoryNames(name, ".wants")).toEqual(names.map((each) => `${each}.wants`));
  });

  test("names before search directories before the type", () => {
    expect(dropInDirectories(["a.timer", "b.timer"], ["/e", "/u"])).toEqual([
      "/e/a.timer.d",
      "/u/a.timer.d",
      "/e/b.timer.d",
      "/u/b.timer.d",
      "/e/timer.d",
      "/u/timer.d",
    ]);
  });

  test("a name full of dashes is answered at once", () => {
    expect(dropInDirectoryNames(`${"a-".repeat(110)}@${"b-".repeat(10)}.timer`).length).toBeLessThan(400);
  });
});

test("one file of each name, in byte order", () => {
  const found = orderDropIns([
    { path: "/e", entries: ["50-a.conf", ".x.conf", "a.conf~", "README"] },
    { path: "/u", entries: ["50-a.conf", "10.conf", "Z.conf", "a.conf", "é.conf"] },
  ]);
  expect(found.map(({ path }) => path)).toEqual([
    "/u/10.conf",
    "/e/50-a.conf",
    "/u/Z.conf",
    "/u/a.conf",
    "/u/é.conf",
  ]);
  expect(found[1]?.hides).toEqual(["/u/50-a.conf"]);
});

test("byte order outside ASCII", () => {
  expect(compareBytes("\u{1f600}", "\uffe0")).toBeGreaterThan(0);
  expect(compareBytes("a", "ab")).toBeLessThan(0);
});

test.each([
  [".a", true],
  ["a~", true],
  ["a.rpmsave", true],
  ["a.swp", true],
  ["lost+found", true],
  ["a.conf", false],
  ["a.disabled", false],
])("hidden or backup: %s %s", (name, expected) => expect(isHiddenOrBackup(name)).toBe(expected));
