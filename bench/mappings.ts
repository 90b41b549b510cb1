/**
 * Mappings: import of a checkout of the published files (time, peak memory, index size), a technique query above
 * start-up, and the STIX export of SP 800-53. The checkout's path comes from TIMERWARDEN_MAPPINGS, else from the
 * shared data beside the project. Bars: 3 s, 200 MB, 1 MB, 50 ms, 1 s.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, print } from "./compare.ts";

const CLI = join(import.meta.dirname, "../dist/cli.cjs");

export function benchMappings(): void {
  const checkout =
    process.env["TIMERWARDEN_MAPPINGS"] ?? join(import.meta.dirname, "../../shared/data/mappings-explorer");
  if (!existsSync(checkout)) {
    console.log("mappings: skipped, name a checkout of the published files with TIMERWARDEN_MAPPINGS");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  const here = (...line: readonly string[]): readonly string[] => ["mappings", ...line, "--data-dir", folder];
  const cli = (...line: readonly string[]): readonly string[] => [process.execPath, CLI, ...line];
  try {
    const imported = cli(...here("import", checkout, "--replace"));
    const peak = peakMegabytes(folder, imported.slice(1));
    const size = statSync(join(folder, "mappings/index.twm")).size;
    console.log(`mappings: import peaks at ${peak.toFixed(0)} MB, index ${(size / 1000).toFixed(0)} kB`);
    print(
      "mappings (start-up first; bars: query ≤ 50 ms above it, STIX ≤ 1 s, import ≤ 3 s)",
      compare(
        [
          { name: "start-up (version)", command: cli("version") },
          { name: "start-up (mappings --help)", command: cli("mappings", "--help") },
          { name: "show T1053.006", command: cli(...here("show", "T1053.006")) },
          { name: "show T1053.006 -o json", command: cli(...here("show", "T1053.006", "-o", "json")) },
          {
            name: "show T1053.006, nothing imported",
            command: cli("mappings", "show", "T1053.006", "--data-dir", join(folder, "none")),
          },
          { name: "lint", command: cli(...here("lint")) },
          {
            name: "export nist -o stix",
            command: cli(...here("export", "--framework", "nist", "-o", "stix")),
          },
          { name: "import 33 files", command: imported },
        ],
        5,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The child says its own peak when it ends: kibibytes, as `getrusage` has it on Linux. */
function peakMegabytes(folder: string, args: readonly string[]): number {
  const probe = join(folder, "peak.cjs");
  writeFileSync(
    probe,
    'process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS + "\\n"));',
  );
  const { stderr } = spawnSync(process.execPath, ["--require", probe, ...args], { encoding: "utf8" });
  const [, kibibytes] = /^peak (\d+)$/m.exec(stderr) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
