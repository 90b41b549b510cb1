/** sshd itself as the referee of what a configuration comes to for a connection. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { memoryHost } from "../../hosts/memory.ts";
import { readSshdConfig, SSHD_CONFIG, type SshdConfig } from "./sshd-config.ts";

const SSHD = "/usr/sbin/sshd";
const folder = mkdtempSync(join(tmpdir(), "timerwarden-sshd-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = join(folder, "key");
const RUNS = Number(process.env["TIMERWARDEN_DIFF"] ?? "1") * 25;

/** Why sshd cannot be asked here; empty when it can. */
function obstacle(): string {
  if (!existsSync(SSHD)) return " (SKIPPED: sshd is not installed)";
  const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  if (made.status !== 0) return " (SKIPPED: ssh-keygen is not installed)";
  writeFileSync(join(folder, "probe"), `HostKey ${key}\n`);
  const { status, stderr } = spawnSync(SSHD, ["-T", "-f", join(folder, "probe")], { encoding: "utf8" });
  return status === 0 ? "" : ` (SKIPPED: ${stderr.trim()})`;
}
const aloud = obstacle();

const ROOT = [
  "PermitRootLogin yes",
  "PermitRootLogin no",
  "permitrootlogin prohibit-password",
  "PERMITROOTLOGIN=forced-commands-only",
  'PermitRootLogin "without-password"',
];
const OTHER = [
  "AuthorizedKeysFile .ssh/authorized_keys /etc/keys/%u",
  'AuthorizedKeysFile "/etc/my keys/%u"',
  "AuthorizedKeysFile none",
  "AuthenticationMethods publickey,keyboard-interactive",
  "AuthenticationMethods publickey password",
  "AuthorizedKeysCommand /usr/bin/keys",
  "AuthorizedKeysCommand none",
  "# PermitRootLogin yes",
  "",
  "  PasswordAuthentication no # why not",
];
const MATCHES = [
  "Match all",
  "Match User root",
  "Match User anna,root",
  "Match user !root,*",
  "Match Address 192.0.2.0/24",
  "Match Address 198.51.100.7",
  "Match User root Address 192.0.2.*",
  "Match Host *.example.test",
];
const line = fc.constantFrom(...ROOT, ...OTHER, ...MATCHES);
const included = fc.constantFrom(
  "Include extra.conf",
  "Include drop/*.conf",
  "include extra.conf drop/b.conf",
);
const file = fc.array(line, { maxLength: 6 });
const configs = fc.record({
  main: fc.array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: included }), {
    maxLength: 10,
  }),
  extra: file,
  a: file,
  b: file,
});

const KEYWORDS = ["permitrootlogin", "authorizedkeysfile", "authenticationmethods", "authorizedkeyscommand"];
const DEFAULTS = new Map([
  ["permitrootlogin", "without-password"],
  ["authorizedkeysfile", ".ssh/authorized_keys .ssh/authorized_keys2"],
  ["authenticationmethods", "any"],
  ["authorizedkeyscommand", "none"],
]);
const CONNECTIONS = [
  { user: "root", address: "192.0.2.9", host: "a.example.test" },
  { user: "anna", address: "198.51.100.7", host: "elsewhere.invalid" },
  { user: "bob", address: "203.0.113.1", host: "b.example.test" },
];
type Connection = (typeof CONNECTIONS)[number];

/** The few criteria above; sshd's own are the referee of nothing more. */
function fits(criteria: string, { user, address, host }: Connection): boolean {
  if (criteria.toLowerCase() === "all") return true;
  const words = criteria.split(" ");
  return words.every((word, index) => {
    if (index % 2 === 1) return true;
    const wanted = (words[index + 1] ?? "").split(",");
    const subject = { user, address, host }[word.toLowerCase()] ?? "";
    const hits = (pattern: string): boolean =>
      pattern.endsWith("/24")
        ? subject.startsWith(pattern.slice(0, pattern.lastIndexOf(".") + 1))
        : new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(subject);
    return (
      wanted.some((pattern) => !pattern.startsWith("!") && hits(pattern)) &&
      !wanted.some((pattern) => pattern.startsWith("!") && hits(pattern.slice(1)))
    );
  });
}

/** What our reading says for a connection: the first matching block that states a keyword, else what holds for all. */
function ours({ settings, matches }: SshdConfig, connection: Connection): Record<string, string> {
  const fitting = matches.filter(({ criteria }) => fits(criteria, connection));
  return Object.fromEntries(
    KEYWORDS.map((keyword) => {
      const stated = fitting.find((match) => match.settings.has(keyword))?.settings ?? settings;
      const value = stated.get(keyword)?.value ?? DEFAULTS.get(keyword) ?? "";
      return [keyword, keyword === "permitrootlogin" ? value.replace("prohibit-", "without-") : value];
    }),
  );
}

function theirs(path: string, { user, address, host }: Connection): Record<string, string> {
  const { status, stdout, stderr } = spawnSync(
    SSHD,
    ["-T", "-f", path, "-C", `user=${user},addr=${address},host=${host}`],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return Object.fromEntries(
    KEYWORDS.map((keyword) => {
      const found = stdout
        .split("\n")
        .filter((text) => text.startsWith(`${keyword} `))
        .map((text) => text.slice(keyword.length + 1));
      return [keyword, found.join(" ")];
    }),
  );
}

test.skipIf(aloud !== "")(`a configuration comes to what sshd -T says${aloud}`, () => {
  mkdirSync(join(folder, "drop"), { recursive: true });
  const command = "AuthorizedKeysCommandUser nobody";
  fc.assert(
    fc.property(configs, ({ main, extra, a, b }) => {
      const files = {
        main: [command, `HostKey ${key}`, ...main],
        "extra.conf": extra,
        "drop/a.conf": a,
        "drop/b.conf": b,
      };
      const texts = Object.entries(files).map(([name, lines]) => {
        const text = lines.map((one) => one.replace(/(?<=\s)(extra|drop)/g, `${folder}/$1`)).join("\n");
        writeFileSync(join(folder, name), `${text}\n`);
        return [name === "main" ? SSHD_CONFIG : join(folder, name), `${text}\n`] as const;
      });
      const config = readSshdConfig({ host: memoryHost(Object.fromEntries(texts)) });
      expect(config.problems).toEqual([]);
      for (const connection of CONNECTIONS)
        expect(ours(config, connection), JSON.stringify({ files, connection })).toEqual(
          theirs(join(folder, "main"), connection),
        );
    }),
    { numRuns: RUNS },
  );
});

test.skipIf(aloud !== "").each([
  ["PermitRootLogin y", false],
  ["PermitRootLogin", false],
  ["PermitRootLogin yes", true],
  ["Match User", false],
  ["Include", false],
  ['PermitRootLogin "yes', false],
])(`sshd refuses what we doubt: %s${aloud}`, (text, isFine) => {
  const path = join(folder, "single");
  writeFileSync(path, `HostKey ${key}\n${text}\n`);
  expect(spawnSync(SSHD, ["-T", "-f", path]).status === 0).toBe(isFine);
  const { problems } = readSshdConfig({ host: memoryHost({ [SSHD_CONFIG]: `${text}\n` }) });
  expect(problems.length === 0).toBe(isFine);
});
