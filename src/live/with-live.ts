import type { Activation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { TimerRecord } from "../inventory/timer-record.ts";
import type { LiveJoin } from "./join.ts";

/** An inventory that also knows what the running managers hold. */
export interface LiveInventory extends Inventory {
  readonly live: LiveJoin;
}

/** What the running managers hold, where they were asked. */
export function liveOf(inventory: Inventory): LiveJoin | null {
  return "live" in inventory ? (inventory as LiveInventory).live : null;
}

/**
 * The inventory with the managers' knowledge in place of our reckoning: the next elapse they have armed, and the last
 * trigger they remember where it is later than a stamp's. Everything else stays what the files say.
 */
export function withLive(inventory: Inventory, live: LiveJoin): LiveInventory {
  const records = new Map<TimerRecord, TimerRecord>();
  const refine = (record: TimerRecord): TimerRecord => {
    let refined = records.get(record);
    if (refined === undefined) {
      refined = refinedRecord(record, live);
      records.set(record, refined);
    }
    return refined;
  };
  let activations: readonly Activation[] | null = null;
  return {
    host: inventory.host,
    nowUsec: inventory.nowUsec,
    zones: inventory.zones,
    version: inventory.version,
    versionEvidence: inventory.versionEvidence,
    bootUsec: inventory.bootUsec,
    facts: inventory.facts,
    accounts: inventory.accounts,
    packages: inventory.packages,
    stores: inventory.stores,
    managers: inventory.managers,
    boots: inventory.boots,
    jobs: inventory.jobs,
    timers: inventory.timers.map(refine),
    *eachTimer() {
      for (const record of inventory.timers) yield refine(record);
    },
    activations: () => {
      activations ??= inventory
        .activations()
        .map((each) => (each.kind === "timer" ? { ...each, record: refine(each.record) } : each));
      return activations;
    },
    provenanceOf: (path) => inventory.provenanceOf(path),
    excerpt: (span) => inventory.excerpt(span),
    gaps: () => inventory.gaps(),
    notes: [...inventory.notes, ...live.state.notes],
    live,
  };
}

function refinedRecord(record: TimerRecord, { timers }: LiveJoin): TimerRecord {
  const known = timers.get(record.id) ?? timers.get(`${record.scope}/${record.loaded.primaryId}`);
  if (known === undefined) return record;
  const isLater = known.last !== null && known.last.usec >= (record.last?.usec ?? 0);
  return { ...record, next: known.next ?? record.next, last: isLater ? known.last : record.last };
}
