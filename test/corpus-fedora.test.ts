import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fedoraPackages, fedoraTree } from "../corpus/base/fedora.ts";
import { openDirectory } from "../src/hosts/directory.ts";
import { openPackages } from "../src/packages/provenance.ts";

const able = spawnSync("rpm", ["--version"]).status === 0 && process.getuid?.() === 0;
const why = able ? "" : " (SKIPPED: needs rpm, and root)";
/** rpm works on a copy, to which it adds the indexes it wants. */
const COPY = "/srv/rpm";
const DATABASE = ["--dbpath", COPY, "--define", "_db_backend sqlite"];
const PATHS = fedoraPackages().flatMap(({ files }) => Object.keys(files));

/** The database is made by the corpus' own code: rpm must read it as one of its own, and judge files as we do. */
describe.skipIf(!able)(`the Fedora base, asked of rpm${why}`, () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "timerwarden-fedora-"));
    for (const [path, entry] of fedoraTree([])) {
      const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
      const place = join(root, path);
      if (file.kind !== undefined || path === "/") continue;
      mkdirSync(file.dir === true ? place : dirname(place), { recursive: true });
      if (file.dir === true) continue;
      if (file.link !== undefined) symlinkSync(file.link, place);
      else writeFileSync(place, file.content ?? "");
      if (file.link === undefined) chmodSync(place, file.mode ?? 0o644);
    }
    cpSync(join(root, "usr/lib/sysimage/rpm"), join(root, COPY), { recursive: true });
    rpm("--rebuilddb");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function rpm(...words: string[]): string {
    const { stdout, stderr } = spawnSync("rpm", ["--root", root, ...DATABASE, ...words], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout;
  }

  /** Files that rpm says differ in size, digest, kind or link, or are missing. */
  const differing = (): readonly string[] =>
    rpm("-Va", "--nodeps", "--nosignature")
      .split("\n")
      .flatMap((line) => {
        const [, flags = "", path = ""] = /^(\S+)\s+(?:[cdg] )?\s*(\/.*)$/.exec(line) ?? [];
        return flags === "missing" || /[5SL]/.test(flags) ? [path] : [];
      })
      .sort();

  const ours = (): readonly string[] => {
    const found = openPackages(openDirectory(root, "root:fedora", false)).provenanceOf(PATHS);
    return PATHS.filter((path) => found.get(path)?.content !== "matches").sort();
  };

  test("rpm lists the packages that are in it", () => {
    const names = fedoraPackages().map(({ name, version }) => `${name}-${version}`);
    expect(rpm("-qa", "--qf", "%{name}-%{version}-%{release}\n").trim().split("\n").sort()).toEqual(
      names.sort(),
    );
  });

  test("untouched, nothing differs", () => {
    expect(differing()).toEqual([]);
    expect(ours()).toEqual([]);
  });

  test("what was edited, swapped, cut and taken away is the same for both", () => {
    const at = (path: string): string => join(root, path);
    writeFileSync(at("/usr/bin/dnf-3"), "#!/usr/bin/python3\nimport dnf.cli.mine\n");
    writeFileSync(at("/usr/lib64/sa/sadc"), "");
    writeFileSync(at("/etc/sysconfig/raid-check"), "ENABLED=no\nCHECK=check\n");
    rmSync(at("/usr/lib/systemd/system/fstrim.timer"));
    rmSync(at("/usr/bin/sh"));
    symlinkSync("/var/tmp/sh", at("/usr/bin/sh"));
    rmSync(at("/usr/bin/awk"));
    writeFileSync(at("/usr/bin/awk"), "gawk");
    expect(ours()).toEqual(differing());
    expect(ours()).toHaveLength(6);
  });
});
