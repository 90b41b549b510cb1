import { randomBytes } from "node:crypto";
import type { FileKind } from "./host.ts";

/**
 * The names and facts of up to millions of files in columns of numbers: about a hundred bytes an entry, where
 * objects and maps would take five times that. Names (nodes) and files (inodes) are apart, so that hard links are
 * two names of one file. Node 0 is the root.
 */

/** No such node or inode. */
export const NONE = -1;

const KINDS: readonly FileKind[] = [
  "file",
  "directory",
  "symlink",
  "fifo",
  "socket",
  "character-device",
  "block-device",
];
const KIND_NUMBERS: ReadonlyMap<FileKind, number> = new Map(KINDS.map((kind, number) => [kind, number]));
const DIRECTORY = 1;
const SYMLINK = 2;
const UNKNOWN_TIME = -(2n ** 63n);
const TIME_LIMIT = 2n ** 62n;

/** What is known of one file, apart from its names. */
export interface Inode {
  readonly kind: FileKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint | null;
  readonly ctimeNs: bigint | null;
  readonly birthNs: bigint | null;
  /** Which content store holds it; also its layer. */
  readonly store: number;
  /** Where in the store; `NONE` when there is no content to be had. */
  readonly locator: number;
  /** True for a directory that only other members' paths speak of: mode and owner are assumed. */
  readonly implied: boolean;
}

/** A piece of a sparse file: `length` bytes at `at` of the file stand at `stored` of the kept data. */
export interface Extent {
  readonly at: number;
  readonly length: number;
  readonly stored: number;
}

/** Texts by number in a plain list: for a million links a third of what a map would take. */
export class LinkTexts {
  readonly #texts: (string | undefined)[] = [];

  get(number: number): string | undefined {
    return this.#texts[number];
  }

  set(number: number, text: string): void {
    this.#texts[number] = text;
  }
}

export class FileTree {
  #names: string[] = [];
  #parent = new Int32Array(1024);
  #firstChild = new Int32Array(1024);
  #nextSibling = new Int32Array(1024);
  #inodeOf = new Int32Array(1024);
  #slots = new Int32Array(4096);
  /** Keeps names that collide on purpose from being prepared; nothing that is ever reported depends on it. */
  readonly #seed = randomBytes(4).readInt32LE();

  #kind = new Uint8Array(1024);
  #implied = new Uint8Array(1024);
  #mode = new Uint16Array(1024);
  #uid = new Uint32Array(1024);
  #gid = new Uint32Array(1024);
  #links = new Int32Array(1024);
  #store = new Uint16Array(1024);
  #size = new Float64Array(1024);
  #locator = new Float64Array(1024);
  #mtime = new BigInt64Array(1024);
  #ctime: BigInt64Array | null = null;
  #birth: BigInt64Array | null = null;
  #inodes = 0;

  /** Targets of symbolic links by inode. */
  readonly targets: LinkTexts = new LinkTexts();
  /** Extents of sparse files by inode. */
  readonly sparse: Map<number, readonly Extent[]> = new Map();
  /** Why a file has no content, by inode. */
  readonly withheld: Map<number, string> = new Map();

  constructor() {
    this.#addNode(NONE, "");
    this.bind(0, this.addInode(impliedDirectory(0)));
  }

  /** Names ever made, removed ones included. */
  get nodeCount(): number {
    return this.#names.length;
  }

  name(node: number): string {
    return this.#names[node] ?? "";
  }

  /** The directory a node stands in; the root stands in itself. */
  parent(node: number): number {
    return node === 0 ? 0 : (this.#parent[node] ?? 0);
  }

  /** The file behind a name; `NONE` once removed. */
  inodeOf(node: number): number {
    return this.#inodeOf[node] ?? NONE;
  }

  isDirectory(node: number): boolean {
    const inode = this.inodeOf(node);
    return inode !== NONE && this.#kind[inode] === DIRECTORY;
  }

  isSymlink(node: number): boolean {
    const inode = this.inodeOf(node);
    return inode !== NONE && this.#kind[inode] === SYMLINK;
  }

  kind(node: number): FileKind {
    return KINDS[this.#kind[this.inodeOf(node)] ?? 0] ?? "file";
  }

  isImplied(node: number): boolean {
    return this.#implied[this.inodeOf(node)] === 1;
  }

  /** How many names the file has. */
  linksOf(inode: number): number {
    return this.#links[inode] ?? 0;
  }

  inode(inode: number): Inode {
    return {
      kind: KINDS[this.#kind[inode] ?? 0] ?? "file",
      mode: this.#mode[inode] ?? 0,
      uid: this.#uid[inode] ?? 0,
      gid: this.#gid[inode] ?? 0,
      size: this.#size[inode] ?? 0,
      mtimeNs: timeAt(this.#mtime, inode),
      ctimeNs: timeAt(this.#ctime, inode),
      birthNs: timeAt(this.#birth, inode),
      store: this.#store[inode] ?? 0,
      locator: this.#locator[inode] ?? NONE,
      implied: this.#implied[inode] === 1,
    };
  }

  /** The living entry `name` of a directory, or `NONE`. */
  child(parent: number, name: string): number {
    const node = this.#slots[this.#slotOf(parent, name)] ?? 0;
    return node === 0 || this.#inodeOf[node] === NONE ? NONE : node;
  }

  /** Living entries of a directory, in no order. */
  children(node: number): number[] {
    const found: number[] = [];
    for (let at = this.#firstChild[node] ?? 0; at !== 0; at = this.#nextSibling[at] ?? 0) {
      if (this.#inodeOf[at] !== NONE) found.push(at);
    }
    return found;
  }

  hasChildren(node: number): boolean {
    for (let at = this.#firstChild[node] ?? 0; at !== 0; at = this.#nextSibling[at] ?? 0) {
      if (this.#inodeOf[at] !== NONE) return true;
    }
    return false;
  }

  /** Absolute path of a node below `root`. */
  path(node: number, root = 0): string {
    const parts: string[] = [];
    for (let at = node; at !== root && at !== 0; at = this.parent(at)) parts.push(this.name(at));
    return `/${parts.reverse().join("/")}`;
  }

  addInode(inode: Inode): number {
    const number = this.#inodes++;
    if (number === this.#kind.length) this.#growInodes();
    this.#locator[number] = NONE;
    this.setInode(number, inode);
    return number;
  }

  setInode(number: number, inode: Inode): void {
    this.#kind[number] = KIND_NUMBERS.get(inode.kind) ?? 0;
    this.#implied[number] = inode.implied ? 1 : 0;
    this.#mode[number] = inode.mode;
    this.#uid[number] = inode.uid;
    this.#gid[number] = inode.gid;
    this.#size[number] = inode.size;
    this.#store[number] = inode.store;
    this.#locator[number] = inode.locator;
    this.#mtime[number] = boundedTime(inode.mtimeNs);
    if (inode.ctimeNs !== null) this.#ctime ??= noTimes(this.#kind.length);
    if (this.#ctime !== null) this.#ctime[number] = boundedTime(inode.ctimeNs);
    if (inode.birthNs !== null) this.#birth ??= noTimes(this.#kind.length);
    if (this.#birth !== null) this.#birth[number] = boundedTime(inode.birthNs);
  }

  /** Makes (or revives) the name in a directory; it leads nowhere until bound. */
  put(parent: number, name: string): number {
    const slot = this.#slotOf(parent, name);
    const existing = this.#slots[slot] ?? 0;
    if (existing !== 0) return existing;
    const node = this.#addNode(parent, name);
    this.#slots[slot] = node;
    this.#nextSibling[node] = this.#firstChild[parent] ?? 0;
    this.#firstChild[parent] = node;
    if (node * 2 > this.#slots.length) this.#rehash();
    return node;
  }

  /** Lets a name lead to a file. */
  bind(node: number, inode: number): void {
    const before = this.inodeOf(node);
    if (before !== NONE) this.#links[before] = (this.#links[before] ?? 1) - 1;
    this.#inodeOf[node] = inode;
    if (inode !== NONE) this.#links[inode] = (this.#links[inode] ?? 0) + 1;
  }

  /** Removes a name and everything below it. */
  remove(node: number): void {
    const doomed = [node];
    for (let next = doomed.pop(); next !== undefined; next = doomed.pop()) {
      if (this.isDirectory(next)) for (const child of this.children(next)) doomed.push(child);
      this.bind(next, NONE);
    }
  }

  #addNode(parent: number, name: string): number {
    const node = this.#names.length;
    if (node === this.#parent.length) this.#growNodes();
    this.#names.push(name);
    this.#parent[node] = parent;
    this.#inodeOf[node] = NONE;
    return node;
  }

  /** The slot that holds the name, or the free one where it belongs (open addressing, linear). */
  #slotOf(parent: number, name: string): number {
    const mask = this.#slots.length - 1;
    let slot = hash(this.#seed, parent, name) & mask;
    for (;;) {
      const node = this.#slots[slot] ?? 0;
      if (node === 0 || (this.#parent[node] === parent && this.#names[node] === name)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let node = 1; node < this.#names.length; node++) {
      this.#slots[this.#slotOf(this.#parent[node] ?? 0, this.name(node))] = node;
    }
  }

  #growNodes(): void {
    const length = this.#parent.length * 2;
    this.#parent = grown(this.#parent, new Int32Array(length));
    this.#firstChild = grown(this.#firstChild, new Int32Array(length));
    this.#nextSibling = grown(this.#nextSibling, new Int32Array(length));
    this.#inodeOf = grown(this.#inodeOf, new Int32Array(length));
  }

  #growInodes(): void {
    const length = this.#kind.length * 2;
    this.#kind = grown(this.#kind, new Uint8Array(length));
    this.#implied = grown(this.#implied, new Uint8Array(length));
    this.#mode = grown(this.#mode, new Uint16Array(length));
    this.#uid = grown(this.#uid, new Uint32Array(length));
    this.#gid = grown(this.#gid, new Uint32Array(length));
    this.#links = grown(this.#links, new Int32Array(length));
    this.#store = grown(this.#store, new Uint16Array(length));
    this.#size = grown(this.#size, new Float64Array(length));
    this.#locator = grown(this.#locator, new Float64Array(length));
    this.#mtime = grown(this.#mtime, new BigInt64Array(length));
    if (this.#ctime !== null) this.#ctime = grown(this.#ctime, noTimes(length));
    if (this.#birth !== null) this.#birth = grown(this.#birth, noTimes(length));
  }
}

/** A directory nobody described: the owner and mode it nearly always has. */
export function impliedDirectory(store: number): Inode {
  return {
    kind: "directory",
    mode: 0o755,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeNs: null,
    ctimeNs: null,
    birthNs: null,
    store,
    locator: NONE,
    implied: true,
  };
}

/** Murmur3's mixing over the parent and the name. */
function hash(seed: number, parent: number, name: string): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ seed;
  for (let i = 0; i < name.length; i++) {
    h = Math.imul(h ^ name.charCodeAt(i), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function timeAt(times: BigInt64Array | null, inode: number): bigint | null {
  const time = times?.[inode];
  return time === undefined || time === UNKNOWN_TIME ? null : time;
}

/** A time beyond what 64 bits of nanoseconds hold is no time of a file. */
function boundedTime(time: bigint | null): bigint {
  return time === null || time > TIME_LIMIT || time < -TIME_LIMIT ? UNKNOWN_TIME : time;
}

function noTimes(length: number): BigInt64Array<ArrayBuffer> {
  return new BigInt64Array(length).fill(UNKNOWN_TIME);
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
