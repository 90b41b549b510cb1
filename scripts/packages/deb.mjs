/** A Debian package around the executable, made by dpkg-deb alone; the same source and Node give the same bytes. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { releaseTime } from "../build/release-time.mjs";

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

const DESCRIPTION = `what this host runs by itself, and whether any of it is hostile
 Timerwarden reads every systemd timer of a host (the system's, those shared by
 all users, and each user's own) and every job of cron, anacron and at: when it
 runs next, what it finally runs, as whom, where its files come from, and
 whether any of it is hostile. Mounted images and archives are read the same
 way; nothing of a target is ever run.
 .
 This package carries one executable and needs no Node.js. A hardened service
 with a daily timer comes along; it is not enabled by itself.`;

/** Writes the package for `executable` into the folder `out` and returns its path. `level` is xz's, 0 to 9. */
export function buildDeb({ dist, executable, notices, manifest, architecture, out, level }) {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-deb-"));
  try {
    const tree = join(work, "tree");
    layOut(tree, { dist, executable, notices, manifest });
    const name = ARCHITECTURES[architecture] ?? architecture;
    writeControl(tree, work, manifest, name);
    const when = releaseTime();
    for (const path of [...readdirSync(tree, { recursive: true }).reverse(), "."])
      utimesSync(join(tree, path), when, when);
    const deb = join(out, `timerwarden_${manifest.version}_${name}.deb`);
    run("dpkg-deb", ["--root-owner-group", "-Zxz", `-z${level}`, "--build", tree, deb], {
      SOURCE_DATE_EPOCH: String(Math.floor(when.getTime() / 1000)),
    });
    return deb;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Every file of the package where it will lie. */
function layOut(tree, { dist, executable, notices, manifest }) {
  const put = (path, content, mode = 0o644) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), mode);
  };
  const copy = (from, path) => put(path, readFileSync(from));
  mkdirSync(join(tree, "usr/bin"), { recursive: true });
  copyFileSync(executable, join(tree, "usr/bin/timerwarden"));
  chmodSync(join(tree, "usr/bin/timerwarden"), 0o755);
  mkdirSync(join(tree, "etc/timerwarden/accept.d"), { recursive: true });
  for (const page of readdirSync(join(dist, "man")))
    put(`usr/share/man/man${page.at(-1)}/${page}.gz`, packed(readFileSync(join(dist, "man", page))));
  copy(join(dist, "completions/timerwarden.bash"), "usr/share/bash-completion/completions/timerwarden");
  copy(join(dist, "completions/_timerwarden"), "usr/share/zsh/vendor-completions/_timerwarden");
  copy(join(dist, "completions/timerwarden.fish"), "usr/share/fish/vendor_completions.d/timerwarden.fish");
  for (const unit of ["timerwarden.service", "timerwarden.timer"])
    copy(`packaging/systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
  copy("packaging/systemd/timerwarden.sysusers", "usr/lib/sysusers.d/timerwarden.conf");
  copy("docs/formats/timerwarden.catalog", "usr/lib/systemd/catalog/timerwarden.catalog");
  copy("packaging/debian/copyright", "usr/share/doc/timerwarden/copyright");
  copy("packaging/debian/lintian-overrides", "usr/share/lintian/overrides/timerwarden");
  put("usr/share/doc/timerwarden/third-party-notices.gz", packed(notices));
  put("usr/share/doc/timerwarden/changelog.gz", packed(changelog(manifest)));
}

/** Debian's changelog of this one version, from the project's own. */
function changelog({ version, author }) {
  const section = readFileSync("CHANGELOG.md", "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(version));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section ${version}`);
  const entries = section.split("\n").filter((line) => line.startsWith("- "));
  const lines = entries.flatMap((entry) => folded(entry.slice(2), 74)).join("\n");
  const date = releaseTime().toUTCString().replace("GMT", "+0000");
  return `timerwarden (${version}) unstable; urgency=medium\n\n${lines}\n\n -- ${author}  ${date}\n`;
}

/** An item of the changelog, its first line after a star. */
function folded(text, width) {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.map((line, at) => `${at === 0 ? "  * " : "    "}${line}`);
}

function writeControl(tree, work, manifest, architecture) {
  const files = readdirSync(tree, { recursive: true }).sort((a, b) => (a < b ? -1 : 1));
  const facts = files.map((path) => ({ path, stat: lstatSync(join(tree, path)) }));
  const sums = facts
    .filter(({ path, stat }) => stat.isFile() && !path.startsWith("etc/"))
    .map(
      ({ path }) =>
        `${createHash("md5")
          .update(readFileSync(join(tree, path)))
          .digest("hex")}  ${path}\n`,
    );
  const size = facts.reduce((sum, { stat }) => sum + (stat.isFile() ? Math.ceil(stat.size / 1024) : 1), 0);
  const control = [
    "Package: timerwarden",
    `Version: ${manifest.version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${manifest.author}`,
    `Installed-Size: ${size}`,
    `Depends: ${sharedLibraries(work, join(tree, "usr/bin/timerwarden"))}`,
    "Section: admin",
    "Priority: optional",
    `Description: ${DESCRIPTION}`,
  ];
  mkdirSync(join(tree, "DEBIAN"));
  writeFileSync(join(tree, "DEBIAN/control"), `${control.join("\n")}\n`);
  writeFileSync(join(tree, "DEBIAN/md5sums"), sums.join(""));
  for (const script of ["postinst", "prerm", "postrm"]) {
    copyFileSync(`packaging/debian/${script}`, join(tree, "DEBIAN", script));
    chmodSync(join(tree, "DEBIAN", script), 0o755);
  }
  for (const path of ["", ...readdirSync(tree, { recursive: true })])
    if (lstatSync(join(tree, path)).isDirectory()) chmodSync(join(tree, path), 0o755);
}

/** The packages whose libraries the executable loads, with the versions it needs. */
function sharedLibraries(work, executable) {
  mkdirSync(join(work, "debian"));
  writeFileSync(
    join(work, "debian/control"),
    "Source: timerwarden\n\nPackage: timerwarden\nArchitecture: any\n",
  );
  const printed = run("dpkg-shlibdeps", ["-O", "-e", executable], {}, work);
  const depends = /^shlibs:Depends=(.+)$/m.exec(printed)?.[1];
  if (depends === undefined) throw new Error("dpkg-shlibdeps found no libraries");
  return depends;
}

function packed(content) {
  const bytes = gzipSync(content, { level: 9 });
  bytes[9] = 3; // Made on Unix, wherever it was made.
  return bytes;
}

function run(command, args, env = {}, cwd = ".") {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, LC_ALL: "C", ...env },
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error(`${command}: ${error.message} (apt-get install dpkg-dev)`);
  if (status !== 0) throw new Error(`${command} ended with status ${status}:\n${stderr}`);
  return stdout;
}
