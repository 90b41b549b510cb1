import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { openPackages } from "./provenance.ts";

const times = Number(process.env["TIMERWARDEN_DIFF"] ?? "1");
const runs = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const installed = runs("dpkg") && existsSync("/var/lib/dpkg/status") && existsSync("/var/lib/dpkg/info");
const why = installed ? "" : " (SKIPPED: this machine is not run by dpkg)";
const builds = runs("dpkg") && runs("dpkg-deb") && process.getuid?.() === 0;
const whyNot = builds ? "" : " (SKIPPED: needs dpkg, dpkg-deb, and root)";

/** Every n-th path of some trees: which ones depends on the paths alone. */
function samplePaths(count: number): readonly string[] {
  const trees = ["/etc", "/usr/bin", "/usr/sbin", "/usr/lib/systemd", "/usr/share/doc", "/usr/lib/python3"];
  const merged = ["/bin", "/lib/systemd"];
  const all = [...trees, ...merged]
    .filter((tree) => existsSync(tree))
    .flatMap((tree) => walk(tree))
    .filter((path) => /^[-A-Za-z0-9_./+:@]+$/.test(path));
  const rank = (path: string): string => createHash("md5").update(path).digest("hex");
  return all
    .map((path) => [rank(path), path] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .slice(0, count)
    .map(([, path]) => path);
}

/** Everything below a folder; links are not followed. */
function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...walk(path)] : [path];
  });
}

/** Owners by dpkg's word; dpkg knows only the listed spelling, so both are asked about. */
function dpkgSearch(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const spellings = paths.flatMap((path) => [path, ...otherSpelling(path)]);
  const { stdout } = spawnSync("dpkg", ["-S", ...spellings], { encoding: "utf8", maxBuffer: 1 << 28 });
  const owners = new Map<string, Set<string>>();
  for (const line of stdout.split("\n")) {
    const [, names, path] = /^(?!diversion by )(.*?): (\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) continue;
    owners.set(path, new Set([...(owners.get(path) ?? []), ...names.split(", ")]));
  }
  return owners;
}

function otherSpelling(path: string): readonly string[] {
  if (/^\/usr\/(?:bin|sbin|lib|lib64)\//.test(path)) return [path.slice("/usr".length)];
  return /^\/(?:bin|sbin|lib|lib64)\//.test(path) ? [`/usr${path}`] : [];
}

/** `pkg:arch` of one-architecture packages is printed without, of Multi-Arch twins with it: compare names. */
const bare = (name: string): string => name.replace(/:.*$/, "");

test.skipIf(!installed)(`owners are those of dpkg -S on this machine${why}`, () => {
  const paths = samplePaths(Math.round(2000 * times));
  const packages = openPackages(openDirectory("/", "host:", true));
  const ours = packages.provenanceOf(paths);
  expect(packages.problems).toEqual([]);
  const theirs = dpkgSearch(paths);
  const wrong: unknown[] = [];
  for (const path of paths) {
    const found = ours.get(path);
    if (found?.diverted !== undefined || found?.alternative !== undefined) continue;
    const expected = [path, ...otherSpelling(path)].flatMap((spelling) => [...(theirs.get(spelling) ?? [])]);
    const owner = found?.owner?.package;
    const agree = owner === undefined ? expected.length === 0 : expected.map(bare).includes(bare(owner));
    if (!agree) wrong.push({ path, ours: owner, dpkg: expected });
  }
  expect(wrong).toEqual([]);
  expect(paths.length).toBeGreaterThan(500);
});

interface Parcel {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly conffiles?: readonly string[];
}

const PARCELS: readonly Parcel[] = [
  {
    name: "alpha",
    files: {
      "/usr/lib/systemd/system/alpha.timer": "[Timer]\n",
      "/usr/lib/systemd/system/alpha.service": "[Service]\n",
      "/usr/bin/alpha": "alpha",
      "/usr/bin/shared": "alpha's",
      "/etc/alpha.conf": "a",
      "/etc/alpha.d/b.conf": "b",
      "/etc/alpha.d/c.conf": "c",
    },
    conffiles: ["/etc/alpha.conf", "/etc/alpha.d/b.conf", "/etc/alpha.d/c.conf"],
  },
  {
    name: "beta",
    files: { "/usr/bin/shared": "beta's", "/usr/share/beta/data": "d", "/usr/share/beta/e": "" },
  },
];

describe.skipIf(!builds)(`against dpkg -V on an installed tree${whyNot}`, () => {
  let work = "";
  let root = "";
  const dpkg = (...args: string[]): string => {
    const run = spawnSync("dpkg", [`--root=${root}`, "--force-all", ...args], { encoding: "utf8" });
    return run.stdout;
  };
  const divert = (...args: string[]): void => {
    const admin = join(root, "var/lib/dpkg");
    const run = spawnSync("dpkg-divert", ["--admindir", admin, "--instdir", root, ...args], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
  };

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "timerwarden-dpkg-"));
    root = join(work, "root");
    for (const folder of ["info", "updates"])
      mkdirSync(join(root, "var/lib/dpkg", folder), { recursive: true });
    for (const file of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", file), "");
    for (const parcel of PARCELS) build(work, parcel);
    dpkg("-i", join(work, "alpha.deb"));
    divert("--package", "beta", "--rename", "--divert", "/usr/bin/shared.alpha", "--add", "/usr/bin/shared");
    dpkg("-i", join(work, "beta.deb"));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const paths = [
    ...new Set([...PARCELS.flatMap(({ files }) => Object.keys(files)), "/usr/bin/shared.alpha"]),
  ];

  function compare(): void {
    const verified = new Map<string, string>();
    for (const line of dpkg("-V").split("\n")) {
      const [, verdict, path] = /^(\S+)\s+(?:c )?(\/.*)$/.exec(line) ?? [];
      if (verdict !== undefined && path !== undefined) verified.set(path, verdict);
    }
    const ours = openPackages(openDirectory(root, "root:test", false)).provenanceOf(paths);
    const summary = paths.map((path) => {
      const content = ours.get(path)?.content;
      const verdict = verified.get(path);
      const expected = verdict === undefined ? "matches" : verdict === "missing" ? "unknown" : "modified";
      return { path, content: content === "conffile-modified" ? "modified" : content, expected };
    });
    for (const { path, content, expected } of summary) expect([path, content]).toEqual([path, expected]);
  }

  test("as installed, with a diversion", () => {
    compare();
    const ours = openPackages(openDirectory(root, "root:test", false)).provenanceOf(paths);
    expect(ours.get("/usr/bin/shared")?.owner?.package).toBe("beta");
    expect(ours.get("/usr/bin/shared.alpha")?.owner?.package).toBe("alpha");
    expect([...ours.values()].map(({ doubt }) => doubt)).toEqual(paths.map(() => undefined));
  });

  test("edited, replaced, and removed files", () => {
    writeFileSync(join(root, "usr/bin/alpha"), "tampered");
    writeFileSync(join(root, "etc/alpha.conf"), "edited");
    unlinkSync(join(root, "etc/alpha.d/b.conf"));
    unlinkSync(join(root, "usr/share/beta/data"));
    symlinkSync("e", join(root, "usr/share/beta/data"));
    unlinkSync(join(root, "usr/lib/systemd/system/alpha.timer"));
    compare();
    const ours = openPackages(openDirectory(root, "root:test", false)).provenanceOf(paths);
    expect(ours.get("/etc/alpha.conf")?.content).toBe("conffile-modified");
    expect(ours.get("/usr/bin/alpha")?.content).toBe("modified");
  });

  test("removed package: configuration stays, state rc", () => {
    dpkg("-r", "alpha");
    const packages = openPackages(openDirectory(root, "root:test", false));
    expect(packages.removedPackages()).toEqual(["alpha"]);
    expect([...packages.packageNames().keys()]).toEqual(["beta"]);
    const kept = packages.provenanceOf(["/etc/alpha.d/c.conf"]).get("/etc/alpha.d/c.conf");
    expect([kept?.owner?.package, kept?.content]).toEqual(["alpha", "matches"]);
    expect(kept?.how).toContain("is removed");
  });
});

function build(work: string, parcel: Parcel): void {
  const tree = join(work, parcel.name);
  for (const [path, content] of Object.entries(parcel.files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  mkdirSync(join(tree, "DEBIAN"));
  const control = `Package: ${parcel.name}\nVersion: 1.0\nArchitecture: all\nMaintainer: T <t@example.test>\n`;
  writeFileSync(join(tree, "DEBIAN/control"), `${control}Description: a test\n`);
  if (parcel.conffiles !== undefined) {
    writeFileSync(join(tree, "DEBIAN/conffiles"), `${parcel.conffiles.join("\n")}\n`);
  }
  const run = spawnSync("dpkg-deb", ["-Znone", "--build", tree, join(work, `${parcel.name}.deb`)]);
  expect(run.status).toBe(0);
}
