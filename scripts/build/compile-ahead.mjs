/**
 * `node scripts/build/compile-ahead.mjs PROGRAM OUT`: compiled code of the program for the Node that runs this. V8 keeps
 * what a short warm-up had to compile, and every later start reads that instead of compiling again (`src/cli/start.ts`).
 *
 * The warm-up runs in a Node whose hash seed is fixed and whose collector keeps to one thread, so that the same program
 * gives the same bytes. V8 would refuse them elsewhere for these flags alone, so they get the flag hash of an ordinary
 * run; the seed itself is drawn anew in every process and is no part of the code.
 */
import { spawnSync } from "node:child_process";
import {
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { WARM_UP_HOST } from "./warm-up-host.mjs";

const SEED = "--hash-seed=1";
/** Of V8's `SerializedCodeData`: magic number, version hash, source hash, flag hash. */
const FLAG_HASH = 12;
/** When all of the small host was written: before the moment it is looked at, and the same in every build. */
const WRITTEN = new Date("2026-11-16T06:00:00Z");

const [program, out] = process.argv.slice(2).map((path) => resolve(path));
if (process.execArgv.includes(SEED)) {
  const script = wrapped();
  await warmUp(script);
  process.exitCode = 0;
  writeFileSync(out, script.createCachedData());
} else {
  const args = [SEED, "--no-flush-bytecode", "--predictable", fileURLToPath(import.meta.url), program, out];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`the warm-up ended with status ${status}`);
  const compiled = readFileSync(out);
  new Script("0").createCachedData().copy(compiled, FLAG_HASH, FLAG_HASH, FLAG_HASH + 4);
  if (wrapped(compiled).cachedDataRejected) throw new Error("this Node refuses the code that it compiled");
  writeFileSync(out, compiled);
}

function wrapped(cachedData) {
  return new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(program, "latin1")}\n})`,
    { filename: program, ...(cachedData === undefined ? {} : { cachedData }) },
  );
}

/** Has the program list, audit, explain and assess a small host, and throws away what it says. */
async function warmUp(script) {
  const require = createRequire(program);
  const work = mkdtempSync(join(tmpdir(), "timerwarden-build-"));
  // A relative path: nothing that the program sees differs from one warm-up to the next.
  process.chdir(work);
  const root = "root";
  for (const [name, content] of Object.entries(WARM_UP_HOST)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    if (content.startsWith("-> ")) symlinkSync(content.slice(3), file);
    else writeFileSync(file, content);
    lutimesSync(file, WRITTEN, WRITTEN);
  }

  const fs = require("node:fs");
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
      ["assess", "-o", "json"],
    ]) {
      process.argv = [
        ...process.argv.slice(0, 2),
        ...args,
        "--now",
        "2026-11-23 06:00:00 UTC",
        `root:${root}`,
      ];
      script.runInThisContext()({}, require, { exports: {} }, program, dirname(program));
      // Once, when nothing is left to do: how often one looked would move the collector, and with it the bytes.
      await new Promise((done) => process.once("beforeExit", () => setImmediate(done)));
    }
  } finally {
    fs.writeSync = writeSync;
    rmSync(work, { recursive: true, force: true });
  }
}
