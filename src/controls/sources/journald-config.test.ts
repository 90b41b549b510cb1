import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../../hosts/memory.ts";
import { readJournaldConfig } from "./journald-config.ts";

type Files = Readonly<Record<string, MemoryEntry>>;
const MAIN = "/etc/systemd/journald.conf";
const folder = (base: string, name: string): string => `${base}/systemd/journald.conf.d/${name}.conf`;

test.each<[string, Files, string | undefined]>([
  ["nothing", {}, undefined],
  ["the main file", { [MAIN]: "[Journal]\nStorage=volatile\n" }, "volatile"],
  [
    "a drop-in of a vendor beats the main file",
    { [MAIN]: "[Journal]\nStorage=volatile\n", [folder("/usr/lib", "10-x")]: "[Journal]\nStorage=none\n" },
    "none",
  ],
  [
    "the last name wins, wherever it is",
    {
      [folder("/etc", "10-x")]: "[Journal]\nStorage=none\n",
      [folder("/usr/lib", "20-y")]: "[Journal]\nStorage=auto\n",
    },
    "auto",
  ],
  [
    "of one name the stronger directory",
    {
      [folder("/etc", "10-x")]: "[Journal]\nStorage=none\n",
      [folder("/usr/lib", "10-x")]: "[Journal]\nStorage=auto\n",
    },
    "none",
  ],
  [
    "a mask hides a weaker one",
    {
      [folder("/etc", "10-x")]: { link: "/dev/null" },
      [folder("/usr/lib", "10-x")]: "[Journal]\nStorage=auto\n",
    },
    undefined,
  ],
  ["an empty value takes it back", { [MAIN]: "[Journal]\nStorage=volatile\nStorage=\n" }, undefined],
  ["another section", { [MAIN]: "[Other]\nStorage=volatile\n" }, undefined],
  [
    "the vendor's main file without one in /etc",
    { "/usr/lib/systemd/journald.conf": "[Journal]\nStorage=none\n" },
    "none",
  ],
])("%s", (_name, files, storage) => {
  const config = readJournaldConfig({ host: memoryHost(files) });
  expect(config.problems).toEqual([]);
  expect(config.settings.get("Journal.Storage")?.value).toBe(storage);
});

test("what cannot be read is said", () => {
  for (const entry of ["garbage\n", { content: "[Journal]\n", error: "EACCES" }])
    expect(readJournaldConfig({ host: memoryHost({ [MAIN]: entry }) }).problems.length).toBeGreaterThan(0);
});

const analyze = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).status === 0;
const aloud = analyze ? "" : " (SKIPPED: systemd-analyze is not installed)";
const root = mkdtempSync(join(tmpdir(), "timerwarden-cat-config-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BASES = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];
const place = fc.tuple(
  fc.constantFrom(...BASES),
  fc.constantFrom("10-a.conf", "9-b.conf", "a.conf", "B.conf", "x.bak", ".h.conf"),
);
const tree = fc.record({
  main: fc.boolean(),
  dropIns: fc.uniqueArray(fc.tuple(place, fc.constantFrom("text", "text", "empty", "mask")), {
    maxLength: 8,
    selector: ([[base, name]]) => `${base}/${name}`,
  }),
});

test.skipIf(!analyze)(`files and their order are those of systemd-analyze cat-config${aloud}`, () => {
  fc.assert(
    fc.property(tree, ({ main, dropIns }) => {
      rmSync(root, { recursive: true, force: true });
      const files: Record<string, MemoryEntry> = {};
      if (main) files[MAIN] = "[Journal]\n";
      for (const [[base, name], kind] of dropIns)
        files[`${base}/systemd/journald.conf.d/${name}`] =
          kind === "mask" ? { link: "/dev/null" } : kind === "empty" ? "" : "[Journal]\nStorage=none\n";
      for (const [path, entry] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        if (typeof entry === "string") writeFileSync(join(root, path), entry);
        else symlinkSync("/dev/null", join(root, path));
      }
      mkdirSync(root, { recursive: true });
      const { stdout } = spawnSync(
        "systemd-analyze",
        [`--root=${root}`, "cat-config", "systemd/journald.conf"],
        {
          encoding: "utf8",
        },
      );
      const theirs = stdout
        .split("\n")
        .flatMap((line) => (line.startsWith(`# ${root}`) ? [line.slice(2 + root.length)] : []));
      // It names a mask too, and prints nothing of it.
      const masks = Object.keys(files).filter((path) => typeof files[path] !== "string");
      const own = readJournaldConfig({ host: memoryHost(files) }).files;
      expect(own, JSON.stringify({ main, dropIns })).toEqual(theirs.filter((path) => !masks.includes(path)));
    }),
    { numRuns: Number(process.env["TIMERWARDEN_DIFF"] ?? "1") * 40 },
  );
});
