/** No false comfort: evidence that is lost or garbled never turns a fail or a doubt into a pass. */
import { describe, expect, test } from "vitest";
import type { MemoryEntry, MemoryFile } from "../hosts/memory.ts";
import { checkExample } from "./check.test-support.ts";
import type { Check, CheckResult, Example } from "./check.ts";
import { CHECKS } from "./index.ts";

const JUNK = Uint8Array.of(0xff, 0, 0x7b, 0xc3, 0x28, 0x0a, 1);

/** What can befall one thing in the evidence; `null` takes it away, `undefined` does not apply to it. */
type Mishap = (entry: MemoryFile) => MemoryEntry | null | undefined;

const MISHAPS: readonly (readonly [name: string, mishap: Mishap, isLoss: boolean])[] = [
  ["is removed", () => null, true],
  ["is cut off", cutOff, true],
  ["cannot be read", (entry) => ({ ...entry, error: "EACCES" }), false],
  ["is binary junk", (entry) => (isFile(entry) ? { ...entry, content: JUNK } : undefined), false],
  [
    "is other text",
    (entry) => (isFile(entry) ? { ...entry, content: "](}{ not what it was <\n" } : undefined),
    false,
  ],
  ["is a directory", (entry) => (entry.dir ? undefined : { dir: true }), false],
];

/** The first half, which mostly ends in the middle of a line. */
function cutOff(entry: MemoryFile): MemoryEntry | undefined {
  if (!isFile(entry)) return undefined;
  const bytes = Buffer.from(entry.content ?? "");
  return bytes.length < 2 ? undefined : { ...entry, content: bytes.subarray(0, bytes.length >> 1) };
}

function isFile({ link, dir, kind }: MemoryFile): boolean {
  return link === undefined && dir === undefined && (kind === undefined || kind === "file");
}

function entryOf(entry: MemoryEntry): MemoryFile {
  return typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
}

describe("no mishap to any one thing makes a check pass that did not", () => {
  test.each(CHECKS.map((check) => [check.id, check] as const))("%s", (_id, check) => {
    const { fail, notAssessable } = check.examples();
    for (const example of [...fail, ...notAssessable]) {
      const before = checkExample(check, example);
      const comforts = [...mishapsTo(check, example, before), ...historyMishaps(example, before)].flatMap(
        ([says, changed]) => {
          const { outcome, says: said } = checkExample(check, changed);
          return outcome === "pass" ? [`${says}: ${said}`] : [];
        },
      );
      expect(comforts, before.says).toEqual([]);
    }
  });
});

function mishapsTo(
  check: Check,
  example: Example,
  before: CheckResult,
): readonly (readonly [string, Example])[] {
  return Object.entries(example.files).flatMap(([path, entry]) =>
    MISHAPS.flatMap(([name, mishap, isLoss]): readonly (readonly [string, Example])[] => {
      if (isLoss && isAnotherHost(check, before, path)) return [];
      const changed = mishap(entryOf(entry));
      if (changed === undefined) return [];
      const files = new Map(Object.entries(example.files));
      if (changed === null) files.delete(path);
      else files.set(path, changed);
      return [[`${path} ${name}`, { ...example, files: Object.fromEntries(files) }]];
    }),
  );
}

/**
 * The one exception: without the very thing that is accused (or in doubt) what is left can be another host, one where
 * that thing never was, and no reader can tell the two apart. It holds for removal and for cutting off only, for the
 * paths the result itself names as its evidence, and not where the check needs the file to say anything.
 */
function isAnotherHost({ needs }: Check, { evidence }: CheckResult, path: string): boolean {
  return !needs.includes(path) && evidence.some((item) => item.path === path);
}

function historyMishaps(
  example: Example,
  { evidence }: CheckResult,
): readonly (readonly [string, Example])[] {
  const newest = Object.keys(example.history ?? {})
    .sort((a, b) => (a < b ? -1 : 1))
    .at(-1);
  return Object.entries(example.history ?? {}).flatMap(([name, text]) => {
    const isNamed = evidence.some(({ path }) => path === `history:${name}`);
    const others = Object.entries(example.history ?? {}).filter(([other]) => other !== name);
    const changes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ...(isNamed ? [] : [["is removed", {}] as const]),
      ["is cut off", { [name]: text.slice(0, text.length >> 1) }],
      ["is other text", { [name]: "](}{" }],
      // The newest is vouched for by nothing after it, which the checks say of themselves.
      ...(name === newest
        ? []
        : [["is altered", { [name]: text.replaceAll('"outcome":"fail"', '"outcome":"pass" ') }] as const]),
    ];
    return changes.map(
      ([says, change]) =>
        [`${name} ${says}`, { ...example, history: { ...Object.fromEntries(others), ...change } }] as const,
    );
  });
}
