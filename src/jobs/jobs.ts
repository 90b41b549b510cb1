import type { Accounts } from "../accounts/accounts.ts";
import type { Host } from "../hosts/host.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { Zones } from "../time/zone.ts";
import { readAnacrontab } from "./anacrontab.ts";
import { readAtJobs } from "./at.ts";
import type { CronDialect } from "./cron-expression.ts";
import { readCronFiles } from "./cron-files.ts";
import { readRunParts } from "./run-parts.ts";
import type { JobHarvest } from "./scheduled-job.ts";

/** Every job of cron, anacron, at and run-parts on a host. */
export interface Jobs extends JobHarvest {
  /** Whose rules decided what is honoured. */
  readonly dialect: CronDialect;
}

/**
 * Reads all jobs a host keeps outside systemd. Inert ones are among them with their reason; whether the daemons are
 * installed and started is not judged here. Never throws; what cannot be read is a gap.
 */
export function readJobs(host: Host, accounts: Accounts, zones: Zones | null = null): Jobs {
  const dialect = cronDialect(host);
  const cron = readCronFiles({ host, accounts, dialect, lsbNames: hasLsbNames(host), zones });
  const anacron = readAnacrontab(host);
  const parts = readRunParts(host, [...cron.jobs, ...anacron.jobs], dialect);
  const all = [cron, anacron, parts, readAtJobs(host, accounts)];
  return {
    dialect,
    jobs: all.flatMap((harvest) => harvest.jobs),
    ignored: all.flatMap((harvest) => harvest.ignored),
    remarks: all.flatMap((harvest) => harvest.remarks),
    gaps: all.flatMap((harvest) => harvest.gaps),
  };
}

/** Which cron a host has: by the daemon's file, else by the distribution's mark; Debian's when nothing tells. */
export function cronDialect(host: Host): CronDialect {
  const has = (path: string): boolean => host.stat(path).kind === "present";
  if (has("/usr/sbin/cron"))
    return has("/usr/sbin/crond") && !has("/etc/debian_version") ? "cronie" : "debian";
  if (has("/usr/sbin/crond") || has("/usr/bin/crond")) return "cronie";
  const isDebian = has("/etc/debian_version") || has("/var/lib/dpkg/status");
  const isOther = has("/etc/redhat-release") || has("/etc/arch-release") || has("/etc/SUSE-brand");
  return isOther && !isDebian ? "cronie" : "debian";
}

/** `EXTRA_OPTS="-l"` in `/etc/default/cron`. */
function hasLsbNames(host: Host): boolean {
  const file = host.readFile("/etc/default/cron");
  if (file.kind !== "present") return false;
  return /^[ \t]*EXTRA_OPTS=["']?[^#\n]*(?:^|[ \t"'=])-[a-zA-Z]*l/m.test(decodeUtf8(file.value.bytes));
}
