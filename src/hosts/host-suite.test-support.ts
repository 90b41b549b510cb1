import { describe, expect, test } from "vitest";
import type { Host, Reading } from "./host.ts";
import type { MemoryEntry } from "./memory.ts";

/** The tree every kind of host is shown. Facts the kind cannot carry (uid, times) are not part of it. */
export const SUITE_TREE: Readonly<Record<string, MemoryEntry>> = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "/etc/empty": "",
  "/etc/secret": { content: "s", mode: 0o600 },
  "/etc/setuid": { content: "s", mode: 0o4755 },
  "/etc/bytes": Uint8Array.of(0, 0xff, 0x80, 10),
  "/etc/sorted/Z": "",
  "/etc/sorted/_": "",
  "/etc/sorted/a": "",
  "/etc/sorted/10": "",
  "/etc/sorted/.hidden": "",
  "/etc/sorted/\uff5e": "",
  "/etc/sorted/\u{1f600}": "",
  "/etc/sorted/stray\udcff": "stray",
  "/etc/sorted/d": { dir: true, mode: 0o1777 },
  "/links/absolute": { link: "/etc/passwd" },
  "/links/relative": { link: "../etc/passwd" },
  "/links/above": { link: "../../../../../etc/passwd" },
  "/links/dots": { link: "./.././/etc/./passwd" },
  "/links/directory": { link: "/etc" },
  "/links/directory-up": { link: "/etc/sorted/.." },
  "/links/dangling": { link: "/nowhere/at/all" },
  "/links/loop": { link: "loop" },
  "/links/ping": { link: "pong" },
  "/links/pong": { link: "ping" },
  "/links/through-file": { link: "/etc/passwd/x" },
  "/links/to-link": { link: "absolute" },
  "/links/stray": { link: "/etc/sorted/stray\udcff" },
  "/links/odd-text": { link: "//etc//../etc/passwd" },
  "/usr/lib/x": "x",
  "/lib": { link: "usr/lib" },
  ...chain(41),
};

/** `/chain/1` → `2` → … → `/etc/empty`, so that `/chain/N` takes 42 − N hops. */
function chain(length: number): Record<string, MemoryEntry> {
  const links: Record<string, MemoryEntry> = {};
  for (let at = 1; at <= length; at++)
    links[`/chain/${at}`] = { link: at === length ? "/etc/empty" : `${at + 1}` };
  return links;
}

/**
 * The behaviour every host must show for `SUITE_TREE`.
 */
export function hostSuite(name: string, make: () => Host): void {
  describe(`${name}: behaves as a host`, () => {
    const host = make();

    test.each([
      ["/etc/passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/absolute", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/relative", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/above", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/dots", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/to-link", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/odd-text", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/directory/passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/directory-up/passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/links/directory/../etc/passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/../../etc/passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["//etc/./passwd", "root:x:0:0::/root:/bin/sh\n", "/etc/passwd"],
      ["/lib/x", "x", "/usr/lib/x"],
      ["/links/stray", "stray", "/etc/sorted/stray\udcff"],
      ["/chain/2", "", "/etc/empty"],
    ])("%s is read as %j from %s", (path, text, realPath) => {
      const content = there(host.readFile(path));
      expect(new TextDecoder().decode(content.bytes)).toBe(text);
      expect(content).toMatchObject({
        realPath,
        truncated: false,
        facts: { kind: "file", size: text.length },
      });
      expect(there(host.realPath(path))).toBe(realPath);
    });

    test("bytes come back as they are", () =>
      expect([...there(host.readFile("/etc/bytes")).bytes]).toEqual([0, 0xff, 0x80, 10]));

    test("what was read stays when the next file is read", () => {
      const first = there(host.readFile("/etc/passwd")).bytes;
      host.readFile("/etc/bytes");
      expect(new TextDecoder().decode(first)).toContain("root:x");
    });

    test.each([
      [26, false],
      [25, true],
      [1, true],
      [0, true],
    ])("with a limit of %d bytes a file of 26 is truncated: %s", (limit, truncated) => {
      const content = there(host.readFile("/etc/passwd", limit));
      expect([content.bytes.length, content.truncated]).toEqual([Math.min(limit, 26), truncated]);
    });

    test.each([
      "/nowhere",
      "/etc/passwd/x",
      "/links/dangling",
      "/links/through-file",
      "/etc/nul\0",
      "/etc/x\ud800",
    ])("%j is absent", (path) => {
      expect(host.stat(path).kind).toBe("absent");
      expect(host.readFile(path).kind).toBe("absent");
      expect(host.realPath(path).kind).toBe("absent");
      expect(host.readDirectory(path).kind).toBe("absent");
    });

    test.each([
      ["/links/loop", "ELOOP"],
      ["/links/ping", "ELOOP"],
      ["/links/pong/below", "ELOOP"],
      ["/chain/1", "ELOOP"],
      ["/etc", "EISDIR"],
      ["/", "EISDIR"],
    ])("reading %s fails with %s", (path, code) =>
      expect(host.readFile(path)).toMatchObject({
        kind: "unreadable",
        code,
        reason: expect.stringMatching(/\.$/),
      }),
    );

    test("a link's own facts and text", () => {
      expect(there(host.lstat("/links/above")).kind).toBe("symlink");
      expect(there(host.readLink("/links/above"))).toBe("../../../../../etc/passwd");
      expect(there(host.readLink("/links/odd-text"))).toBe("//etc//../etc/passwd");
      expect(there(host.readLink("/links/stray"))).toBe("/etc/sorted/stray\udcff");
      expect(there(host.lstat("/links/dangling")).kind).toBe("symlink");
      expect(there(host.lstat("/links/loop")).kind).toBe("symlink");
      expect(host.readLink("/etc/passwd")).toMatchObject({ kind: "unreadable", code: "EINVAL" });
      expect(host.readLink("/nowhere").kind).toBe("absent");
    });

    test("facts", () => {
      expect(there(host.stat("/etc/secret"))).toMatchObject({ kind: "file", mode: 0o600, size: 1 });
      expect(there(host.stat("/etc/setuid")).mode).toBe(0o4755);
      expect(there(host.stat("/etc/sorted/d"))).toMatchObject({ kind: "directory", mode: 0o1777 });
      expect(there(host.stat("/links/directory")).kind).toBe("directory");
      expect(there(host.lstat("/")).kind).toBe("directory");
      expect(there(host.stat("/links/relative")).identity).toBe(there(host.stat("/etc/passwd")).identity);
      expect(there(host.stat("/etc/secret")).identity).not.toBe(there(host.stat("/etc/passwd")).identity);
    });

    test("entries come in byte order of their names, stray bytes included", () => {
      const names = [".hidden", "10", "Z", "_", "a", "d", "stray\udcff", "\uff5e", "\u{1f600}"];
      const entries = there(host.readDirectory("/etc/sorted"));
      expect(entries.map((entry) => entry.name)).toEqual(names);
      expect(entries.filter((entry) => entry.kind === "directory").map((entry) => entry.name)).toEqual(["d"]);
      expect(there(host.readDirectory("/links/directory/sorted/d"))).toEqual([]);
      expect(there(host.readDirectory("/")).map((entry) => entry.name)).toEqual([
        "chain",
        "etc",
        "lib",
        "links",
        "usr",
      ]);
      expect(host.readDirectory("/etc/passwd")).toMatchObject({ kind: "unreadable", code: "ENOTDIR" });
    });
  });
}

function there<T>(reading: Reading<T>): T {
  if (reading.kind !== "present") throw new Error(`expected something, got ${JSON.stringify(reading)}`);
  return reading.value;
}
