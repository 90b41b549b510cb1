import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { decodeUtf8 } from "../syntax/utf8.ts";
import { openDirectory } from "./directory.ts";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { writeTree } from "./real-tree.test-support.ts";

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function treeOf(tree: Parameters<typeof writeTree>[0]): string {
  const root = writeTree(tree);
  roots.push(root);
  return root;
}

hostSuite("directory", () => openDirectory(treeOf(SUITE_TREE), "root:/evidence", false));

test("the machine's own root", () => {
  const host = openDirectory("/", "host:", true);
  const root = treeOf({ "/a/f": "here", "/l": { link: "a" } });
  expect(host.readFile(join(root, "l/f"))).toMatchObject({
    value: { realPath: expect.stringMatching(/\/a\/f$/) },
  });
  expect(host.readFile("/dev/null")).toMatchObject({ kind: "unreadable", code: "ENXIO" });
  expect(host.stat("/dev/null")).toMatchObject({ value: { kind: "character-device" } });
  expect(host.readFile("/proc/self/status")).toMatchObject({
    value: { truncated: false, facts: { size: 0 } },
  });
});

test("a root that is no directory is refused", () => {
  const root = treeOf({ "/f": "" });
  expect(() => openDirectory(join(root, "f"), "root:f", false)).toThrow("ENOTDIR");
  expect(() => openDirectory(join(root, "none"), "root:none", false)).toThrow("ENOENT");
});

test("a FIFO or socket is never opened, and answers at once", async () => {
  const root = treeOf({ "/pipe": { kind: "fifo" }, "/link": { link: "pipe" } });
  const server = createServer().listen(join(root, "socket"));
  await new Promise((resolve) => server.on("listening", resolve));
  const host = openDirectory(root, "root:", false);
  for (const path of ["/pipe", "/link", "/socket"])
    expect(host.readFile(path)).toMatchObject({ kind: "unreadable", code: "ENXIO" });
  expect(host.stat("/link")).toMatchObject({ value: { kind: "fifo" } });
  expect(host.stat("/socket")).toMatchObject({ value: { kind: "socket" } });
  server.close();
});

test("a listed file replaced by a FIFO is not read", () => {
  const root = treeOf({ "/d/f": "x" });
  const host = openDirectory(root, "root:", true);
  host.readDirectory("/d");
  rmSync(join(root, "d/f"));
  renameSync(join(treeOf({ "/pipe": { kind: "fifo" } }), "pipe"), join(root, "d/f"));
  expect(host.readFile("/d/f")).toMatchObject({ kind: "unreadable", code: "ENXIO" });
});

test("a sparse file of 1 GiB costs its limit, not its size", () => {
  const host = openDirectory(treeOf({ "/big": { size: 2 ** 30 } }), "root:", false);
  const content = host.readFile("/big", 1000);
  expect(content).toMatchObject({ value: { truncated: true, facts: { size: 2 ** 30 } } });
  expect(content.kind === "present" && content.value.bytes.length).toBe(1000);
});

test("a file longer than the buffer is read whole", () => {
  const bytes = new Uint8Array(3 * 1024 * 1024 + 7).fill(65);
  const host = openDirectory(treeOf({ "/long": bytes }), "root:", false);
  const content = host.readFile("/long");
  expect(content.kind === "present" && content.value.bytes.length).toBe(bytes.length);
});

test.each([
  ["a directory", "inner", "/outer/inner/f"],
  ["its parent", "", "/outer/inner/f"],
])("%s swapped for a link after it was resolved does not lead out", (_, name, path) => {
  const root = treeOf({ "/outer/inner/f": "inside", "/outer/other/f": "other" });
  const outside = treeOf({
    "/f": "outside",
    "/inner/f": "outside",
    "/g": "outside",
    "/new": "outside",
    "/inner/g": "outside",
    "/inner/new": "outside",
  });
  const host = openDirectory(root, "root:", true);
  expect(host.readFile(path).kind).toBe("present");
  host.readFile("/outer/other/f");
  host.readDirectory("/");
  const swapped = join(root, "outer", name);
  renameSync(swapped, `${join(root, "moved")}`);
  symlinkSync(outside, swapped);
  // A directory that is held open still answers for what was there; anything else must be a refusal.
  for (const at of [path, path.replace(/f$/, "new")]) {
    const content = host.readFile(at);
    expect(content.kind === "present" ? decodeUtf8(content.value.bytes) : content.kind).not.toBe("outside");
  }
  const fresh = host.readFile("/outer/inner/g");
  expect(fresh.kind).not.toBe("present");
});

test("a file swapped for a link after it was listed does not lead out", () => {
  const root = treeOf({ "/d/f": "inside" });
  const outside = treeOf({ "/f": "outside" });
  const host = openDirectory(root, "root:", true);
  host.readDirectory("/d");
  rmSync(join(root, "d/f"));
  symlinkSync(join(outside, "f"), join(root, "d/f"));
  expect(host.readFile("/d/f")).toMatchObject({ kind: "unreadable", code: "ELOOP" });
});

test.skipIf(process.getuid?.() === 0)(
  "permission errors are told (skipped: root may read everything)",
  () => {
    const root = treeOf({ "/secret": "x" });
    chmodSync(join(root, "secret"), 0);
    expect(openDirectory(root, "root:", false).readFile("/secret")).toMatchObject({ code: "EACCES" });
  },
);

test("10,000 small files are listed and read with their facts in the time a scan has for them", () => {
  const root = treeOf({});
  for (let directory = 0; directory < 100; directory++) {
    const at = join(root, `etc/systemd/system/d${directory}`);
    mkdirSync(at, { recursive: true });
    for (let file = 0; file < 100; file++)
      writeFileSync(join(at, `${file}.timer`), "[Timer]\nOnCalendar=daily\n");
  }
  const host = openDirectory(root, "root:", false);
  const started = performance.now();
  let bytes = 0;
  for (const directory of readNames(host, "/etc/systemd/system")) {
    for (const file of readNames(host, directory)) {
      const content = host.readFile(file);
      if (content.kind === "present") bytes += content.value.bytes.length;
    }
  }
  const elapsed = performance.now() - started;
  expect(bytes).toBe(10_000 * 25);
  // A fifth of a second on a quiet machine; the margin is for machines that are not.
  expect(elapsed).toBeLessThan(5000);
});

function readNames(host: ReturnType<typeof openDirectory>, directory: string): string[] {
  const entries = host.readDirectory(directory);
  return entries.kind === "present" ? entries.value.map((entry) => `${directory}/${entry.name}`) : [];
}
