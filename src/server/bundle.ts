/** The built web page: three files that `vite build` leaves in `dist/web`. Read once, served and inlined from memory. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface WebBundle {
  readonly page: string;
  readonly script: string;
  readonly style: string;
}

/** Node sets it in the one-file command line, which is CommonJS; elsewhere it is not defined. */
declare const __dirname: string | undefined;

/** Where the built page lies: beside the one-file command line, or in the checkout's `dist`. */
export function bundleDirectory(): string {
  if (typeof __dirname === "string") return join(__dirname, "web");
  return join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "web");
}

/** Throws when the page was not built. */
export function readBundle(directory: string = bundleDirectory()): WebBundle {
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  return { page: read("index.html"), script: read("app.js"), style: read("app.css") };
}
