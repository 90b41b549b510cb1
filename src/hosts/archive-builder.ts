import { type ArchiveLimits, DEFAULT_LIMITS, type GapList } from "./archive.ts";
import { encodeFileName } from "./file-name.ts";
import { LINK_LIMIT } from "./path-walk.ts";
import { FileTree, type Inode, impliedDirectory, NONE } from "./tree.ts";

const LOST_LINK = "A hard link whose other name, which holds the content, is not in the archive.";

/** A hard link whose other name has not been seen yet. */
export interface PendingLink {
  readonly node: number;
  readonly to: string;
}

/**
 * Puts members of an archive, in the order they come, where unpacking would have put them: inside the root,
 * whatever their path says. What cannot be placed, or not as written, becomes a gap.
 */
export class ArchiveBuilder {
  readonly tree: FileTree = new FileTree();
  readonly gaps: GapList;
  readonly limits: ArchiveLimits;
  /** Hard links still without their file. */
  readonly pending: PendingLink[] = [];
  #nameBytes = 0;
  #full: boolean = false;
  #absolute = false;
  #lastDirectory: string | null = null;
  #lastNode = 0;

  constructor(gaps: GapList, limits: ArchiveLimits = DEFAULT_LIMITS) {
    this.gaps = gaps;
    this.limits = limits;
  }

  /** True once a limit makes further members pointless. */
  get full(): boolean {
    return this.#full;
  }

  /** Places a member; the answer is its inode, or `NONE` when it was refused. */
  add(path: string, inode: Inode): number {
    const node = this.#nodeFor(path, inode.kind === "directory");
    if (node === NONE) return NONE;
    const before = this.tree.inodeOf(node);
    if (inode.kind === "directory" && before !== NONE && this.tree.isDirectory(node)) {
      this.tree.setInode(before, inode);
      return before;
    }
    this.#forget(node);
    const number = this.tree.addInode(inode);
    this.tree.bind(node, number);
    return number;
  }

  /** Places a symbolic link. */
  addSymlink(path: string, inode: Inode, target: string): number {
    const length = bytesIn(target);
    if (length > this.limits.pathLength || target.includes("\0")) {
      this.#refuse(path, "a symbolic link whose text no system could hold");
      return NONE;
    }
    if (!this.#chargeNames(target)) return NONE;
    const number = this.add(path, { ...inode, size: length, locator: NONE });
    if (number !== NONE) this.tree.targets.set(number, target);
    return number;
  }

  /** Places a second name of the member `to`, which may come later. */
  addHardLink(path: string, inode: Inode, to: string): void {
    const node = this.#nodeFor(path, false);
    if (node === NONE) return;
    const found = this.find(to);
    if (found === node) return;
    if (found !== NONE && this.#shareable(found)) {
      const shared = this.tree.inodeOf(found);
      this.#forget(node);
      this.tree.bind(node, shared);
      return;
    }
    this.#forget(node);
    const number = this.tree.addInode({ ...inode, kind: "file", size: 0, locator: NONE });
    this.tree.withheld.set(number, LOST_LINK);
    this.tree.bind(node, number);
    this.pending.push({ node, to });
  }

  /** Gives the hard links still pending their file, if it has come by now; the others become gaps. */
  settle(): void {
    for (const link of this.unsettled()) this.refuseLink(link);
  }

  /** Settles what can be settled and answers the rest, for a lower layer to have. */
  unsettled(): readonly PendingLink[] {
    let rest = this.pending.splice(0);
    for (let round = 0; round < LINK_LIMIT; round++) {
      const before = rest.length;
      rest = rest.filter((link) => !this.#settled(link));
      if (rest.length === before) break;
    }
    return rest;
  }

  #settled(link: PendingLink): boolean {
    if (this.tree.inodeOf(link.node) === NONE) return true;
    const found = this.find(link.to);
    if (found === NONE || !this.#shareable(found)) return false;
    this.tree.bind(link.node, this.tree.inodeOf(found));
    return true;
  }

  refuseLink(link: PendingLink): void {
    this.gaps.add(
      this.tree.path(link.node),
      `a hard link to ${link.to}, which is not in the archive`,
      "the content of this file",
    );
  }

  /** The member at a literal path inside the archive; `NONE` when there is none or it would lie outside. */
  find(path: string): number {
    let node = 0;
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      if (name === "..") return NONE;
      node = this.tree.child(node, name);
      if (node === NONE) return NONE;
    }
    return node;
  }

  /** No directory, and no hard link that has itself not found its file. */
  #shareable(node: number): boolean {
    return !this.tree.isDirectory(node) && this.tree.withheld.get(this.tree.inodeOf(node)) !== LOST_LINK;
  }

  #nodeFor(path: string, isDirectory: boolean): number {
    if (this.#full) return NONE;
    const plain = this.#plain(path);
    if (plain === null) return NONE;
    const cut = plain.lastIndexOf("/");
    const name = plain.slice(cut + 1);
    if (name === "") {
      if (!isDirectory) this.#refuse(path, "a member without a name");
      return isDirectory ? 0 : NONE;
    }
    const directory = this.#directory(cut < 0 ? "" : plain.slice(0, cut), path);
    if (directory === NONE) return NONE;
    const existing = this.tree.child(directory, name);
    if (existing !== NONE) return this.#replaceable(existing, isDirectory);
    if (!this.#chargeNames(name) || !this.#chargeEntry()) return NONE;
    return this.tree.put(directory, name);
  }

  /** A path without leading slash, empty components, `.`, or `..`; `null` when refused. */
  #plain(path: string): string | null {
    if (path.includes("\0")) return this.#refuse(path, "a NUL in a member's path");
    if (path.length > this.limits.pathLength / 3 && bytesIn(path) > this.limits.pathLength)
      return this.#refuse(path, `a path longer than ${this.limits.pathLength} bytes`);
    if (path.startsWith("/") && !this.#absolute) {
      this.#absolute = true;
      this.gaps.add(
        "/",
        "members with absolute paths; taken as inside the root",
        "nothing, unless they were meant otherwise",
      );
    }
    if (isPlain(path)) return path.endsWith("/") ? path.slice(0, -1) : path;
    const names: string[] = [];
    let climbs = false;
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      if (name === "..") {
        climbs = true;
        names.pop();
      } else names.push(name);
    }
    if (climbs)
      this.gaps.add(
        `/${clean(names.join("/"))}`,
        `the member's path climbs with "..": ${clean(path)}`,
        "nothing; it was placed inside the root",
      );
    return names.join("/");
  }

  /** The directory of a member, made where missing, links inside the root followed. */
  #directory(path: string, member: string): number {
    if (path === this.#lastDirectory) return this.#lastNode;
    const node = directoryNode(this.tree, 0, path, (parent, name) => this.#makeDirectory(parent, name));
    if (node === NONE) {
      if (!this.#full) this.#refuse(member, "it stands below something that is no directory");
      return NONE;
    }
    this.#lastDirectory = path;
    this.#lastNode = node;
    return node;
  }

  #makeDirectory(parent: number, name: string): number {
    if (!this.#chargeNames(name) || !this.#chargeEntry()) return NONE;
    const node = this.tree.put(parent, name);
    this.tree.bind(node, this.tree.addInode(impliedDirectory(0)));
    return node;
  }

  #replaceable(node: number, isDirectory: boolean): number {
    if (this.tree.isDirectory(node)) {
      if (isDirectory) return node;
      if (this.tree.hasChildren(node)) {
        this.gaps.add(
          this.tree.path(node),
          "a later member would replace this directory and all it holds",
          "that member; the directory was kept",
        );
        return NONE;
      }
    }
    this.gaps.add(
      this.tree.path(node),
      "more than one member has this path; the last one counts",
      "the earlier content",
    );
    return node;
  }

  #forget(node: number): void {
    if (this.tree.inodeOf(node) === NONE) return;
    this.tree.remove(node);
    this.#lastDirectory = null;
  }

  #chargeEntry(): boolean {
    if (this.tree.nodeCount <= this.limits.entries) return true;
    return this.#fill(`more than ${this.limits.entries} entries`);
  }

  #chargeNames(name: string): boolean {
    const length = bytesIn(name);
    if (length > this.limits.nameLength && !name.includes("/")) {
      this.#refuse(name, `a name longer than ${this.limits.nameLength} bytes`);
      return false;
    }
    this.#nameBytes += length;
    return (
      this.#nameBytes <= this.limits.nameBytes ||
      this.#fill(`more than ${this.limits.nameBytes} bytes of names`)
    );
  }

  #fill(reason: string): false {
    if (!this.#full) this.gaps.add("/", `the archive has ${reason}`, "every member after that");
    this.#full = true;
    return false;
  }

  #refuse(path: string, reason: string): null {
    this.gaps.add(`/${clean(path)}`, reason, "this member");
    return null;
  }
}

/**
 * The node of the directory at `path` below `start`, links followed inside the root; `make` is asked for what is
 * missing. `NONE` when something on the way is no directory, loops, or is not made.
 */
export function directoryNode(
  tree: FileTree,
  start: number,
  path: string,
  make: (parent: number, name: string) => number,
): number {
  let node = start;
  let hops = 0;
  const pending = path.split("/").reverse();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      node = tree.parent(node);
      continue;
    }
    const found = tree.child(node, name);
    const next = found === NONE ? make(node, name) : found;
    if (next === NONE) return NONE;
    if (tree.isSymlink(next)) {
      if (++hops > LINK_LIMIT) return NONE;
      const target = tree.targets.get(tree.inodeOf(next)) ?? "";
      if (target.startsWith("/")) node = 0;
      pending.push(...target.split("/").reverse());
    } else if (tree.isDirectory(next)) node = next;
    else return NONE;
  }
  return node;
}

/** How many bytes a name or link text has on disk. */
function bytesIn(name: string): number {
  const length = Buffer.byteLength(name);
  return length === name.length ? length : (encodeFileName(name)?.length ?? length);
}

/** Nothing to clean up: no leading slash, no empty, `.` or `..` component; one trailing slash is fine. */
function isPlain(path: string): boolean {
  if (path === "" || path.startsWith("/") || path.includes("//")) return false;
  let at = 0;
  while (at >= 0 && at < path.length) {
    if (path.charCodeAt(at) === 46 && /^\.{1,2}(?:\/|$)/.test(path.slice(at, at + 3))) return false;
    const next = path.indexOf("/", at);
    at = next < 0 ? -1 : next + 1;
  }
  return true;
}

/** A path fit to stand in a gap: short, without leading slash. */
function clean(path: string): string {
  const bare = path.replace(/^\/+/, "");
  return bare.length > 200 ? `${bare.slice(0, 200)}…` : bare;
}
