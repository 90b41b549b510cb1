import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDirectory } from "../hosts/directory.ts";
import { openPackages, type PackageDatabase, type Provenance } from "./provenance.ts";

const RUNS = 12 * Number(process.env["TIMERWARDEN_DIFF"] ?? 1);
const runs = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const builds = runs("pacman") && runs("bsdtar") && process.getuid?.() === 0;
const why = builds ? "" : " (SKIPPED: needs pacman, bsdtar, and root)";

type Content = string | { readonly link: string };

/** A file's own name with a space and a byte above ASCII: the mtree escapes both. */
const FILES: Readonly<Record<string, Content>> = {
  "usr/bin/tool": "shipped\n",
  "usr/bin/other": "shipped\n",
  "usr/bin/mül x": "m\n",
  "usr/bin/alias": { link: "tool" },
  "usr/bin/alias2": { link: "tool" },
  "usr/lib/systemd/system/tool.timer": "unit\n",
  "etc/tool.conf": "a\n",
  "etc/kept.conf": "a\n",
};
const PATHS = Object.keys(FILES);

const INFO = `pkgname = tool
pkgver = 2:1.5-3
pkgdesc = test
builddate = 1700000000
packager = Example <pkg@example.test>
size = 100
arch = any
backup = etc/tool.conf
backup = etc/kept.conf
`;

function put(path: string, content: Content): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") writeFileSync(path, content);
  else symlinkSync(content.link, path);
}

/** As makepkg(8) does it (`scripts/makepkg.sh.in`, create_package): the mtree of everything, then the archive. */
function buildPackage(directory: string, parcel: string): void {
  for (const [path, content] of Object.entries(FILES)) put(join(directory, path), content);
  writeFileSync(join(directory, ".PKGINFO"), INFO);
  const options = "!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link";
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const mtree = spawnSync(
    "bsdtar",
    ["-cnf", "-", "--format=mtree", `--options=${options}`, ".PKGINFO", ...folders(), ...PATHS],
    { cwd: directory, env },
  );
  expect([mtree.status, mtree.stderr.toString()]).toEqual([0, ""]);
  writeFileSync(join(directory, ".MTREE"), gzipSync(mtree.stdout));
  const members = [".MTREE", ".PKGINFO", ...folders(), ...PATHS];
  const made = spawnSync("bsdtar", ["--no-fflags", "-cnf", parcel, ...members], { cwd: directory, env });
  expect([made.status, made.stderr.toString()]).toEqual([0, ""]);
}

function folders(): readonly string[] {
  const all = new Set<string>();
  for (const path of PATHS) for (let at = dirname(path); at !== "."; at = dirname(at)) all.add(at);
  return [...all].sort((a, b) => (a < b ? -1 : 1));
}

describe.skipIf(!builds)(`a pacman database made by pacman${why}`, () => {
  let work = "";
  let fresh = "";
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "timerwarden-pacman-"));
    fresh = join(work, "fresh");
    mkdirSync(join(fresh, "var/lib/pacman"), { recursive: true });
    writeFileSync(join(work, "pacman.conf"), "[options]\nArchitecture = auto\nSigLevel = Never\n");
    const parcel = join(work, "tool-2:1.5-3-any.pkg.tar");
    buildPackage(join(work, "build"), parcel);
    const installed = pacman(fresh, ["--noconfirm", "--cachedir", work, "-U", parcel]);
    expect([installed.status, installed.stderr]).toEqual([0, ""]);
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  const pacman = (
    root: string,
    asked: readonly string[],
  ): { status: number | null; stdout: string; stderr: string } => {
    const places = ["--root", root, "--dbpath", join(root, "var/lib/pacman"), "--logfile", join(work, "log")];
    const none = ["--hookdir", join(work, "none"), "--gpgdir", join(work, "none")];
    const env = { ...process.env, LC_ALL: "C.UTF-8" };
    return spawnSync("pacman", ["--config", join(work, "pacman.conf"), ...places, ...none, ...asked], {
      encoding: "utf8",
      env,
    });
  };
  const open = (root: string): PackageDatabase => openPackages(openDirectory(root, "root:test", false));
  const provenance = (root: string): ReadonlyMap<string, Provenance> =>
    open(root).provenanceOf(PATHS.map((path) => `/${path}`));

  /** Shipped files whose content, link text or type `pacman -Qkk` calls another; its word on times and modes left out. */
  const alteredSays = (root: string): readonly string[] => {
    const { stdout, stderr } = pacman(root, ["-Qkk", "tool"]);
    const altered = new Set<string>();
    for (const line of `${stdout}\n${stderr}`.split("\n")) {
      const [, path = "", what = ""] = /tool: (\/.*) \(([^()]*)\)$/.exec(line) ?? [];
      if (/checksum mismatch|Size mismatch|Symlink path|File type|No such file/.test(what))
        altered.add(path.slice(root.length + 1));
    }
    return PATHS.filter((path) => altered.has(path));
  };

  test("as installed", () => {
    const packages = open(fresh);
    const found = packages.provenanceOf(["/usr/bin/tool", "/usr/bin/nobody"]);
    expect(found.get("/usr/bin/tool")).toMatchObject({
      owner: { manager: "pacman", package: "tool", version: "2:1.5-3", origin: "Example <pkg@example.test>" },
      content: "matches",
      how: "listed in /var/lib/pacman/local/tool-2:1.5-3/files; sha256 equals the package's mtree",
    });
    expect(found.get("/usr/bin/nobody")).toMatchObject({ owner: null, content: "not-shipped" });
    expect([...packages.packageNames()]).toEqual([["tool", "2:1.5-3"]]);
    expect(packages.problems).toEqual([]);
    expect(alteredSays(fresh)).toEqual([]);
    expect([...provenance(fresh).values()].map(({ content }) => content)).toEqual(PATHS.map(() => "matches"));
  });

  test("names the owner that pacman -Qo names", () => {
    for (const path of [...PATHS, "usr/bin/nobody", "usr/bin"]) {
      if (path === "usr/bin/nobody") writeFileSync(join(fresh, path), "");
      const said = pacman(fresh, ["-Qo", join(fresh, path)]).stdout;
      const owner =
        open(fresh)
          .provenanceOf([`/${path}`])
          .get(`/${path}`)?.owner?.package ?? null;
      expect([path, owner]).toEqual([path, / is owned by (\S+) /.exec(said)?.[1] ?? null]);
    }
  });

  /** What hands do to a file. The first lets content be, with another mode. */
  const EDITS: readonly ((path: string) => void)[] = [
    (path) => chmodSync(path, 0o600),
    (path) => writeFileSync(path, "edited\n"),
    (path) => writeFileSync(path, readFileSync(path, "utf8").replace(/^./, "X")),
    (path) => writeFileSync(path, ""),
    (path) => unlinkSync(path),
    (path) => {
      unlinkSync(path);
      symlinkSync("/nonexistent/evil", path);
    },
    (path) => {
      unlinkSync(path);
      writeFileSync(path, "no link\n");
    },
    (path) => {
      unlinkSync(path);
      mkdirSync(path);
    },
  ];

  test("agrees with pacman -Qkk on files edited at random", () => {
    const edit = fc.record({ path: fc.constantFrom(...PATHS), edit: fc.nat(EDITS.length - 1) });
    let trial = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(edit, { minLength: 1, maxLength: 5, selector: ({ path }) => path }),
        (edits) => {
          trial += 1;
          const root = join(work, `trial${trial}`);
          cpSync(fresh, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
          // A link's own mode is none, and writing through one changes its target: not what is tried here.
          for (const { path, edit } of edits)
            if (typeof FILES[path] === "string" || edit >= 4) EDITS[edit]?.(join(root, path));
          const found = provenance(root);
          const ours = PATHS.filter((path) => found.get(`/${path}`)?.content !== "matches");
          const theirs = alteredSays(root);
          rmSync(root, { recursive: true, force: true });
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("an edited backup file is a changed configuration file, and no more", () => {
    const root = join(work, "configured");
    cpSync(fresh, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    writeFileSync(join(root, "etc/tool.conf"), "edited\n");
    expect(provenance(root).get("/etc/tool.conf")?.content).toBe("conffile-modified");
    expect(alteredSays(root)).toEqual(["etc/tool.conf"]);
  });
});
