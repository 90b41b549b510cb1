import type { Host } from "../hosts/host.ts";
import type { TimeZone } from "../time/zone.ts";
import type { CronDialect } from "./cron-expression.ts";
import { type IgnoredJob, type JobHarvest, type ScheduledJob, wholeFile } from "./scheduled-job.ts";

/** Directories distributions hand to run-parts(8), looked at even when nothing runs them. */
export const RUN_PARTS_DIRECTORIES = ["hourly", "daily", "weekly", "monthly", "yearly"].map(
  (name) => `/etc/cron.${name}`,
);
const ANACRON_PROGRAMS = ["/usr/sbin/anacron", "/sbin/anacron", "/usr/bin/anacron"];

/** A program in a run-parts directory, and why it is passed over (`null` when it runs). */
export interface RunPartsProgram {
  readonly path: string;
  readonly refusal: string | null;
}

/**
 * What run-parts does with each entry of a directory, in the order it runs them. Debian's program takes names of
 * letters, digits, `_` and `-`; Fedora's script takes all but backup names. Both want a file somebody may execute.
 */
export function runPartsPrograms(
  host: Host,
  directory: string,
  dialect: CronDialect,
): readonly RunPartsProgram[] {
  const listing = host.readDirectory(directory);
  if (listing.kind !== "present") return [];
  return listing.value.flatMap(({ name }) => {
    const path = `${directory}/${name}`;
    const facts = host.stat(path);
    if (facts.kind === "present" && facts.value.kind === "directory") return [];
    const reason = nameReason(name, dialect);
    if (reason !== null) return [{ path, refusal: reason }];
    if (facts.kind !== "present") return [{ path, refusal: "it leads nowhere, or cannot be looked at" }];
    if (facts.value.kind !== "file") return [{ path, refusal: "it is not a regular file" }];
    return [{ path, refusal: (facts.value.mode & 0o111) === 0 ? "it is not executable" : null }];
  });
}

function nameReason(name: string, dialect: CronDialect): string | null {
  if (dialect === "debian") {
    const fits = /^[a-zA-Z0-9_-]+$/.test(name);
    return fits ? null : "run-parts passes over names with other than letters, digits, _ and -";
  }
  if (name.startsWith(".")) return "the shell's * does not match a leading dot";
  const isBackup = /(?:[~,]|\.rpmsave|\.rpmorig|\.rpmnew|\.swp|,v|\.cfsaved)$/.test(name);
  return isBackup ? "its name is that of a backup file" : null;
}

/** The programs in every directory that a job hands to run-parts, and in the usual ones, each as a job of its own. */
export function readRunParts(host: Host, jobs: readonly ScheduledJob[], dialect: CronDialect): JobHarvest {
  const drivers = new Map<string, ScheduledJob[]>(RUN_PARTS_DIRECTORIES.map((directory) => [directory, []]));
  for (const job of jobs) {
    for (const directory of directoriesOf(job.command)) {
      const driving = drivers.get(directory);
      if (driving === undefined) drivers.set(directory, [job]);
      else driving.push(job);
    }
  }
  const hasAnacron = ANACRON_PROGRAMS.some((path) => host.stat(path).kind === "present");
  const found: ScheduledJob[] = [];
  const ignored: IgnoredJob[] = [];
  const gaps: string[] = [];
  for (const [directory, driving] of drivers) {
    const listing = host.readDirectory(directory);
    if (listing.kind === "unreadable") gaps.push(`${directory}: ${listing.reason}`);
    for (const { path, refusal } of runPartsPrograms(host, directory, dialect)) {
      if (refusal !== null) ignored.push({ path, span: wholeFile(path), reason: refusal });
      found.push(programJob(path, directory, refusal, driving, hasAnacron));
    }
  }
  return { jobs: found, ignored, remarks: [], gaps };
}

/** Absolute directories given to `run-parts` in shell text. */
function directoriesOf(command: string): readonly string[] {
  const found = new Set<string>();
  for (const match of command.matchAll(
    /\brun-parts((?:[ \t]+--?[A-Za-z][^ \t;|&]*)*)[ \t]+(\/[^ \t;|&"'`$(){}<>]*)/g,
  )) {
    found.add((match[2] ?? "").replace(/\/+$/, ""));
  }
  return [...found];
}

/** Debian's own lines step aside when anacron is installed: `test -x /usr/sbin/anacron || …`. */
function isActive(driver: ScheduledJob, hasAnacron: boolean): boolean {
  if (driver.enabledReason !== null) return false;
  return !(
    hasAnacron && /(?:test|\[)[ \t]+-x[ \t]+\/usr\/sbin\/anacron[ \t]*(?:\][ \t]*)?\|\|/.test(driver.command)
  );
}

function programJob(
  path: string,
  directory: string,
  refusal: string | null,
  driving: readonly ScheduledJob[],
  hasAnacron: boolean,
): ScheduledJob {
  const active = driving.filter((driver) => isActive(driver, hasAnacron));
  const driver = active[0] ?? driving[0];
  const idle = active.length === 0 ? `no job runs ${directory}` : null;
  const enabledReason = refusal ?? idle;
  const nextAfter = (usec: number, zone: TimeZone): number | null => {
    if (enabledReason !== null) return null;
    const times = active.map((each) => each.nextAfter(usec, zone)).filter((time) => time !== null);
    return times.length === 0 ? null : Math.min(...times);
  };
  return {
    kind: "run-parts",
    id: `run-parts:${path}`,
    span: wholeFile(path),
    user: driver?.user ?? "root",
    scheduleText: driver?.scheduleText ?? directory.slice(directory.lastIndexOf("/") + 1),
    schedule: driver?.schedule ?? { kind: "none" },
    command: path,
    commandSpan: wholeFile(path),
    input: null,
    shell: null,
    environment: driver?.environment ?? new Map(),
    enabledReason,
    drivenBy: active.map((each) => each.id),
    nextAfter,
    lastRun: active.find((each) => each.lastRun !== null)?.lastRun ?? null,
  };
}
