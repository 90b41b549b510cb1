import { compareFileNames } from "./file-name.ts";
import {
  ABSENT,
  DEFAULT_MAX_BYTES,
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  type Host,
  present,
  type Reading,
} from "./host.ts";
import { joinPath, PathWalk, type Place, pathOf } from "./path-walk.ts";
import { unreadableCode } from "./unreadable-code.ts";

/** A file of a literal tree: text and bytes are regular files with mode 0644 of root. */
export type MemoryEntry = string | Uint8Array | MemoryFile;

/** A file with facts. At most one of `content`, `link`, `dir`, `kind` says what it is; none is an empty file. */
export interface MemoryFile {
  readonly content?: string | Uint8Array;
  /** The text of a symbolic link. */
  readonly link?: string;
  readonly dir?: true;
  /** FIFO, socket, device. */
  readonly kind?: FileKind;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Claimed size, for sparse files larger than their content. */
  readonly size?: number;
  readonly mtimeNs?: bigint | null;
  readonly ctimeNs?: bigint | null;
  readonly birthNs?: bigint | null;
  readonly identity?: string;
  readonly links?: number;
  /** Its content cannot be had: the errno every reading of it answers (`EACCES`); its facts still can. */
  readonly error?: string;
}

export interface MemoryOptions {
  /** How reports call it; default `memory:`. */
  readonly target?: string;
  readonly live?: boolean;
  /** Modification and change time of entries that state none; default 2023-11-14T22:13:20Z. */
  readonly timeNs?: bigint;
}

interface Node {
  readonly facts: FileFacts;
  readonly bytes: Uint8Array;
  readonly link: string | null;
  readonly children: Map<string, Node>;
  readonly error: string | null;
}

const DEFAULT_TIME_NS = 1_700_000_000_000_000_000n;
const NOTHING = new Uint8Array(0);

/**
 * A host made of a literal: paths to what is there. Missing parents become directories (0755, root).
 * Throws on a tree that cannot be (a file below a file): that is a mistake of the author, not of a target.
 */
export function memoryHost(
  tree: Readonly<Record<string, MemoryEntry>> | ReadonlyMap<string, MemoryEntry>,
  options: MemoryOptions = {},
): Host {
  return new MemoryHost(tree instanceof Map ? tree : new Map(Object.entries(tree)), options);
}

class MemoryHost implements Host {
  readonly target: string;
  readonly live: boolean;
  readonly #root: Node;
  readonly #nodes = new Map<string, Node>();
  readonly #walk: PathWalk;

  constructor(tree: ReadonlyMap<string, MemoryEntry>, options: MemoryOptions) {
    this.target = options.target ?? "memory:";
    this.live = options.live ?? false;
    const time = options.timeNs ?? DEFAULT_TIME_NS;
    const rootEntry = tree.get("/") ?? { dir: true };
    this.#root = makeNode("/", rootEntry, time);
    this.#nodes.set("/", this.#root);
    for (const path of [...tree.keys()].sort(byDepth)) this.#place(path, tree.get(path), time);
    this.#walk = new PathWalk({
      kindOf: (directory, name) => this.#kindOf(directory, name),
      linkOf: (directory, name) => linkOf(this.#child(directory, name)),
    });
  }

  #place(path: string, entry: MemoryEntry | undefined, time: bigint): void {
    if (entry === undefined || path === "/") return;
    const names = path.split("/");
    if (names.shift() !== "" || names.some((name) => name === "" || name === "." || name === ".."))
      throw new Error(`memoryHost: "${path}" is not an absolute, plain path`);
    let here = this.#root;
    let at = "/";
    for (const [index, name] of names.entries()) {
      if (here.facts.kind !== "directory") throw new Error(`memoryHost: ${at} is not a directory`);
      at = joinPath(at, name);
      const last = index === names.length - 1;
      const known = here.children.get(name);
      const next = last || known === undefined ? makeNode(at, last ? entry : { dir: true }, time) : known;
      here.children.set(name, next);
      this.#nodes.set(at, next);
      here = next;
    }
  }

  #child(directory: string, name: string): Node | undefined {
    return this.#nodes.get(joinPath(directory, name));
  }

  #kindOf(directory: string, name: string): Reading<FileKind> {
    const parent = this.#nodes.get(directory);
    if (parent?.error !== null && parent?.error !== undefined) return unreadableCode(parent.error);
    const node = this.#child(directory, name);
    return node === undefined ? ABSENT : present(node.facts.kind);
  }

  #node(path: string, follow: boolean): Reading<{ readonly node: Node; readonly place: Place }> {
    const place = this.#walk.resolve(path, follow);
    if (place.kind !== "present") return place;
    const node = this.#nodes.get(pathOf(place.value));
    return node === undefined ? ABSENT : present({ node, place: place.value });
  }

  lstat(path: string): Reading<FileFacts> {
    const found = this.#node(path, false);
    return found.kind === "present" ? present(found.value.node.facts) : found;
  }

  stat(path: string): Reading<FileFacts> {
    const found = this.#node(path, true);
    return found.kind === "present" ? present(found.value.node.facts) : found;
  }

  realPath(path: string): Reading<string> {
    const found = this.#node(path, true);
    return found.kind === "present" ? present(pathOf(found.value.place)) : found;
  }

  readLink(path: string): Reading<string> {
    const found = this.#node(path, false);
    return found.kind === "present" ? linkOf(found.value.node) : found;
  }

  readFile(path: string, maxBytes: number = DEFAULT_MAX_BYTES): Reading<FileContent> {
    const found = this.#node(path, true);
    if (found.kind !== "present") return found;
    const { node, place } = found.value;
    if (node.facts.kind === "directory") return unreadableCode("EISDIR");
    if (node.facts.kind !== "file") return unreadableCode("ENXIO");
    if (node.error !== null) return unreadableCode(node.error);
    return present({
      bytes: node.bytes.slice(0, maxBytes),
      truncated: node.facts.size > maxBytes,
      facts: node.facts,
      realPath: pathOf(place),
    });
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const found = this.#node(path, true);
    if (found.kind !== "present") return found;
    const { node } = found.value;
    if (node.facts.kind !== "directory") return unreadableCode("ENOTDIR");
    if (node.error !== null) return unreadableCode(node.error);
    const names = [...node.children].sort(([left], [right]) => compareFileNames(left, right));
    return present(names.map(([name, child]) => ({ name, kind: child.facts.kind })));
  }
}

function byDepth(left: string, right: string): number {
  return left.split("/").length - right.split("/").length;
}

function linkOf(node: Node | undefined): Reading<string> {
  if (node === undefined) return ABSENT;
  return node.link === null ? unreadableCode("EINVAL") : present(node.link);
}

function makeNode(path: string, entry: MemoryEntry, time: bigint): Node {
  const file = typeof entry === "string" || entry instanceof Uint8Array ? { content: entry } : entry;
  const kind = kindOfEntry(file);
  const bytes = contentOf(file, kind);
  const link = file.link ?? null;
  return {
    facts: factsOf(path, file, kind, bytes, time),
    bytes,
    link,
    children: new Map(),
    error: file.error ?? null,
  };
}

function kindOfEntry(file: MemoryFile): FileKind {
  if (file.link !== undefined) return "symlink";
  if (file.dir === true) return "directory";
  return file.kind ?? "file";
}

function contentOf(file: MemoryFile, kind: FileKind): Uint8Array {
  if (kind !== "file" || file.content === undefined) return NOTHING;
  return typeof file.content === "string" ? new TextEncoder().encode(file.content) : file.content;
}

const DEFAULT_MODES: ReadonlyMap<FileKind, number> = new Map([
  ["file", 0o644],
  ["directory", 0o755],
  ["symlink", 0o777],
]);

function factsOf(path: string, file: MemoryFile, kind: FileKind, bytes: Uint8Array, time: bigint): FileFacts {
  return {
    kind,
    mode: file.mode ?? DEFAULT_MODES.get(kind) ?? 0o600,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    size: file.size ?? (file.link === undefined ? bytes.length : new TextEncoder().encode(file.link).length),
    mtimeNs: file.mtimeNs === undefined ? time : file.mtimeNs,
    ctimeNs: file.ctimeNs === undefined ? time : file.ctimeNs,
    birthNs: file.birthNs ?? null,
    identity: file.identity ?? `memory:${path}`,
    links: file.links ?? 1,
  };
}
