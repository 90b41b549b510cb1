/**
 * `node scripts/package.mjs [npm] [executable] [deb] [--out DIR] [--node PATH] [--built] [--quick]`:
 * packages from a clean clone, after `npm ci`; all three when none is named. `--node` tells which Node the executable
 * carries (default: the one that runs this). For tests, `--built` takes `dist` as it is, and `--quick` compresses
 * little. What was made is printed, with its size.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildDeb } from "./packages/deb.mjs";
import { buildExecutable, executableNotices } from "./packages/executable.mjs";

process.chdir(join(import.meta.dirname, ".."));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    node: { type: "string" },
    built: { type: "boolean" },
    quick: { type: "boolean" },
  },
});
const KINDS = ["npm", "executable", "deb"];
const unknown = positionals.find((kind) => !KINDS.includes(kind));
if (unknown !== undefined) {
  console.error(`package.mjs: ${unknown} is none of ${KINDS.join(", ")}`);
  process.exit(2);
}
const wanted = positionals.length === 0 ? KINDS : positionals;
const out = resolve(values.out ?? "release");
const node = realpathSync(values.node ?? process.execPath);
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
mkdirSync(out, { recursive: true });

if (!values.built) run(process.execPath, ["scripts/build.mjs"]);
const made = [];
if (wanted.includes("npm")) {
  run("npm", ["pack", "--silent", "--pack-destination", out]);
  made.push(join(out, `timerwarden-${manifest.version}.tgz`));
}
if (wanted.includes("executable") || wanted.includes("deb")) {
  const architecture = run(node, ["-p", "process.arch"]).trim();
  const executable = join(out, `timerwarden-${manifest.version}-linux-${architecture}`);
  const notices = executableNotices("dist", node);
  buildExecutable("dist", node, executable);
  writeFileSync(`${executable}.third-party.txt`, notices);
  made.push(executable);
  if (wanted.includes("deb")) {
    const level = values.quick ? 0 : 6;
    made.push(buildDeb({ dist: "dist", executable, notices, manifest, architecture, out, level }));
  }
}
for (const path of made) console.log(`${path}  ${(statSync(path).size / 1e6).toFixed(1)} MB`);

function run(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}
