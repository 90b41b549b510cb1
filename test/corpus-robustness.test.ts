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
  (tree, path, other, _, at) => moveTo(tree, path, `${directoryOf(other)}/${pick(ODD_NAMES, at)}`),
  (tree, path, other, text, at) => {
    tree.set(`${directoryOf(other)}/${pick(ODD_NAMES, at)}`, text);
    tree.set(`${directoryOf(path)}/timers.target.wants/${pick(ODD_NAMES, at + 1)}`, { link: other });
  },
  (tree, path, _, __, at) => void tree.set(path, { link: pick(LINKS, at) }),
  (tree, path) => void tree.set(directoryOf(path), { link: directoryOf(directoryOf(path)) }),
  (tree, path, other) => {
    tree.set(path, { link: other });
    tree.set(other, { link: path });
  },
  (tree, path) => {
    for (let at = 0; at < 60; at++) tree.set(`${path}.${at}`, { link: `${path}.${at + 1}` });
    tree.set(path, { link: `${path}.0` });
  },
  (tree, path) => void tree.set(path, { dir: true, mode: 0o777 }),
  (tree, path, _, __, at) => void tree.set(path, { kind: pick(KINDS, at), mode: 0o777 }),
  (tree, path) => {
    const gone = `${directoryOf(path)}/`;
    for (const each of [...tree.keys()]) if (each.startsWith(gone)) tree.delete(each);
  },
  (tree, path) => void tree.delete(directoryOf(path)),
  (tree, path, _, __, at) => change(tree, path, (old) => old.slice(0, at % (old.length + 1))),
  (tree, path, _, __, at) => change(tree, path, (old) => old.slice(at % (old.length + 1))),
  (tree, path, _, text, at) => bytes(tree, path, (old) => flipped(old, at, text)),
  (tree, path, _, __, at) =>
    bytes(tree, path, (old) => Uint8Array.from([...old.subarray(at % 64), 0xff, 0xfe, 0xc0, 0x80])),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "a".repeat(1024 * 1024))),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "\\\n".repeat(20_000))),
  (tree, path, _, __, at) => change(tree, path, (old) => splice(old, at, "[[[[{{{{(((('\"`".repeat(2000))),
  (tree, path) =>
    change(tree, path, (old) => `${old}\n[Service]\n${"ExecStart=/bin/sh -c 'a|b'\n".repeat(3000)}`),
  (tree, path) => change(tree, path, (old) => old.split("\n").reverse().join("\n")),
  (tree, path, other, _, at) =>
    change(tree, path, (old) => `${old}\n[Unit]\n${pick(EDGES, at)}=${nameOf(other)} ${nameOf(path)}\n`),
  (tree, path, _, __, at) => facts(tree, path, { mode: at & 0o7777, uid: at % 3 === 0 ? 0 : at, gid: at }),
  (tree, _, __, text, at) => void tree.set(pick(SETTINGS, at), text),
  (tree, _, __, text, at) => change(tree, pick(SETTINGS, at), (old) => splice(old, at * 7, text)),
  (tree, _, __, text, at) => bytes(tree, pick(SETTINGS, at), (old) => flipped(old, at * 31, text)),
  (tree, _, __, ___, at) =>
    change(tree, pick(SETTINGS, at), (old) => old.slice(0, (at * 13) % (old.length + 1))),
  (tree, _, other, __, at) => void tree.set(pick(SETTINGS, at), { link: other }),
  (tree, _, __, text, at) => change(tree, pick(SETTINGS, at), (old) => (old + text).repeat(300)),
];

/** Files outside units that decide what runs, or who it is and where it comes from. */
const SETTINGS: readonly string[] = [
  "/etc/passwd /etc/group /etc/shadow /etc/crontab /etc/anacrontab /etc/cron.d/x /etc/cron.daily/x /etc/environment",
  "/var/spool/cron/crontabs/root /var/spool/cron/crontabs/alice /var/spool/cron/atjobs/a0000101b2c3d4 /var/spool/cron/root",
  "/etc/logrotate.conf /etc/logrotate.d/x /etc/apt/apt.conf /etc/apt/apt.conf.d/99x /etc/os-release /usr/lib/os-release",
  "/var/lib/dpkg/status /var/lib/dpkg/diversions /var/lib/dpkg/alternatives/x /var/lib/dpkg/info/systemd.list",
  "/var/lib/dpkg/info/systemd.md5sums /var/lib/dpkg/status.d/x /var/lib/rpm/rpmdb.sqlite /usr/lib/sysimage/rpm/rpmdb.sqlite",
  "/var/lib/pacman/local/x-1-1/desc /var/lib/pacman/local/x-1-1/files /var/lib/pacman/local/x-1-1/mtree /lib/apk/db/installed",
  "/etc/systemd/system.conf /etc/systemd/user.conf /etc/systemd/system.conf.d/x.conf /etc/environment.d/x.conf",
  "/etc/systemd/system-preset/x.preset /etc/localtime /etc/timezone /etc/machine-id /etc/ld.so.preload /etc/fstab",
  "/var/lib/systemd/timers/stamp-x.timer /var/lib/systemd/linger/alice /etc/hostname /usr/share/zoneinfo/Europe/Berlin",
  "/home/alice/.config/systemd/user/x.timer /home/alice/.bashrc /etc/profile /etc/apt/sources.list",
]
  .join(" ")
  .split(" ");

const LINKS = [
  "/",
  "..",
  ".",
  "",
  "/proc/self/root",
  "/dev/null",
  "//etc//",
  "../".repeat(500),
  "x/".repeat(2000),
  "/etc/\0x",
];
const KINDS = ["fifo", "socket", "character-device", "block-device"] as const;
const EDGES = [
  "Wants",
  "Requires",
  "OnFailure",
  "OnSuccess",
  "Upholds",
  "PropagatesStopTo",
  "Unit",
  "Triggers",
];
const ODD_NAMES = [
  `${"é".repeat(100)}.timer`,
  "@@.service",
  "a@.timer",
  "a@b@c.timer",
  "\\x2d\\x2.timer",
  "-.timer",
  ".timer",
  "..timer",
  "%i%n.timer",
  "a\nb.timer",
  "\u001b[31m.timer",
  "\u202egpj.timer",
  "\udcff.timer",
  `${"a".repeat(255)}.timer`,
  "x.timer.d",
  "x.timer.wants",
  "timer",
  "a b.timer",
  "__proto__.timer",
  "constructor.service",
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
    "alice:x:1000:1000::/proc/self/root/../../:/bin/sh\n__proto__:x:0:0::/:/\n",
    "@reboot x /bin/sh\n*/0 99-1 , - 8 root x\nMAILTO=\n*/5 * * * * . $HOME/x; %\n",
    "#!/bin/sh\n# atrun uid=0 gid=0\n# mail root 0\numask 22\ncd /root || {\n",
    "/var/log/*.log {\n postrotate\n  {{{\n include /etc/logrotate.d\n",
    "include /etc/logrotate.conf\ninclude /etc/logrotate.d\n",
    'APT::Update::Pre-Invoke { "x"; { { "y" }; };\n#include "/etc/apt/apt.conf"\n#clear APT;\n/* ',
    "%NAME%\nx\n\n%FILES%\nusr/\n../../etc/x\n\n%BACKUP%\netc/x\t\n",
    "P:x\nV:1\nF:../..\nR:x\nZ:Q1!!!!\n\nF:\nR:\n",
    "SQLite format 3\0\u0010\0\u0001\u0001\0@  ",
    "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u007f\u007f\u007f\u007f",
    "Package: x\nVersion: 1\nConffiles:\n /etc/x 0\n ../../x\n\nPackage:\n",
    "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/:/proc:..:\nDefaultEnvironment=%%\n",
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
        const second = paths[other % paths.length] ?? "/etc/y";
        if (path === "/" || second === "/") continue;
        MUTATIONS[mutation]?.(tree, path, second, text, at);
      }
      const host = memoryHost(plausible(tree));
      // Time of the processor: others may be busy on this machine.
      const started = process.cpuUsage().user;
      const inventory = readInventory(host, { zones: zonesOf(host, null), nowUsec: nowUsecOf(one) });
      const report = auditReport(inventory, judge(inventory));
      const took = (process.cpuUsage().user - started) / 1000;
      slowest = Math.max(slowest, took);
      judged += report.timers.length;
      for (const { verdict } of report.timers) if (verdict !== null) expect(VERDICTS).toContain(verdict);
      expect(took, `${one.folder}: ${JSON.stringify(steps)}`).toBeLessThan(MAX_MS);
    }),
    // Of a tree that took too long, smaller ones need not: looking for them could take hours.
    { numRuns: RUNS, endOnFailure: true },
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

/** Edits bytes, where the entry is or can be a file. */
function bytes(tree: Tree, path: string, edit: (old: Uint8Array) => Uint8Array): void {
  const old = tree.get(path);
  if (old instanceof Uint8Array) tree.set(path, edit(old));
  else if (typeof old === "object" && old.content instanceof Uint8Array)
    tree.set(path, { ...old, content: edit(old.content) });
  else if (old === undefined || textOf(old) !== "")
    tree.set(path, edit(new TextEncoder().encode(textOf(old))));
}

function flipped(old: Uint8Array, at: number, text: string): Uint8Array {
  const changed = Uint8Array.from(old);
  for (let index = 0; index < text.length && changed.length > 0; index++)
    changed[(at + index * 97) % changed.length] = text.charCodeAt(index) & 0xff;
  return changed;
}

function pick<T>(list: readonly T[], at: number): T {
  const chosen = list[at % list.length];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
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

/** Without what lies below something that is no directory any more, or has no path of its own: such a tree cannot be. */
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
    const isPlain =
      path.startsWith("/") && parts.slice(1).every((part) => part !== "" && !/^\.\.?$|\0/.test(part));
    if (isPlain && parents.every(isDirectory)) result.set(path, entry);
  }
  return result;
}
