import type { Inventory } from "../inventory/inventory.ts";
import { nextElapseOf } from "../inventory/next-elapse.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import { eventOf, type TimelineEvent } from "./event.ts";

/** Elapses of one timer or job; a timer that fires each second would fill a book. */
const MAX_EACH = 1_000;

/** When timers and jobs run from now until a moment, as windows; notes tell where there would be more. */
export function elapseEvents(
  inventory: Inventory,
  untilUsec: number,
  notes: string[],
): readonly TimelineEvent[] {
  const events: TimelineEvent[] = [];
  for (const record of inventory.timers) {
    const found = timerElapses(record, inventory, untilUsec);
    if (found.length >= MAX_EACH) notes.push(`${record.id}: only its next ${MAX_EACH} elapses are told`);
    events.push(...found);
  }
  for (const job of inventory.jobs) {
    if (job.enabledReason !== null) continue;
    let at: number | null = inventory.nowUsec;
    for (let count = 0; count <= MAX_EACH; count++) {
      at = job.nextAfter(at, inventory.zones.local);
      if (at === null || at > untilUsec) break;
      if (count === MAX_EACH) notes.push(`${job.id}: only its next ${MAX_EACH} runs are told`);
      else
        events.push(
          eventOf({
            usec: at,
            kind: "elapse",
            unit: `system/${job.id}`,
            path: job.span.path,
            says: `${job.id} runs ${job.command}`,
            source: "reckoned",
          }),
        );
    }
  }
  return events;
}

function timerElapses(
  record: TimerRecord,
  inventory: Inventory,
  untilUsec: number,
): readonly TimelineEvent[] {
  const { timer, manager, id, activates } = record;
  const events: TimelineEvent[] = [];
  let next = record.next;
  while (
    timer !== null &&
    next.earliestUsec !== null &&
    next.earliestUsec <= untilUsec &&
    events.length < MAX_EACH
  ) {
    const { earliestUsec, latestUsec } = next;
    events.push(
      eventOf({
        usec: earliestUsec,
        untilUsec:
          latestUsec !== null && Number.isFinite(latestUsec) && latestUsec > earliestUsec ? latestUsec : null,
        kind: "elapse",
        unit: id,
        path: record.loaded.path,
        says: `${record.unit} starts ${activates}`,
        source: "reckoned",
      }),
    );
    const { scope } = manager;
    const following = nextElapseOf(timer, {
      nowUsec: earliestUsec,
      bootUsec: scope.kind === "system" ? inventory.bootUsec : null,
      lastTriggerUsec: null,
      zones: inventory.zones,
      version: manager.version,
      machineId: inventory.facts.machineId,
      systemManager: scope.kind === "system",
      uid: scope.kind === "user" ? scope.uid : 0,
      unit: timer.unit.id,
    });
    if (following.earliestUsec === null || following.earliestUsec <= earliestUsec) break;
    next = following;
  }
  return events;
}
