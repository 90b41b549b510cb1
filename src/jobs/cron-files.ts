import type { Accounts } from "../accounts/accounts.ts";
import type { FileFacts, Host, Reading } from "../hosts/host.ts";
import type { TimeZone, Zones } from "../time/zone.ts";
import { cronRuns } from "./cron-elapses.ts";
import type { CronDialect } from "./cron-expression.ts";
import { type CronEntry, type Crontab, parseCrontab } from "./crontab.ts";
import { type IgnoredJob, type JobHarvest, type ScheduledJob, wholeFile } from "./scheduled-job.ts";

/** What reading crontabs needs to know of its surroundings. */
export interface CronSurroundings {
  readonly host: Host;
  readonly accounts: Accounts;
  readonly dialect: CronDialect;
  /** True when Debian's cron runs with `-l`: names as the LSB has them. */
  readonly lsbNames: boolean;
  /** For `CRON_TZ`; without it such jobs have no known next run. */
  readonly zones: Zones | null;
}

/** Where users' own crontabs lie: Debian; Fedora, RHEL, Arch; SUSE. */
export const CRON_SPOOLS = ["/var/spool/cron/crontabs", "/var/spool/cron", "/var/spool/cron/tabs"];

/** Ten thousand lines, the most Debian's cron takes, at a hundred characters. */
const MAX_BYTES = 1024 * 1024;

/** Jobs of `/etc/crontab`, `/etc/cron.d` and the users' spool. */
export function readCronFiles(around: CronSurroundings): JobHarvest {
  const collector = new Collector(around);
  collector.system("/etc/crontab", null);
  for (const name of collector.names("/etc/cron.d")) {
    collector.system(`/etc/cron.d/${name}`, nameRefusal(name, around));
  }
  for (const spool of CRON_SPOOLS) {
    for (const name of collector.names(spool)) collector.user(spool, name);
  }
  return collector;
}

class Collector implements JobHarvest {
  readonly jobs: ScheduledJob[] = [];
  readonly ignored: IgnoredJob[] = [];
  readonly remarks: IgnoredJob[] = [];
  readonly gaps: string[] = [];
  readonly #around: CronSurroundings;

  constructor(around: CronSurroundings) {
    this.#around = around;
  }

  /** Entries of a directory that are no directories themselves. */
  names(directory: string): readonly string[] {
    const listing = this.#around.host.readDirectory(directory);
    if (listing.kind === "unreadable") this.gaps.push(`${directory}: ${listing.reason}`);
    if (listing.kind !== "present") return [];
    return listing.value.filter((entry) => entry.kind !== "directory").map((entry) => entry.name);
  }

  system(path: string, nameReason: string | null): void {
    const { host, dialect } = this.#around;
    const entry = host.lstat(path);
    if (entry.kind === "absent") return;
    const refusal = nameReason ?? systemRefusal(entry, host.stat(path), dialect);
    this.#file(path, null, refusal);
  }

  user(spool: string, name: string): void {
    const { host, dialect, accounts } = this.#around;
    const path = `${spool}/${name}`;
    const uid = accounts.byName.get(name)?.uid ?? null;
    const foreign =
      dialect === "debian" && spool !== CRON_SPOOLS[0] ? `Debian's cron reads only ${CRON_SPOOLS[0]}` : null;
    const hidden = name.startsWith(".") ? "its name begins with a dot" : null;
    const unknown = uid === null ? `no account is called "${name}"` : null;
    const refusal =
      hidden ?? foreign ?? unknown ?? userRefusal(host.lstat(path), host.stat(path), uid ?? -1, dialect);
    this.#file(path, name, refusal);
  }

  #file(path: string, user: string | null, refusal: string | null): void {
    const { host, dialect, accounts } = this.#around;
    const file = host.readFile(path, MAX_BYTES);
    if (refusal !== null) this.ignored.push({ path, span: wholeFile(path), reason: refusal });
    if (file.kind !== "present") {
      if (file.kind === "unreadable" && refusal === null) this.gaps.push(`${path}: ${file.reason}`);
      return;
    }
    if (file.value.truncated) this.gaps.push(`${path} is longer than what was read`);
    const knowsUser = (name: string): boolean =>
      accounts.byName.has(name) || accounts.remoteSources.length > 0;
    const table = parseCrontab(file.value.bytes, path, { system: user === null, dialect, knowsUser });
    const inert = refusal ?? (table.refused === null ? null : refusedText(table));
    if (refusal === null && table.refused !== null) {
      this.ignored.push({ path, span: table.refused.span, reason: inert ?? "" });
    }
    for (const { span, reason } of table.problems) this.remarks.push({ path, span, reason });
    for (const entry of table.entries) this.jobs.push(this.#job(entry, user ?? entry.user ?? "", inert));
  }

  #job(entry: CronEntry, user: string, refusal: string | null): ScheduledJob {
    const { dialect, accounts, zones } = this.#around;
    const { span, schedule, command, commandSpan, input, environment } = entry;
    const zoneName = dialect === "cronie" ? environment.get("CRON_TZ")?.value : undefined;
    const missing = !accounts.byName.has(user) && accounts.remoteSources.length === 0;
    const enabledReason = refusal === null && missing ? `no account is called "${user}"` : refusal;
    const runs = cronRuns(schedule);
    const nextAfter = (usec: number, zone: TimeZone): number | null => {
      const own = zoneName === undefined ? zone : (zones?.zone(zoneName) ?? null);
      if (enabledReason !== null || own === null) return null;
      return runs(usec, own);
    };
    return {
      kind: "cron",
      id: `cron:${span.path}:${span.line}${span.column > 1 ? `:${span.column}` : ""}`,
      span,
      user,
      scheduleText: schedule.text,
      schedule: { kind: "cron", cron: schedule },
      command,
      commandSpan,
      input,
      shell: environment.get("SHELL")?.value ?? "/bin/sh",
      environment,
      enabledReason,
      drivenBy: [],
      nextAfter,
      lastRun: null,
    };
  }
}

function refusedText({ refused }: Crontab): string {
  return `cron refuses the whole file: line ${refused?.span.line}: ${refused?.reason}`;
}

/** valid_name() of Debian's database.c, not_a_crontab() of cronie's. */
export function nameRefusal(
  name: string,
  around: Pick<CronSurroundings, "dialect" | "lsbNames">,
): string | null {
  if (name.startsWith(".")) return "its name begins with a dot";
  if (around.dialect === "cronie") {
    if (name.startsWith("#") || name.endsWith("~")) return "its name is that of a backup file";
    return /\.rpm(save|orig|new)$/.test(name) ? "its name is that of a package manager's copy" : null;
  }
  const fits = around.lsbNames ? isLsbName(name) : /^[A-Za-z0-9_-]+$/.test(name);
  return fits ? null : "its name has characters other than letters, digits, _ and -, so cron passes it over";
}

function isLsbName(name: string): boolean {
  const isHierarchical = /^_?[a-z0-9_.]+(-[a-z0-9_.]+)*-[a-z0-9]+$/.test(name);
  if (isHierarchical) return !/^[a-z0-9-].*dpkg-(old|dist)$/.test(name);
  return /^[a-z0-9][a-z0-9-]*$/.test(name);
}

/** process_crontab() of Debian's database.c, check_open() of cronie's, for files with a user column. */
function systemRefusal(
  entry: Reading<FileFacts>,
  target: Reading<FileFacts>,
  dialect: CronDialect,
): string | null {
  if (entry.kind !== "present" || target.kind !== "present")
    return "it leads nowhere, or cannot be looked at";
  const { kind, mode, uid, links } = target.value;
  const isDebian = dialect === "debian";
  if (isDebian && entry.value.kind === "symlink" && entry.value.uid !== 0)
    return "the symbolic link is not root's";
  if (uid !== 0) return `it is owned by uid ${uid}, not by root`;
  if (kind !== "file") return "it is not a regular file";
  if (isDebian && (mode & 0o022) !== 0) return `its mode ${octal(mode)} lets others write`;
  if (!isDebian && (mode & 0o7533) !== 0o400) return `its mode ${octal(mode)} is not one cron accepts`;
  if (isDebian && links !== 1) return `it has ${links} hard links`;
  return null;
}

function userRefusal(
  entry: Reading<FileFacts>,
  target: Reading<FileFacts>,
  account: number,
  dialect: CronDialect,
): string | null {
  if (entry.kind !== "present" || target.kind !== "present")
    return "it leads nowhere, or cannot be looked at";
  const { kind, mode, uid, links } = target.value;
  const isDebian = dialect === "debian";
  if (isDebian && entry.value.kind === "symlink") return "it is a symbolic link";
  if (uid !== 0 && uid !== account) return `it is owned by uid ${uid}, neither root nor the user`;
  if (kind !== "file") return "it is not a regular file";
  if (isDebian && mode !== 0o600) return `its mode ${octal(mode)} is not 0600`;
  if (!isDebian && (mode & 0o7533) !== 0o400) return `its mode ${octal(mode)} is not one cron accepts`;
  return links === 1 ? null : `it has ${links} hard links`;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
