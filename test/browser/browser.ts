/** Chromium for tests, found where Debian puts it; and the page's bundle, built once into a folder of its own. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { readBundle, type WebBundle } from "../../src/server/bundle.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const CHROMIUM: string | null = PLACES.find((path) => existsSync(path)) ?? null;

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export async function buildBundle(): Promise<WebBundle> {
  const outDir = mkdtempSync(join(tmpdir(), "timerwarden-web-"));
  const root = join(import.meta.dirname, "..", "..", "web");
  await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "warn", build: { outDir } });
  return readBundle(outDir);
}
