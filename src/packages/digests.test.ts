import { describe, expect, test } from "vitest";
import { memoryHost } from "../hosts/memory.ts";
import { DIGEST_MAX_BYTES, Digests, digestFile } from "./digests.ts";

const host = memoryHost({
  "/a": "abc",
  "/link": { link: "/a" },
  "/big": { content: "abc", size: DIGEST_MAX_BYTES + 1 },
  "/fifo": { kind: "fifo" },
  "/denied": { content: "abc", error: "EACCES" },
});

describe("digestFile", () => {
  /** RFC 1321, FIPS 180: the digests of "abc". */
  test.each([
    ["/a", "md5", "900150983cd24fb0d6963f7d28e17f72"],
    ["/a", "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["/link", "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ])("%s by %s", (path, algorithm, digest) => {
    expect(digestFile(host, path, algorithm)).toEqual({ kind: "present", value: digest });
  });

  test.each([
    ["/big", "md5", "EFBIG"],
    ["/fifo", "md5", "ENXIO"],
    ["/denied", "md5", "EACCES"],
    ["/a", "md4711", "ENOTSUP"],
  ])("%s by %s is unreadable: %s", (path, algorithm, code) => {
    expect(digestFile(host, path, algorithm)).toMatchObject({ kind: "unreadable", code });
  });

  test("absent, and above a bound of the caller's", () => {
    expect(digestFile(host, "/none", "md5").kind).toBe("absent");
    expect(digestFile(host, "/a", "md5", 2)).toMatchObject({ code: "EFBIG" });
    expect(digestFile(host, "/a", "md5", 3).kind).toBe("present");
  });
});

test("two names of one file are read once", () => {
  let reads = 0;
  const twin = { content: "abc", identity: "1:2", links: 2 };
  const inner = memoryHost({ "/a": twin, "/b": twin });
  const counting = Object.assign(Object.create(inner) as typeof inner, {
    lstat: (path: string) => inner.lstat(path),
    stat: (path: string) => inner.stat(path),
    readFile: (path: string, maxBytes?: number) => {
      reads += 1;
      return inner.readFile(path, maxBytes);
    },
  });
  const digests = new Digests(counting);
  for (const path of ["/a", "/b", "/a"]) {
    const facts = inner.lstat(path);
    if (facts.kind !== "present") throw new Error("the fixture is wrong");
    expect(digests.of(path, facts.value, "md5")).toMatchObject({ value: "900150983cd24fb0d6963f7d28e17f72" });
  }
  expect(reads).toBe(1);
});
