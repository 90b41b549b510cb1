import type { Accounts } from "./accounts.ts";

/** By what right somebody may change a file or what a path leads to. */
export type WriteRight =
  | "owns"
  | "group-writable"
  | "world-writable"
  | "can replace in directory"
  | "can create"
  | "symlink owner";

/** The component of the path that gives the right, with its facts. */
export interface WriteCause {
  readonly path: string;
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
}

/** Somebody other than root who may change what a path leads to. */
export interface Principal {
  readonly kind: "user" | "group" | "everyone";
  /** Account or group name; the number as text when no such account or group is known. */
  readonly name: string;
  readonly uid: number | null;
  readonly gid: number | null;
  /** False when the id belongs to no known account or group. */
  readonly known: boolean;
  readonly how: WriteRight;
  readonly because: WriteCause;
}

/** The account something runs as. */
export interface RunsAs {
  readonly name: string;
  readonly uid: number;
}

/**
 * May this principal be somebody else than the account itself or root? Then whoever it is can make the account run
 * what they like.
 *
 * A group counts by its members (also those whose primary group it is): without any, or with only the account itself
 * and root, it gives nobody else a way. An id that nobody on this host bears is always somebody else: whoever is
 * given that id next, or a remote account.
 */
export function weakerThan(principal: Principal, runsAs: RunsAs, accounts: Accounts): boolean {
  if (principal.kind === "everyone") return true;
  if (principal.kind === "user") return principal.uid !== 0 && principal.uid !== runsAs.uid;
  if (!principal.known || principal.gid === null) return true;
  return accounts.groupMembers(principal.gid).some((name) => {
    const uid = accounts.byName.get(name)?.uid;
    return name !== runsAs.name && uid !== runsAs.uid && uid !== 0;
  });
}
