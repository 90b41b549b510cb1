/**
 * What `timerwarden` starts: answers `--version` at once, and loads the program for everything else, from compiled
 * code where the build left some for this very Node (a third of the start-up is compiling otherwise). The program and
 * its compiled code lie beside this file, or inside the executable that carries Node with them.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
// biome-ignore lint/correctness/noUnresolvedImports: Node 20.12 and newer have it (single executable applications)
import { getRawAsset, isSea } from "node:sea";
import { Script } from "node:vm";
import { VERSION } from "../version.ts";

function loadProgram(): void {
  const directory = import.meta.dirname;
  const path = join(directory, "program.cjs");
  const read = isSea() ? assetOf : (name: string): Buffer => readFileSync(join(directory, name));
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${read("program.cjs").toString("latin1")}\n})`,
    { filename: path, ...compiledCode(read) },
  );
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, directory);
}

/** Without a copy: the executable is mapped read-only. */
function assetOf(name: string): Buffer {
  return Buffer.from(getRawAsset(name) as ArrayBuffer);
}

/**
 * V8 refuses code of another V8 by itself, but not that of another Node with the same V8, on which it crashes. So the
 * file's name tells the one executable that may read it.
 */
function compiledCode(read: (name: string) => Buffer): { cachedData?: Buffer } {
  try {
    return { cachedData: read(isSea() ? "program.cache" : cacheName()) };
  } catch {
    return {};
  }
}

function cacheName(): string {
  return `program.${process.version}-${process.arch}-${statSync(process.execPath).size}.cache`;
}

if (process.argv[2] === "--version" || process.argv[2] === "version") console.log(`timerwarden ${VERSION}`);
else loadProgram();
