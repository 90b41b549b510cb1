import type { Accounts } from "../accounts/accounts.ts";
import type { FileFacts, Host } from "../hosts/host.ts";
import type { Span } from "../syntax/span.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { CronVariable } from "./crontab.ts";
import { type IgnoredJob, type JobHarvest, type ScheduledJob, wholeFile } from "./scheduled-job.ts";

/** Where atd keeps jobs: Debian; Fedora, RHEL, Arch; SUSE. */
export const AT_SPOOLS = ["/var/spool/cron/atjobs", "/var/spool/at", "/var/spool/atjobs"];

/** What the name of a job file says (`%c%5lx%8lx`, at.c writefile()). */
export interface AtFileName {
  readonly queue: string;
  readonly number: number;
  /** Minutes since 1970. */
  readonly minutes: number;
}

/** Reads the name of a job file; `null` when atd would not take it for one. */
export function parseAtFileName(name: string): AtFileName | null {
  const match = /^(.)([0-9a-fA-F]{5})([0-9a-fA-F]{8})/s.exec(name);
  if (match === null) return null;
  const [, queue = "", number = "", minutes = ""] = match;
  return { queue, number: Number.parseInt(number, 16), minutes: Number.parseInt(minutes, 16) };
}

/** A job file cut into what at(1) put in front and what the user typed. */
export interface AtScript {
  /** The uid in the header, which must be the file's owner; `null` without a header. */
  readonly uid: number | null;
  readonly environment: ReadonlyMap<string, CronVariable>;
  readonly directory: string | null;
  readonly command: string;
  readonly commandSpan: Span;
}

/** Skips the preamble: header, umask, exported variables, `cd … || { … }` (at.c writefile()). */
export function parseAtScript(bytes: Uint8Array, path: string): AtScript {
  const lines = decodeUtf8(bytes).split("\n");
  const header = /^# atrun uid=([0-9]{1,10}) gid=[0-9]+/.exec(lines[1] ?? "");
  const environment = new Map<string, CronVariable>();
  let directory: string | null = null;
  let body = 0;
  for (const [index, line] of lines.entries()) {
    const variable = /^([A-Za-z_][A-Za-z0-9_]*)=(.*); export \1$/.exec(line);
    const span = { path, line: index + 1, column: 1, length: line.length };
    if (variable !== null) environment.set(variable[1] ?? "", { value: unquoted(variable[2] ?? ""), span });
    if (line.startsWith("cd ") && line.endsWith(" || {") && header !== null) {
      directory = unquoted(line.slice(3, -5));
      const close = lines.indexOf("}", index);
      body = close < 0 ? lines.length : close + 1;
      break;
    }
  }
  const { from, to } = withoutHereDocument(lines, body);
  const command = lines.slice(from, to).join("\n").replace(/\n+$/, "");
  const commandSpan = { path, line: Math.min(from + 1, lines.length), column: 1, length: 0 };
  return { uid: header === null ? null : Number(header[1]), environment, directory, command, commandSpan };
}

/** Fedora's at hands the text to the user's shell in a here-document with a random word. */
function withoutHereDocument(
  lines: readonly string[],
  from: number,
): { readonly from: number; readonly to: number } {
  const word = /^\$\{SHELL:-\/bin\/sh\} << '(marcinDELIMITER[0-9a-fA-F]*)'$/.exec(lines[from] ?? "")?.[1];
  if (word === undefined) return { from, to: lines.length };
  const end = lines.indexOf(word, from + 1);
  return { from: from + 1, to: end < 0 ? lines.length : end };
}

/** Undoes at's quoting: a backslash before what is special, `"` newline `"` for a newline. */
function unquoted(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

/** The jobs that wait in the at spools. */
export function readAtJobs(host: Host, accounts: Accounts): JobHarvest {
  const jobs: ScheduledJob[] = [];
  const ignored: IgnoredJob[] = [];
  const gaps: string[] = [];
  for (const spool of AT_SPOOLS) {
    const listing = host.readDirectory(spool);
    if (listing.kind === "unreadable") gaps.push(`${spool}: ${listing.reason}`);
    if (listing.kind !== "present") continue;
    for (const { name, kind } of listing.value) {
      const path = `${spool}/${name}`;
      if (kind === "directory" || name === ".SEQ" || name === ".lockfile") continue;
      const parts = parseAtFileName(name);
      const facts = host.lstat(path);
      if (parts === null || facts.kind !== "present") {
        ignored.push({ path, span: wholeFile(path), reason: "its name is not that of an at job" });
        continue;
      }
      const file = host.readFile(path);
      if (file.kind === "unreadable") gaps.push(`${path}: ${file.reason}`);
      const script = parseAtScript(file.kind === "present" ? file.value.bytes : new Uint8Array(), path);
      const reason = refusal(parts, facts.value, script, accounts);
      if (reason !== null) ignored.push({ path, span: wholeFile(path), reason });
      jobs.push(atJob(path, parts, facts.value, script, reason, accounts));
    }
  }
  return { jobs, ignored, remarks: [], gaps };
}

/** What run_loop() and run_file() of atd.c turn away. */
function refusal(parts: AtFileName, facts: FileFacts, script: AtScript, accounts: Accounts): string | null {
  if (parts.queue === "=") return "it is the lock of a job that runs or ran";
  if (!/^[A-Za-z]$/.test(parts.queue)) return `"${parts.queue}" is no queue`;
  if (facts.kind !== "file") return "it is not a regular file";
  if ((facts.mode & 0o100) === 0) return "its owner may not execute it: at(1) never finished it";
  if (facts.links > 2) return `it has ${facts.links} hard links`;
  if (!accounts.byUid.has(facts.uid) && accounts.remoteSources.length === 0) {
    return `no account has its owner's uid ${facts.uid}`;
  }
  if (script.uid === null) return "it lacks the header at(1) writes";
  return script.uid === facts.uid ? null : `its header says uid ${script.uid}, its owner is ${facts.uid}`;
}

function atJob(
  path: string,
  { queue, number, minutes }: AtFileName,
  facts: FileFacts,
  script: AtScript,
  reason: string | null,
  accounts: Accounts,
): ScheduledJob {
  const usec = minutes * 60e6;
  return {
    kind: "at",
    id: `at:${path}`,
    span: wholeFile(path),
    user: accounts.byUid.get(facts.uid)?.name ?? String(facts.uid),
    scheduleText: `job ${number} in queue ${queue} at ${new Date(usec / 1000).toISOString()}`,
    schedule: { kind: "at", usec, queue },
    command: script.command,
    commandSpan: script.commandSpan,
    input: null,
    shell: "/bin/sh",
    environment: script.environment,
    enabledReason: reason,
    drivenBy: [],
    nextAfter: (after) => (reason === null && usec > after ? usec : null),
    lastRun: null,
  };
}
