import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Host } from "../hosts/host.ts";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { describeOrigin, openOrigins, type PackageOrigin, type PackageVersion } from "./origin.ts";

const PACKAGES =
  "Package: tool\nArchitecture: amd64\nVersion: 1.0\nDescription: x\n Version: 9\n\n" +
  "Package: tool\nVersion: 2.0\n\nPackage: tool-extra\nVersion: 3.0\n";
const LISTS = "/var/lib/apt/lists";
const NAME = "deb.example.test_debian_dists_stable";
const RELEASE = "-----BEGIN PGP SIGNED MESSAGE-----\n\nOrigin: Example\nSuite: stable\nCodename: fixed\n";
const LABEL = "Example fixed (deb.example.test)";

const plain: Record<string, MemoryEntry> = {
  [`${LISTS}/${NAME}_InRelease`]: RELEASE,
  [`${LISTS}/${NAME}_main_binary-amd64_Packages`]: PACKAGES,
  [`${LISTS}/${NAME}-other_main_binary-amd64_Packages`]: "Package: elsewhere\nVersion: 1\n",
  [`${LISTS}/lock`]: "",
};

function originOf(tree: Record<string, MemoryEntry>, wanted: PackageVersion): PackageOrigin {
  return openOrigins(memoryHost(tree), () => ["tool-extra"]).originOf(wanted);
}

describe("originOf", () => {
  test.each([
    ["tool", "1.0", "listed", LABEL],
    ["tool:amd64", "2.0", "listed", LABEL],
    ["tool-extra", "3.0", "listed", LABEL],
    ["tool", "9", "other-version", `${LABEL}, but only in version 1.0, 2.0`],
    ["too", "1.0", "not-listed", "no configured repository lists this package"],
    ["elsewhere", "1", "listed", `${NAME}-other_main_binary-amd64`],
  ])("%s %s is %s", (name, version, kind, words) => {
    const origin = originOf(plain, { package: name, version });
    expect([origin.kind, describeOrigin(origin)]).toEqual([kind, words]);
  });

  test("asked about packages one by one, it reads the lists once", () => {
    const host = memoryHost(plain);
    let reads = 0;
    const counting: Host = {
      ...host,
      readDirectory: (path) => host.readDirectory(path),
      readFile(path, maxBytes) {
        if (path.endsWith("_Packages")) reads += 1;
        return host.readFile(path, maxBytes);
      },
    };
    const origins = openOrigins(counting, () => ["tool", "tool-extra"]);
    for (const name of ["tool", "tool-extra", "tool:amd64"])
      expect(origins.originOf({ package: name, version: "1.0" }).kind).not.toBe("not-listed");
    expect(reads).toBe(2);
    expect(origins.originOf({ package: "elsewhere", version: "1" }).kind).toBe("listed");
  });

  test("reads lists kept compressed", () => {
    const tree = { [`${LISTS}/${NAME}_main_binary-amd64_Packages.gz`]: gzipSync(PACKAGES) };
    expect(originOf(tree, { package: "tool", version: "2.0" }).kind).toBe("listed");
  });

  test.each<[string, Record<string, MemoryEntry>, string]>([
    ["without lists", {}, "unknown: there are no apt lists"],
    ["with an empty folder", { [`${LISTS}/lock`]: "" }, "unknown: there are no apt lists"],
    ["with one list in xz", { ...plain, [`${LISTS}/z_Packages.xz`]: "?" }, "not read here"],
    ["with one list damaged", { ...plain, [`${LISTS}/z_Packages.lz4`]: "?" }, "damaged"],
    ["with one list unreadable", { ...plain, [`${LISTS}/z_Packages`]: { error: "EACCES" } }, "z_Packages"],
  ])("%s nothing is called not listed", (_, tree, words) => {
    const origin = originOf(tree, { package: "nobody", version: "1" });
    expect(origin.kind).toBe("unknown");
    expect(describeOrigin(origin)).toContain(words);
  });

  test("a list read is believed although another is damaged", () => {
    const tree = { ...plain, [`${LISTS}/z_Packages.lz4`]: "?" };
    expect(originOf(tree, { package: "tool", version: "1.0" }).kind).toBe("listed");
  });
});
