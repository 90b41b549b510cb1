import type { ArchiveHost, Gap, GapList } from "./archive.ts";
import type { Content, ContentStore } from "./archive-content.ts";
import { compareFileNames } from "./file-name.ts";
import {
  ABSENT,
  DEFAULT_MAX_BYTES,
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  present,
  type Reading,
  unreadable,
} from "./host.ts";
import { PathWalk, pathOf } from "./path-walk.ts";
import { type Extent, type FileTree, type Inode, NONE } from "./tree.ts";
import { unreadableCode } from "./unreadable-code.ts";

const WITNESS_FILE = 16 * 1024 * 1024;
const WITNESS_TOTAL = 64 * 1024 * 1024;
/** ext4's and tmpfs's way of counting a directory's names: itself, `.`, and `..` of each directory below. */
const OWN_NAMES = 2;

export interface ArchiveParts {
  readonly target: string;
  readonly tree: FileTree;
  /** Indexed by `Inode.store`. */
  readonly stores: readonly ContentStore[];
  readonly gaps: GapList;
  /** Names of the layers, by `Inode.store`; empty for what has none. */
  readonly layers?: readonly string[];
  /** The directory of the tree that is the target's root. */
  readonly root?: number;
  /** Directories of second-witness files. */
  readonly witness?: readonly number[];
  /** Further things to let go of. */
  close?(): void;
}

/** Passes over a compressed archive that suffice for links that lead to links; each reads what the last asked for. */
const ROUNDS = 6;

/** Makes a host of an indexed archive. */
export function archiveHost(parts: ArchiveParts): ArchiveHost {
  return new IndexedHost(parts);
}

class IndexedHost implements ArchiveHost {
  readonly target: string;
  readonly live = false;
  readonly rounds: number = ROUNDS;
  readonly #parts: ArchiveParts;
  readonly #tree: FileTree;
  readonly #root: number;
  readonly #walk: PathWalk;
  readonly #wanted = new Set<string>();
  #lastDirectory = "/";
  #lastNode: number;

  constructor(parts: ArchiveParts) {
    this.target = parts.target;
    this.#parts = parts;
    this.#tree = parts.tree;
    this.#root = parts.root ?? 0;
    this.#lastNode = this.#root;
    this.#walk = new PathWalk({
      kindOf: (directory, name) => this.#kindOf(directory, name),
      linkOf: (directory, name) => this.#linkOf(this.#child(directory, name)),
    });
  }

  get gaps(): readonly Gap[] {
    return this.#parts.gaps.items;
  }

  lstat(path: string): Reading<FileFacts> {
    const node = this.#node(path, false);
    return node.kind === "present" ? present(this.#facts(node.value)) : node;
  }

  stat(path: string): Reading<FileFacts> {
    const node = this.#node(path, true);
    return node.kind === "present" ? present(this.#facts(node.value)) : node;
  }

  realPath(path: string): Reading<string> {
    const place = this.#walk.resolve(path, true);
    return place.kind === "present" ? present(pathOf(place.value)) : place;
  }

  readLink(path: string): Reading<string> {
    const node = this.#node(path, false);
    return node.kind === "present" ? this.#linkOf(node.value) : node;
  }

  readFile(path: string, maxBytes: number = DEFAULT_MAX_BYTES): Reading<FileContent> {
    const node = this.#node(path, true);
    if (node.kind !== "present") return node;
    const facts = this.#facts(node.value);
    if (facts.kind === "directory") return unreadableCode("EISDIR");
    if (facts.kind !== "file") return unreadableCode("ENXIO");
    const realPath = this.#tree.path(node.value, this.#root);
    const content = this.#content(this.#tree.inodeOf(node.value), Math.min(facts.size, maxBytes));
    if (content.kind === "missing") {
      this.#wanted.add(realPath);
      return unreadable("EAGAIN", "Its content has not been fetched from the archive yet.");
    }
    if (content.kind === "lost") return unreadable(content.code, content.reason);
    return present({ bytes: content.bytes, truncated: content.bytes.length < facts.size, facts, realPath });
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const node = this.#node(path, true);
    if (node.kind !== "present") return node;
    const tree = this.#tree;
    if (!tree.isDirectory(node.value)) return unreadableCode("ENOTDIR");
    const entries = tree
      .children(node.value)
      .map((child) => ({ name: tree.name(child), kind: tree.kind(child) }));
    return present(entries.sort((left, right) => compareFileNames(left.name, right.name)));
  }

  layerOf(path: string): string | null {
    const node = this.#node(path, false);
    if (node.kind !== "present") return null;
    return this.#parts.layers?.[this.#tree.inode(this.#tree.inodeOf(node.value)).store] ?? null;
  }

  wanted(): readonly string[] {
    return [...this.#wanted].sort(compareFileNames);
  }

  async fetch(): Promise<boolean> {
    let changed = false;
    for (const store of this.#parts.stores) changed = (await store.fetch()) || changed;
    this.#wanted.clear();
    return changed;
  }

  witness(): ReadonlyMap<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    let total = 0;
    const pending = [...(this.#parts.witness ?? [])].reverse();
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.#tree.isDirectory(node)) {
        const below = this.#tree.children(node);
        below.sort((a, b) => compareFileNames(this.#tree.name(b), this.#tree.name(a)));
        pending.push(...below);
      } else if (this.#tree.kind(node) === "file") {
        const inode = this.#tree.inodeOf(node);
        const length = Math.min(this.#tree.inode(inode).size, WITNESS_FILE);
        total += length;
        if (total > WITNESS_TOTAL) return found;
        const content = this.#content(inode, length);
        if (content.kind === "bytes") found.set(this.#tree.path(node).slice(1), content.bytes);
      }
    }
    return found;
  }

  close(): void {
    for (const store of this.#parts.stores) store.close();
    this.#parts.close?.();
  }

  #node(path: string, follow: boolean): Reading<number> {
    const place = this.#walk.resolve(path, follow);
    if (place.kind !== "present") return place;
    const { directory, name } = place.value;
    const node = name === "" ? this.#directory(directory) : this.#child(directory, name);
    return node === NONE ? ABSENT : present(node);
  }

  /** The node of a canonical directory. */
  #directory(directory: string): number {
    if (directory === this.#lastDirectory) return this.#lastNode;
    // A walk goes from directory to directory: most of the way is known from the last step.
    const isBelow = this.#lastDirectory !== "/" && directory.startsWith(`${this.#lastDirectory}/`);
    let node = isBelow ? this.#lastNode : this.#root;
    const rest = isBelow ? directory.slice(this.#lastDirectory.length + 1) : directory;
    for (const name of rest.split("/")) {
      if (name !== "" && node !== NONE) node = this.#tree.child(node, name);
    }
    this.#lastDirectory = directory;
    this.#lastNode = node;
    return node;
  }

  #child(directory: string, name: string): number {
    const node = this.#directory(directory);
    return node === NONE ? NONE : this.#tree.child(node, name);
  }

  #kindOf(directory: string, name: string): Reading<FileKind> {
    const node = this.#child(directory, name);
    return node === NONE ? ABSENT : present(this.#tree.kind(node));
  }

  #linkOf(node: number): Reading<string> {
    if (node === NONE) return ABSENT;
    if (!this.#tree.isSymlink(node)) return unreadableCode("EINVAL");
    return present(this.#tree.targets.get(this.#tree.inodeOf(node)) ?? "");
  }

  #facts(node: number): FileFacts {
    const number = this.#tree.inodeOf(node);
    const inode: Inode = this.#tree.inode(number);
    const directories = (): number =>
      this.#tree.children(node).reduce((sum, child) => sum + (this.#tree.isDirectory(child) ? 1 : 0), 0);
    return {
      kind: inode.kind,
      mode: inode.mode,
      uid: inode.uid,
      gid: inode.gid,
      size: inode.size,
      mtimeNs: inode.mtimeNs,
      ctimeNs: inode.ctimeNs,
      birthNs: inode.birthNs,
      identity: `archive:${number}`,
      links: inode.kind === "directory" ? OWN_NAMES + directories() : this.#tree.linksOf(number),
    };
  }

  #content(number: number, length: number): Content {
    const reason = this.#tree.withheld.get(number);
    if (reason !== undefined) return { kind: "lost", code: "ENODATA", reason };
    const inode = this.#tree.inode(number);
    if (length <= 0) return { kind: "bytes", bytes: new Uint8Array(0) };
    const store = this.#parts.stores[inode.store];
    if (store === undefined || inode.locator === NONE)
      return { kind: "lost", code: "ENODATA", reason: "The archive does not hold its content." };
    const extents = this.#tree.sparse.get(number);
    return extents === undefined
      ? store.read(inode.locator, length)
      : sparse(store, inode.locator, extents, length);
  }
}

/** Puts the pieces of a sparse file in their places. */
function sparse(store: ContentStore, locator: number, extents: readonly Extent[], length: number): Content {
  const inside = extents.filter((extent) => extent.at < length);
  const last = inside.at(-1);
  const bytes = new Uint8Array(length);
  if (last === undefined) return { kind: "bytes", bytes };
  const stored = store.read(locator, last.stored + Math.min(last.length, length - last.at));
  if (stored.kind !== "bytes") return stored;
  for (const extent of inside) {
    const part = stored.bytes.subarray(
      extent.stored,
      extent.stored + Math.min(extent.length, length - extent.at),
    );
    bytes.set(part, extent.at);
  }
  return { kind: "bytes", bytes };
}
