/** One line of time through a host: what its files, packages and managers tell of the past, and what is to come. */
import type { FileFacts, Host } from "../hosts/host.ts";
import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { JournalEvent } from "../live/journal.ts";
import { elapseEvents } from "./elapses.ts";
import { byTime, type EventKind, eventOf, type TimelineEvent } from "./event.ts";
import { packageEvents } from "./package-logs.ts";

export const DAY_USEC = 86_400_000_000;

export interface TimelineOptions {
  /** Microseconds since 1970, both included. */
  readonly sinceUsec: number;
  readonly untilUsec: number;
  /** Empty where there is none. */
  readonly journal: readonly JournalEvent[];
}

export interface Timeline {
  /** By time. */
  readonly events: readonly TimelineEvent[];
  /** What could not be read, or was left out. */
  readonly notes: readonly string[];
}

/** Events of one timeline; the oldest of the past are dropped beyond it. */
const MAX_EVENTS = 200_000;

export function timelineOf(inventory: Inventory, options: TimelineOptions): Timeline {
  const { sinceUsec, untilUsec, journal } = options;
  const notes: string[] = [];
  const all = [
    ...fileEvents(inventory.activations()),
    ...packageEvents(inventory.host, inventory.zones, inventory.nowUsec, notes),
    ...triggerEvents(inventory),
    ...journal.flatMap((event) => journalEvent(event, inventory)),
    ...elapseEvents(inventory, untilUsec, notes),
  ].filter(({ usec, untilUsec: end }) => (end ?? usec) >= sinceUsec && usec <= untilUsec);
  if (!inventory.host.live && journal.length === 0 && holdsJournal(inventory.host))
    notes.push(
      "/var/log/journal holds a journal, which is not read in evidence: starts and failures are not known; journalctl --directory shows it, and collect on the host takes it along",
    );
  const events = all.sort(byTime);
  if (events.length > MAX_EVENTS) {
    notes.push(
      `${events.length - MAX_EVENTS} older events are left out; ask for a shorter time with --since`,
    );
    events.splice(0, events.length - MAX_EVENTS);
  }
  return { events, notes };
}

/** Persistent journals stand in a directory called by the machine's id (systemd-journald.service(8)). */
function holdsJournal(host: Host): boolean {
  const machines = host.readDirectory("/var/log/journal");
  if (machines.kind !== "present") return false;
  return machines.value.some(({ name, kind }) => {
    const files = kind === "directory" ? host.readDirectory(`/var/log/journal/${name}`) : null;
    return files?.kind === "present" && files.value.some((file) => /\.journal~?$/.test(file.name));
  });
}

/** Times of every file that decides what an activation runs, each file once. */
function fileEvents(activations: readonly Activation[]): readonly TimelineEvent[] {
  const events = new Map<string, TimelineEvent>();
  for (const { id, closure } of activations)
    for (const { path, facts, role, provenance } of closure.files) {
      if (facts === null) continue;
      const owner = provenance?.owner?.package ?? null;
      for (const [kind, verb, ns] of timesOf(facts)) {
        const key = `${kind}\0${path}`;
        if (ns === null || events.has(key)) continue;
        const usec = Number(ns / 1000n);
        const says = `${path} ${verb} (${role} of ${id}${owner === null ? "" : `, package ${owner}`})`;
        events.set(
          key,
          eventOf({ usec, kind, unit: id, path, package: owner, says, source: "inode", facts }),
        );
      }
    }
  return [...events.values()];
}

function timesOf(facts: FileFacts): readonly (readonly [EventKind, string, bigint | null])[] {
  return [
    ["file-modified", "modified", facts.mtimeNs],
    ["file-changed", "owner, mode or place changed", facts.ctimeNs],
    ["file-born", "made", facts.birthNs],
  ];
}

function triggerEvents({ timers }: Inventory): readonly TimelineEvent[] {
  return timers.flatMap(({ id, unit, activates, last }) =>
    last === null
      ? []
      : [
          eventOf({
            usec: last.usec,
            kind: "timer-triggered",
            unit: id,
            says:
              last.kind === "fired"
                ? `${unit} fired and started ${activates ?? "nothing"}`
                : `${unit} was first started, or its stamp was set by hand`,
            source: last.evidence,
          }),
        ],
  );
}

const JOURNAL_KINDS: ReadonlyMap<JournalEvent["kind"], EventKind> = new Map([
  ["started", "unit-started"],
  ["succeeded", "unit-succeeded"],
  ["stopped", "unit-stopped"],
  ["failed", "unit-failed"],
  ["resources", "unit-failed"],
]);

function journalEvent(event: JournalEvent, { accounts }: Inventory): readonly TimelineEvent[] {
  const kind = JOURNAL_KINDS.get(event.kind);
  if (kind === undefined) return [];
  const [, uid] = /^user:(\d+)$/.exec(event.scope) ?? [];
  const scope = uid === undefined ? event.scope : `user:${accounts.byUid.get(Number(uid))?.name ?? uid}`;
  const unit = `${scope}/${event.unit}`;
  const result = event.result === null ? "" : ` (${event.result})`;
  return [
    eventOf({
      usec: event.usec,
      kind,
      unit,
      says: `${event.message || event.unit}${result}`,
      source: "journal",
    }),
  ];
}
