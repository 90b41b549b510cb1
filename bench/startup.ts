/** Start-up of what is shipped: a clone's build (with compiled code for this Node), npm's (without), the executable. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, print } from "./compare.ts";

const HOME = join(import.meta.dirname, "..");

export function benchStartup(): void {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const npm = join(work, "npm");
    cpSync(join(HOME, "dist"), npm, { recursive: true, filter: (path) => !path.endsWith(".cache") });
    execFileSync(process.execPath, ["scripts/package.mjs", "--built", "--out", work, "executable"], {
      cwd: HOME,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const executable = readdirSync(work).find((name) => /^timerwarden-.*-linux-[a-z0-9]+$/.test(name)) ?? "";
    const ways: readonly (readonly [string, readonly string[]])[] = [
      ["built in the clone", [process.execPath, join(HOME, "dist/cli.cjs")]],
      ["from npm", [process.execPath, join(npm, "cli.cjs")]],
      ["executable", [join(work, executable)]],
    ];
    for (const args of [["--version"], ["calendar", "daily"]])
      print(
        `start-up, ${args.join(" ")}`,
        compare(
          [
            { name: "node -e 0", command: [process.execPath, "-e", "0"] },
            ...ways.map(([name, command]) => ({ name, command: [...command, ...args] })),
          ],
          21,
        ),
      );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
