import { expect, test } from "vitest";
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
