import type { Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { TimeZone } from "../time/zone.ts";
import type { CronVariable } from "./crontab.ts";
import {
  type IgnoredJob,
  type JobHarvest,
  type LastRun,
  type ScheduledJob,
  wholeFile,
} from "./scheduled-job.ts";

export const ANACRONTAB = "/etc/anacrontab";
export const ANACRON_STAMPS = "/var/spool/anacron";
/** Far more than any real table; bounds what a hostile one can make us hold. */
const MAX_VARIABLES = 100;
const MAX_BYTES = 1024 * 1024;
const MAX_INT = 2_147_483_647;

/** One job line of anacrontab(5). */
export interface AnacronEntry {
  readonly span: Span;
  readonly period: number | "monthly" | "yearly";
  readonly delayMinutes: number;
  /** Names the stamp file, so it has no slash. */
  readonly identifier: string;
  readonly command: string;
  readonly commandSpan: Span;
  readonly environment: ReadonlyMap<string, CronVariable>;
}

/** Reads anacrontab(5) as `parse_tab_line()` of anacron's readtab.c: a backslash at a line's end joins lines. */
export function parseAnacrontab(
  bytes: Uint8Array,
  path: string = ANACRONTAB,
): { readonly entries: readonly AnacronEntry[]; readonly ignored: readonly IgnoredJob[] } {
  const entries: AnacronEntry[] = [];
  const ignored: IgnoredJob[] = [];
  let environment: ReadonlyMap<string, CronVariable> = new Map();
  for (const { text, line } of joinedLines(decodeUtf8(bytes))) {
    if (/^[ \t]*(?:$|#)/.test(text)) continue;
    const span: Span = { path, line, column: 1, length: text.length };
    const variable = /^[ \t]*([^ \t=]+)[ \t]*=(.*)$/s.exec(text);
    if (variable !== null) {
      if (environment.size >= MAX_VARIABLES) ignored.push({ path, span, reason: "too many variables" });
      else environment = new Map(environment).set(variable[1] ?? "", { value: variable[2] ?? "", span });
      continue;
    }
    const job = /^([ \t]*)([0-9]+|@[^ \t]+)[ \t]+([0-9]+)[ \t]+([^ \t/]+)[ \t]+([^ \t].*)$/s.exec(text);
    const period = periodOf(job?.[2] ?? "");
    const delayMinutes = Number(job?.[3] ?? "0");
    if (job === null) ignored.push({ path, span, reason: "neither a variable nor a job" });
    else if (period === null || delayMinutes > MAX_INT) {
      ignored.push({ path, span, reason: `period "${job[2]}" or delay "${job[3]}" is none anacron knows` });
    } else {
      const command = job[5] ?? "";
      const commandSpan = { path, line, column: text.length - command.length + 1, length: command.length };
      entries.push({
        span,
        period,
        delayMinutes,
        identifier: job[4] ?? "",
        command,
        commandSpan,
        environment,
      });
    }
  }
  return { entries, ignored };
}

/** `@monthly` and `@yearly` are compared by their first seven characters; cronie adds daily and weekly. */
function periodOf(text: string): AnacronEntry["period"] | null {
  if (text.startsWith("@monthl")) return "monthly";
  if (text.startsWith("@yearly") || text.startsWith("@annual")) return "yearly";
  if (text === "@daily") return 1;
  if (text === "@weekly") return 7;
  const days = /^[0-9]+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  return days <= MAX_INT ? days : null;
}

function* joinedLines(text: string): Generator<{ readonly text: string; readonly line: number }> {
  let number = 0;
  let started = 0;
  let joined: string[] = [];
  for (const line of text.split("\n")) {
    number++;
    if (joined.length === 0) started = number;
    const continues = line.endsWith("\\");
    joined.push(continues ? line.slice(0, -1) : line);
    if (continues) continue;
    yield { text: joined.join(" "), line: started };
    joined = [];
  }
  if (joined.length > 0) yield { text: joined.join(" "), line: started };
}

/** The jobs of `/etc/anacrontab`, with what the stamps say of their last run. */
export function readAnacrontab(host: Host): JobHarvest {
  const file = host.readFile(ANACRONTAB, MAX_BYTES);
  if (file.kind === "absent") return { jobs: [], ignored: [], remarks: [], gaps: [] };
  if (file.kind === "unreadable") {
    return { jobs: [], ignored: [], remarks: [], gaps: [`${ANACRONTAB}: ${file.reason}`] };
  }
  const { entries, ignored } = parseAnacrontab(file.value.bytes);
  const jobs = entries.map((entry) => anacronJob(entry, lastRunOf(host, entry.identifier)));
  const gaps = file.value.truncated ? [`${ANACRONTAB} is longer than what was read`] : [];
  return { jobs, ignored, remarks: [], gaps };
}

function anacronJob(entry: AnacronEntry, lastRun: LastRun | null): ScheduledJob {
  const { span, period, delayMinutes, identifier, command, commandSpan, environment } = entry;
  const days = typeof period === "number" ? `${period}` : `@${period}`;
  return {
    kind: "anacron",
    id: `anacron:${span.path}:${span.line}`,
    span,
    user: "root",
    scheduleText: `${days} ${delayMinutes} ${identifier}`,
    schedule: { kind: "period", period, delayMinutes },
    command,
    commandSpan,
    input: null,
    shell: environment.get("SHELL")?.value ?? "/bin/sh",
    environment,
    enabledReason: null,
    drivenBy: [],
    nextAfter: (usec, zone) => dueAfter(lastRun, period, delayMinutes, usec, zone),
    lastRun,
  };
}

/** The stamp's day: what `consider_job()` of lock.c reads, eight digits. */
function lastRunOf(host: Host, identifier: string): LastRun | null {
  const path = `${ANACRON_STAMPS}/${identifier}`;
  const stamp = host.readFile(path, 64);
  if (stamp.kind !== "present") return null;
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})/.exec(decodeUtf8(stamp.value.bytes));
  return match === null ? null : { day: `${match[1]}-${match[2]}-${match[3]}`, span: wholeFile(path) };
}

/** Local midnight of the day it is due, plus its delay: anacron runs it then or when it is next started. */
function dueAfter(
  lastRun: LastRun | null,
  period: AnacronEntry["period"],
  delayMinutes: number,
  usec: number,
  zone: TimeZone,
): number | null {
  if (lastRun === null) return null;
  const last = Date.parse(`${lastRun.day}T00:00:00Z`) / 1000;
  if (Number.isNaN(last)) return null;
  const due = typeof period === "number" ? last + period * 86_400 : nextNamed(lastRun.day, period);
  const at = (due - zone.at(due).offset + delayMinutes * 60) * 1e6;
  return at > usec && Number.isSafeInteger(at) ? at : null;
}

function nextNamed(day: string, period: "monthly" | "yearly"): number {
  const date = new Date(`${day}T00:00:00Z`);
  if (period === "monthly") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
  return Date.UTC(date.getUTCFullYear() + 1, 0, 1) / 1000;
}
