/** sudo itself as the referee: cvtsudoers of how files parse, `sudo -l -U` of who may run what. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { exampleSubject } from "../check.test-support.ts";
import { readSudoGrants } from "./sudo-grant.ts";
import { readSudoers } from "./sudoers.ts";
import type { SudoMember } from "./sudoers-line.ts";

const RUNS = Number(process.env["TIMERWARDEN_DIFF"] ?? "1") * 60;
const folder = mkdtempSync(join(tmpdir(), "timerwarden-sudoers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cvtsudoers = spawnSync("cvtsudoers", ["-V"]).status === 0;
const withoutCvtsudoers = cvtsudoers ? "" : " (SKIPPED: cvtsudoers is not installed)";

const PASSWD =
  "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\neve:x:1002:1002::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\n";
const GROUP =
  "root:x:0:\nwww-data:x:33:\nops:x:50:anna,bob\nadm:x:51:eve\nanna:x:1000:\nbob:x:1001:\neve:x:1002:\n";
const PEOPLE = ["anna", "bob", "eve"];

const users = fc.constantFrom("anna", "bob", "%ops", "%adm", "OPS", "ALL", "#1002", "!bob");
const commands = fc.constantFrom(
  "/bin/a",
  "/bin/b x y",
  "/usr/bin/systemctl restart app.service",
  '/usr/bin/vim ""',
  "/usr/local/bin/*",
  "/bin/c -f a\\=b\\,c",
  "/bin/d [a-z]*",
  "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef /bin/e",
  "sudoedit /etc/hosts",
  "TOOLS",
  "!/bin/a",
  "ALL",
);
const runAs = fc.constantFrom(
  "",
  "(root) ",
  "(ALL) ",
  "(ALL:ALL) ",
  "(www-data) ",
  "(:adm) ",
  "(root, www-data : adm) ",
  "(BOTH) ",
  "() ",
);
const tags = fc.constantFrom(
  "",
  "NOPASSWD: ",
  "PASSWD: ",
  "NOEXEC: NOPASSWD: ",
  "SETENV:",
  "NOPASSWD:LOG_OUTPUT: ",
);
const spec = fc.tuple(runAs, tags, commands).map((parts) => parts.join(""));
const rule = fc
  .tuple(
    fc.array(users, { minLength: 1, maxLength: 3 }).filter((names) => !(names[0] ?? "").startsWith("!")),
    fc.array(fc.constantFrom("ALL", "ALL", "other", "!ALL", "!other"), { minLength: 1, maxLength: 2 }),
    fc.array(spec, { minLength: 1, maxLength: 3 }),
    fc.boolean(),
  )
  .map(
    ([who, hosts, specs, joined]) =>
      `${who.join(", ")} ${hosts.join(",")} = ${specs.join(joined ? ", \\\n\t" : ", ")}`,
  );
const sudoers = fc
  .array(rule, { minLength: 1, maxLength: 5 })
  .map((rules) =>
    [
      "User_Alias OPS = %ops, !bob",
      "Cmnd_Alias TOOLS = /bin/x, /bin/y z",
      "Runas_Alias BOTH = root, www-data",
      ...rules,
      "",
    ].join("\n"),
  );

interface TheirSpec {
  readonly runasusers?: readonly Record<string, unknown>[];
  readonly Options?: readonly Record<string, unknown>[];
  readonly Commands: readonly {
    readonly command?: string;
    readonly cmndalias?: string;
    readonly negated?: boolean;
    readonly sha256?: string;
  }[];
}

function names(members: readonly Record<string, unknown>[] | undefined): unknown {
  // `()` is one name of no length there.
  const meant = (members ?? []).filter(({ username }) => username !== "");
  return meant.map(({ negated, ...named }) => {
    const [kind = "", name] = Object.entries(named)[0] ?? [];
    const sign = { usergroup: "%", userid: "#", usergid: "%#" }[kind] ?? "";
    return `${negated === true ? "!" : ""}${sign}${name}`;
  });
}

function text({ text, negated }: SudoMember): string {
  return `${negated ? "!" : ""}${text}`;
}

/** One line for each command: users, hosts, as whom, with or without a password. */
function theirRules(file: string): readonly string[] {
  const run = spawnSync("cvtsudoers", ["-c", "/dev/null", "-f", "json", file], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  const document = JSON.parse(run.stdout) as {
    readonly User_Specs?: readonly {
      readonly User_List: readonly Record<string, unknown>[];
      readonly Host_List: readonly Record<string, unknown>[];
      readonly Cmnd_Specs: readonly TheirSpec[];
    }[];
  };
  return (document.User_Specs ?? []).flatMap(({ User_List, Host_List, Cmnd_Specs }) =>
    Cmnd_Specs.flatMap(({ runasusers, Options, Commands }) =>
      Commands.map(({ command, cmndalias, negated }) =>
        JSON.stringify([
          names(User_List),
          names(Host_List),
          runasusers === undefined ? null : names(runasusers),
          (Options ?? []).some((option) => option["authenticate"] === false),
          `${negated === true ? "!" : ""}${plain(command ?? cmndalias ?? "")}`,
        ]),
      ),
    ),
  );
}

/** Escapes are ours to resolve; cvtsudoers prints some and drops some. */
function plain(command: string): string {
  return command.replace(/\\([,:=\\])/g, "$1");
}

function ourRules(source: string): readonly string[] {
  const { rules, problems } = readSudoers(exampleSubject({ files: { "/etc/sudoers": source } }));
  expect(problems).toEqual([]);
  return rules.flatMap((one) =>
    one.commands.map(({ runAsUsers, runAsGroups, tags: own, command }) =>
      JSON.stringify([
        one.users.map(text),
        one.hosts.map(text),
        // `(:group)` names no user, and cvtsudoers lists none.
        runAsUsers === null || (runAsUsers.length === 0 && runAsGroups.length > 0)
          ? null
          : runAsUsers.map(text),
        own.has("NOPASSWD"),
        plain(text(command)),
      ]),
    ),
  );
}

test.skipIf(!cvtsudoers)(`rules parse as for cvtsudoers${withoutCvtsudoers}`, () => {
  const file = join(folder, "sudoers");
  fc.assert(
    fc.property(sudoers, (source) => {
      writeFileSync(file, source, { mode: 0o440 });
      expect(ourRules(source)).toEqual(theirRules(file));
    }),
    { numRuns: RUNS },
  );
});

/** The files stand over the machine's own for the time of one question, in a mount namespace of their own. */
function askSudo(person: string): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
} {
  const script = `set -e
mount --bind ${folder}/sudoers /etc/sudoers
mount --bind ${folder}/passwd /etc/passwd
mount --bind ${folder}/group /etc/group
exec sudo -l -U ${person}`;
  const run = spawnSync("unshare", ["--mount", "sh", "-c", script], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", SHELL: "/bin/sh" },
  });
  return { status: run.status, out: run.stdout ?? "", err: run.stderr ?? "" };
}

function obstacle(): string {
  if (process.getuid?.() !== 0) return " (SKIPPED: not root)";
  writeFileSync(join(folder, "passwd"), PASSWD);
  writeFileSync(join(folder, "group"), GROUP);
  writeFileSync(join(folder, "sudoers"), "root ALL=(ALL:ALL) ALL\nanna ALL = /bin/true\n", { mode: 0o440 });
  const { status, out, err } = askSudo("anna");
  return status === 0 && out.includes("/bin/true")
    ? ""
    : ` (SKIPPED: sudo cannot be asked: ${err.trim().slice(0, 80)})`;
}
const aloud = obstacle();

/** The commands of `sudo -l`: as root or not, with a password or not. */
function theirGrants(person: string): readonly string[] {
  const { out, err } = askSudo(person);
  if (/is not allowed to run sudo/.test(out + err)) return [];
  const lines = out.replace(/\n {8,}(?=\S)/g, " ").split("\n");
  const found = lines.flatMap((line): readonly string[] => {
    const found = /^ {4}\(([^)]*)\) (.*)$/.exec(line);
    if (found === null) return [];
    const runAsUsers = (found[1] ?? "").split(" : ")[0] ?? "";
    const asRoot = runAsUsers.split(", ").some((name) => name === "root" || name === "ALL");
    let password = true;
    return split(found[2] ?? "").flatMap((item) => {
      let rest = item.trim();
      for (let tag = /^([A-Z_]+): /.exec(rest); tag !== null; tag = /^([A-Z_]+): /.exec(rest)) {
        if (tag[1] === "NOPASSWD") password = false;
        if (tag[1] === "PASSWD") password = true;
        rest = rest.slice(tag[0].length);
      }
      rest = rest.replace(/^sha256:\S+ /, "");
      return rest.startsWith("!") ? [] : [`${asRoot} ${password} ${plain(rest)}`];
    });
  });
  return [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
}

function split(list: string): readonly string[] {
  return list.split(/(?<!\\), /);
}

test.skipIf(aloud !== "")(`everybody may run what sudo -l says${aloud}`, () => {
  fc.assert(
    fc.property(sudoers, (source) => {
      writeFileSync(join(folder, "sudoers"), source, { mode: 0o440 });
      const hostname = spawnSync("hostname", { encoding: "utf8" }).stdout;
      const subject = exampleSubject({
        files: {
          "/etc/passwd": PASSWD,
          "/etc/group": GROUP,
          "/etc/hostname": hostname,
          "/etc/sudoers": source,
        },
      });
      const { grants } = readSudoGrants(subject);
      for (const person of PEOPLE) {
        const own = [
          ...new Set(
            grants
              .filter(({ accounts }) => accounts.includes(person))
              .map(({ asRoot, noPassword, command }) => `${asRoot} ${!noPassword} ${plain(command)}`),
          ),
        ].sort((a, b) => (a < b ? -1 : 1));
        expect(own, `${person}:\n${source}`).toEqual(theirGrants(person));
      }
    }),
    { numRuns: Math.ceil(RUNS / 4) },
  );
});
