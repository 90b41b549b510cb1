/**
 * Builds `dist/`: the library with its types, the command line with the web page, man pages, completions and licences.
 * Libraries are bundled, so nothing is needed at run time but Node; every package is made from this folder.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { bringTypesAlong } from "./build/library-types.mjs";
import { writeNotices } from "./build/notices.mjs";

rmSync("dist", { recursive: true, force: true });

run("node_modules/.bin/tsc", ["-p", "tsconfig.build.json"]);
bringTypesAlong("dist");

const shared = { bundle: true, platform: "node", target: "node20", legalComments: "none", metafile: true };
const library = await build({
  ...shared,
  entryPoints: ["src/index.ts", "src/time/index.ts"],
  outdir: "dist",
  outbase: "src",
  format: "esm",
  splitting: true,
});

const program = {
  ...shared,
  format: "cjs",
  minifySyntax: true,
  minifyWhitespace: true,
  define: { "import.meta.dirname": "__dirname" },
};
const main = await build({ ...program, entryPoints: ["src/cli/main.ts"], outfile: "dist/program.cjs" });
writeAsAscii("dist/program.cjs");
await build({
  ...program,
  entryPoints: ["src/cli/start.ts"],
  outfile: "dist/cli.cjs",
  banner: { js: "#!/usr/bin/env node" },
});
chmodSync("dist/cli.cjs", 0o755);

run("node_modules/.bin/vite", ["build", "web", "--logLevel", "warn"]);
run("node_modules/.bin/tsx", ["scripts/build/shell-and-man.ts", "dist"]);
const web = await build({ ...shared, entryPoints: ["web/main.tsx"], outdir: "dist/web", write: false });
writeNotices("dist/THIRD-PARTY.txt", [library.metafile, main.metafile, web.metafile]);

const { size } = statSync(process.execPath);
const cache = `dist/program.${process.version}-${process.arch}-${size}.cache`;
run(process.execPath, ["scripts/build/compile-ahead.mjs", "dist/program.cjs", cache]);

/**
 * One byte a character: read in a third of the time, kept in half the memory. esbuild leaves other characters only in
 * the sources of regular expressions, where an escape means the same.
 */
function writeAsAscii(path) {
  const escaped = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  writeFileSync(path, readFileSync(path, "utf8").replace(/[^\0-\x7f]/g, escaped));
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
