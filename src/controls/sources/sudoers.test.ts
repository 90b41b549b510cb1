import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { memoryHost } from "../../hosts/memory.ts";
import { exampleSubject } from "../check.test-support.ts";
import { commandReachesUnits } from "./sudo-command.ts";
import { readSudoGrants } from "./sudo-grant.ts";
import { readSudoers } from "./sudoers.ts";
import type { SudoMember } from "./sudoers-line.ts";
import { parseSudoersLine } from "./sudoers-line.ts";

const program = process.env["TIMERWARDEN_CVTSUDOERS"] ?? "cvtsudoers";
const missing =
  spawnSync(program, ["--version"]).status === 0
    ? ""
    : " (skipped: no cvtsudoers; name one in TIMERWARDEN_CVTSUDOERS)";
const SCALE = Number(process.env["TIMERWARDEN_DIFF"] ?? 1);

/** Each command of each rule as one line: users, hosts, as whom, whether a password is asked, the command. */
function ours(text: string): readonly string[] | null {
  const { rules, problems } = readSudoers({ host: memoryHost({ "/etc/sudoers": text }) });
  if (problems.length > 0) return null;
  return rules.flatMap(({ users, hosts, commands }) =>
    commands.map(({ runAsUsers, runAsGroups, tags, command }) =>
      [
        list(users),
        list(hosts),
        runAsUsers === null ? "" : list(runAsUsers),
        list(runAsGroups),
        tags.has("NOPASSWD") ? "free" : "asked",
        member(command),
      ].join(" | "),
    ),
  );
}

function list(members: readonly SudoMember[]): string {
  return members.map(member).join(",");
}

function member({ text, negated }: SudoMember): string {
  return `${negated ? "!" : ""}${text}`;
}

type Json = Readonly<Record<string, unknown>>;

function theirs(text: string): readonly string[] | null {
  const run = spawnSync(program, ["-f", "json"], { input: text, encoding: "utf8" });
  if (run.status !== 0 || /syntax error/.test(run.stderr)) return null;
  // 1.9.13 writes the directory and the timeout of a command without braces, which is no JSON.
  const fixed = run.stdout.replace(/^(\s*)("\w+": (?:"[^"]*"|\d+))(,?)$/gm, (line, blanks, pair, comma) =>
    /"(?:runcwd|runchroot|command_timeout)"/.test(pair) ? `${blanks}{ ${pair} }${comma}` : line,
  );
  const document = JSON.parse(fixed === "" ? "{}" : fixed) as { User_Specs?: readonly Json[] };
  return (document.User_Specs ?? []).flatMap((spec) =>
    items(spec["Cmnd_Specs"]).flatMap((entry) => {
      const free = items(entry["Options"]).some((option) => option["authenticate"] === false);
      return items(entry["Commands"]).map((command) =>
        [
          words(spec["User_List"]),
          words(spec["Host_List"]),
          words(entry["runasusers"]),
          words(entry["runasgroups"]),
          free ? "free" : "asked",
          word(command),
        ].join(" | "),
      );
    }),
  );
}

function items(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function words(value: unknown): string {
  return items(value).map(word).join(",");
}

/** `{ "usergroup": "sudo" }` is `%sudo` in a list of users and `sudo` in one of groups. */
function word(entry: Json): string {
  const marks: Readonly<Record<string, string>> = { userid: "#", usergid: "%#", netgroup: "+" };
  const [[kind, text] = ["", ""]] = Object.entries(entry).filter(
    ([key]) => key !== "negated" && !/^sha/.test(key),
  );
  return `${entry["negated"] === true ? "!" : ""}${marks[kind] ?? ""}${String(text)}`;
}

/** cvtsudoers drops the `%` of groups and tells by the key; the same is done to ours. */
function comparable(lines: readonly string[] | null): readonly string[] | null {
  return lines?.map((line) => line.replaceAll("%#", "#").replace(/%(?=[a-z])/g, "")) ?? null;
}

const USER = fc.constantFrom("anna", "%sudo", "#1000", "ADMINS", "ALL", "!bob", "%#27", "+net");
const HOST = fc.constantFrom("ALL", "web", "WEBS", "192.0.2.1", "!db");
const COMMAND = fc.constantFrom(
  "ALL",
  "/usr/bin/systemctl",
  "/usr/bin/systemctl restart app.service",
  "!/bin/sh",
  "UNITS",
  "/usr/bin/tee /etc/systemd/system/*",
  "sudoedit /etc/hosts",
  "/bin/ls a\\,b",
  '/bin/id ""',
  "/usr/sbin/",
  "/bin/echo a\\:b\\=c",
);
const TAGS = fc.constantFrom("", "NOPASSWD: ", "NOPASSWD:SETENV: ", "PASSWD: ", "NOEXEC: ", "NOPASSWD : ");
const RUN_AS = fc.constantFrom("", "(root) ", "(ALL:ALL) ", "(anna, OPS) ", "(: adm) ", "(root : adm) ");
const separated = (item: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> =>
  fc.array(item, { minLength: 1, maxLength: most }).map((list) => list.join(", "));
const SPEC = fc.tuple(RUN_AS, TAGS, COMMAND).map((parts) => parts.join(""));
const RULE = fc
  .tuple(separated(USER, 3), separated(HOST, 2), separated(SPEC, 3), fc.option(separated(SPEC, 2)))
  .map(
    ([users, hosts, specs, more]) => `${users} ${hosts} = ${specs}${more === null ? "" : ` : ALL = ${more}`}`,
  );
const PREFIX =
  "User_Alias ADMINS = anna, %ops : OPS = bob\nRunas_Alias OPS = daemon\nHost_Alias WEBS = web1, web2\nCmnd_Alias UNITS = /usr/bin/systemctl, \\\n  /usr/bin/systemd-run\nDefaults env_reset, !lecture\nDefaults:anna timestamp_timeout=5\n";

test.skipIf(missing !== "")(`random rules mean what cvtsudoers makes of them${missing}`, () => {
  void fc.assert(
    fc.property(fc.array(RULE, { minLength: 1, maxLength: 5 }), (rules) => {
      const text = `${PREFIX}${rules.join("\n")}\n`;
      expect(comparable(ours(text)), text).toEqual(comparable(theirs(text)));
    }),
    { numRuns: 150 * SCALE },
  );
});

const ODD = [
  "anna ALL = /bin/ls, /bin/cat # a comment",
  "anna ALL=(ALL)NOPASSWD:ALL",
  "anna\tALL\t=\tALL",
  "anna ALL = ALL :",
  "anna ALL ALL",
  "anna ALL =",
  "anna = ALL",
  "anna ALL = bin/ls",
  "anna, bob ALL = (root) /bin/ls, (bob) /bin/cat, /bin/id",
  "#1000 ALL = ALL",
  "# 1000 ALL = ALL",
  '"anna smith" ALL = ALL',
  "User_Alias X = anna\nX ALL = ALL",
  "User_Alias x = anna",
  "Cmnd_Alias A = /bin/ls : B = /bin/id\nanna ALL = A, !B",
  "Defaults !authenticate",
  'Defaults secure_path="/usr/bin:/bin"',
  "Defaults",
  "anna ALL = sha256:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU= /bin/ls",
  "anna ALL = CWD=/tmp /bin/ls",
  "anna ALL = TIMEOUT=5m NOPASSWD: /bin/ls",
  "anna ALL = (root) NOPASSWD: /bin/ls, PASSWD: /bin/cat",
  "anna ALL = ALL, !/bin/su\\\n, !/bin/sh",
  "%domain\\ users ALL = ALL",
  "anna 2001:db8::1 = ALL",
  "anna ALL = /bin/ls [a-z]*",
  "anna ALL = (root /bin/ls",
];

test.skipIf(missing !== "")(`odd lines are read, or refused, as by cvtsudoers${missing}`, () => {
  const different = ODD.flatMap((line) => {
    const [own, other] = [comparable(ours(`${line}\n`)), comparable(theirs(`${line}\n`))];
    return JSON.stringify(own) === JSON.stringify(other)
      ? []
      : [`${line}: ${JSON.stringify(own)} not ${JSON.stringify(other)}`];
  });
  expect(different).toEqual([]);
});

test("includes are read in order, names with a dot and backups are not", () => {
  const { rules, files, problems } = readSudoers({
    host: memoryHost({
      "/etc/sudoers": "a ALL=ALL\n@includedir /etc/sudoers.d\n#include /etc/more\nz ALL=ALL\n",
      "/etc/sudoers.d/10-b": "b ALL=ALL\n",
      "/etc/sudoers.d/05-c": "c ALL=ALL\n",
      "/etc/sudoers.d/x.bak": "evil ALL=ALL\n",
      "/etc/sudoers.d/y~": "evil ALL=ALL\n",
      "/etc/more": "m ALL=ALL\n@include /etc/sudoers\n",
    }),
  });
  expect(rules.slice(0, 4).map(({ users }) => users[0]?.text)).toEqual(["a", "c", "b", "m"]);
  expect(files).not.toContain("/etc/sudoers.d/x.bak");
  expect(problems.map(({ reason }) => reason)).toContain("too many includes");
});

test("grants follow aliases, groups, and hosts", () => {
  const { inventory, ...subject } = exampleSubject({
    files: {
      "/etc/hostname": "web1\n",
      "/etc/passwd": "root:x:0:0::/:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\n",
      "/etc/group": "ops:x:50:anna,bob\n",
      "/etc/sudoers":
        "User_Alias OPS = %ops, !bob\nCmnd_Alias C = /bin/a, /bin/b\nOPS web1 = C\nbob db1 = ALL\nbob ALL = (www-data) ALL\n",
    },
  });
  const { grants } = readSudoGrants({ inventory, ...subject });
  expect(grants.map(({ who, accounts, command, asRoot }) => [who, accounts, command, asRoot])).toEqual([
    ["%ops", ["anna"], "/bin/a", true],
    ["%ops", ["anna"], "/bin/b", true],
    ["bob", ["bob"], "ALL", false],
  ]);
});

test.each([
  ["ALL", true],
  ["/usr/bin/systemctl", true],
  ["/usr/bin/systemctl restart app.service", false],
  ["/usr/bin/systemctl restart *", true],
  ["/usr/bin/systemctl edit app.service", true],
  ["/usr/bin/systemctl status app.service", true],
  ["/usr/bin/systemctl --no-pager status app.service", false],
  ["/usr/bin/systemctl link /tmp/x.service", true],
  ["/usr/bin/systemd-run", true],
  ["/usr/bin/tee /etc/motd", false],
  ["/usr/bin/tee /etc/systemd/system/x.timer", true],
  ["/usr/bin/vim", true],
  ['/usr/bin/vim ""', false],
  ["/usr/local/bin/*", true],
  ["/usr/local/bin/", true],
  ["/usr/bin/loginctl enable-linger bob", true],
  ["/usr/bin/loginctl list-users", false],
  ["sudoedit /etc/hosts", false],
  ["/usr/bin/apt update", false],
])("does %s reach units: %s", (command, reaches) => {
  expect(commandReachesUnits(command) !== null).toBe(reaches);
});

test("no line takes long or throws", () => {
  void fc.assert(
    fc.property(fc.string({ maxLength: 3000 }), (line) => {
      parseSudoersLine(line);
    }),
  );
  // What takes time by the square of its length would not end within the test's own limit.
  for (const piece of ["a,", "!", "(", "\\", '"', "ALL:", "A=", "x ALL = (", "NOPASSWD:"])
    expect(parseSudoersLine(piece.repeat(200_000)).ok).toBe(false);
});
