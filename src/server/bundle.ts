/** The built web page: three files that `vite build` leaves in `dist/web`. Read once, served and inlined from memory. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface WebBundle {
  readonly page: string;
  readonly script: string;
  readonly style: string;
}

/** Node's own in the one-file command line, which is CommonJS and has no `import.meta.url`. */
declare const __dirname: string;

/** Where the built page lies: beside the one-file command line, or in the checkout's `dist`. */
export function bundleDirectory(): string {
  const { url } = import.meta as { readonly url?: string };
  const here = url === undefined ? __dirname : dirname(fileURLToPath(url));
  const beside = join(here, "web");
  return existsSync(join(beside, "app.js")) ? beside : join(here, "..", "..", "dist", "web");
}

/** Throws when the page was not built. */
export function readBundle(directory: string = bundleDirectory()): WebBundle {
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  return { page: read("index.html"), script: read("app.js"), style: read("app.css") };
}
