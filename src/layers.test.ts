import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** The architecture, bottom first: a folder may import from folders before it, never from those after. */
const LAYERS = [
  "time",
  "syntax",
  "units",
  "hosts",
  "manager",
  "packages",
  "accounts",
  "programs",
  "jobs",
  "inventory",
  "live",
  "timeline",
  "attack",
  "rules",
  "policy",
  "detections",
  "controls",
  "mappings",
  "report",
  "server",
  "cli",
];

const root = import.meta.dirname;
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
  /(?<!\.test|\.test-support)\.tsx?$/.test(file),
);

/** Files directly in `src` are for everyone, save the front door, which sees all. */
function layer(file: string): number {
  if (file === "index.ts") return LAYERS.length;
  if (!file.includes("/")) return -1;
  const at = LAYERS.indexOf(file.slice(0, file.indexOf("/")));
  if (at < 0) throw new Error(`${file}: its folder is not in the list of layers`);
  return at;
}

/** Every relative specifier of a file: `from "…"`, `import "…"`, `import("…")`. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, specifier = ""]) =>
    relative(root, join(root, dirname(file), specifier)),
  );
}

test("the list of sources is not empty", () => expect(sources.length).toBeGreaterThan(20));

test.each(sources)("%s imports only from below", (file) => {
  expect(importsOf(file).filter((imported) => layer(imported) > layer(file))).toEqual([]);
});

test("the test sees an upward import", () => {
  expect(layer("cli/main.ts")).toBeGreaterThan(layer("time/usec.ts"));
  expect(() => layer("utils/x.ts")).toThrow("not in the list");
});
