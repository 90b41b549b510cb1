import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { SEED } from "../../test/seed.ts";
import { openDirectory } from "../hosts/directory.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { writeTree } from "../hosts/real-tree.test-support.ts";
import { parseSystemdVersion } from "../time/systemd-version.ts";
import { openManager } from "./manager.ts";
import type { Scope } from "./scope.ts";
import { listUnitFiles } from "./unit-file-state.ts";

const printed = spawnSync("systemctl", ["--version"], { encoding: "utf8" });
const version = printed.status === 0 ? parseSystemdVersion(printed.stdout.split("\n")[0] ?? "") : null;

/** Small, seeded, and the same everywhere: mulberry32. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = [
  "a.timer",
  "b.timer",
  "c.timer",
  "d.timer",
  "x-y.timer",
  "a.service",
  "b.service",
  "t@.timer",
  "t@i.timer",
  "t@j.timer",
  "u@.timer",
  "u@i.timer",
  "u@k.service",
  ".hid.timer",
  "old.timer.bak",
  "m.mount",
  "g.target",
  "bad name.timer",
];

const DIRECTORIES: Readonly<Record<"system" | "global-user", readonly string[]>> = {
  system: [
    "/etc/systemd/system",
    "/etc/systemd/system",
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
  ],
  "global-user": [
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/share/systemd/user",
    "/usr/share/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
  ],
};

const INSTALL = [
  "",
  "[Install]\nWantedBy=timers.target\n",
  "[Install]\nRequiredBy=g.target\n",
  "[Install]\nAlias=b.timer\n",
  "[Install]\nAlias=t@j.timer u@i.timer\nWantedBy=timers.target\n",
  "[Install]\nAlso=b.service\n",
  "[Install]\nAlso=not-a-unit\n",
  "[Install]\nAlso=%p.service\n",
  "[Install]\nDefaultInstance=i\nWantedBy=timers.target\n",
  "[Install]\nDefaultInstance=k/l\nWantedBy=timers.target\n",
  "[Install]\nWantedBy=timers.target\nWantedBy=\n",
  "[Install]\nWantedBy=\n",
  "[Install]\nUpheldBy=g.target\n",
  "[Install]\nAlias=\nAlso=\nWantedBy='a b' c\n",
  "[Install]\nWantedBy='open\n",
  "[Install]\nAlias=x-%p.timer %i.timer\n",
  "[Install]\nWantedBy=timers.target\n[broken\n",
  "WantedBy=early.target\n",
  "[Install\n",
  "[Install]\nWantedBy=\xff\n",
];

function randomTree(scope: "system" | "global-user", random: () => number): Record<string, MemoryEntry> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const chance = (probability: number): boolean => random() < probability;
  const directories = DIRECTORIES[scope];
  const tree: Record<string, MemoryEntry> = {};
  const put = (path: string, entry: MemoryEntry): void => {
    if (tree[path] === undefined) tree[path] = entry;
  };
  const body = (): string => `[Timer]\nOnCalendar=daily\n${pick(INSTALL)}`;
  const linkTarget = (directory: string): string => {
    const name = pick(NAMES);
    return pick([
      `${pick(directories)}/${name}`,
      `${pick(directories)}/${name}`,
      name,
      `../${directory.split("/").at(-1)}/${name}`,
      `/opt/${pick(NAMES)}`,
      `../../../opt/${name}`,
      "/dev/null",
      "../../../dev/null",
      "/opt/empty",
      "/opt/one-newline",
      "/nowhere",
      `/nowhere/${name}`,
      "/opt",
      `/links/dir/${name}`,
      `${directory}/sub/${name}`,
    ]);
  };
  for (const name of NAMES)
    if (chance(0.4)) put(`/opt/${name}`, chance(0.85) ? body() : { link: linkTarget("/opt") });
  put("/opt/empty", "");
  put("/opt/one-newline", "\n");
  put("/links/dir", { link: pick([directories[0] ?? "/", "/opt", "/nowhere"]) });
  for (let at = 0; at < 14; at++) {
    const directory = pick(directories);
    const path = `${directory}/${pick(NAMES)}`;
    if (chance(0.5)) put(path, chance(0.93) ? body() : "");
    else if (chance(0.93)) put(path, { link: linkTarget(directory) });
    else put(path, { dir: true });
  }
  for (let at = 0; at < 6; at++) {
    const directory = pick(directories);
    const stem = pick(["timers.target", "g.target", "nonsense", "timer", ".hidden", "a.timer"]);
    const folder = `${directory}/${stem}.${pick(["wants", "wants", "requires", "upholds"])}`;
    if (chance(0.1)) put(folder, { link: `/opt/shared.wants` });
    if (chance(0.1)) put(`/opt/shared.wants/${pick(NAMES)}`, { link: "/nowhere" });
    if (typeof tree[folder] === "object" && "link" in tree[folder]) continue;
    for (let entry = 0; entry < 3; entry++)
      put(`${folder}/${pick(NAMES)}`, chance(0.85) ? { link: linkTarget(folder) } : body());
  }
  for (let at = 0; at < 3; at++) {
    const stem = pick([...NAMES, "x-.timer", "timer"]);
    const folder = `${pick(directories)}/${stem}.d`;
    if (chance(0.2)) {
      put(folder, { link: pick(["../../../opt/shared.d", "shared.d", "/nowhere"]) });
      put(`${pick(["/opt", dirname(folder)])}/shared.d/10.conf`, pick(INSTALL));
      continue;
    }
    const path = `${folder}/${pick(["10.conf", "20.conf", ".h.conf", "x.conf.bak"])}`;
    put(
      path,
      chance(0.8) ? pick(INSTALL) : { link: pick(["/opt/empty", "/opt/one-newline", "/nowhere", "/opt"]) },
    );
  }
  const presets = scope === "system" ? "system-preset" : "user-preset";
  for (let at = 0; at < 2; at++) {
    const base = pick(["/etc", "/run", "/usr/local/lib", "/usr/lib"]);
    const lines = [1, 2, 3].map(() =>
      pick([
        "enable a.timer",
        "disable *",
        "disable t@*",
        "enable t@.timer i j",
        "enable u@.timer  k",
        "enable x-?.timer",
        "disable [a-c].timer",
        "disable [!a].timer",
        "ignore b.timer",
        "enable a.timer extra",
        "# disable *",
        " disable  d.timer ",
        "Enable d.timer",
        "disable [ab.timer",
      ]),
    );
    put(
      `${base}/systemd/${presets}/${pick(["10-a.preset", "90-z.preset", ".h.preset", "b.txt"])}`,
      lines.join("\n"),
    );
  }
  return withoutImpossible(tree);
}

/** Drops entries below what is no directory. */
function withoutImpossible(tree: Record<string, MemoryEntry>): Record<string, MemoryEntry> {
  const isLeaf = (path: string): boolean => {
    const entry = tree[path];
    return entry !== undefined && !(typeof entry === "object" && "dir" in entry);
  };
  const parents = (path: string): string[] =>
    path
      .split("/")
      .map((_, index, parts) => parts.slice(0, index).join("/"))
      .filter((part) => part !== "");
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !parents(path).some(isLeaf)));
}

/** Rows of the real program: name, state, preset (`-` for none). */
function systemctlRows(root: string, scope: "system" | "global-user"): readonly string[] {
  const global = scope === "global-user" ? ["--global"] : [];
  const { stdout, stderr, status } = spawnSync(
    "systemctl",
    [`--root=${root}`, ...global, "list-unit-files", "--no-legend", "--no-pager", "--full", "--plain"],
    { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } },
  );
  if (status !== 0) throw new Error(`${status} ${root}\n${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(/\s+/).join(" "))
    .sort();
}

const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");
const TREES = Math.round(25 * SCALE);

test.skipIf(version === null).each(["system", "global-user"] as const)(
  `${TREES} random trees are listed as systemctl lists them, scope %s, seed ${SEED} (skipped without systemctl)`,
  (kind) => {
    const scope: Scope = { kind };
    for (let at = 0; at < TREES; at++) {
      const tree = randomTree(kind, randomSource(SEED + at));
      const root = writeTree(tree);
      try {
        const expected = systemctlRows(root, kind);
        for (const host of [openDirectory(root, "root:", false), memoryHost(tree)]) {
          const manager = openManager(host, scope, version ?? { major: 252, point: null });
          const actual = listUnitFiles(manager)
            .map(({ name, state, preset }) => `${name} ${state} ${preset ?? "-"}`)
            .sort();
          expect(actual, `seed ${SEED + at}`).toEqual(expected);
        }
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }
  },
);
