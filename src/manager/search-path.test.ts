import { expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { type Scope, scopeName } from "./scope.ts";
import { searchPath } from "./search-path.ts";

const USER: Scope = {
  kind: "user",
  name: "eve",
  uid: 1000,
  gid: 1000,
  home: "/home/eve",
  runtimeDirectory: "/run/user/1000",
};
const MERGED = { "/lib": { link: "usr/lib" }, "/usr/lib/systemd": { dir: true } } as const;
const SPLIT = { "/lib/systemd": { dir: true }, "/usr/lib/systemd": { dir: true } } as const;

/** The lists of the project's notes on systemd's load paths, with the split-usr spelling of Debian folded. */
test.each([
  [
    "system",
    { kind: "system" } as Scope,
    252,
    `/etc/systemd/system.control /run/systemd/system.control /run/systemd/transient /run/systemd/generator.early
    /etc/systemd/system /etc/systemd/system.attached /run/systemd/system /run/systemd/system.attached
    /run/systemd/generator /usr/local/lib/systemd/system /usr/lib/systemd/system /run/systemd/generator.late`,
  ],
  [
    "global",
    { kind: "global-user" } as Scope,
    252,
    `/etc/systemd/user /run/systemd/user /usr/local/share/systemd/user /usr/share/systemd/user
    /usr/local/lib/systemd/user /usr/lib/systemd/user`,
  ],
  [
    "user on 252",
    USER,
    252,
    `/home/eve/.config/systemd/user.control /run/user/1000/systemd/user.control /run/user/1000/systemd/transient
    /run/user/1000/systemd/generator.early /home/eve/.config/systemd/user /etc/xdg/systemd/user /etc/systemd/user
    /run/user/1000/systemd/user /run/systemd/user /run/user/1000/systemd/generator
    /home/eve/.local/share/systemd/user /usr/local/share/systemd/user /usr/share/systemd/user
    /usr/local/lib/systemd/user /usr/lib/systemd/user /run/user/1000/systemd/generator.late`,
  ],
  [
    "user on 260 without a session",
    { ...USER, runtimeDirectory: null } as Scope,
    260,
    `/home/eve/.config/systemd/user.control /home/eve/.config/systemd/user /home/eve/.config/systemd/user.attached
    /etc/systemd/user /run/systemd/user /home/eve/.local/share/systemd/user /usr/local/share/systemd/user
    /usr/share/systemd/user /usr/local/lib/systemd/user /usr/lib/systemd/user`,
  ],
])("search path, %s", (_, scope, major, expected) => {
  const path = searchPath(scope, memoryHost(MERGED), { major, point: null });
  expect(path.map((directory) => directory.path)).toEqual(expected.split(/\s+/));
});

test.each([
  ["merged", MERGED, 252, false],
  ["split", SPLIT, 252, true],
  ["split", SPLIT, 255, false],
])("/lib of a %s system %j with systemd %d is searched: %s", (_, tree, major, expected) => {
  const path = searchPath({ kind: "system" }, memoryHost(tree), { major, point: null });
  expect(path.some((directory) => directory.path === "/lib/systemd/system")).toBe(expected);
});

test("what is below /run does not last, and scopes have names", () => {
  const path = searchPath({ kind: "system" }, memoryHost({}), { major: 252, point: null });
  for (const { path: directory, persistent } of path) expect(persistent).toBe(!directory.startsWith("/run"));
  expect([{ kind: "system" } as Scope, { kind: "global-user" } as Scope, USER].map(scopeName)).toEqual([
    "system",
    "global-user",
    "user:eve",
  ]);
});
