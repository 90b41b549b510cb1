/** Provenance of 478 paths of this machine, owners and contents, in a fresh process, beside Node's start-up and dpkg. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { compare, print } from "./compare.ts";

const SOURCE = join(import.meta.dirname, "../src");
/** As many paths as the closure of every timer of an ordinary server has. */
const COUNT = 478;
const FOLDERS = ["/usr/lib/systemd/system", "/usr/sbin", "/usr/bin"];

export function benchPackages(): void {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-bench-"));
  try {
    const paths = FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
    const wanted = paths.slice(0, COUNT);
    const program = (name: string, body: string): string[] => {
      const entry = join(work, `${name}.ts`);
      const outfile = join(work, `${name}.mjs`);
      writeFileSync(
        entry,
        `import { openDirectory } from ${JSON.stringify(join(SOURCE, "hosts/directory.ts"))};
         import { openPackages } from ${JSON.stringify(join(SOURCE, "packages/provenance.ts"))};
         const packages = openPackages(openDirectory("/", "host:", true));
         ${body}`,
      );
      buildSync({
        entryPoints: [entry],
        outfile,
        bundle: true,
        platform: "node",
        format: "esm",
        logLevel: "error",
      });
      return [process.execPath, outfile];
    };
    const list = JSON.stringify(wanted);
    print(
      `package provenance of ${wanted.length} paths`,
      compare(
        [
          { name: "node -e 0", command: [process.execPath, "-e", "0"] },
          { name: "load and open only", command: program("open", "packages.kinds;") },
          { name: "owners and contents", command: program("ask", `packages.provenanceOf(${list});`) },
          { name: "dpkg -S (owners only)", command: ["dpkg", "-S", ...wanted] },
        ],
        11,
      ),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
