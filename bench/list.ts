/** `list` of roots with 500, 5,000 and 50,000 unit files, beside a bare read of the same files and `systemctl --root`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, compareUsage, print } from "./compare.ts";
import { makeUnitTree } from "./unit-tree.ts";

const READER = `
const fs = require("node:fs");
const buffer = Buffer.allocUnsafe(1 << 20);
let bytes = 0;
(function walk(directory) {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const path = directory + "/" + entry.name;
    if (entry.isDirectory()) walk(path);
    else if (entry.isFile()) {
      const file = fs.openSync(path, "r");
      bytes += fs.readSync(file, buffer);
      fs.closeSync(file);
    }
  }
})(process.argv[2]);
`;

const CLI = join(import.meta.dirname, "../dist/cli.cjs");

export function benchList(): void {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const reader = join(work, "reader.cjs");
    writeFileSync(reader, READER);
    print(
      "start-up",
      compare(
        [
          { name: "node -e 0", command: [process.execPath, "-e", "0"] },
          { name: "timerwarden --version", command: [process.execPath, CLI, "--version"] },
        ],
        15,
      ),
    );
    for (const count of [500, 5_000, 50_000]) {
      const root = join(work, String(count));
      makeUnitTree(root, count);
      const peers =
        count <= 500
          ? [
              {
                name: "systemctl --root list-unit-files",
                command: ["systemctl", `--root=${root}`, "list-unit-files", "--no-pager"],
              },
            ]
          : [];
      print(
        `list, ${count} unit files`,
        compareUsage(
          [
            { name: "bare read of the same files (Node)", command: [process.execPath, reader, root] },
            {
              name: "timerwarden list -o json",
              command: [process.execPath, CLI, "list", "-o", "json", "--all", `root:${root}`],
            },
            ...peers,
          ],
          count > 5_000 ? 5 : 7,
        ),
      );
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
