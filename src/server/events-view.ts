/** The past of a host, as the Timeline page draws it; the future is in the forecasts. */
import type { Inventory } from "../inventory/inventory.ts";
import type { JournalEvent } from "../live/journal.ts";
import { timelineOf } from "../timeline/timeline.ts";
import type { EventsView } from "./api.ts";

/** Beyond this the oldest are left out, and the page says so. */
const MAX_EVENTS = 1_500;
const YEAR_USEC = 366 * 86_400e6;

export function eventsView(inventory: Inventory, journal: readonly JournalEvent[]): EventsView {
  const { nowUsec } = inventory;
  const { events, notes } = timelineOf(inventory, {
    sinceUsec: nowUsec - YEAR_USEC,
    untilUsec: nowUsec,
    journal,
  });
  const past = events.filter(({ kind }) => kind !== "elapse");
  return {
    since: Math.floor((nowUsec - YEAR_USEC) / 1e6),
    leftOut: Math.max(0, past.length - MAX_EVENTS),
    notes: [...notes],
    events: past.slice(-MAX_EVENTS).map(({ usec, kind, unit, path, says, source }) => ({
      at: Math.floor(usec / 1e6),
      kind,
      unit,
      path,
      says,
      source,
    })),
  };
}
