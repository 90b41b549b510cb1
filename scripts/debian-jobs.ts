/**
 * Lays every package of Debian that ships a timer, or a job for cron, out as one installed tree, to audit what healthy
 * servers run.
 *
 * `tsx scripts/debian-jobs.ts fetch DIR` fetches the packages with `apt-get download` (only when asked to);
 * `tsx scripts/debian-jobs.ts tree DEBS ROOT` makes the tree of those with timers, `cron-tree` that of those with jobs
 * for cron. The packages' own programs are unpacked, never run.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEBIAN_PACKAGES } from "../corpus/base/debian-12.ts";
import { mergedPath } from "../corpus/base/packages.ts";
import { DEBIAN_CRON } from "../test/debian-cron-table.ts";
import { DEBIAN_TIMERS } from "../test/debian-timers-table.ts";

/** What one binary package says of itself. */
interface DebFacts {
  readonly name: string;
  readonly control: string;
  readonly list: readonly string[];
  readonly md5sums: string;
  readonly conffiles: readonly string[];
}

/** Those of the packages that a directory of `.deb` files lacks. */
export function missingDebs(debs: string, names: Iterable<string>): readonly string[] {
  const present = new Set(existsSync(debs) ? readdirSync(debs).map((file) => file.split("_")[0]) : []);
  return [...names].filter((name) => !present.has(name));
}

/** Downloads what is missing into `debs`, with this machine's apt and its repositories. */
function fetchDebs(debs: string): void {
  mkdirSync(debs, { recursive: true });
  const missing = missingDebs(debs, new Set([...DEBIAN_TIMERS.keys(), ...DEBIAN_CRON]));
  if (missing.length === 0) return;
  console.error(`apt-get download: ${missing.length} packages`);
  execFileSync("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", ...missing], {
    cwd: debs,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/**
 * Unpacks the named packages into `root` with a dpkg database and an apt list that know them, adds stand-ins for
 * the programs of other packages that they call, the accounts their units name, and enables what wants to be enabled.
 */
export function buildDebianTree(debs: string, names: Iterable<string>, root: string): void {
  for (const name of ["bin", "sbin", "lib"]) {
    mkdirSync(join(root, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  const wanted = new Set(names);
  const files = readdirSync(debs).filter((file) => wanted.has(file.split("_")[0] ?? ""));
  const packages = files.map((file) => installDeb(join(debs, file), root));
  const installed = new Set(packages.map(({ name }) => name));
  const standIns = DEBIAN_PACKAGES.filter(({ name }) => !installed.has(name)).map((one) =>
    installStandIn(one, root),
  );
  writeDatabase([...packages, ...standIns], root);
  writeAccounts(root);
  for (const scope of [[], ["--global"]])
    execFileSync("systemctl", [`--root=${root}`, ...scope, "preset-all", "--preset-mode=enable-only"], {
      stdio: "ignore",
    });
}

function installDeb(deb: string, root: string): DebFacts {
  const run = (...args: readonly string[]): string =>
    execFileSync("dpkg-deb", [...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  // Not `dpkg-deb -x`, which puts directories where the merged /usr has links.
  const archive = execFileSync("dpkg-deb", ["--fsys-tarfile", deb], { maxBuffer: 1 << 30 });
  execFileSync("tar", ["-xp", "--keep-directory-symlink", "-C", root], { input: archive });
  const control = run("-f", deb);
  const members = new Map(
    ["md5sums", "conffiles"].map((member) => {
      try {
        return [member, run("-I", deb, member)];
      } catch {
        return [member, ""];
      }
    }),
  );
  const list = run("-c", deb)
    .split("\n")
    .map((line) => /^\S+ +\S+ +\d+ \S+ \S+ (\.\/.*?)(?: -> .*)?$/.exec(line)?.[1])
    .filter((path) => path !== undefined)
    .map((path) => path.slice(1).replace(/\/$/, "") || "/.");
  return {
    name: /^Package: (.*)$/m.exec(control)?.[1] ?? "",
    control,
    list,
    md5sums: members.get("md5sums") ?? "",
    conffiles: (members.get("conffiles") ?? "").split("\n").filter((path) => path.startsWith("/")),
  };
}

/** A package of the corpus' base where the real one ships no timer. */
function installStandIn({ name, version, files }: (typeof DEBIAN_PACKAGES)[number], root: string): DebFacts {
  const list: string[] = [];
  let md5sums = "";
  for (const [path, entry] of Object.entries(files)) {
    const place = join(root, mergedPath(path));
    if (existsSync(place)) continue;
    const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
    mkdirSync(dirname(place), { recursive: true });
    list.push(path);
    if (file.link !== undefined) symlinkSync(file.link, place);
    else {
      writeFileSync(place, file.content ?? "");
      chmodSync(place, file.mode ?? 0o644);
      md5sums += `${createHash("md5")
        .update(file.content ?? "")
        .digest("hex")}  ${path.slice(1)}\n`;
    }
  }
  return {
    name,
    control: `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n`,
    list,
    md5sums,
    conffiles: [],
  };
}

function writeDatabase(packages: readonly DebFacts[], root: string): void {
  const info = join(root, "var/lib/dpkg/info");
  const lists = join(root, "var/lib/apt/lists");
  for (const directory of [info, lists]) mkdirSync(directory, { recursive: true });
  const paragraphs = packages.map(({ name, control, list, md5sums, conffiles }) => {
    writeFileSync(join(info, `${name}.list`), `${list.join("\n")}\n`);
    if (md5sums !== "") writeFileSync(join(info, `${name}.md5sums`), md5sums);
    const digests = conffiles.map((path) => ` ${path} ${digestOf(join(root, mergedPath(path)))}\n`).join("");
    return `${control.trimEnd()}\nStatus: install ok installed\n${digests === "" ? "" : `Conffiles:\n${digests}`}`;
  });
  writeFileSync(join(root, "var/lib/dpkg/status"), `${paragraphs.join("\n")}\n`);
  const offers = packages.map(({ control }) => `${control.trimEnd()}\n`);
  const list = join(lists, "deb.example.test_debian_dists_bookworm");
  writeFileSync(`${list}_main_binary-amd64_Packages`, `${offers.join("\n")}\n`);
  writeFileSync(`${list}_InRelease`, "Origin: Example\nSuite: stable\nCodename: bookworm\n");
}

function digestOf(path: string): string {
  return createHash("md5").update(readFileSync(path)).digest("hex");
}

/** Accounts whose numbers base-passwd fixes; files of packages carry them. */
const FIXED_ACCOUNTS: readonly (readonly [name: string, id: number])[] = [
  ["root", 0],
  ["daemon", 1],
  ["man", 6],
  ["lp", 7],
  ["mail", 8],
  ["news", 9],
  ["uucp", 10],
  ["proxy", 13],
  ["www-data", 33],
  ["backup", 34],
  ["list", 38],
  ["nobody", 65_534],
];

function passwdLine(name: string, id: number): string {
  const rest = id === 0 ? "root:/root:/bin/bash" : ":/nonexistent:/usr/sbin/nologin";
  return `${name}:x:${id}:${id}:${rest}\n`;
}

/** root, Debian's fixed system accounts, and one for every `User=` of the units: their maintainer scripts add them. */
function writeAccounts(root: string): void {
  const named = new Set<string>();
  const units = join(root, "usr/lib/systemd/system");
  for (const name of readdirSync(units)) {
    if (!name.endsWith(".service")) continue;
    const text = readFileSync(join(units, name), "utf8");
    for (const [, user = ""] of text.matchAll(/^User=([a-z_][\w-]*)$/gm)) named.add(user);
  }
  const fixed = FIXED_ACCOUNTS.map(([name, id]) => passwdLine(name, id));
  const made = [...named].filter((name) => !FIXED_ACCOUNTS.some(([known]) => known === name));
  const lines = [...fixed, ...made.map((name, at) => passwdLine(name, 100 + at))];
  writeFileSync(join(root, "etc/passwd"), lines.join(""));
  writeFileSync(
    join(root, "etc/group"),
    lines.map((line) => line.replace(/^([^:]*):x:\d+:(\d+):.*$/, "$1:x:$2:")).join(""),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, debs, root] = process.argv.slice(2);
  if (verb === "fetch" && debs !== undefined) fetchDebs(debs);
  else if (verb === "tree" && debs !== undefined && root !== undefined)
    buildDebianTree(debs, DEBIAN_TIMERS.keys(), root);
  else if (verb === "cron-tree" && debs !== undefined && root !== undefined)
    buildDebianTree(debs, DEBIAN_CRON, root);
  else {
    console.error("usage: tsx scripts/debian-jobs.ts fetch DEBS | tree DEBS ROOT | cron-tree DEBS ROOT");
    process.exitCode = 2;
  }
}
