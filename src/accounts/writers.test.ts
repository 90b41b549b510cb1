import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { type Accounts, readAccounts } from "./accounts.ts";
import { weakerThan } from "./principal.ts";
import { writerIndex, writersOf } from "./writers.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/bash
anna:x:2001:2001::/home/anna:/bin/bash
bert:x:2002:2002::/home/bert:/bin/bash
app:x:900:900::/srv/app:/usr/sbin/nologin
`;
const GROUP = `root:x:0:
anna:x:2001:
bert:x:2002:
app:x:900:
staff:x:3001:anna,bert
solo:x:3002:app
empty:x:3003:
`;

const ACCOUNTS: Accounts = readAccounts(memoryHost({ "/etc/passwd": PASSWD, "/etc/group": GROUP }));

function who(tree: Record<string, MemoryEntry>, path: string): readonly string[] {
  return writersOf(memoryHost(tree), ACCOUNTS, path).principals.map(
    ({ kind, name, how, because }) => `${kind} ${name} ${how} ${because.path}`,
  );
}

describe("who may change a path", () => {
  test.each<[string, Record<string, MemoryEntry>, string, readonly string[]]>([
    ["nobody but root", { "/usr/bin/x": "" }, "/usr/bin/x", []],
    ["owner", { "/srv/x": { uid: 2001 } }, "/srv/x", ["user anna owns /srv/x"]],
    ["unknown owner", { "/srv/x": { uid: 4444 } }, "/srv/x", ["user 4444 owns /srv/x"]],
    [
      "mode of the file",
      { "/srv/x": { mode: 0o666, gid: 3001 } },
      "/srv/x",
      ["group staff group-writable /srv/x", "everyone everyone world-writable /srv/x"],
    ],
    [
      "ancestor owned",
      { "/opt/app": { dir: true, uid: 900 }, "/opt/app/bin/x": "" },
      "/opt/app/bin/x",
      ["user app owns /opt/app"],
    ],
    [
      "ancestor group-writable",
      { "/opt": { dir: true, mode: 0o775, gid: 3001 }, "/opt/a/x": "" },
      "/opt/a/x",
      ["group staff can replace in directory /opt"],
    ],
    [
      "group write without search is none",
      { "/opt": { dir: true, mode: 0o725, gid: 3001 }, "/opt/x": "" },
      "/opt/x",
      [],
    ],
    [
      "open directory",
      { "/opt": { dir: true, mode: 0o777 }, "/opt/x": "" },
      "/opt/x",
      ["group root can replace in directory /opt", "everyone everyone can replace in directory /opt"].slice(
        1,
      ),
    ],
    ["sticky protects root's entry", { "/tmp": { dir: true, mode: 0o1777 }, "/tmp/x": "" }, "/tmp/x", []],
    [
      "sticky does not protect from the owner",
      { "/tmp": { dir: true, mode: 0o1777 }, "/tmp/x": { uid: 2002 } },
      "/tmp/x",
      ["user bert owns /tmp/x"],
    ],
    [
      "link in a sticky directory",
      { "/tmp": { dir: true, mode: 0o1777 }, "/tmp/l": { link: "/usr/bin/x", uid: 2002 }, "/usr/bin/x": "" },
      "/tmp/l",
      ["user bert symlink owner /tmp/l"],
    ],
    [
      "link's owner elsewhere is nobody",
      { "/etc/l": { link: "../usr/bin/x", uid: 2002 }, "/usr/bin/x": "" },
      "/etc/l",
      [],
    ],
    [
      "link leads into a writable place",
      { "/etc/l": { link: "/opt/x" }, "/opt": { dir: true, uid: 2001 }, "/opt/x": "" },
      "/etc/l",
      ["user anna owns /opt"],
    ],
    [
      "directory that is a link",
      { "/sbin": { link: "opt/bin" }, "/opt": { dir: true, uid: 2001 }, "/opt/bin/x": "" },
      "/sbin/x",
      ["user anna owns /opt"],
    ],
    ["missing in root's directory", { "/usr/bin": { dir: true } }, "/usr/bin/gone", []],
    [
      "missing in an open directory",
      { "/tmp": { dir: true, mode: 0o1777 } },
      "/tmp/gone/deep",
      ["everyone everyone can create /tmp"],
    ],
    ["not reachable", { "/root": { dir: true, mode: 0o700 }, "/root/x": { mode: 0o666 } }, "/root/x", []],
    [
      "reachable by a member only",
      { "/priv": { dir: true, mode: 0o750, gid: 3001 }, "/priv/x": { mode: 0o602 } },
      "/priv/x",
      ["group staff world-writable /priv/x"],
    ],
    [
      "`..` remembers what it came through",
      { "/tmp": { dir: true, mode: 0o1777 }, "/tmp/d": { dir: true, uid: 2001 }, "/etc/x": "" },
      "/tmp/d/../../etc/x",
      ["user anna owns /tmp/d"],
    ],
    ["file as directory: its owner cannot make it one", { "/etc/x": { uid: 2001 } }, "/etc/x/y", []],
    [
      "directory asked for",
      { "/etc/x": { dir: true, mode: 0o777 } },
      "/etc/x",
      ["everyone everyone can create /etc/x"],
    ],
  ])("%s", (_, tree, path, expected) => expect(who(tree, path)).toEqual(expected));

  test("a loop of links ends and says so", () => {
    const host = memoryHost({ "/a": { link: "/b/b" }, "/b": { link: "/a/a" } });
    expect(writersOf(host, ACCOUNTS, "/a").gap).toContain("too many symbolic links");
  });

  test("what cannot be a path is a gap", () => {
    expect(writersOf(memoryHost({}), ACCOUNTS, "relative").gap).not.toBeNull();
  });

  test("no text makes it throw", () => {
    const host = memoryHost({ "/a/b": { link: "../a" }, "/a/c": { link: "b/c/../x" }, "/a/d": "" });
    const index = writerIndex(host, ACCOUNTS);
    const name = fc.constantFrom("a", "b", "c", "d", "..", ".", "", "\u{dc80}");
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        index.writersOf(`/${names.join("/")}`);
      }),
    );
  });
});

describe("weaker than the account it runs as", () => {
  const cases: readonly [string, MemoryEntry, string, number, boolean][] = [
    ["root, file of anna", { uid: 2001 }, "root", 0, true],
    ["anna, file of anna", { uid: 2001 }, "anna", 2001, false],
    ["bert, file of anna", { uid: 2001 }, "bert", 2002, true],
    ["root, group of anna and bert", { gid: 3001, mode: 0o664 }, "root", 0, true],
    ["app, group of app alone", { gid: 3002, mode: 0o664 }, "app", 900, false],
    ["root, group of app alone", { gid: 3002, mode: 0o664 }, "root", 0, true],
    ["root, group without members", { gid: 3003, mode: 0o664 }, "root", 0, false],
    ["anna, her primary group", { gid: 2001, mode: 0o664 }, "anna", 2001, false],
    ["root, unknown group", { gid: 5555, mode: 0o664 }, "root", 0, true],
    ["anna, everyone", { mode: 0o666 }, "anna", 2001, true],
  ];
  test.each(cases)("%s", (_, entry, name, uid, weaker) => {
    const { principals } = writersOf(memoryHost({ "/x": entry }), ACCOUNTS, "/x");
    expect(principals.some((principal) => weakerThan(principal, { name, uid }, ACCOUNTS))).toBe(weaker);
  });
});

test("ten thousand files of a hundred directories take well under a second", () => {
  const tree: Record<string, MemoryEntry> = {};
  for (let i = 0; i < 10_000; i++) tree[`/srv/d${i % 100}/e/f/x${i}`] = { uid: i % 7 };
  const index = writerIndex(memoryHost(tree), ACCOUNTS);
  const start = performance.now();
  for (const path of Object.keys(tree)) index.writersOf(path);
  expect(performance.now() - start).toBeLessThan(3000);
});

/** Runs as the user and tries, for each path, what would change it: rename there and back, chmod, open for writing. */
const REFEREE = `
const fs = require("node:fs");
const { uid, gid, groups, jobs } = JSON.parse(fs.readFileSync(0, "utf8"));
process.setgroups(groups); process.setgid(gid); process.setuid(uid);
const can = (act) => { try { act(); return true; } catch { return false; } };
const changes = ({ entries, final, creates }) =>
  entries.some(({ path, link, mode }) =>
    can(() => { fs.renameSync(path, path + ".moved"); fs.renameSync(path + ".moved", path); }) ||
    (!link && can(() => fs.chmodSync(path, mode)))) ||
  (final !== null && can(() => fs.closeSync(fs.openSync(final, fs.constants.O_WRONLY)))) ||
  (creates !== null && can(() => { fs.closeSync(fs.openSync(creates, "wx")); fs.unlinkSync(creates); }));
process.stdout.write(JSON.stringify(jobs.map(changes)));
`;

interface Made {
  readonly path: string;
  readonly kind: "dir" | "file" | "link";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string;
}

const owner = fc.constantFrom(0, 0, 0, 2001, 2002);
const group = fc.constantFrom(0, 0, 2001, 2002, 3001);
const dirMode = fc.constantFrom(0o755, 0o755, 0o775, 0o777, 0o1777, 0o1775, 0o750, 0o770, 0o711, 0o700);
const fileMode = fc.constantFrom(0o644, 0o664, 0o666, 0o600, 0o660, 0o640);
const LINKS = ["/a/b/f1", "../a", "/c", "f0", "b/f1", "../c/b/gone"];

/** Three levels of directories `a b c`, files `f0 f1`, links `l0`. */
function trees(): fc.Arbitrary<readonly Made[]> {
  const directories = ["/a", "/c", "/a/b", "/c/b"];
  const files = ["/a/f0", "/a/b/f1", "/c/b/f1", "/c/f0"];
  const links = ["/a/l0", "/a/b/l0", "/c/l0", "/l0"];
  return fc.tuple(
    ...directories.map((path) =>
      fc.record({
        path: fc.constant(path),
        kind: fc.constant("dir" as const),
        mode: dirMode,
        uid: owner,
        gid: group,
      }),
    ),
    ...files.map((path) =>
      fc.record({
        path: fc.constant(path),
        kind: fc.constant("file" as const),
        mode: fileMode,
        uid: owner,
        gid: group,
      }),
    ),
    ...links.map((path) =>
      fc.record({
        path: fc.constant(path),
        kind: fc.constant("link" as const),
        mode: fc.constant(0o777),
        uid: owner,
        gid: group,
        target: fc.constantFrom(...LINKS),
      }),
    ),
  );
}

const PATHS = [
  "/a/f0",
  "/a/b/f1",
  "/c/b/f1",
  "/a/l0",
  "/a/b/l0",
  "/c/l0",
  "/l0",
  "/c/gone",
  "/a/b/gone",
  "/l0/b/f1",
  "/c/b/../f0",
];

/** What the kernel touches on the way of a path: an own small resolver, so that the index is not its own referee. */
function touched(
  tree: readonly Made[],
  path: string,
): { entries: Made[]; final: string | null; creates: string | null } {
  const entries: Made[] = [];
  let at = "/";
  let names = path.split("/").filter(Boolean);
  for (let steps = 0; names.length > 0; steps++) {
    if (steps > 200) return { entries, final: null, creates: null };
    const [name = "", ...rest] = names;
    names = rest;
    if (name === "..") {
      at = dirname(at);
      continue;
    }
    const here = join(at, name);
    const made = tree.find((entry) => entry.path === here);
    if (made === undefined) return { entries, final: null, creates: here };
    entries.push(made.kind === "file" && names.length > 0 ? { ...made, kind: "link" } : made);
    if (made.kind === "link") {
      const target = made.target ?? "";
      if (target.startsWith("/")) at = "/";
      names = [...target.split("/").filter(Boolean), ...names];
    } else if (made.kind === "dir") at = here;
    else return { entries, final: names.length === 0 ? here : null, creates: null };
  }
  return { entries, final: null, creates: join(at, "new-entry") };
}

const isRoot = process.getuid?.() === 0;
const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");

test.skipIf(!isRoot)(
  `the kernel agrees, tried as two users${isRoot ? "" : " (SKIPPED: needs root to become them)"}`,
  () => {
    const root = mkdtempSync(join(tmpdir(), "writers-"));
    chmodSync(root, 0o755);
    let trials = 0;
    let yes = 0;
    try {
      const sample = fc.sample(trees(), { numRuns: Math.round(40 * SCALE) });
      const jobs: { tree: readonly Made[]; base: string; host: ReturnType<typeof openDirectory> }[] = [];
      for (const [number, tree] of sample.entries()) {
        const base = join(root, `t${number}`);
        mkdirSync(base);
        chmodSync(base, 0o755);
        for (const made of tree) make(base, made);
        for (const made of [...tree].reverse()) if (made.kind === "dir") own(base, made);
        jobs.push({ tree, base, host: openDirectory(base, "test", false) });
      }
      for (const [uid, gid, groups] of [
        [2001, 2001, [2001, 3001]],
        [2002, 2002, [2002, 3001]],
      ] as const) {
        const asked = jobs.flatMap(({ tree, base }) =>
          PATHS.map((path) => {
            const { entries, final, creates } = touched(tree, path);
            return {
              entries: entries.map((made) => ({
                path: base + made.path,
                link: made.kind === "link",
                mode: made.mode,
              })),
              final: final === null ? null : base + final,
              creates: creates === null ? null : base + creates,
            };
          }),
        );
        const run = spawnSync(process.execPath, ["-e", REFEREE], {
          input: JSON.stringify({ uid, gid, groups, jobs: asked }),
          encoding: "utf8",
          maxBuffer: 1 << 26,
        });
        expect(run.stderr).toBe("");
        const answers = JSON.parse(run.stdout) as boolean[];
        for (const [number, { host, tree }] of jobs.entries()) {
          const index = writerIndex(host, ACCOUNTS);
          for (const [at, path] of PATHS.entries()) {
            const { principals } = index.writersOf(path);
            const direct = principals.some(
              (p) => p.kind === "everyone" || (p.kind === "user" && p.uid === uid),
            );
            const asMember = principals.some(
              (p) => p.kind === "group" && (groups as readonly number[]).includes(p.gid ?? -1),
            );
            const really = answers[number * PATHS.length + at] ?? false;
            trials++;
            if (really) yes++;
            const told = {
              path,
              uid,
              tree,
              principals: principals.map((p) => `${p.kind} ${p.name} ${p.how} ${p.because.path}`),
            };
            // A group stands for all its members; one of them may be kept out by a directory another can enter.
            if (really) expect({ ...told, able: direct || asMember }).toEqual({ ...told, able: true });
            else expect({ ...told, able: direct }).toEqual({ ...told, able: false });
          }
        }
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
    expect(trials).toBeGreaterThan(500);
    expect(yes).toBeGreaterThan(trials / 10);
    expect(yes).toBeLessThan((trials * 9) / 10);
  },
);

function make(base: string, made: Made): void {
  const path = base + made.path;
  if (made.kind === "dir") mkdirSync(path);
  else if (made.kind === "link") symlinkSync(made.target ?? "", path);
  else writeFileSync(path, "x");
  if (made.kind === "link") lchownSync(path, made.uid, made.gid);
  else if (made.kind === "file") own(base, made);
}

function own(base: string, made: Made): void {
  chownSync(base + made.path, made.uid, made.gid);
  chmodSync(base + made.path, made.mode);
}
