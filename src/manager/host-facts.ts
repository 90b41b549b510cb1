import type { Host } from "../hosts/host.ts";
import type { HostFacts } from "../syntax/specifier.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { parseTimespan } from "../time/timespan.ts";
import type { Scope } from "./scope.ts";

/** Text of a small file, or null; at most 64 KiB are read. */
function textOf(host: Host, path: string): string | null {
  const content = host.readFile(path, 65_536);
  return content.kind === "present" ? new TextDecoder("utf-8").decode(content.value.bytes) : null;
}

/** The 128-bit id of machine-id(5) as 32 lower-case digits; null if there is none yet (`uninitialized`, empty). */
export function machineIdOf(host: Host): string | null {
  const text = textOf(host, "/etc/machine-id")?.trim().toLowerCase() ?? "";
  return /^[0-9a-f]{32}$/.test(text) && !/^0+$/.test(text) ? text : null;
}

/** The static host name (hostname(5)): first line of /etc/hostname that is no comment. */
export function hostNameOf(host: Host): string | null {
  const lines = textOf(host, "/etc/hostname")?.split("\n") ?? [];
  const name = lines.map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#"));
  return name ?? null;
}

/** os-release(5) as keys and unquoted values; null if there is no such file. */
export function osReleaseOf(host: Host): ReadonlyMap<string, string> | null {
  const text = textOf(host, "/etc/os-release") ?? textOf(host, "/usr/lib/os-release");
  return text === null ? null : parseAssignments(text);
}

/** `KEY=value` lines with shell quoting of one word, as os-release(5) and machine-info(5) have them. */
function parseAssignments(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value = ""] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) entries.set(key, unquote(value));
  }
  return entries;
}

function unquote(value: string): string {
  const [, single] = /^'([^']*)'$/.exec(value) ?? [];
  if (single !== undefined) return single;
  const [, double] = /^"(.*)"$/.exec(value) ?? [];
  return (double ?? value).replace(/\\([\\"$`])/g, "$1");
}

/** The id of the running boot; null for evidence at rest, where `/proc` would be the auditor's. */
export function bootIdOf(host: Host): string | null {
  if (!host.live) return null;
  const text = textOf(host, "/proc/sys/kernel/random/boot_id")?.trim().replaceAll("-", "") ?? "";
  return /^[0-9a-f]{32}$/.test(text) ? text : null;
}

/** When the running system booted, in microseconds since 1970 (`btime` of proc_stat(5), whole seconds); null at rest. */
export function bootTimeOf(host: Host): number | null {
  if (!host.live) return null;
  const [, seconds] = /^btime (\d{1,12})$/m.exec(textOf(host, "/proc/stat") ?? "") ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000_000;
}

/** How long the system has been running, in microseconds (proc_uptime(5)); null at rest. */
export function upTimeOf(host: Host): number | null {
  if (!host.live) return null;
  const [, seconds, hundredths] = /^(\d{1,12})\.(\d{2})\s/.exec(textOf(host, "/proc/uptime") ?? "") ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000_000 + Number(hundredths) * 10_000;
}

/** The facts that specifiers stand for. Kernel release and boot id only of the running machine. */
export function hostFactsOf(host: Host): HostFacts {
  const pretty = parseAssignments(textOf(host, "/etc/machine-info") ?? "").get("PRETTY_HOSTNAME");
  const hostName = hostNameOf(host);
  return {
    machineId: machineIdOf(host),
    bootId: bootIdOf(host),
    hostName,
    prettyHostName: pretty ?? hostName,
    kernelRelease: host.live ? (textOf(host, "/proc/sys/kernel/osrelease")?.trim() ?? null) : null,
    architecture: null,
    osRelease: osReleaseOf(host),
  };
}

const DEFAULT_ACCURACY_USEC = 60_000_000;
const CONFIGURATION = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"];

/** DefaultTimerAccuracySec= of system.conf or user.conf with its drop-ins, in microseconds (systemd-system.conf(5)). */
export function defaultTimerAccuracyOf(host: Host, scope: Scope): number {
  const name = scope.kind === "system" ? "system.conf" : "user.conf";
  let accuracy = DEFAULT_ACCURACY_USEC;
  for (const path of configurationFiles(host, name)) {
    const content = host.readFile(path);
    if (content.kind !== "present") continue;
    for (const { section, key, value } of parseUnitFile(content.value.bytes, path).assignments) {
      if (section !== "Manager" || key !== "DefaultTimerAccuracySec") continue;
      const span = parseTimespan(value);
      if (span.ok) accuracy = Number(span.value);
    }
  }
  return accuracy;
}

/** The strongest main file, then of each drop-in name the strongest, in byte order of names. */
function configurationFiles(host: Host, name: string): readonly string[] {
  const main = CONFIGURATION.map((directory) => `${directory}/${name}`).find(
    (path) => host.stat(path).kind === "present",
  );
  const dropIns = new Map<string, string>();
  for (const directory of CONFIGURATION.map((base) => `${base}/${name}.d`)) {
    const entries = host.readDirectory(directory);
    if (entries.kind !== "present") continue;
    for (const entry of entries.value) {
      if (entry.name.endsWith(".conf") && !entry.name.startsWith(".") && !dropIns.has(entry.name))
        dropIns.set(entry.name, `${directory}/${entry.name}`);
    }
  }
  const ordered = [...dropIns].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, path]) => path);
  return main === undefined ? ordered : [main, ...ordered];
}
