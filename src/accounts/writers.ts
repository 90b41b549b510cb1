import type { FileFacts, Host } from "../hosts/host.ts";
import type { Accounts } from "./accounts.ts";
import { EVERYONE, makeSearchTest, type Subject } from "./directory-access.ts";
import type { Principal, WriteRight } from "./principal.ts";

/** Who besides root may change what a path leads to. */
export interface Writers {
  readonly principals: readonly Principal[];
  /** Where the path finally leads inside the target; `null` when something on the way is missing or unreadable. */
  readonly realPath: string | null;
  /** True when the path, or a directory on it, does not exist: whoever may create it is among the principals. */
  readonly missing: boolean;
  /** What could not be looked at, so that there may be more writers; `null` when all was seen. */
  readonly gap: string | null;
}

/** Answers for many paths of one host, remembering every directory: thousands of paths share few directories. */
export interface WriterIndex {
  writersOf(path: string): Writers;
}

/** One question; for many use `writerIndex`. */
export function writersOf(host: Host, accounts: Accounts, path: string): Writers {
  return writerIndex(host, accounts).writersOf(path);
}

/**
 * An index of who may write where.
 *
 * Every component counts, from `/` down, and of every symbolic link both the directory it lies in and the way to its
 * target: whoever may replace any of them decides what the path means. The rules are the kernel's (`may_delete()`,
 * `generic_permission()` in fs/namei.c): replacing an entry needs write and search on its directory and, when that
 * is sticky, ownership of entry or directory; an owner may change the mode and so always writes; nobody acts below
 * a directory they cannot reach. Root is left out: it may change everything.
 *
 * Not seen offline: access control lists, capabilities, file attributes (`chattr +i`), read-only mounts, and
 * mandatory access control. Lists can only add writers, the others only take away.
 */
export function writerIndex(host: Host, accounts: Accounts): WriterIndex {
  const index = new Index(host, accounts);
  return { writersOf: (path) => index.writersOf(path) };
}

/** A directory after links were followed. */
interface Place {
  readonly path: string;
  readonly facts: FileFacts;
  readonly parent: Place | null;
  /** Who may change what this directory's path means, or its entries' place among its parents. */
  readonly grants: readonly Grant[];
}

interface Grant {
  readonly subject: Subject;
  readonly how: WriteRight;
  readonly path: string;
  readonly facts: FileFacts;
}

interface InDirectory {
  readonly kind: "directory";
  readonly place: Place;
  /** Grants of links and of `..` on the way. */
  readonly via: readonly Grant[];
  /** How many links were followed so far: the kernel counts them over the whole path. */
  readonly links: number;
}

/** Where a textual path leads, and the grants the links on the way give. */
type Walk =
  | InDirectory
  | {
      readonly kind: "other";
      readonly path: string;
      readonly grants: readonly Grant[];
      /** Without the rights on the file itself, which do not make it the directory a longer path needs. */
      readonly ways: readonly Grant[];
    }
  | { readonly kind: "missing"; readonly grants: readonly Grant[] }
  | { readonly kind: "gap"; readonly grants: readonly Grant[]; readonly reason: string };

/** `MAXSYMLINKS` and `PATH_MAX` of the kernel. */
const MAX_LINKS = 40;
const MAX_PATH = 4096;
/** Grants carried along a path; a hostile chain of links could otherwise gather many. */
const MAX_GRANTS = 400;

class Index {
  readonly #host: Host;
  readonly #accounts: Accounts;
  readonly #search: ReturnType<typeof makeSearchTest>;
  readonly #walks = new Map<string, Walk>();
  readonly #places = new Map<string, Place>();
  readonly #reach = new Map<string, boolean>();

  constructor(host: Host, accounts: Accounts) {
    this.#host = host;
    this.#accounts = accounts;
    this.#search = makeSearchTest(accounts);
  }

  writersOf(path: string): Writers {
    if (!path.startsWith("/") || path.length > MAX_PATH || path.includes("\0")) {
      return { principals: [], realPath: null, missing: false, gap: "not an absolute path a kernel accepts" };
    }
    const walk = this.#walk(parts(path));
    const principals = this.#principals(this.#grantsOf(walk));
    const realPath = walk.kind === "directory" ? walk.place.path : walk.kind === "other" ? walk.path : null;
    const gap = walk.kind === "gap" ? walk.reason : null;
    return { principals, realPath, missing: walk.kind === "missing", gap };
  }

  #grantsOf(walk: Walk): readonly Grant[] {
    if (walk.kind !== "directory") return walk.grants;
    // Asked for a directory itself: whoever may add or replace entries changes it.
    return merge(walk.via, walk.place.grants, this.#creators(walk.place));
  }

  /** Walks all names from the root; what the directory part of a path gave is remembered. */
  #walk(names: readonly string[]): Walk {
    if (names.length === 0) return this.#root();
    const last = names[names.length - 1] ?? "";
    const directory = this.#walkDirectory(names.slice(0, -1));
    return directory.kind === "directory" ? this.#step(directory, last) : directory;
  }

  #walkDirectory(names: readonly string[]): Walk {
    const key = names.join("/");
    const known = this.#walks.get(key);
    if (known !== undefined) return known;
    const walk = notOther(this.#walk(names));
    this.#walks.set(key, walk);
    return walk;
  }

  #root(): Walk {
    const known = this.#places.get("/");
    if (known !== undefined) return { kind: "directory", place: known, via: [], links: 0 };
    const facts = this.#host.lstat("/");
    if (facts.kind !== "present") return { kind: "gap", grants: [], reason: "/ cannot be looked at" };
    const place: Place = {
      path: "/",
      facts: facts.value,
      parent: null,
      grants: writeGrants("/", facts.value),
    };
    this.#places.set("/", place);
    return { kind: "directory", place, via: [], links: 0 };
  }

  /** One name inside a directory. */
  #step(directory: InDirectory, name: string): Walk {
    const { place, via } = directory;
    const soFar = merge(via, place.grants);
    // `x/..` leads elsewhere once x is replaced, so what x granted stays.
    if (name === "..") return { ...directory, place: place.parent ?? place, via: soFar };
    const path = place.path === "/" ? `/${name}` : `${place.path}/${name}`;
    const reading = this.#host.lstat(path);
    if (reading.kind === "absent") return { kind: "missing", grants: merge(soFar, this.#creators(place)) };
    if (reading.kind === "unreadable")
      return { kind: "gap", grants: soFar, reason: `${path}: ${reading.reason}` };
    const facts = reading.value;
    if (facts.kind === "symlink") return this.#follow(directory, path, facts);
    if (facts.kind === "directory") return { ...directory, place: this.#place(path, facts, place) };
    const ways = merge(soFar, this.#replacers(place, path, facts));
    return { kind: "other", path, ways, grants: merge(ways, this.#reached(place, writeGrants(path, facts))) };
  }

  #place(path: string, facts: FileFacts, parent: Place): Place {
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    const own = this.#reached(parent, writeGrants(path, facts));
    const grants = merge(parent.grants, this.#replacers(parent, path, facts), own);
    const place: Place = { path, facts, parent, grants };
    this.#places.set(path, place);
    return place;
  }

  #follow({ place, via, links }: InDirectory, path: string, facts: FileFacts): Walk {
    const here = merge(via, place.grants, this.#replacers(place, path, facts));
    const target = this.#host.readLink(path);
    if (target.kind !== "present") {
      return { kind: "gap", grants: here, reason: `${path}: its target cannot be read` };
    }
    if (links >= MAX_LINKS) return { kind: "gap", grants: here, reason: `${path}: too many symbolic links` };
    const root = this.#root();
    if (root.kind !== "directory") return root;
    let walk: Walk = { ...root, via: here, links: links + 1 };
    if (!target.value.startsWith("/")) walk = { ...walk, place };
    for (const name of parts(target.value)) {
      const at: Walk = notOther(walk);
      if (at.kind !== "directory") return at;
      walk = this.#step(at, name);
    }
    return walk;
  }

  /** Who may put another entry in the place of one: write and search on the directory, and its sticky bit. */
  #replacers(directory: Place, path: string, entry: FileFacts): readonly Grant[] {
    if ((directory.facts.mode & 0o1000) === 0) {
      return this.#reached(directory, entryGrants(directory, "can replace in directory"));
    }
    // Sticky: of those who may write there, only the owner of the entry (the directory's owner is a writer anyway).
    if (entry.uid === 0 || entry.uid === directory.facts.uid) return [];
    const how: WriteRight = entry.kind === "symlink" ? "symlink owner" : "can replace in directory";
    const grant: Grant = { subject: { kind: "user", id: entry.uid }, how, path, facts: entry };
    return this.#mayWriteInto(entry.uid, directory.facts) ? this.#reached(directory, [grant]) : [];
  }

  #mayWriteInto(uid: number, { mode, gid }: FileFacts): boolean {
    const name = this.#accounts.byUid.get(uid)?.name;
    const inGroup = name !== undefined && this.#accounts.groupsOf(name).includes(gid);
    return inGroup ? (mode & 0o030) === 0o030 : (mode & 0o003) === 0o003;
  }

  #creators(directory: Place): readonly Grant[] {
    return this.#reached(directory, entryGrants(directory, "can create"));
  }

  /** The grants whose subject can get into the directory; of everyone perhaps only some groups can. */
  #reached(directory: Place, grants: readonly Grant[]): readonly Grant[] {
    return grants.flatMap((grant) => {
      if (this.#canReach(grant.subject, directory)) return [grant];
      if (grant.subject.kind !== "everyone") return [];
      return this.#admittedGroups(directory).map((id) => ({
        ...grant,
        subject: { kind: "group", id } as const,
      }));
    });
  }

  /** Groups that a directory on the way admits while it shuts out everyone else. */
  #admittedGroups(directory: Place): readonly number[] {
    const gids = new Set<number>();
    for (let at: Place | null = directory; at !== null; at = at.parent) {
      if ((at.facts.mode & 0o011) === 0o010) gids.add(at.facts.gid);
    }
    return [...gids].filter((id) => this.#canReach({ kind: "group", id }, directory));
  }

  /** A group can when its bare members can, or one of its known members can for other reasons. */
  #canReach(subject: Subject, directory: Place): boolean {
    const key = `${subject.kind[0]}${subject.id}${directory.path}`;
    const known = this.#reach.get(key);
    if (known !== undefined) return known;
    const above = directory.parent === null || this.#canReachBare(subject, directory.parent);
    const bare = above && this.#search(subject, directory.facts);
    const result = bare || (subject.kind === "group" && this.#someMemberReaches(subject.id, directory));
    this.#reach.set(key, result);
    return result;
  }

  #canReachBare(subject: Subject, directory: Place): boolean {
    for (let at: Place | null = directory; at !== null; at = at.parent) {
      if (!this.#search(subject, at.facts)) return false;
    }
    return true;
  }

  #someMemberReaches(gid: number, directory: Place): boolean {
    return this.#accounts.groupMembers(gid).some((name) => {
      const id = this.#accounts.byName.get(name)?.uid;
      return id !== undefined && id !== 0 && this.#canReach({ kind: "user", id }, directory);
    });
  }

  /** One principal each; the component nearest to the file explains best. */
  #principals(grants: readonly Grant[]): readonly Principal[] {
    const bySubject = new Map<string, Principal>();
    for (const grant of grants) {
      const { kind, id } = grant.subject;
      if (kind === "group" && id === 0 && !this.#rootGroupHasOthers()) continue;
      bySubject.set(`${kind}${id}`, this.#principal(grant));
    }
    return [...bySubject.values()];
  }

  #rootGroupHasOthers(): boolean {
    return this.#accounts.groupMembers(0).some((name) => this.#accounts.byName.get(name)?.uid !== 0);
  }

  #principal({ subject: { kind, id }, how, path, facts }: Grant): Principal {
    const because = { path, mode: facts.mode, owner: facts.uid, group: facts.gid };
    if (kind === "everyone") {
      return { kind, name: "everyone", uid: null, gid: null, known: true, how, because };
    }
    const record = kind === "user" ? this.#accounts.byUid.get(id) : this.#accounts.groupByGid.get(id);
    const ids = kind === "user" ? { uid: id, gid: null } : { uid: null, gid: id };
    return { kind, name: record?.name ?? String(id), ...ids, known: record !== undefined, how, because };
  }
}

/** Rights on the thing itself. A directory needs search besides write. */
function writeGrants(path: string, facts: FileFacts): readonly Grant[] {
  const grants: Grant[] = [];
  const needed = facts.kind === "directory" ? 3 : 2;
  const may = (shift: number): boolean => ((facts.mode >> shift) & needed) === needed;
  if (facts.uid !== 0) grants.push({ subject: { kind: "user", id: facts.uid }, how: "owns", path, facts });
  // A sticky directory lets its writers add names, which by itself changes nothing that is there.
  if (facts.kind === "directory") return grants;
  if (may(3)) grants.push({ subject: { kind: "group", id: facts.gid }, how: "group-writable", path, facts });
  if (may(0)) grants.push({ subject: EVERYONE, how: "world-writable", path, facts });
  return grants;
}

/** Rights on the entries of a directory that its mode gives; its owner is among its own grants already. */
function entryGrants({ path, facts }: Place, how: WriteRight): readonly Grant[] {
  const grants: Grant[] = [];
  if ((facts.mode & 0o030) === 0o030)
    grants.push({ subject: { kind: "group", id: facts.gid }, how, path, facts });
  if ((facts.mode & 0o003) === 0o003) grants.push({ subject: EVERYONE, how, path, facts });
  return grants;
}

/** What is no directory has no entries: a path through it does not exist. */
function notOther(walk: Walk): Walk {
  return walk.kind === "other" ? { kind: "missing", grants: walk.ways } : walk;
}

function merge(...lists: readonly (readonly Grant[])[]): readonly Grant[] {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length <= 1) return filled[0] ?? [];
  const seen = new Map<string, Grant>();
  for (const list of filled) {
    for (const grant of list) {
      if (seen.size >= MAX_GRANTS) break;
      seen.set(`${grant.subject.kind}${grant.subject.id} ${grant.how} ${grant.path}`, grant);
    }
  }
  return [...seen.values()];
}

/** The names of a path, without the empty ones and `.`. */
function parts(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
