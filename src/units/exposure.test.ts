import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type ManagerContext, ROOT_USER, UNKNOWN_HOST } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { exposureOf } from "./exposure.ts";
import { mergeUnit } from "./unit.ts";

const version = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).stdout ?? "";
const missing =
  /^systemd 252\b/.test(version) && process.arch === "x64"
    ? ""
    : " (skipped: no systemd-analyze 252 on x86-64)";
const folder = mkdtempSync(join(tmpdir(), "timerwarden-exposure-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTEXT: ManagerContext = { manager: "system", user: ROOT_USER, host: UNKNOWN_HOST, major: 252 };

function ours(name: string, text: string): number {
  const file = parseUnitFile(Buffer.from(text), `/etc/systemd/system/${name}`);
  return exposureOf(mergeUnit(name, [{ file, kind: "fragment" }], { context: CONTEXT })).score;
}

/** The overall level of each file, by name; `systemd-analyze` prints one table a unit and its score below. */
function theirs(files: readonly string[]): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const file of files) {
    const run = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", file], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8", TERM: "dumb" },
    });
    const found = /Overall exposure level for (\S+): ([\d.]+)/.exec(run.stdout);
    if (found !== null) scores.set(file, Number(found[2]));
  }
  return scores;
}

const LINES = [
  "User=nobody",
  "User=daemon",
  "DynamicUser=yes",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  "PrivateTmp=yes",
  "ProtectHome=yes",
  "ProtectHome=tmpfs",
  "ProtectHome=read-only",
  "ProtectSystem=full",
  "ProtectSystem=strict",
  "ProtectSystem=yes",
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "CapabilityBoundingSet=CAP_KILL CAP_NET_ADMIN",
  "CapabilityBoundingSet=~CAP_SYS_ADMIN CAP_SYS_PTRACE",
  "AmbientCapabilities=CAP_NET_RAW",
  "UMask=0077",
  "UMask=0027",
  "UMask=0000",
  "RestrictNamespaces=yes",
  "RestrictNamespaces=~user pid",
  "RestrictNamespaces=net",
  "RestrictAddressFamilies=AF_UNIX AF_INET",
  "RestrictAddressFamilies=~AF_PACKET",
  "RestrictAddressFamilies=none",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@clock @debug @mount",
  "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources",
  "SystemCallArchitectures=native",
  "SystemCallArchitectures=native x86",
  "IPAddressDeny=any",
  "IPAddressDeny=any\nIPAddressAllow=localhost",
  "IPAddressDeny=any\nIPAddressAllow=192.0.2.0/24",
  "DevicePolicy=closed",
  "DevicePolicy=strict\nDeviceAllow=/dev/null rw",
  "ProtectClock=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "ProtectProc=invisible",
  "ProtectProc=noaccess",
  "ProcSubset=pid",
  "LockPersonality=yes",
  "MemoryDenyWriteExecute=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RootDirectory=/srv/x",
  "KeyringMode=shared",
  "NotifyAccess=all",
  "Delegate=yes",
  "RemoveIPC=yes\nUser=daemon",
  "SupplementaryGroups=adm\nUser=daemon",
  "PrivateUsers=yes",
  "PrivateMounts=yes",
  "CapabilityBoundingSet=~",
  "SystemCallFilter=@known",
];

test.skipIf(missing !== "")(`every setting counts as for systemd-analyze security${missing}`, () => {
  const files = LINES.map((line, index) => {
    const file = join(folder, `setting-${index}.service`);
    const more = index % 7 === 3 ? "[Unit]\nDefaultDependencies=no\n" : "";
    writeFileSync(file, `${more}[Service]\nExecStart=/bin/true\n${line}\n`);
    return file;
  });
  const scores = theirs(files);
  expect(scores.size).toBe(LINES.length);
  const different = files.flatMap((file, index) => {
    const own = ours(`setting-${index}.service`, readFileSync(file, "utf8"));
    return Math.abs(own - (scores.get(file) ?? -1)) > 0.05
      ? [`${LINES[index]}: ${own}, not ${scores.get(file)}`]
      : [];
  });
  expect(different).toEqual([]);
});

const installed = missing === "" ? servicesIn("/usr/lib/systemd/system") : [];

test.skipIf(installed.length < 50)(
  `the units of this machine (${installed.length}${missing}) score within 0.1`,
  () => {
    const scores = theirs(installed);
    expect(scores.size).toBeGreaterThanOrEqual(50);
    const different = [...scores].flatMap(([file, score]) => {
      const own = ours(file.slice(file.lastIndexOf("/") + 1), readFileSync(file, "utf8"));
      return Math.abs(own - score) > 0.101 ? [`${file}: ${own}, not ${score}`] : [];
    });
    expect(different).toEqual([]);
  },
);

function servicesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".service") && !name.includes("@"))
    .map((name) => join(directory, name))
    .filter((path) => realpathSync(path) === path)
    .slice(0, 80);
}
