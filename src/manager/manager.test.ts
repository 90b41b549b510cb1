import { expect, test } from "vitest";
import type { Host } from "../hosts/host.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { generatorsOf } from "./generators.ts";
import { type Manager, openManager } from "./manager.ts";
import { reachOf } from "./reach.ts";
import type { Scope } from "./scope.ts";
import { listUnitFiles, openUnitFileStates } from "./unit-file-state.ts";

const VERSION = { major: 252, point: 38 };
const TIMER = "[Timer]\nOnCalendar=daily\n";
const ETC = "/etc/systemd/system";
const USR = "/usr/lib/systemd/system";

function managerOf(tree: Readonly<Record<string, MemoryEntry>>, scope: Scope = { kind: "system" }): Manager {
  return openManager(memoryHost(tree), scope, VERSION);
}

test.each<[string, Readonly<Record<string, MemoryEntry>>, string, Record<string, unknown>]>([
  [
    "plain",
    { [`${USR}/a.timer`]: TIMER },
    "a.timer",
    { state: "loaded", path: `${USR}/a.timer`, names: ["a.timer"] },
  ],
  [
    "shadowing a vendor copy",
    { [`${ETC}/a.timer`]: TIMER, [`${USR}/a.timer`]: TIMER },
    "a.timer",
    { path: `${ETC}/a.timer`, overrides: [expect.objectContaining({ path: `${USR}/a.timer` })] },
  ],
  [
    "masked in /etc",
    { [`${ETC}/a.timer`]: { link: "/dev/null" }, [`${USR}/a.timer`]: TIMER },
    "a.timer",
    { state: "masked", path: `${ETC}/a.timer` },
  ],
  [
    "a mask in /run loses to /etc",
    { "/run/systemd/system/a.timer": { link: "/dev/null" }, [`${ETC}/a.timer`]: TIMER },
    "a.timer",
    { state: "loaded", path: `${ETC}/a.timer` },
  ],
  ["an empty vendor file", { [`${USR}/a.timer`]: "" }, "a.timer", { state: "masked" }],
  [
    "an alias",
    { [`${ETC}/b.timer`]: { link: `${USR}/a.timer` }, [`${USR}/a.timer`]: TIMER },
    "b.timer",
    { state: "loaded", primaryId: "a.timer", names: ["a.timer", "b.timer"], path: `${USR}/a.timer` },
  ],
  [
    "a rejected link does not claim the name",
    { [`${ETC}/a.timer`]: { link: `${USR}/a.timer` }, [`${USR}/a.timer`]: TIMER },
    "a.timer",
    { state: "loaded", path: `${USR}/a.timer`, via: [] },
  ],
  [
    "a linked unit keeps the link's name",
    { [`${ETC}/a.timer`]: { link: "/opt/z.timer" }, "/opt/z.timer": TIMER },
    "a.timer",
    { state: "loaded", primaryId: "a.timer", path: `${ETC}/a.timer`, realPath: "/opt/z.timer" },
  ],
  ["a dangling link", { [`${ETC}/a.timer`]: { link: "/opt/none" } }, "a.timer", { state: "not-found" }],
  [
    "a loop of aliases",
    { [`${ETC}/a.timer`]: { link: "b.timer" }, [`${ETC}/b.timer`]: { link: "a.timer" } },
    "a.timer",
    { state: "not-found", reason: expect.stringContaining("loop") },
  ],
  ["a template", { [`${USR}/t@.timer`]: TIMER }, "t@x.timer", { state: "loaded", primaryId: "t@x.timer" }],
  [
    "an instance's own file",
    { [`${USR}/t@.timer`]: TIMER, [`${ETC}/t@x.timer`]: TIMER },
    "t@x.timer",
    { path: `${ETC}/t@x.timer`, overrides: [] },
  ],
  [
    "an instance linked to another template",
    { [`${ETC}/f@x.timer`]: { link: `${USR}/t@.timer` }, [`${USR}/t@.timer`]: TIMER },
    "f@x.timer",
    { primaryId: "t@x.timer", names: ["t@x.timer", "f@x.timer"] },
  ],
  ["a name with a dot first", { [`${ETC}/.a.timer`]: TIMER }, ".a.timer", { state: "loaded" }],
  ["a directory", { [`${ETC}/a.timer`]: { dir: true } }, "a.timer", { state: "not-found", path: null }],
  [
    "a link to a FIFO",
    { [`${ETC}/a.timer`]: { link: "/opt/p" }, "/opt/p": { kind: "fifo" } },
    "a.timer",
    { state: "error" },
  ],
])("lookup: %s", (_, tree, name, expected) => expect(managerOf(tree).lookup(name)).toMatchObject(expected));

test.each([
  [8, "loaded"],
  [9, "not-found"],
])("a chain of %d aliases is %s", (length, state) => {
  const tree: Record<string, MemoryEntry> = { [`${ETC}/n0.timer`]: TIMER };
  for (let at = 1; at <= length; at++) tree[`${ETC}/n${at}.timer`] = { link: `n${at - 1}.timer` };
  expect(managerOf(tree).lookup(`n${length}.timer`).state).toBe(state);
});

test("a broken section header is an error, its place told", () => {
  const unit = managerOf({ [`${ETC}/a.timer`]: `${TIMER}[broken\n` }).load("a.timer");
  expect(unit).toMatchObject({ state: "error", fragment: { file: { failure: { span: { line: 3 } } } } });
});

test("dependency links: what counts and why the others do not", () => {
  const manager = managerOf({
    [`${USR}/x.target`]: "[Unit]\n",
    [`${ETC}/x.target.wants/a.timer`]: { link: "/nowhere" },
    [`${ETC}/x.target.wants/m.timer`]: { link: "/dev/null" },
    [`${USR}/x.target.wants/m.timer`]: { link: "../m.timer" },
    [`${ETC}/x.target.wants/f.timer`]: TIMER,
    [`${ETC}/x.target.wants/.h.timer`]: { link: "/nowhere" },
    [`${ETC}/x.target.wants/README`]: { link: "/nowhere" },
    [`${ETC}/x.target.wants/t@.timer`]: { link: "/nowhere" },
    [`${ETC}/target.requires/r.service`]: { link: "/nowhere" },
    [`${ETC}/x.target.upholds/u.service`]: { link: "/nowhere" },
  });
  expect(
    manager.dependencyLinks("x.target").map(({ dependency, unit, reason }) => [dependency, unit, reason]),
  ).toEqual([
    ["Requires", "r.service", null],
    ["Wants", null, "not a unit name"],
    ["Wants", "a.timer", null],
    ["Wants", null, "not a symbolic link"],
    ["Wants", null, "masked"],
    ["Wants", "t@x.timer", null],
  ]);
});

test("what cannot be read is a gap, never silence", () => {
  const manager = managerOf({
    [`${ETC}`]: { dir: true, error: "EACCES" },
    [`${USR}/a.timer`]: { content: TIMER, error: "EACCES" },
    [`${USR}/b.timer.d`]: { dir: true, error: "EIO" },
    [`${USR}/b.timer`]: TIMER,
    [`${USR}/c.timer`]: { content: "", error: "EACCES" },
  });
  expect(manager.load("a.timer")).toMatchObject({ state: "error", reason: "it cannot be read" });
  manager.load("b.timer");
  // Of no length by its facts and withheld: that is no mask.
  expect(manager.load("c.timer").state).toBe("error");
  expect(manager.gaps().map(({ path }) => path)).toEqual([
    ETC,
    `${USR}/a.timer`,
    `${USR}/b.timer.d`,
    `${USR}/c.timer`,
  ]);
  for (const { reason, hides } of manager.gaps()) expect([reason, hides]).not.toContain("");
});

const BOOT: Readonly<Record<string, MemoryEntry>> = {
  [`${ETC}/default.target`]: { link: `${USR}/multi.target` },
  [`${USR}/multi.target`]: "[Unit]\nRequires=basic.target\n",
  [`${USR}/basic.target`]: "[Unit]\nRequires=sysinit.target\nWants=timers.target\n",
  [`${USR}/sysinit.target`]: "[Unit]\n",
  [`${USR}/timers.target`]: "[Unit]\n",
  [`${USR}/timers.target.wants/a.timer`]: { link: "../a.timer" },
  [`${USR}/a.timer`]: `[Unit]\nWants=side.service\n${TIMER}`,
  [`${USR}/a.service`]: "[Unit]\nOnFailure=rescue@%n.service\n[Service]\nExecStart=/bin/true\n",
  [`${USR}/side.service`]: "[Service]\nExecStart=/bin/true\n",
  [`${USR}/rescue@.service`]: "[Service]\nExecStart=/bin/true\n",
  [`${USR}/b.timer`]: `${TIMER}Unit=side.service\n[Install]\nWantedBy=timers.target\n`,
};

test("what boot starts, by the shortest chain and with its places", () => {
  const reach = reachOf(managerOf(BOOT));
  expect(reach.defaultTarget).toBe("multi.target");
  expect(reach.chainTo("side.service")).toEqual([
    { from: "boot", to: "default.target", how: "boot", path: `${ETC}/default.target`, span: null },
    expect.objectContaining({ from: "multi.target", to: "basic.target", how: "Requires" }),
    expect.objectContaining({ to: "timers.target", how: "Wants", path: `${USR}/basic.target` }),
    {
      from: "timers.target",
      to: "a.timer",
      how: "Wants",
      path: `${USR}/timers.target.wants/a.timer`,
      span: null,
    },
    expect.objectContaining({ to: "side.service", span: expect.objectContaining({ line: 2 }) }),
  ]);
  // A timer that is started does not start its service, and an [Install] section alone starts nothing.
  expect(reach.chainTo("a.service")).toBeNull();
  expect(reach.chainTo("b.timer")).toBeNull();
});

test("who else starts a unit", () => {
  const reach = reachOf(managerOf(BOOT));
  const starters = (name: string): unknown => reach.startersOf(name).map(({ from, how }) => [from, how]);
  expect(starters("a.service")).toEqual([["a.timer", "trigger"]]);
  expect(starters("side.service")).toEqual([
    ["a.timer", "Wants"],
    ["b.timer", "trigger"],
  ]);
  expect(starters("rescue@a.service.service")).toEqual([["a.service", "OnFailure"]]);
});

test("boot ends at masks, and loops of wants end", () => {
  const reach = reachOf(
    managerOf({
      [`${USR}/default.target`]: "[Unit]\nWants=a.service b.service\n",
      [`${USR}/a.service`]:
        "[Unit]\nDefaultDependencies=no\nWants=default.target b.service\n[Service]\nExecStart=/bin/true\n",
      [`${ETC}/b.service`]: { link: "/dev/null" },
    }),
  );
  expect(reach.reached).toEqual(["default.target", "a.service"]);
});

test("generators: precedence, masks, and what is not executable", () => {
  const manager = managerOf({
    "/usr/lib/systemd/system-generators/g": { content: "x", mode: 0o755 },
    "/etc/systemd/system-generators/g": { content: "y", mode: 0o755 },
    "/usr/lib/systemd/system-generators/m": { content: "x", mode: 0o755 },
    "/run/systemd/system-generators/m": { link: "/dev/null" },
    "/usr/local/lib/systemd/system-generators/n": "x",
    "/etc/systemd/system-environment-generators/e": { content: "x", mode: 0o755 },
    "/etc/systemd/user-generators/u": { content: "x", mode: 0o755 },
  });
  expect(generatorsOf(manager).map(({ kind, path, state }) => [kind, path, state])).toEqual([
    ["system", "/etc/systemd/system-generators/g", "runs"],
    ["system", "/run/systemd/system-generators/m", "masked"],
    ["system", "/usr/local/lib/systemd/system-generators/n", "not-executable"],
    ["system-environment", "/etc/systemd/system-environment-generators/e", "runs"],
  ]);
  expect(
    generatorsOf(managerOf({ "/etc/systemd/user-generators/u": "x" }, { kind: "global-user" })),
  ).toHaveLength(1);
});

test("settings that move the search path are told, and followed for a user", () => {
  const scope: Scope = {
    kind: "user",
    name: "eve",
    uid: 1000,
    gid: 1000,
    home: "/home/eve",
    runtimeDirectory: null,
  };
  const manager = managerOf(
    {
      "/etc/environment.d/50.conf": "# x\nXDG_DATA_HOME=$HOME/.cache/d\nPATH=/x\n",
      "/etc/systemd/system/user@.service.d/x.conf":
        '[Service]\nEnvironment=A=b "SYSTEMD_UNIT_PATH=/srv/units:"\n',
      "/home/eve/.cache/d/systemd/user/hid.timer": TIMER,
      "/srv/units/srv.timer": TIMER,
    },
    scope,
  );
  expect(manager.pathOverrides).toMatchObject([
    {
      variable: "SYSTEMD_UNIT_PATH",
      source: "user@.service",
      span: { line: 2 },
      directories: ["/srv/units"],
    },
    { variable: "XDG_DATA_HOME", source: "environment.d", span: { line: 2 } },
  ]);
  expect(manager.names()).toEqual(["hid.timer", "srv.timer"]);
  expect(manager.lookup("hid.timer").directory).toMatchObject({ kind: "extra" });
});

test("an alias of a user unit enabled for everybody", () => {
  const scope: Scope = {
    kind: "user",
    name: "eve",
    uid: 1000,
    gid: 1000,
    home: "/home/eve",
    runtimeDirectory: null,
  };
  const manager = managerOf(
    {
      "/usr/lib/systemd/user/a.timer": `${TIMER}[Install]\nWantedBy=timers.target\n`,
      "/etc/systemd/user/timers.target.wants/a.timer": { link: "/usr/lib/systemd/user/a.timer" },
    },
    scope,
  );
  expect(openUnitFileStates(manager).stateOf("a.timer")).toBe("enabled");
  expect(openUnitFileStates(manager).stateOf("none.timer")).toBeNull();
});

/** Counts what is asked of a host, so that growth is measured in calls and not in time. */
function counting(host: Host): { readonly host: Host; readonly calls: () => number } {
  let calls = 0;
  const proxy = new Proxy(host, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        calls += 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { host: proxy, calls: () => calls };
}

test("work grows with the number of units, not with its square", () => {
  const callsFor = (count: number): number => {
    const tree = new Map<string, MemoryEntry>();
    for (let at = 0; at < count; at++) {
      tree.set(`${USR}/u${at}.timer`, `${TIMER}[Install]\nWantedBy=timers.target\n`);
      tree.set(`${ETC}/timers.target.wants/u${at}.timer`, { link: `${USR}/u${at}.timer` });
    }
    const { host, calls } = counting(memoryHost(tree));
    const manager = openManager(host, { kind: "system" }, VERSION);
    expect(listUnitFiles(manager).every(({ state }) => state === "enabled")).toBe(true);
    for (const name of manager.names()) manager.load(name);
    return calls();
  };
  const [small, large] = [callsFor(500), callsFor(5000)];
  expect(large / small).toBeLessThan(11);
});

test("a directory of 100,000 entries is a directory like any other", () => {
  const tree = new Map<string, MemoryEntry>();
  for (let at = 0; at < 100_000; at++) tree.set(`${ETC}/junk${at}`, "");
  tree.set(`${ETC}/a.timer`, TIMER);
  expect(openManager(memoryHost(tree), { kind: "system" }, VERSION).names()).toEqual(["a.timer"]);
});
