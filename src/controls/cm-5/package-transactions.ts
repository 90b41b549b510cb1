/** When the package manager was at work, by its own logs, which write the host's local time. */
import { parseTimestamp } from "../../time/timestamp.ts";
import type { SourceProblem } from "../sources/source-problem.ts";
import type { Subject } from "../subject.ts";
import { readLongText } from "./long-text.ts";

/** Logs that are read, for `Check.reads`. */
export const TRANSACTION_LOGS: readonly string[] = [
  "/var/log/dpkg.log",
  "/var/log/dpkg.log.1",
  "/var/log/apt/history.log",
  "/var/log/dnf.log",
  "/var/log/dnf.rpm.log",
  "/var/log/yum.log",
];

export interface PackageTransactions {
  /** Moments of log lines, microseconds since 1970, each minute once. */
  readonly minutes: ReadonlySet<number>;
  /** The first moment the logs tell of; `null` when there are none. */
  readonly since: number | null;
  readonly problems: readonly SourceProblem[];
}

const MINUTE = 60_000_000;

/** For `Subject.once`. */
export function readPackageTransactions({ host, inventory, nowUsec }: Subject): PackageTransactions {
  const problems: SourceProblem[] = [];
  const minutes = new Set<number>();
  const texts = new Set<string>();
  for (const path of TRANSACTION_LOGS) {
    const text = readLongText(host, path, problems) ?? "";
    for (const [, day = "", time = ""] of text.matchAll(
      /^(?:\w+-Date: )?(\d{4}-\d{2}-\d{2})[ T]+(\d{2}:\d{2})/gm,
    ))
      texts.add(`${day} ${time}`);
  }
  for (const text of texts) {
    const moment = parseTimestamp(text, nowUsec, inventory.zones);
    if (moment.ok) minutes.add(Math.floor(moment.value / MINUTE));
  }
  let since: number | null = null;
  for (const minute of minutes) since = since === null || minute < since ? minute : since;
  return { minutes, since: since === null ? null : since * MINUTE, problems };
}

/** Was the package manager at work within five minutes of a moment? */
export function isTransaction({ minutes }: PackageTransactions, usec: number): boolean {
  const minute = Math.floor(usec / MINUTE);
  for (let near = minute - 5; near <= minute + 5; near += 1) if (minutes.has(near)) return true;
  return false;
}
