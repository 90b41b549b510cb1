import { describe, expect, test } from "vitest";
import { extensionsOf, withExtensions, withoutExtensions } from "./extended.ts";
import type { Host } from "./host.ts";
import { type MemoryEntry, memoryHost } from "./memory.ts";

const RELEASE = "/usr/lib/extension-release.d/extension-release";
const TREE: Record<string, MemoryEntry> = {
  "/usr/bin/tool": "host\n",
  "/usr/bin/other": "host\n",
  "/lib": { link: "usr/lib" },
  "/usr/lib/os-release": "ID=x\n",
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  [`/var/lib/extensions/a${RELEASE}.a`]: "ID=x\n",
  "/var/lib/extensions/a/usr/bin/tool": "a\n",
  "/var/lib/extensions/a/usr/bin/link": { link: "/usr/bin/other" },
  "/var/lib/extensions/a/usr/lib/new/deep": "a\n",
  "/var/lib/extensions/a/etc/passwd": "no\n",
  [`/var/lib/extensions/b${RELEASE}.b`]: "ID=x\n",
  "/var/lib/extensions/b/usr/bin/tool": "b\n",
  "/var/lib/extensions/no-release/usr/bin/stray": "x\n",
  "/etc/extensions/c.raw": "hsqs",
  "/var/lib/confexts/site/etc/extension-release.d/extension-release.site": "ID=_any\n",
  "/var/lib/confexts/site/etc/site.conf": "x\n",
  "/var/lib/confexts/site/usr/bin/tool": "no\n",
};

function merged(tree: Record<string, MemoryEntry> = TREE): Host {
  const host = memoryHost(new Map(Object.entries(tree)));
  return withExtensions(host, extensionsOf(host));
}

function text(host: Host, path: string): string {
  const read = host.readFile(path);
  return read.kind === "present" ? new TextDecoder().decode(read.value.bytes) : read.kind;
}

describe("a host with extensions merged", () => {
  test("trees with a release file are found, the uppermost first, and images beside them", () => {
    const { trees, images } = extensionsOf(memoryHost(new Map(Object.entries(TREE))));
    expect(trees.map(({ name }) => name)).toEqual(["b", "a", "site"]);
    expect(images).toEqual(["/etc/extensions/c.raw"]);
  });

  test.each([
    ["/usr/bin/tool", "b\n"],
    ["/usr/bin/other", "host\n"],
    ["/usr/bin/link", "host\n"],
    ["/lib/new/deep", "a\n"],
    ["/usr/lib/os-release", "ID=x\n"],
    ["/usr/bin/stray", "absent"],
    ["/etc/passwd", "root:x:0:0::/root:/bin/sh\n"],
    ["/etc/site.conf", "x\n"],
  ])("%s", (path, content) => {
    expect(text(merged(), path)).toBe(content);
  });

  test("directories are joined, and a path tells where its file lies", () => {
    const host = merged();
    const listed = host.readDirectory("/usr/bin");
    expect(listed.kind === "present" ? listed.value.map(({ name }) => name) : listed).toEqual([
      "link",
      "other",
      "tool",
    ]);
    expect(host.realPath("/lib/new/deep")).toEqual({
      kind: "present",
      value: "/var/lib/extensions/a/usr/lib/new/deep",
    });
    expect(host.lstat("/usr/bin/link")).toMatchObject({ kind: "present", value: { kind: "symlink" } });
    expect(host.readLink("/usr/bin/link")).toEqual({ kind: "present", value: "/usr/bin/other" });
    expect(host.stat("/usr/lib/new")).toMatchObject({ kind: "present", value: { kind: "directory" } });
  });

  test("without extensions the host stays itself", () => {
    const host = memoryHost(new Map(Object.entries({ "/usr/bin/tool": "x" })));
    expect(withExtensions(host, extensionsOf(host))).toBe(host);
    expect(withoutExtensions(host)).toBe(host);
    expect(withoutExtensions(merged()).stat("/etc/site.conf").kind).toBe("absent");
  });
});
