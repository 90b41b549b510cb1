/** What every command that looks at a host shares: which target, at what time, under whose rules, drawn how. */
import { existsSync } from "node:fs";
import { isArchive, TargetError } from "../hosts/archive.ts";
import { openDirectory } from "../hosts/directory.ts";
import type { Host } from "../hosts/host.ts";
import { openTarget } from "../hosts/open.ts";
import { isRecorded } from "../hosts/recorded.ts";
import { zonesOf } from "../hosts/zoneinfo.ts";
import { hasSystemd, runsByItself } from "../inventory/inventory.ts";
import type { TextStyle } from "../report/list-text.ts";
import { visible } from "../report/visible.ts";
import { parseSystemdVersion, type SystemdVersion } from "../time/systemd-version.ts";
import { UTC, type Zones } from "../time/zone.ts";
import type { Arguments } from "./arguments.ts";
import { type OptionTable, RunError, type Streams, UsageError } from "./command.ts";
import { momentOf } from "./moment.ts";
import { type Progress, progressOf } from "./progress.ts";

export const TARGET_OPTIONS = {
  root: {
    type: "string",
    value: "DIR",
    does: "look at this directory as a root (same as root:DIR)",
    group: "target",
  },
  remote: {
    type: "string",
    short: "H",
    value: "[USER@]HOST",
    does: "look at this host over ssh, with its own sh, find and tar (same as ssh:HOST)",
    group: "target",
  },
  sudo: { type: "boolean", does: "over ssh: read as root with sudo -n", group: "target" },
  now: {
    type: "string",
    value: "TIME",
    does: "count from this moment, for the same result twice",
    group: "target",
  },
  tz: {
    type: "string",
    value: "ZONE",
    does: "the target's time zone, when its own is not right",
    group: "target",
  },
  systemd: {
    type: "string",
    value: "VERSION",
    does: "read as this systemd does (252, 257.13)",
    group: "target",
  },
  scope: { type: "string", value: "system|user|all", does: "whose timers (default all)", group: "target" },
  system: { type: "boolean", does: "the same as --scope system", group: "target" },
  user: { type: "boolean", does: "the same as --scope user", group: "target" },
  "require-complete": { type: "boolean", does: "exit 3 when something could not be read", group: "target" },
} as const satisfies OptionTable;

export const STYLE_OPTIONS = {
  color: {
    type: "string",
    value: "auto|always|never",
    does: "colours (default auto; NO_COLOR is honoured)",
    group: "look",
  },
  ascii: { type: "boolean", does: "only ASCII marks", group: "look" },
  utc: { type: "boolean", does: "show times in UTC", group: "look" },
  quiet: { type: "boolean", short: "q", does: "no progress and no hints on stderr", group: "look" },
  verbose: {
    type: "boolean",
    short: "v",
    multiple: true,
    does: "on stderr, what was read and how it is known; -vv also how long it took",
    group: "look",
  },
} as const satisfies OptionTable;

export interface OpenedTarget {
  readonly host: Host;
  readonly zones: Zones;
  readonly nowUsec: number;
  /** As asked for; `null` for the target's own. */
  readonly version: SystemdVersion | null;
  readonly scopes: "system" | "user" | "all";
  readonly progress: Progress;
}

/** Tells targets from patterns among positionals: a scheme, a slash, `-`, or something that is there. */
export function isTarget(text: string): boolean {
  if (/^[a-z][a-z-]+:/.test(text) || text.includes("/") || text === "-") return true;
  return !/[*?[]|\.(timer|service|socket|path|target|mount)$/.test(text) && existsSync(text);
}

/** Opens the one target of a command; this host when none is named. */
export async function openOne(
  targets: readonly string[],
  args: Arguments,
  streams: Streams,
): Promise<OpenedTarget> {
  const root = args.text("root");
  const remote = args.text("remote");
  const named = [
    ...targets,
    ...(root === null ? [] : [`root:${root}`]),
    ...(remote === null ? [] : [`ssh:${remote}`]),
  ];
  if (named.length > 1) throw new UsageError(`name one target, not ${named.length}: ${named.join(" ")}`);
  const target = named[0] ?? "host:";
  const sudo = args.flag("sudo");
  if (sudo && !target.startsWith("ssh:")) throw new UsageError("--sudo is for hosts over ssh (-H, ssh:)");
  const progress = progressOf(args, streams);
  progress.step(`opening ${visible(target)}`);
  const { host, guess } = await open(target, sudo, streams);
  if (guess !== null && !args.flag("quiet")) streams.err(`timerwarden: ${guess}\n`);
  const zones = zonesOf(host, openDirectory("/", "host:", true), args.text("tz") ?? undefined);
  const tz = args.text("tz");
  if (tz !== null && tz !== "UTC" && zones.zone(tz) === null)
    throw new UsageError(
      `--tz: no time zone ${JSON.stringify(tz)}; zones are called like Europe/Berlin or UTC`,
    );
  return {
    host,
    zones,
    nowUsec: nowOf(args, zones, host),
    version: versionOf(args),
    scopes: scopesOf(args),
    progress,
  };
}

async function open(target: string, sudo: boolean, streams: Streams): ReturnType<typeof openTarget> {
  try {
    return await openTarget(target, { sudo, readInput: () => streams.readInput() });
  } catch (error) {
    if (error instanceof TargetError) throw new RunError(`${error.message} ${error.remedy}`.trim());
    throw error;
  }
}

/** The moment a collection was taken, for a collection: it is audited as its host was then. */
function nowOf(args: Arguments, zones: Zones, host: Host): number {
  const clock = isRecorded(host) ? host.recording.takenUsec : Date.now() * 1000;
  return momentOf(args, "now", clock, zones) ?? clock;
}

/** `--systemd`; `null` when it was not given. */
export function versionOf(args: Arguments): SystemdVersion | null {
  const text = args.text("systemd");
  if (text === null) return null;
  const version = parseSystemdVersion(text);
  if (version === null)
    throw new UsageError(`--systemd: not a version: ${JSON.stringify(text)} (try 252 or 257.13)`);
  return version;
}

function scopesOf(args: Arguments): "system" | "user" | "all" {
  const text = args.text("scope") ?? (args.flag("system") ? "system" : args.flag("user") ? "user" : "all");
  if (text === "system" || text === "user" || text === "all") return text;
  throw new UsageError(`--scope: system, user, or all, not ${JSON.stringify(text)}`);
}

export function styleOf(args: Arguments, streams: Streams, zones: Zones): TextStyle {
  const { env } = streams;
  const color = args.text("color") ?? "auto";
  if (!["auto", "always", "never"].includes(color)) throw new UsageError("--color: auto, always, or never");
  const wanted = env["NO_COLOR"]
    ? false
    : env["CLICOLOR_FORCE"] || env["FORCE_COLOR"]
      ? true
      : streams.isTerminal && env["TERM"] !== "dumb";
  return {
    zone: args.flag("utc") ? UTC : zones.local,
    columns: streams.isTerminal ? streams.columns : undefined,
    ascii: args.flag("ascii"),
    color: color === "always" || (color === "auto" && wanted),
  };
}

/** Exit status 3 when the operator wants all or nothing and there are gaps. */
export function requireComplete(args: Arguments, gaps: readonly unknown[]): number {
  return args.flag("require-complete") && gaps.length > 0 ? 3 : 0;
}

/** Ends with `4` where nothing that could run by itself is to be seen. */
export function mustRunByItself({ host }: Pick<OpenedTarget, "host">): void {
  if (!runsByItself(host))
    throw nothingToExamine(
      `${host.target}: there is neither systemd nor cron here, so nothing to examine; name the directory that holds the target's etc and usr`,
    );
}

/** Ends with `4` where safeguards of systemd have nothing to guard. */
export function mustHaveSystemd({ host }: Pick<OpenedTarget, "host">): void {
  if (!hasSystemd(host))
    throw nothingToExamine(`${host.target}: there is no systemd here, so nothing to assess`);
}

/** `4`: nothing to examine. */
export function nothingToExamine(message: string): RunError {
  return new RunError(message, 4);
}

/**
 * Reads, and where the host is an archive whose contents are not all in memory, reads again with what the first time
 * asked for, until nothing new turns up.
 */
export async function settle<Result>(host: Host, read: () => Result): Promise<Result> {
  let result = read();
  if (!isArchive(host)) return result;
  for (let pass = 0; pass < host.rounds && host.wanted().length > 0 && (await host.fetch()); pass++)
    result = read();
  return result;
}
