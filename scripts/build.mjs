/** Builds `dist/`: the library with its types, and the command line. Both carry their libraries inside. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });

const { status } = spawnSync("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const shared = { bundle: true, platform: "node", target: "node20", legalComments: "none" };

await build({
  ...shared,
  entryPoints: ["src/index.ts", "src/time/index.ts"],
  outdir: "dist",
  outbase: "src",
  format: "esm",
  splitting: true,
});

const program = { ...shared, format: "cjs", minifySyntax: true, minifyWhitespace: true };
await build({ ...program, entryPoints: ["src/cli/main.ts"], outfile: "dist/program.cjs" });
await build({
  ...program,
  entryPoints: ["src/cli/start.ts"],
  outfile: "dist/cli.cjs",
  banner: { js: "#!/usr/bin/env node" },
});
chmodSync("dist/cli.cjs", 0o755);

const page = spawnSync("node_modules/.bin/vite", ["build", "web", "--logLevel", "warn"], {
  stdio: "inherit",
});
if (page.status !== 0) process.exit(page.status ?? 1);

await compileAhead("dist/program.cjs");

/**
 * Leaves compiled code beside the program, for the Node that builds: V8 keeps what a short warm-up had to compile,
 * and every later start reads that instead of compiling again (`src/cli/start.ts`).
 */
async function compileAhead(path) {
  const root = mkdtempSync(join(tmpdir(), "timerwarden-build-"));
  const require = createRequire(import.meta.url);
  const fs = require("node:fs");
  const unit = (name, text) => {
    fs.mkdirSync(join(root, "etc/systemd/system/timers.target.wants"), { recursive: true });
    writeFileSync(join(root, "etc/systemd/system", name), text);
  };
  unit(
    "a.timer",
    "[Unit]\nDescription=A\n[Timer]\nOnCalendar=Mon *-*-* 02:30\nRandomizedDelaySec=1h\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
  );
  unit(
    "a.service",
    "[Service]\nType=oneshot\nEnvironment=A=b\nExecStart=/bin/sh -c 'tar cf /var/a /etc && curl -fsS https://hc.example.test'\n",
  );
  fs.symlinkSync("../a.timer", join(root, "etc/systemd/system/timers.target.wants/a.timer"));
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
  const source = readFileSync(path, "utf8");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
  });
  const { argv, exitCode } = process;
  const { writeSync } = fs;
  fs.writeSync = (descriptor, data, ...rest) =>
    descriptor === 1 || descriptor === 2 ? data.length : writeSync(descriptor, data, ...rest);
  try {
    for (const args of [
      ["list"],
      ["list", "-o", "json"],
      ["audit"],
      ["audit", "-o", "json"],
      ["explain", "a.timer"],
    ]) {
      process.argv = [...argv.slice(0, 2), ...args, `root:${root}`];
      script.runInThisContext()({}, require, { exports: {} }, path, "dist");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  } finally {
    fs.writeSync = writeSync;
    process.argv = argv;
    process.exitCode = exitCode;
    rmSync(root, { recursive: true, force: true });
  }
  writeFileSync(`${path}.cache`, script.createCachedData());
}
