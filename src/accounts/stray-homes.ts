import type { Host } from "../hosts/host.ts";
import type { Account } from "./passwd.ts";

/** A directory below `/home` that no account calls its home: often what a deleted user left behind. */
export interface StrayHome {
  readonly path: string;
  readonly uid: number;
  /** The account that owns it, though its home is elsewhere; `null` when the uid is nobody's. */
  readonly owner: string | null;
}

/** Looks for stray homes; a `/home` that cannot be listed is a gap. */
export function findStrayHomes(
  host: Host,
  accounts: readonly Account[],
): { readonly strayHomes: readonly StrayHome[]; readonly gap: string | null } {
  const listing = host.readDirectory("/home");
  if (listing.kind === "unreadable") return { strayHomes: [], gap: `/home: ${listing.reason}` };
  if (listing.kind === "absent") return { strayHomes: [], gap: null };
  const homes = new Set(accounts.map((account) => account.home.replace(/\/+$/, "")));
  // A directory that holds homes (`/home/staff/anna`) is no stray one itself.
  for (const home of [...homes]) homes.add(home.split("/", 3).join("/"));
  const owners = new Map(accounts.map((account) => [account.uid, account.name]));
  const strayHomes: StrayHome[] = [];
  for (const entry of listing.value) {
    const path = `/home/${entry.name}`;
    if (entry.kind !== "directory" || entry.name === "lost+found" || homes.has(path)) continue;
    const facts = host.lstat(path);
    if (facts.kind !== "present") continue;
    strayHomes.push({ path, uid: facts.value.uid, owner: owners.get(facts.value.uid) ?? null });
  }
  return { strayHomes, gap: null };
}
