/**
 * `node scripts/compile-ahead.mjs PROGRAM OUT`: compiled code of the program for the Node that runs this. V8 keeps what
 * a short warm-up had to compile, and every later start reads that instead of compiling again (`src/cli/start.ts`).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Script } from "node:vm";

const [program, out] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(program);
const root = mkdtempSync(join(tmpdir(), "timerwarden-build-"));
const units = join(root, "etc/systemd/system");
mkdirSync(join(units, "timers.target.wants"), { recursive: true });
writeFileSync(
  join(units, "a.timer"),
  "[Unit]\nDescription=A\n[Timer]\nOnCalendar=Mon *-*-* 02:30\nRandomizedDelaySec=1h\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
);
writeFileSync(
  join(units, "a.service"),
  "[Service]\nType=oneshot\nEnvironment=A=b\nExecStart=/bin/sh -c 'tar cf /var/a /etc && curl -fsS https://hc.example.test'\n",
);
symlinkSync("../a.timer", join(units, "timers.target.wants/a.timer"));
writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");

const source = readFileSync(program, "utf8");
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: program,
});
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
  ]) {
    process.argv = [...process.argv.slice(0, 2), ...args, `root:${root}`];
    script.runInThisContext()({}, require, { exports: {} }, program, dirname(program));
    await new Promise((done) => setTimeout(done, 300));
  }
} finally {
  fs.writeSync = writeSync;
  rmSync(root, { recursive: true, force: true });
}
process.exitCode = 0;
writeFileSync(out, script.createCachedData());
