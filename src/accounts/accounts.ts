import { compareFileNames } from "../hosts/file-name.ts";
import type { Host } from "../hosts/host.ts";
import { decodeUtf8 } from "../syntax/utf8.ts";
import type { AccountProblem, Records } from "./colon-file.ts";
import { type Group, parseGroup } from "./group.ts";
import { type Linger, readLinger } from "./linger.ts";
import { type LoginDefinitions, readLoginDefinitions } from "./login-definitions.ts";
import { type Account, isNoLoginShell, parsePasswd } from "./passwd.ts";
import { parseShadow, type Shadow } from "./shadow.ts";
import { findStrayHomes, type StrayHome } from "./stray-homes.ts";
import { parseSubordinateIds, type SubordinateRange } from "./subordinate-ids.ts";
import { readUserRecords, type UserRecords } from "./user-records.ts";

/**
 * Who exists on a host, as its own files say. Of two entries with one name or id the first counts, as for NSS;
 * the others are in `all` and a problem.
 */
export interface Accounts {
  readonly all: readonly Account[];
  readonly byName: ReadonlyMap<string, Account>;
  readonly byUid: ReadonlyMap<number, Account>;
  readonly groups: readonly Group[];
  readonly groupByName: ReadonlyMap<string, Group>;
  readonly groupByGid: ReadonlyMap<number, Group>;
  /** shadow(5) entries by name; empty when the file could not be read (then `gaps` says so). */
  readonly shadow: ReadonlyMap<string, Shadow>;
  readonly shadowReadable: boolean;
  readonly definitions: LoginDefinitions;
  readonly subordinateUids: readonly SubordinateRange[];
  readonly subordinateGids: readonly SubordinateRange[];
  readonly lingering: readonly Linger[];
  /** Names that linger, whether or not such an account exists. */
  readonly linger: ReadonlySet<string>;
  readonly strayHomes: readonly StrayHome[];
  /** Sources of nsswitch.conf(5) that keep accounts outside this host, such as `sss`. */
  readonly remoteSources: readonly string[];
  readonly problems: readonly AccountProblem[];
  /** What could not be read, one sentence each. */
  readonly gaps: readonly string[];

  /** Names of everyone in the group: its members, and accounts whose primary group it is. Sorted. */
  groupMembers(gid: number): readonly string[];
  /** The gids an account's processes get from initgroups(3): primary first. */
  groupsOf(name: string): readonly number[];
  /** Login shell, and a usable password or an authorized SSH key. An unknown name cannot log in. */
  canLogIn(name: string): boolean;
  /**
   * Why the account counts as disabled, or `null`. `day` (days since 1970) judges expiry; without it only an expiry
   * of day 0 or 1, which is always past, counts. A locked password stops neither SSH keys nor linger.
   */
  disabledBecause(name: string, day?: number): string | null;
  isDisabled(name: string, day?: number): boolean;
  /** Not root, and: uid below `UID_MIN`, or 65534, or a shell that refuses sessions. */
  isServiceAccount(name: string): boolean;
}

/** The account databases of a host, read once. Never throws; what cannot be read is in `problems` and `gaps`. */
export function readAccounts(host: Host): Accounts {
  const problems: AccountProblem[] = [];
  const gaps: string[] = [];
  const read = <T>(
    path: string,
    parse: (bytes: Uint8Array, path: string) => Records<T>,
    needed: boolean,
  ): readonly T[] => {
    const file = host.readFile(path);
    if (file.kind === "unreadable") gaps.push(`${path}: ${file.reason}`);
    if (file.kind === "absent" && needed) gaps.push(`${path} is missing`);
    if (file.kind !== "present") return [];
    if (file.value.truncated) gaps.push(`${path} is longer than what was read`);
    const result = parse(file.value.bytes, path);
    problems.push(...result.problems);
    return result.records;
  };
  const passwd = read("/etc/passwd", parsePasswd, true);
  const group = read("/etc/group", parseGroup, true);
  const shadow = read("/etc/shadow", parseShadow, true);
  const subordinateUids = read("/etc/subuid", parseSubordinateIds, false);
  const subordinateGids = read("/etc/subgid", parseSubordinateIds, false);
  const records = readUserRecords(host);
  problems.push(...records.problems);
  gaps.push(...records.gaps);
  const all = [...passwd, ...newNames(passwd, records.accounts)];
  const linger = readLinger(host);
  if (linger.gap !== null) gaps.push(`/var/lib/systemd/linger: ${linger.gap}`);
  const stray = findStrayHomes(host, all);
  if (stray.gap !== null) gaps.push(stray.gap);
  const remoteSources = readRemoteSources(host);
  if (remoteSources.length > 0)
    gaps.push(`accounts from ${remoteSources.join(", ")} are not in the host's files`);
  problems.push(...duplicates(all));
  return makeAccounts(host, {
    all,
    groups: withMemberships([...group, ...newNames(group, records.groups)], records),
    shadow: firstBy(shadow, (entry) => entry.name),
    shadowReadable: host.readFile("/etc/shadow", 1).kind === "present",
    locked: new Set(records.locked),
    definitions: readLoginDefinitions(host),
    subordinateUids,
    subordinateGids,
    lingering: linger.lingering,
    strayHomes: stray.strayHomes,
    remoteSources,
    problems,
    gaps,
  });
}

interface Databases {
  readonly all: readonly Account[];
  readonly groups: readonly Group[];
  readonly shadow: ReadonlyMap<string, Shadow>;
  readonly shadowReadable: boolean;
  readonly locked: ReadonlySet<string>;
  readonly definitions: LoginDefinitions;
  readonly subordinateUids: readonly SubordinateRange[];
  readonly subordinateGids: readonly SubordinateRange[];
  readonly lingering: readonly Linger[];
  readonly strayHomes: readonly StrayHome[];
  readonly remoteSources: readonly string[];
  readonly problems: readonly AccountProblem[];
  readonly gaps: readonly string[];
}

function makeAccounts(host: Host, databases: Databases): Accounts {
  const { all, groups, shadow, definitions, locked } = databases;
  const byName = firstBy(all, (account) => account.name);
  const members = membersByGid(all, groups);
  const disabledBecause = (name: string, day?: number): string | null => {
    const account = byName.get(name);
    if (account === undefined) return null;
    if (locked.has(name)) return "its user record is locked";
    return disabledReason(account, shadow.get(name), day ?? 1);
  };
  return {
    ...databases,
    byName,
    byUid: firstBy(all, (account) => account.uid),
    groupByName: firstBy(groups, (group) => group.name),
    groupByGid: firstBy(groups, (group) => group.gid),
    linger: new Set(databases.lingering.map((entry) => entry.name)),
    groupMembers: (gid) => members.get(gid) ?? [],
    groupsOf: (name) => groupsOf(byName.get(name), name, groups),
    canLogIn: (name) => canLogIn(host, byName.get(name), shadow.get(name)),
    disabledBecause,
    isDisabled: (name, day) => disabledBecause(name, day) !== null,
    isServiceAccount: (name) => isServiceAccount(byName.get(name), definitions),
  };
}

function firstBy<K, T>(records: readonly T[], key: (record: T) => K): ReadonlyMap<K, T> {
  const map = new Map<K, T>();
  for (const record of records) if (!map.has(key(record))) map.set(key(record), record);
  return map;
}

function newNames<T extends { readonly name: string }>(
  known: readonly T[],
  more: readonly T[],
): readonly T[] {
  const names = new Set(known.map((record) => record.name));
  return more.filter((record) => !names.has(record.name));
}

function withMemberships(groups: readonly Group[], records: UserRecords): readonly Group[] {
  const added = new Map<string, Set<string>>();
  for (const { user, group } of records.memberships)
    added.set(group, (added.get(group) ?? new Set()).add(user));
  return groups.map((group) => {
    const more = added.get(group.name);
    return more === undefined ? group : { ...group, members: [...new Set([...group.members, ...more])] };
  });
}

function membersByGid(
  all: readonly Account[],
  groups: readonly Group[],
): ReadonlyMap<number, readonly string[]> {
  const sets = new Map<number, Set<string>>();
  const add = (gid: number, name: string): void => {
    const set = sets.get(gid) ?? new Set<string>();
    sets.set(gid, set.add(name));
  };
  for (const account of all) add(account.gid, account.name);
  for (const group of groups) for (const name of group.members) add(group.gid, name);
  return new Map([...sets].map(([gid, names]) => [gid, [...names].sort(compareFileNames)]));
}

function groupsOf(account: Account | undefined, name: string, groups: readonly Group[]): readonly number[] {
  const gids = groups.filter((group) => group.members.includes(name)).map((group) => group.gid);
  return [...new Set(account === undefined ? gids : [account.gid, ...gids])];
}

function canLogIn(host: Host, account: Account | undefined, shadow: Shadow | undefined): boolean {
  if (account === undefined || isNoLoginShell(account.shell)) return false;
  const state = account.password === "shadow" ? (shadow?.state ?? "unknown") : account.password;
  if (state === "password" || state === "empty") return true;
  // Without a readable shadow entry nothing says that the password is unusable.
  if (account.password === "shadow" && shadow === undefined) return true;
  if (account.source !== "passwd") return true;
  return ["authorized_keys", "authorized_keys2"].some((name) => {
    const facts = host.stat(`${account.home}/.ssh/${name}`);
    return facts.kind === "present" && facts.value.kind === "file" && facts.value.size > 0;
  });
}

function disabledReason(account: Account, shadow: Shadow | undefined, day: number): string | null {
  const expire = shadow?.expire ?? null;
  if (expire !== null && expire <= day) return `it expired on day ${expire} after 1970-01-01`;
  const state = account.password === "shadow" ? (shadow?.state ?? "unknown") : account.password;
  if (state === "locked") return "its password is locked";
  if (state === "no-login") return "no password can match";
  if (isNoLoginShell(account.shell)) return `its shell is ${account.shell}`;
  return null;
}

function isServiceAccount(account: Account | undefined, definitions: LoginDefinitions): boolean {
  if (account === undefined || account.uid === 0) return false;
  return account.uid < definitions.uidMin || account.uid === 65534 || isNoLoginShell(account.shell);
}

function duplicates(all: readonly Account[]): readonly AccountProblem[] {
  const problems: AccountProblem[] = [];
  const names = new Set<string>();
  const uids = new Map<number, string>();
  for (const { name, uid, span } of all) {
    const other = uids.get(uid);
    if (names.has(name))
      problems.push({ span, reason: `account "${name}" is there twice; the first counts` });
    else if (other !== undefined)
      problems.push({ span, reason: `uid ${uid} of "${name}" is also "${other}"` });
    names.add(name);
    if (other === undefined) uids.set(uid, name);
  }
  return problems;
}

const LOCAL_SOURCES: ReadonlySet<string> = new Set([
  "files",
  "compat",
  "systemd",
  "db",
  "altfiles",
  "extrausers",
  "myhostname",
]);

function readRemoteSources(host: Host): readonly string[] {
  for (const path of ["/etc/nsswitch.conf", "/usr/etc/nsswitch.conf"]) {
    const file = host.readFile(path);
    if (file.kind !== "present") continue;
    const sources = new Set<string>();
    for (const line of decodeUtf8(file.value.bytes).split("\n")) {
      const match = /^[ \t]*(?:passwd|group|initgroups|shadow)[ \t]*:([^#]*)/.exec(line);
      const words = (match?.[1] ?? "").replace(/\[[^\][]*\]/g, " ").split(/\s+/);
      for (const word of words) if (word !== "" && !LOCAL_SOURCES.has(word)) sources.add(word);
    }
    return [...sources].sort(compareFileNames);
  }
  return [];
}
