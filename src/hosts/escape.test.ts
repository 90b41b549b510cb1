import { lstatSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { openDirectory } from "./directory.ts";
import type { Host } from "./host.ts";
import { type MemoryEntry, memoryHost } from "./memory.ts";
import { writeTree } from "./real-tree.test-support.ts";

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function treeOf(tree: Parameters<typeof writeTree>[0]): string {
  const root = writeTree(tree);
  roots.push(root);
  return root;
}

const MARK = "seen only from outside";
const outside = treeOf({ "/etc/passwd": MARK, "/a/b": MARK });
const WATCHED = ["", "etc", "etc/passwd", "a", "a/b"].map((path) => join(outside, path));

/** Times of last access set far back, so that any read shows (relatime updates an access older than a day). */
function forgetAccess(): void {
  for (const path of WATCHED) utimesSync(path, 1_000_000, 1_000_000);
}

function accessed(): readonly string[] {
  return WATCHED.filter((path) => lstatSync(path).atimeMs !== 1_000_000_000);
}

function showsAccess(): boolean {
  forgetAccess();
  readFileSync(join(outside, "a/b"));
  readdirSync(join(outside, "a"));
  return accessed().length === 2;
}

const segment = fc.constantFrom("a", "b", "c", "etc", "passwd", "..", "..", ".", "", outside.slice(1));
const target = fc.oneof(
  fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/") || "/"),
  fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`),
  fc.constantFrom(
    outside,
    `${outside}/etc`,
    `${outside}/a/b`,
    `../../../../../..${outside}/etc/passwd`,
    "/proc/self/root",
  ),
);
const name = fc.constantFrom(
  "/a",
  "/b",
  "/c",
  "/etc",
  "/a/a",
  "/a/b",
  "/b/c",
  "/etc/a",
  "/etc/passwd",
  "/c/a/b",
);
const links = fc.array(
  fc.tuple(
    name,
    fc.oneof(
      { weight: 3, arbitrary: target.map((link): MemoryEntry => ({ link })) },
      { weight: 1, arbitrary: fc.constant<MemoryEntry>("inside") },
    ),
  ),
  { maxLength: 9 },
);

/** Leaves out what would have to lie below something that is no directory. */
function possible(entries: readonly (readonly [string, MemoryEntry])[]): Record<string, MemoryEntry> {
  const tree = new Map(entries);
  const hasChild = (path: string): boolean => [...tree.keys()].some((other) => other.startsWith(`${path}/`));
  return Object.fromEntries([...tree].filter(([path]) => !hasChild(path)));
}

const PATHS = [
  "/",
  "/a",
  "/b",
  "/c",
  "/etc",
  "/a/a",
  "/a/b",
  "/b/c",
  "/c/a/b",
  "/etc/passwd",
  "/b/../etc/passwd",
  "/a/a/../../a/b",
];

/** Everything a host says of the paths, without what two kinds of host cannot share (identity, times, sizes). */
function answers(host: Host): unknown {
  return PATHS.map((path) => {
    const content = host.readFile(path);
    const facts = host.stat(path);
    return [
      path,
      host.realPath(path),
      host.readLink(path),
      host.readDirectory(path),
      content.kind === "present" ? new TextDecoder().decode(content.value.bytes) : content,
      facts.kind === "present" ? facts.value.kind : facts,
    ];
  });
}

test.skipIf(!showsAccess())(
  "no tree of links leads out: nothing outside is read (skipped where the file system keeps no access times)",
  () => {
    fc.assert(
      fc.property(links, (entries) => {
        const tree = possible(entries);
        const root = writeTree(tree);
        try {
          forgetAccess();
          const said = answers(openDirectory(root, "root:", false));
          expect(accessed()).toEqual([]);
          expect(JSON.stringify(said)).not.toContain(MARK);
          // The host in memory cannot reach anything outside, so its answers are the right ones.
          expect(said).toEqual(answers(memoryHost(tree)));
        } finally {
          rmSync(root, { recursive: true, force: true });
        }
      }),
      { numRuns: 150 * Number(process.env["TIMERWARDEN_DIFF"] ?? "1") },
    );
  },
);
