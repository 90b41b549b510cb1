/** The built web page: three files that `vite build` leaves in `dist/web`. Read once, served and inlined from memory. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
// biome-ignore lint/correctness/noUnresolvedImports: Node 20.12 and newer have it (single executable applications)
import { getAsset, isSea } from "node:sea";

export interface WebBundle {
  readonly page: string;
  readonly script: string;
  readonly style: string;
}

/** Where the built page lies: beside the one-file command line, or in the checkout's `dist`. */
export function bundleDirectory(): string {
  const here = import.meta.dirname;
  const beside = join(here, "web");
  return existsSync(join(beside, "app.js")) ? beside : join(here, "..", "..", "dist", "web");
}

/** From `directory`, or out of the executable that carries the page. Throws when the page was not built. */
export function readBundle(directory: string = bundleDirectory()): WebBundle {
  const read = isSea()
    ? (name: string): string => getAsset(`web/${name}`, "utf8")
    : (name: string): string => readFileSync(join(directory, name), "utf8");
  return { page: read("index.html"), script: read("app.js"), style: read("app.css") };
}
