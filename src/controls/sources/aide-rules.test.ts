import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../../hosts/directory.ts";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { type AideRules, readAideRules } from "./aide-rules.ts";
import { compilePattern } from "./aide-rules-pattern.ts";
import { hasContentHash, selectionOf } from "./aide-rules-selection.ts";

function rulesOf(text: string, more: Readonly<Record<string, MemoryEntry>> = {}): AideRules {
  return readAideRules({
    host: memoryHost({ "/etc/aide/aide.conf": text, "/etc/hostname": "box\n", ...more }),
  });
}

function isSelected(rules: AideRules, path: string, type = "f"): boolean {
  const { by, against } = selectionOf(rules, path, type);
  return by !== null && against === null;
}

const UNIT = "/etc/systemd/system/x.timer";

describe("what is selected", () => {
  test.each<[string, string, boolean]>([
    ["everything", "/ R\n", true],
    ["a group of one's own", "Full = p+u+sha256\n/etc Full\n", true],
    ["left out by name", "/etc R\n!/etc/systemd/system/.*\\\\.timer$\n", false],
    ["left out for directories only", "/etc R\n!/etc/systemd d\n", true],
    ["only directories selected", "/etc d R\n", false],
    ["children of children of an equals rule", "=/etc/ R\n", false],
    ["a deeper rule", "/etc/systemd R\n!/etc/ssh\n", true],
    ["a variable", "@@define E etc\n/@@{E}/systemd R\n", true],
    ["a condition that holds", "@@if hostname box\n/etc R\n@@endif\n", true],
    ["a condition that does not", "@@ifhost other\n/etc R\n@@else\n/usr R\n@@endif\n", false],
    ["a pattern need not reach the end", "/etc/sys R\n", true],
    ["nothing", "database_in=file:/x\n", false],
  ])("%s", (_name, text, expected) => {
    const rules = rulesOf(text);
    expect(rules.problems).toEqual([]);
    expect(isSelected(rules, UNIT)).toBe(expected);
  });

  test("a folder is included by pattern and in order, with its prefix", () => {
    const rules = rulesOf("@@include /etc/aide/d ^[a-z]+$ /mnt\n", {
      "/etc/aide/d/b": "/usr R\n",
      "/etc/aide/d/a": "/etc R\n",
      "/etc/aide/d/a.bak": "/srv R\n",
    });
    expect(rules.rules.map(({ text }) => text)).toEqual(["/mnt/etc", "/mnt/usr"]);
  });

  test("snippets that would be executed are named", () => {
    const rules = rulesOf("@@x_include /etc/aide/d .*\n/etc R\n", {
      "/etc/aide/d/run": { content: "#!/bin/sh\n", mode: 0o755 },
    });
    expect(rules.executables).toEqual(["/etc/aide/d/run"]);
  });

  test.each([
    "/etc NoSuchGroup\n",
    "/etc (?=x) R\n",
    "garbage\n",
    "@@include /nowhere\n",
    "!relative\n",
    "/a(b R\n",
  ])("%j is a problem", (text) => {
    expect(rulesOf(text).problems).toHaveLength(1);
  });

  test("hashes of content are told from facts", () => {
    const [facts, content] = rulesOf(
      "/a p+u+g+mtime\n/b p+sha256\n/c Full\n".replace("mtime", "m").replace("Full", "H"),
    ).rules;
    expect(facts && hasContentHash(facts)).toBe(false);
    expect(content && hasContentHash(content)).toBe(true);
  });
});

test("patterns match as they do in JavaScript, where both know them", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "/",
    ".",
    "[ab]",
    "[^a]",
    "(a|b)",
    "(ab)?",
    "a*",
    "b+",
    "a{1,2}",
    "\\.",
    "[[:digit:]]",
    "\\d",
    "$",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "1"), maxLength: 12 }),
      (pieces, path) => {
        const text = pieces.join("");
        const compiled = compilePattern(text);
        const known = new RegExp(`^(?:${text.replaceAll("[[:digit:]]", "[0-9]")})`);
        expect(compiled.ok && compiled.value.matches(path)).toBe(known.test(path));
      },
    ),
  );
});

test("a pattern made to stall does not", () => {
  const compiled = compilePattern("/(a+)+$");
  expect(compiled.ok && compiled.value.matches(`/${"a".repeat(5000)}b`)).toBe(false);
  expect(compilePattern("((((a{200}){200}){200}){200})").ok).toBe(false);
});

test("any text is read without a throw", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => {
      expect(() => rulesOf(`/etc R\n${text}`)).not.toThrow();
    }),
  );
});

const CONFIGURATIONS: readonly string[] = [
  "/ 0 R\n",
  "/etc R\n!/etc/systemd/system/.*\\\\.timer$ f\n",
  "=/etc/systemd/system/ R\n/usr R\n",
  "=/etc/systemd$ R\n",
  "/etc f R\n/etc/systemd d R\n!/etc/systemd/system$ d\n",
  "/etc R\n!/etc/systemd/system/x\n",
  "@@define D systemd\n/(etc|usr/lib)/@@{D} R\n",
  "/etc/systemd/system R\n!/etc/sys\n",
  "/etc/[[:alpha:]]+/system/[-_[:alnum:]]+\\\\.timer$ f,l R\n",
  "/etc%2Fsystemd R\n",
  "/ d R\n/etc/ssh R\n",
  "@@define T \\\\.timer\n/etc/systemd/system/x@@{T}$ R\n",
  "@@define C [-a-z\\\\\\\\]+\n/@@{C}/systemd R\n",
];
const PATHS: readonly (readonly [string, string])[] = [
  ["f", "/etc/systemd/system/x.timer"],
  ["l", "/etc/systemd/system/x.timer"],
  ["d", "/etc/systemd/system"],
  ["d", "/etc/systemd"],
  ["f", "/etc/systemd/system/x.timer.d/a.conf"],
  ["f", "/usr/lib/systemd/system/x.timer"],
  ["f", "/run/systemd/generator/x.timer"],
  ["f", "/run/systemd/transient/run-x.timer"],
  ["f", "/var/lib/systemd/linger/anna"],
];

const hasAide = spawnSync("aide", ["--version"]).error === undefined;
const title = hasAide ? "" : "SKIPPED: aide is not installed: ";

describe("aide --path-check itself", () => {
  test.skipIf(!hasAide)(`${title}selects the same paths`, () => {
    for (const [number, text] of CONFIGURATIONS.entries()) {
      const root = mkdtempSync(join(tmpdir(), "aide-"));
      mkdirSync(join(root, "etc/aide"), { recursive: true });
      writeFileSync(join(root, "etc/aide/aide.conf"), text);
      const rules = readAideRules({ host: openDirectory(root, "root:test", false) });
      expect(rules.problems).toEqual([]);
      for (const [type, path] of PATHS) {
        const { status } = spawnSync("aide", [
          "-c",
          join(root, "etc/aide/aide.conf"),
          "-p",
          `${type}:${path}`,
        ]);
        expect({ number, type, path, selected: isSelected(rules, path, type) }).toEqual({
          number,
          type,
          path,
          selected: status === 0,
        });
      }
    }
  });
});
