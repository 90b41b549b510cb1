/**
 * What `timerwarden` starts: answers `--version` at once, and loads the program for everything else, from compiled
 * code where the build left some for this very Node (a third of the start-up is compiling otherwise).
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { VERSION } from "../version.ts";

declare const __filename: string;

function loadProgram(): void {
  const path = join(dirname(__filename), "program.cjs");
  const script = new Script(wrapped(readFileSync(path, "utf8")), {
    filename: path,
    ...cachedCode(`${path}.cache`),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
}

function wrapped(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
}

/** V8 refuses code of another version or other flags by itself, and then compiles as usual. */
function cachedCode(path: string): { cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(path) };
  } catch {
    return {};
  }
}

if (process.argv[2] === "--version" || process.argv[2] === "version") console.log(`timerwarden ${VERSION}`);
else loadProgram();
