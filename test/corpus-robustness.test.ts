import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCorpus, nowUsecOf, treeOf } from "../corpus/corpus.ts";
import { type MemoryEntry, memoryHost } from "../src/hosts/memory.ts";
import { zonesOf } from "../src/hosts/zoneinfo.ts";
import { readInventory } from "../src/inventory/inventory.ts";
import { auditReport } from "../src/report/build.ts";
import { judge } from "../src/rules/judge.ts";
import { VERDICTS } from "../src/rules/verdict.ts";

/** 500 trees; TIMERWARDEN_DIFF=20 makes it 10,000. */
const RUNS = 500 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1);
const MAX_MS = 2000;

const CORPUS = loadCorpus();

type Tree = Map<string, MemoryEntry>;
type Mutation = (tree: Tree, path: string, other: string, text: string, at: number) => void;

/** What an attacker, a broken disk or a bad copy does to a tree. */
const MUTATIONS: readonly Mutation[] = [
  (tree, path) => void tree.delete(path),
  (tree, path) => void tree.set(path, ""),
  (tree, path) => void tree.set(path, { kind: "fifo" }),
  (tree, path) => void tree.set(path, { kind: "block-device", mode: 0o666 }),
  (tree, path) => void tree.set(path, { link: path }),
  (tree, path, other) => void tree.set(path, { link: other }),
  (tree, path) => void tree.set(path, { link: "../../../../../../.." }),
  (tree, path) => void tree.set(path, { content: "x", error: "EACCES" }),
  (tree, path) => void tree.set(path, { content: "x", error: "EIO" }),
  (tree, path) => void tree.set(path, { dir: true, error: "EACCES" }),
  (tree, path, _, text) => void tree.set(path, text),
  (tree, path, _, text, at) => change(tree, path, (old) => old.slice(0, at % (old.length + 1)) + text),
  (tree, path, _, text, at) => change(tree, path, (old) => splice(old, at, text)),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "\0")),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "\\\n")),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "\uFFFD\u202E\u001b[2J")),
  (tree, path) => change(tree, path, (old) => old.repeat(200)),
  (tree, path) => change(tree, path, (old) => old.replaceAll("\n", "\r\n")),
  (tree, path) => change(tree, path, (old) => old.replaceAll("\n", "")),
  (tree, path, other) => change(tree, path, (old) => old + textOf(tree.get(other))),
  (tree, path, _, __, at) =>
    change(tree, path, (old) => `${old}\n[Service]\nExecStart=/bin/sh -c '${"$(".repeat(at % 3000)}'`),
  (tree, path, _, __, at) =>
    change(tree, path, (old) => `${old}\n[Unit]\nWants=${"a.service ".repeat(at % 3000)}`),
  (tree, path, _, __, at) =>
    change(tree, path, (old) => `${old}\n[Timer]\nOnCalendar=${"*:0/1,".repeat(at % 500)}`),
  (tree, path) =>
    change(tree, path, (old) => `${old}\n[Unit]\nOnFailure=${path.slice(path.lastIndexOf("/") + 1)}`),
  (tree, path) => change(tree, path, () => `#!/bin/sh\n. ${path}\n${path}\n`),
  (tree, path) => change(tree, path, () => `X=${"a".repeat(2 * 1024 * 1024)}`),
  (tree, path) => facts(tree, path, { uid: 4_294_967_294, gid: 12345, mode: 0o7777 }),
  (tree, path) => facts(tree, path, { mode: 0 }),
  (tree, path) => facts(tree, path, { mtimeNs: 9_000_000_000_000_000_000n, ctimeNs: null }),
  (tree, path) => facts(tree, path, { size: 2 ** 50 }),
  (tree, path, other) =>
    moveTo(tree, path, `${other.slice(0, other.lastIndexOf("/"))}/${"é".repeat(100)}.timer`),
  (tree, path, other) => moveTo(tree, path, `${other.slice(0, other.lastIndexOf("/"))}/@@.service`),
];

const TEXT = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(..."[]=\\\n%$@'\"`;|&(){}<>*:/.-+~ \0\t", ..."AaExecStart0x"),
    maxLength: 400,
  }),
  fc.constantFrom(
    "[Timer]\nOnCalendar=*-02-30\nOnBootSec=infinity\n",
    "[Unit]\nRequires=%i%I%n%h\n[Service]\nExecStart=%%%\n",
    "\uFEFF[Service]\nExecStart=@/bin/sh - -c x\n",
    "* * * * * root \\\n%%%\n",
    "Package: x\nStatus: install ok installed\n\n\n",
    "root:x:0:0:::\n::::::\nx:x:-1:99999999999::/:\n",
  ),
);

const MUTANT = fc.record({
  base: fc.integer({ min: 0, max: CORPUS.length - 1 }),
  steps: fc.array(
    fc.record({
      mutation: fc.integer({ min: 0, max: MUTATIONS.length - 1 }),
      // Most steps hit what the case plants; it comes last in the tree.
      fromEnd: fc.oneof({ weight: 3, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(400) }),
      other: fc.nat(400),
      text: TEXT,
      at: fc.nat(5000),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

test(`${RUNS} mutated trees: no crash, no hang, each at most ${MAX_MS} ms`, {
  timeout: 1000 * RUNS + 60_000,
}, () => {
  let slowest = 0;
  let judged = 0;
  fc.assert(
    fc.property(MUTANT, ({ base, steps }) => {
      const one = CORPUS[base];
      if (one === undefined) throw new Error("no such case");
      const tree = treeOf(one);
      for (const { mutation, fromEnd, other, text, at } of steps) {
        const paths = [...tree.keys()];
        const path = paths[paths.length - 1 - (fromEnd % paths.length)] ?? "/etc/x";
        const pick = paths[other % paths.length] ?? "/etc/y";
        if (path === "/") continue;
        MUTATIONS[mutation]?.(tree, path, pick, text, at);
      }
      const host = memoryHost(plausible(tree));
      const started = performance.now();
      const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: nowUsecOf(one) });
      const report = auditReport(inventory, judge(inventory));
      const took = performance.now() - started;
      slowest = Math.max(slowest, took);
      judged += report.timers.length;
      for (const { verdict } of report.timers) if (verdict !== null) expect(VERDICTS).toContain(verdict);
      expect(took, `${one.folder}: ${JSON.stringify(steps)}`).toBeLessThan(MAX_MS);
    }),
    { numRuns: RUNS },
  );
  console.log(`robustness: ${RUNS} trees, ${judged} timers and jobs, slowest ${Math.round(slowest)} ms`);
  expect(judged).toBeGreaterThan(RUNS);
});

function change(tree: Tree, path: string, edit: (old: string) => string): void {
  const old = tree.get(path);
  if (
    typeof old === "object" &&
    !(old instanceof Uint8Array) &&
    (old.dir || old.link !== undefined || old.kind)
  )
    return;
  const file = typeof old === "object" && !(old instanceof Uint8Array) ? old : {};
  tree.set(path, { ...file, content: edit(textOf(old)) });
}

function facts(tree: Tree, path: string, changed: Partial<Exclude<MemoryEntry, string | Uint8Array>>): void {
  const old = tree.get(path);
  const file = typeof old === "string" || old instanceof Uint8Array ? { content: old } : old;
  tree.set(path, { ...file, ...changed });
}

function moveTo(tree: Tree, path: string, target: string): void {
  const old = tree.get(path);
  if (old === undefined) return;
  tree.delete(path);
  tree.set(target, old);
}

function textOf(entry: MemoryEntry | undefined): string {
  if (typeof entry === "string") return entry;
  if (entry === undefined || entry instanceof Uint8Array) return "";
  return typeof entry.content === "string" ? entry.content : "";
}

function splice(old: string, at: number, text: string): string {
  const place = at % (old.length + 1);
  return old.slice(0, place) + text + old.slice(place);
}

/** Without what lies below something that is no directory any more: such a tree cannot be. */
function plausible(tree: Tree): Tree {
  const isDirectory = (path: string): boolean => {
    const entry = tree.get(path);
    return (
      entry === undefined ||
      (typeof entry === "object" && !(entry instanceof Uint8Array) && entry.dir === true)
    );
  };
  const result: Tree = new Map();
  for (const [path, entry] of tree) {
    const parts = path.split("/");
    const parents = parts.slice(2).map((_, index) => parts.slice(0, index + 2).join("/"));
    if (parents.every(isDirectory)) result.set(path, entry);
  }
  return result;
}
