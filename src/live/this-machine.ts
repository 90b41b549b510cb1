import type { Accounts } from "../accounts/accounts.ts";
import { isArchive } from "../hosts/archive.ts";
import type { Host } from "../hosts/host.ts";
import { isRecorded } from "../hosts/recorded.ts";
import { type FollowEvents, followManager } from "./follow-manager.ts";
import { type Listing, listingOf } from "./listing.ts";
import { type LiveState, managerAddresses, parseLiveState, readLive } from "./live-state.ts";
import type { ManagerAddress } from "./read-manager.ts";

/** The attachment of a recording that holds the live state. */
export const LIVE_ATTACHMENT = "live.json";

/**
 * What only a running machine knows about a host: asked of it when it is this machine, taken from the recording when it
 * was recorded there, what a collection's live response tells, `null` for any other evidence. A damaged recording says so in its notes.
 */
export async function liveStateOf(
  host: Host,
  accounts: Accounts,
  nowUsec: number,
): Promise<LiveState | null> {
  if (isRecorded(host)) {
    const text = host.recording.attachments.get(LIVE_ATTACHMENT);
    if (text === undefined) return null;
    const notes = ["the recorded state of the running managers cannot be read: only files tell"];
    return parseLiveState(text) ?? { managers: [], journal: [], notes };
  }
  const listing = isArchive(host) ? listingOf(host.witness()) : null;
  if (listing !== null) return { managers: [], journal: [], listing, notes: [listingNote(listing)] };
  if (!host.live) return null;
  return readLive(host, accounts, { uid: ownUid(), clock, nowUsec });
}

/** Managers of this machine that answered, as addresses to follow them at; none for evidence from elsewhere. */
export function followable(
  host: Host,
  accounts: Accounts,
  state: LiveState | null,
): readonly ManagerAddress[] {
  if (!host.live) return [];
  const answered = new Set(state?.managers.map(({ via }) => via));
  return managerAddresses(host, accounts, ownUid()).filter(({ socketPath }) => answered.has(socketPath));
}

/** As this process's account. */
export function follow(address: ManagerAddress, events: FollowEvents): Promise<() => void> {
  return followManager(address, ownUid(), events);
}

function ownUid(): number {
  return process.getuid?.() ?? 0;
}

function listingNote({ source, timers, units }: Listing): string {
  const counts = [`${timers.length} timers`, `${units.length} units`].filter(
    (text) => !text.startsWith("0 "),
  );
  return `second witness: ${source} lists ${counts.join(" and ")} that the system manager held`;
}

/** Both clocks of this machine. `hrtime` is `CLOCK_MONOTONIC` on Linux. */
function clock(): { readonly realtimeUsec: number; readonly monotonicUsec: number } {
  return { realtimeUsec: Date.now() * 1000, monotonicUsec: Number(process.hrtime.bigint() / 1000n) };
}
