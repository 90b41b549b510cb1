import { parseTzif } from "../time/tzif.ts";
import { type TimeZone, UTC, type Zones } from "../time/zone.ts";
import type { Host } from "./host.ts";

const DIRECTORY = "/usr/share/zoneinfo";
/** The biggest file of tzdata has 4 KiB; no zone needs more than this. */
const MAX_BYTES = 256 * 1024;
/** Zone directories are shallow and hold about 1,800 names with `posix/` and `right/`. */
const MAX_NAMES = 5_000;
const MAX_DEPTH = 3;

/**
 * The zones of a target: its `/usr/share/zoneinfo` and `/etc/localtime`, and for names or files it lacks those of
 * `fallback`, the analysing machine. Files are read when first asked for. `tz` is the `TZ` of the process whose view
 * is wanted, as glibc reads it; without it `/etc/localtime` decides. Where nothing can be read the zone is UTC.
 */
export function zonesOf(host: Host, fallback: Host | null, tz?: string): Zones {
  const hosts = fallback === null ? [host] : [host, fallback];
  const known = new Map<string, TimeZone | null>([["UTC", UTC]]);
  const zone = (name: string): TimeZone | null => {
    const already = known.get(name);
    if (already !== undefined) return already;
    const path = `${DIRECTORY}/${name}`;
    const found = isZoneName(name) ? first(hosts, (each) => readZone(each, path, name)) : null;
    if (!isPending(host, path)) known.set(name, found);
    return found;
  };
  let local: TimeZone | undefined;
  let names: readonly string[] | undefined;
  return {
    zone,
    get local() {
      if (local !== undefined) return local;
      const found = localZone(hosts, zone, tz);
      if (!isPending(host, "/etc/localtime")) local = found;
      return found;
    },
    names: () => {
      names ??= ["UTC", ...hosts.flatMap(namesOf)].filter((name, index, all) => all.indexOf(name) === index);
      return names;
    },
  };
}

/** What systemd takes for a zone's name at all (`verify_timezone` in `time-util.c`). */
export function isZoneName(name: string): boolean {
  return /^[A-Za-z0-9_+-][A-Za-z0-9/_+-]*(?<!\/)$/.test(name) && !name.includes("//") && name.length < 256;
}

/** The name behind the target's `/etc/localtime`, or `null` where it is no link into a zone directory. */
export function localZoneName(host: Host): string | null {
  const link = host.readLink("/etc/localtime");
  const match = link.kind === "present" ? /(?:^|\/)zoneinfo\/(.+)$/.exec(link.value) : null;
  const name = match?.[1]?.replace(/\/{2,}/g, "/");
  return name !== undefined && isZoneName(name) ? name : null;
}

function first<T>(hosts: readonly Host[], look: (host: Host) => T | null): T | null {
  for (const host of hosts) {
    const found = look(host);
    if (found !== null) return found;
  }
  return null;
}

/** True while a host that is read in rounds has not brought the file yet: the answer of now will not last. */
function isPending(host: Host, path: string): boolean {
  const content = host.readFile(path, MAX_BYTES);
  return content.kind === "unreadable" && content.code === "EAGAIN";
}

function readZone(host: Host, path: string, name: string): TimeZone | null {
  const content = host.readFile(path, MAX_BYTES);
  if (content.kind !== "present" || content.value.truncated) return null;
  const zone = parseTzif(content.value.bytes, name);
  return zone.ok ? zone.value : null;
}

/** glibc's reading of `TZ`: an optional colon, then a name or an absolute path; empty or unknown is UTC. */
function localZone(
  hosts: readonly Host[],
  zone: (name: string) => TimeZone | null,
  tz: string | undefined,
): TimeZone {
  if (tz === undefined) return etcLocaltime(hosts);
  const name = tz.startsWith(":") ? tz.slice(1) : tz;
  if (!name.startsWith("/")) return zone(name) ?? UTC;
  const inside = name.startsWith(`${DIRECTORY}/`) ? name.slice(DIRECTORY.length + 1) : name;
  return first(hosts, (host) => readZone(host, name, inside)) ?? UTC;
}

function etcLocaltime(hosts: readonly Host[]): TimeZone {
  const [target, fallback] = hosts;
  if (target === undefined) return UTC;
  const name = localZoneName(target);
  const own = readZone(target, "/etc/localtime", name ?? "local");
  if (own !== null) return own;
  // The target names a zone it has no file for: the analysing machine's file of that name will do.
  const borrowed =
    name === null || fallback === undefined ? null : readZone(fallback, `${DIRECTORY}/${name}`, name);
  return borrowed ?? UTC;
}

/** Every name in the host's zone directory, in byte order. */
function namesOf(host: Host): readonly string[] {
  const names: string[] = [];
  const visit = (directory: string, prefix: string, depth: number): void => {
    const entries = host.readDirectory(directory);
    if (entries.kind !== "present") return;
    for (const { name, kind } of entries.value) {
      if (names.length >= MAX_NAMES) return;
      if (!isZoneName(name) || name === "posix" || name === "right") continue;
      if (kind === "directory") {
        if (depth < MAX_DEPTH) visit(`${directory}/${name}`, `${prefix}${name}/`, depth + 1);
      } else if (/^[A-Z]/.test(name)) names.push(prefix + name);
    }
  };
  visit(DIRECTORY, "", 1);
  return names;
}
