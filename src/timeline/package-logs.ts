/** What package managers wrote down of their work. Source: the programs' own log formats, named at each reader. */
import type { Host } from "../hosts/host.ts";
import { parseTimestamp } from "../time/timestamp.ts";
import type { Zones } from "../time/zone.ts";
import { type EventKind, eventOf, type TimelineEvent } from "./event.ts";
import { type LogText, readLogs } from "./log-files.ts";

const MAX_SAYS = 300;

interface Entry {
  readonly usec: number;
  readonly kind: EventKind;
  readonly package: string | null;
  readonly says: string;
}

/** Reads one log; `at` turns local time into microseconds. */
type LogReader = (log: LogText, at: (local: string) => number | null) => Iterable<Entry>;

const READERS: readonly { readonly directory: string; readonly name: string; readonly read: LogReader }[] = [
  { directory: "/var/log", name: "dpkg.log", read: readDpkg },
  { directory: "/var/log/apt", name: "history.log", read: readApt },
  { directory: "/var/log", name: "dnf.rpm.log", read: readDnf },
  { directory: "/var/log", name: "yum.log", read: readYum },
  { directory: "/var/log", name: "pacman.log", read: readPacman },
  { directory: "/var/log/zypp", name: "history", read: readZypper },
];

/** Every transaction in the target's logs, with notes on what could not be read. */
export function packageEvents(
  host: Host,
  zones: Zones,
  nowUsec: number,
  notes: string[],
): readonly TimelineEvent[] {
  const known = new Map<string, number | null>();
  const at = (local: string): number | null => {
    let usec = known.get(local);
    if (usec === undefined) {
      const parsed = parseTimestamp(local, nowUsec, zones);
      usec = parsed.ok ? parsed.value : null;
      known.set(local, usec);
    }
    return usec;
  };
  return READERS.flatMap(({ directory, name, read }) =>
    readLogs(host, directory, name, notes).flatMap((log) =>
      [...read(log, at)].map((entry) =>
        eventOf({ ...entry, says: entry.says.slice(0, MAX_SAYS), path: null, source: log.path }),
      ),
    ),
  );
}

const VERBS: ReadonlyMap<string, EventKind> = new Map([
  ["install", "package-installed"],
  ["installed", "package-installed"],
  ["reinstalled", "package-installed"],
  ["upgrade", "package-upgraded"],
  ["upgraded", "package-upgraded"],
  ["updated", "package-upgraded"],
  ["downgraded", "package-upgraded"],
  ["remove", "package-removed"],
  ["removed", "package-removed"],
  ["erase", "package-removed"],
  ["erased", "package-removed"],
  ["purge", "package-removed"],
]);

/** dpkg(1): `2026-11-23 06:38:00 install name:arch OLD NEW`. */
function* readDpkg({ lines }: LogText, at: (local: string) => number | null): Generator<Entry> {
  for (const line of lines) {
    const [, time = "", verb = "", name = "", old = "", fresh = ""] =
      /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (install|upgrade|remove|purge) (\S{1,200}) (\S{1,200}) (\S{1,200})/.exec(
        line,
      ) ?? [];
    const kind = VERBS.get(verb);
    const usec = kind === undefined ? null : at(time);
    if (kind === undefined || usec === null) continue;
    const versions = kind === "package-removed" ? old : old === "<none>" ? fresh : `${old} → ${fresh}`;
    yield { usec, kind, package: name, says: `${verb} ${name} ${versions}` };
  }
}

/** apt's history.log: stanzas of `Key: value`. */
function* readApt({ lines }: LogText, at: (local: string) => number | null): Generator<Entry> {
  let start: number | null = null;
  let command = "";
  let by = "";
  let counts: string[] = [];
  const finish = (): Entry | null =>
    start === null
      ? null
      : {
          usec: start,
          kind: "package-transaction",
          package: null,
          says: `${command || "apt"}${by === "" ? "" : ` (asked for by ${by})`}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`,
        };
  for (const line of [...lines, ""]) {
    const [, key = "", value = ""] = /^([A-Z][A-Za-z-]{1,20}): (.*)$/.exec(line) ?? [];
    if (key === "Start-Date") start = at(value.replace(/ +/g, " ").trim());
    else if (key === "Commandline") command = value.slice(0, MAX_SAYS);
    else if (key === "Requested-By") by = value.slice(0, 100);
    else if (["Install", "Reinstall", "Upgrade", "Downgrade", "Remove", "Purge"].includes(key))
      counts.push(`${key.toLowerCase()} ${value.split("), ").length}`);
    else if (line === "") {
      const entry = finish();
      if (entry !== null) yield entry;
      [start, command, by, counts] = [null, "", "", []];
    }
  }
}

/** dnf's dnf.rpm.log: `2026-11-23T06:38:00+0100 SUBDEBUG Installed: name-1-2.x86_64`. */
function* readDnf({ lines }: LogText): Generator<Entry> {
  for (const line of lines) {
    const [, time = "", verb = "", name = ""] =
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d{4})) [A-Z]+ ([A-Z][a-z]+): (\S{1,300})/.exec(line) ?? [];
    const kind = VERBS.get(verb.toLowerCase());
    const usec = instantOf(time);
    if (kind !== undefined && usec !== null)
      yield { usec, kind, package: name, says: `${verb.toLowerCase()} ${name}` };
  }
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** yum.log: `Nov 23 06:38:00 Installed: name-1-2.x86_64`, without a year: that of the file's last writing, or the one before. */
function* readYum({ lines, writtenUsec }: LogText, at: (local: string) => number | null): Generator<Entry> {
  if (writtenUsec === null) return;
  for (const line of lines) {
    const [, month = "", day = "", time = "", verb = "", name = ""] =
      /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) ([A-Z][a-z]+): (\S{1,300})/.exec(line) ?? [];
    const kind = VERBS.get(verb.toLowerCase());
    const number = MONTHS.indexOf(month) + 1;
    if (kind === undefined || number === 0) continue;
    const year = new Date(writtenUsec / 1000).getUTCFullYear();
    const inYear = (each: number) =>
      at(`${each}-${String(number).padStart(2, "0")}-${day.padStart(2, "0")} ${time}`);
    const same = inYear(year);
    const usec = same !== null && same <= writtenUsec + 86_400_000_000 ? same : inYear(year - 1);
    if (usec !== null) yield { usec, kind, package: name, says: `${verb.toLowerCase()} ${name}` };
  }
}

/** pacman.log: `[2026-11-23T06:38:00+0100] [ALPM] installed name (1-2)`; before 2019 `[2018-11-23 06:38]`, local. */
function* readPacman({ lines }: LogText, at: (local: string) => number | null): Generator<Entry> {
  for (const line of lines) {
    const [, time = "", source = "", rest = ""] =
      /^\[([^\]]{10,30})\] \[(ALPM|PACMAN)\] (.{1,1000})/.exec(line) ?? [];
    const usec = time.includes("T") ? instantOf(time) : time === "" ? null : at(`${time}:00`);
    if (usec === null) continue;
    const command = /^Running '(.*)'$/.exec(rest)?.[1];
    if (source === "PACMAN" && command !== undefined)
      yield { usec, kind: "package-transaction", package: null, says: command };
    const [, verb = "", name = ""] = /^([a-z]+) (\S+) \(/.exec(rest) ?? [];
    const kind = VERBS.get(verb);
    if (source === "ALPM" && kind !== undefined) yield { usec, kind, package: name, says: rest };
  }
}

/** zypper's history: `2026-11-23 06:38:00|install|name|1-2|x86_64|root@host|repo|…`. */
function* readZypper({ lines }: LogText, at: (local: string) => number | null): Generator<Entry> {
  for (const line of lines) {
    const [time = "", verb = "", name = "", version = ""] = line.split("|", 5);
    const kind = VERBS.get(verb.trim());
    const usec = kind === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(time) ? null : at(time);
    if (kind !== undefined && usec !== null)
      yield { usec, kind, package: name, says: `${verb.trim()} ${name} ${version}` };
  }
}

/** ISO 8601 with a zone; `null` for anything else. */
function instantOf(text: string): number | null {
  const iso = text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2");
  const milliseconds = /(Z|[+-]\d\d:\d\d)$/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds * 1000;
}
