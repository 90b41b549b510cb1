import type { FileFacts } from "../hosts/host.ts";

/** What happened, or will. */
export type EventKind =
  | "file-modified"
  | "file-changed"
  | "file-born"
  | "package-transaction"
  | "package-installed"
  | "package-upgraded"
  | "package-removed"
  | "timer-triggered"
  | "unit-started"
  | "unit-succeeded"
  | "unit-stopped"
  | "unit-failed"
  | "elapse";

export interface TimelineEvent {
  /** Microseconds since 1970. */
  readonly usec: number;
  /** The end of a window within which it will happen; `null` for a moment. */
  readonly untilUsec: number | null;
  readonly kind: EventKind;
  /** `scope/unit`, where one is meant. */
  readonly unit: string | null;
  readonly path: string | null;
  readonly package: string | null;
  /** One line. */
  readonly says: string;
  /** Where it is known from: a log file, `inode`, `journal`, a stamp, `reckoned`. */
  readonly source: string;
  /** Of file events. */
  readonly facts: FileFacts | null;
}

/** An event with the parts that matter; the rest is empty. */
export function eventOf(
  event: Pick<TimelineEvent, "usec" | "kind" | "says" | "source"> & Partial<TimelineEvent>,
): TimelineEvent {
  return { untilUsec: null, unit: null, path: null, package: null, facts: null, ...event };
}

/** By time, then by everything else, so that the same target gives the same order. */
export function byTime(a: TimelineEvent, b: TimelineEvent): number {
  return (
    a.usec - b.usec ||
    compare(a.kind, b.kind) ||
    compare(a.unit ?? "", b.unit ?? "") ||
    compare(a.path ?? "", b.path ?? "") ||
    compare(a.says, b.says) ||
    compare(a.source, b.source)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
