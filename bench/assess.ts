/** `assess` of a root with 60,000 files, all of dpkg's packages, 200 units and 50 homes, beside a walk over its files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareUsage, print } from "./compare.ts";
import { makeHostTree } from "./host-tree.ts";

const CLI = join(import.meta.dirname, "../dist/cli.cjs");

export function benchAssess(): void {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    makeHostTree(work, { units: 200, homes: 50, files: 60_000 });
    const run = (command: string): string[] => [process.execPath, CLI, command, "-o", "json", `root:${work}`];
    print(
      "assess, 200 units, 50 homes, 60,000 packaged files",
      compareUsage([
        {
          name: "find -perm /022 (a walk over its files)",
          command: ["find", work, "-xdev", "-perm", "/022"],
        },
        { name: "timerwarden list", command: run("list") },
        { name: "timerwarden assess", command: run("assess") },
      ]),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
