import { expect, test } from "vitest";
import { hostSuite, SUITE_TREE } from "./host-suite.test-support.ts";
import { memoryHost } from "./memory.ts";

hostSuite("memory", () => memoryHost(SUITE_TREE));

test("facts are as written", () => {
  const host = memoryHost({
    "/f": { content: "x", uid: 1000, gid: 100, mtimeNs: 5n, birthNs: 3n, links: 2, identity: "one" },
    "/pipe": { kind: "fifo" },
    "/big": { size: 2 ** 40 },
  });
  expect(host.stat("/f")).toMatchObject({
    value: { uid: 1000, gid: 100, mtimeNs: 5n, birthNs: 3n, links: 2, identity: "one" },
  });
  expect(host.readFile("/pipe")).toMatchObject({ kind: "unreadable", code: "ENXIO" });
  expect(host.readFile("/big")).toMatchObject({ value: { truncated: true } });
});

test("a refusal is told from absence", () => {
  const host = memoryHost({
    "/f": { content: "x", error: "EACCES" },
    "/d": { dir: true, error: "EACCES" },
    "/d/f": "x",
  });
  expect(host.stat("/f").kind).toBe("present");
  expect(host.readFile("/f")).toMatchObject({
    kind: "unreadable",
    code: "EACCES",
    reason: "Permission denied.",
  });
  expect(host.readDirectory("/d")).toMatchObject({ kind: "unreadable", code: "EACCES" });
  expect(host.stat("/d/f")).toMatchObject({ kind: "unreadable", code: "EACCES" });
});

test.each([["relative"], ["/a/../b"], ["/a//b"]])("the path %s is refused", (path) =>
  expect(() => memoryHost({ [path]: "" })).toThrow("not an absolute, plain path"),
);

test("a file below a file is refused", () =>
  expect(() => memoryHost({ "/a": "", "/a/b": "" })).toThrow("/a is not a directory"));
