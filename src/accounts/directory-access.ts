import type { FileFacts } from "../hosts/host.ts";
import type { Accounts } from "./accounts.ts";
import type { Principal } from "./principal.ts";

/** Whose access is asked for: an account by uid, the members of a group, or somebody with no special standing. */
export interface Subject {
  readonly kind: Principal["kind"];
  /** uid or gid; 0 and without meaning for everyone. */
  readonly id: number;
}

export const EVERYONE: Subject = { kind: "everyone", id: 0 };

/** May some process of the subject search (enter) a directory with these facts? Asked for the same few subjects often. */
export type SearchTest = (subject: Subject, directory: FileFacts) => boolean;

/**
 * The kernel's `generic_permission()` (fs/namei.c) for directory search: the first class that fits decides. The
 * owner may always, for it can change the mode. A group is asked as a process that has nothing but that group.
 */
export function makeSearchTest(accounts: Accounts): SearchTest {
  const gidsByUid = new Map<number, ReadonlySet<number>>();
  const gidsOf = (uid: number): ReadonlySet<number> => {
    const known = gidsByUid.get(uid);
    if (known !== undefined) return known;
    const name = accounts.byUid.get(uid)?.name;
    const gids = new Set(name === undefined ? [] : accounts.groupsOf(name));
    gidsByUid.set(uid, gids);
    return gids;
  };
  const userMay = (uid: number, { mode, uid: owner, gid }: FileFacts): boolean => {
    if (uid === owner) return true;
    return (mode & (gidsOf(uid).has(gid) ? 0o010 : 0o001)) !== 0;
  };
  return (subject, directory) => {
    if (subject.kind === "everyone") return (directory.mode & 0o001) !== 0;
    if (subject.kind === "user") return userMay(subject.id, directory);
    return (directory.mode & (directory.gid === subject.id ? 0o010 : 0o001)) !== 0;
  };
}
