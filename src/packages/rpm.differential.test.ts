import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { openPackages, type PackageDatabase } from "./provenance.ts";

const runs = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const builds = runs("rpm") && runs("rpmbuild") && process.getuid?.() === 0;
const why = builds ? "" : " (SKIPPED: needs rpm, rpmbuild, and root)";

const SPEC = `
Name: tool
Epoch: 2
Version: 1.5
Release: 3
Summary: test
License: none
Vendor: Example
BuildArch: noarch
%description
test
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc %{buildroot}/usr/lib/systemd/system %{buildroot}/var/log
echo shipped > %{buildroot}/usr/bin/tool
echo shipped > %{buildroot}/usr/bin/other
echo shipped > %{buildroot}/usr/bin/taken
ln -s tool %{buildroot}/usr/bin/alias
ln -s tool %{buildroot}/usr/bin/alias2
echo a > %{buildroot}/etc/tool.conf
echo a > %{buildroot}/etc/kept.conf
echo unit > %{buildroot}/usr/lib/systemd/system/tool.timer
echo m > %{buildroot}/usr/bin/mül
touch %{buildroot}/var/log/tool.log
%files
/usr/bin/tool
/usr/bin/other
/usr/bin/taken
/usr/bin/alias
/usr/bin/alias2
/usr/bin/mül
%config(noreplace) /etc/tool.conf
%config /etc/kept.conf
/usr/lib/systemd/system/tool.timer
%dir /usr/lib/systemd
%ghost /var/log/tool.log
`;

/** Takes one of the other's files over, as `--replacefiles` allows. */
const RIVAL = `
Name: rival
Version: 1
Release: 1
Summary: test
License: none
BuildArch: noarch
%description
test
%install
mkdir -p %{buildroot}/usr/bin
echo rival > %{buildroot}/usr/bin/taken
%files
/usr/bin/taken
`;

describe.skipIf(!builds)(`an rpm database made by rpm${why}`, () => {
  let work = "";
  let root = "";
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "timerwarden-rpm-"));
    root = join(work, "root");
    mkdirSync(join(root, "var/lib/rpm"), { recursive: true });
    for (const [file, spec] of [
      ["tool-1.5-3", SPEC],
      ["rival-1-1", RIVAL],
    ] as const) {
      install(file, spec);
    }
    expect(existsSync(join(root, "var/lib/rpm/rpmdb.sqlite"))).toBe(true);
  });
  const install = (file: string, spec: string): void => {
    writeFileSync(join(work, `${file}.spec`), spec);
    const rpmbuild = [
      "-bb",
      "--quiet",
      "--define",
      `_topdir ${work}/top`,
      "--define",
      "_build_id_links none",
    ];
    const built = spawnSync("rpmbuild", [...rpmbuild, join(work, `${file}.spec`)], { encoding: "utf8" });
    expect([built.status, built.status === 0 ? "" : built.stderr]).toEqual([0, ""]);
    const options = ["--dbpath", "/var/lib/rpm", "--root", root, "--nodeps", "--nosignature", "--noscripts"];
    const backend = ["--define", "_db_backend sqlite", "--replacefiles"];
    const parcel = join(work, `top/RPMS/noarch/${file}.noarch.rpm`);
    const put = spawnSync("rpm", [...options, ...backend, "-i", parcel], { encoding: "utf8" });
    expect([put.status, put.status === 0 ? "" : put.stderr]).toEqual([0, ""]);
  };
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const open = (): PackageDatabase => openPackages(openDirectory(root, "root:test", false));
  const contents = (paths: readonly string[]): (string | undefined)[] => {
    const found = open().provenanceOf(paths);
    return paths.map((path) => found.get(path)?.content);
  };
  const PATHS = [
    "/usr/bin/tool",
    "/usr/bin/other",
    "/usr/bin/alias",
    "/usr/bin/alias2",
    "/usr/bin/m\u00fcl",
    "/etc/tool.conf",
    "/etc/kept.conf",
    "/usr/lib/systemd/system/tool.timer",
    "/usr/lib/systemd",
  ];

  test("as installed", () => {
    const packages = open();
    const found = packages.provenanceOf(PATHS).get("/usr/bin/tool");
    expect(found).toMatchObject({
      owner: { manager: "rpm", package: "tool", version: "2:1.5-3", origin: "Example", signature: "none" },
      content: "matches",
      how: "listed in the rpm database /var/lib/rpm; sha256 equals the rpm database",
    });
    expect(found?.owner?.installed).toBeGreaterThan(1_600_000_000_000_000);
    expect([...packages.packageNames()]).toEqual([
      ["tool", "2:1.5-3"],
      ["rival", "1-1"],
    ]);
    expect(packages.problems).toEqual([]);
    expect(contents(PATHS)).toEqual(PATHS.map(() => "matches"));
    expect(contents(["/var/log/tool.log", "/usr/bin/nobody"])).toEqual(["unknown", "not-shipped"]);
  });

  test("a file another package took over is the other's", () => {
    const path = "/usr/bin/taken";
    const ask = (): unknown[] => {
      const found = open().provenanceOf([path]).get(path);
      return [found?.owner?.package, found?.content, found?.alsoClaimed];
    };
    expect(ask()).toEqual(["rival", "matches", 1]);
    writeFileSync(join(root, path), "edited\n");
    expect(ask()).toEqual(["rival", "modified", 1]);
  });

  test("agrees with rpm -V on edited files", () => {
    writeFileSync(join(root, "usr/bin/tool"), "tampers\n");
    writeFileSync(join(root, "etc/tool.conf"), "edited\n");
    for (const name of ["usr/bin/alias", "usr/bin/other"]) unlinkSync(join(root, name));
    symlinkSync("/tmp/evil", join(root, "usr/bin/alias"));
    symlinkSync("tool", join(root, "usr/bin/other"));
    const options = ["--dbpath", "/var/lib/rpm", "--root", root, "--nodeps"];
    const verify = spawnSync("rpm", [...options, "--define", "_db_backend sqlite", "-V", "tool"], {
      encoding: "utf8",
    });
    const differs = new Set<string>();
    for (const line of verify.stdout.split("\n")) {
      const [, flags = "", path = ""] = /^(\S{9})\s+(?:[cdg] )?\s*(\/.*)$/.exec(line) ?? [];
      if (/[5SL]/.test(flags) || flags[1] === "M") differs.add(path);
    }
    const found = open().provenanceOf(PATHS);
    const ours = PATHS.filter((path) => found.get(path)?.content !== "matches");
    expect(ours).toEqual(PATHS.filter((path) => differs.has(path)));
    expect(ours).toHaveLength(4);
    expect(found.get("/etc/tool.conf")?.content).toBe("conffile-modified");
  });

  test("a database cut short says so and calls nothing not shipped", () => {
    const whole = readFileSync(join(root, "var/lib/rpm/rpmdb.sqlite"));
    const cut = join(work, "cut");
    mkdirSync(join(cut, "var/lib/rpm"), { recursive: true });
    writeFileSync(join(cut, "var/lib/rpm/rpmdb.sqlite"), whole.subarray(0, 4096 + 100));
    const packages = openPackages(openDirectory(cut, "root:cut", false));
    expect(packages.provenanceOf(["/usr/bin/tool"]).get("/usr/bin/tool")?.content).toBe("unknown");
    expect(packages.problems.length).toBeGreaterThan(0);
  });
});
