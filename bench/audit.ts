/**
 * `audit` of this host, and of a busy server's root: 5,000 units, 200 homes with timers, a dpkg database of 60,000
 * files; beside `list` of the same and systemd's own list.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareUsage, print } from "./compare.ts";
import { makeHostTree } from "./host-tree.ts";

const CLI = join(import.meta.dirname, "../dist/cli.cjs");

export function benchAudit(): void {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const root = join(work, "root");
    const run = (command: string, target: string): string[] => [
      process.execPath,
      CLI,
      command,
      "-o",
      "json",
      `root:${target}`,
    ];
    print(
      "audit of this host's files",
      compareUsage(
        [
          { name: "timerwarden list", command: run("list", "/") },
          { name: "timerwarden audit", command: run("audit", "/") },
          {
            name: "systemctl --root list-unit-files",
            command: ["systemctl", "--root=/", "list-unit-files", "--no-pager"],
          },
        ],
        7,
      ),
    );
    makeHostTree(root, { units: 5_000, homes: 200, files: 60_000 });
    print(
      "audit, 5,000 units, 200 homes, 60,000 packaged files",
      compareUsage([
        { name: "timerwarden list", command: run("list", root) },
        { name: "timerwarden audit", command: run("audit", root) },
      ]),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
