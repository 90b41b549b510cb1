/** Builds `dist/`: the library with its types, and the one-file command line. Both carry their libraries inside. */
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
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

await build({
  ...shared,
  entryPoints: ["src/cli/main.ts"],
  outfile: "dist/cli.cjs",
  format: "cjs",
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: "#!/usr/bin/env node" },
});
chmodSync("dist/cli.cjs", 0o755);
