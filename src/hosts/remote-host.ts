import {
  type ArchiveHost,
  type ArchiveLimits,
  Budget,
  DEFAULT_LIMITS,
  type Gap,
  GapList,
} from "./archive.ts";
import { bytesSource } from "./archive-source.ts";
import { compareFileNames, encodeFileName } from "./file-name.ts";
import {
  ABSENT,
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  present,
  type Reading,
  unreadable,
} from "./host.ts";
import { joinPath, PathWalk, type Place, pathOf } from "./path-walk.ts";
import { parseRemoteFacts, type RemoteFacts } from "./remote-facts.ts";
import { TREE_DEPTH } from "./remote-script.ts";
import { RemoteEnd, type RemoteShell } from "./remote-shell.ts";
import { indexTar } from "./tar.ts";
import { NONE } from "./tree.ts";
import { unreadableCode } from "./unreadable-code.ts";

/*
 * A host that stands on the other side of a remote shell. Every question that memory cannot answer yet reads as
 * `EAGAIN` and is wanted; `fetch` asks all that is wanted in one round. So the same reading, repeated, comes to see
 * what it needs and nothing else is carried over.
 */

interface Entry {
  /** `null` when it is there, but nothing about it may be known. */
  readonly facts: FileFacts | null;
  readonly link: string | null;
  readonly readable: boolean;
  readonly executable: boolean;
  content: Uint8Array | null;
  /** Names of a directory, once it was listed. */
  names: Map<string, FileKind> | null;
  /** Why content or names cannot be had. */
  refusal: { readonly code: string; readonly reason: string } | null;
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
/** A question's paths: well below what one command line holds. */
const MOST_PATHS = 200;
const MOST_PATH_BYTES = 64 * 1024;
/** Contents asked for at once. */
const BATCH_BYTES = 16 * 1024 * 1024;
/** An answer of facts: two hundred full directories. */
const FACTS_BYTES = 64 * 1024 * 1024;
const LISTINGS = [
  ["S", "systemctl list-timers --all"],
  ["U", "systemctl list-units --all"],
] as const;
/** Twenty thousand units with long names. */
const LISTING_BYTES = 8 * 1024 * 1024;
/** Room for a member's headers in an answer. */
const MEMBER_BYTES = 16 * 1024;
/** Files up to this size come whole even when only their beginning was asked for: it saves a process. */
const WHOLE_BYTES = 64 * 1024;
const ROUNDS = 40;

/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;

const NOT_ASKABLE = unreadable(
  "EINVAL",
  "Its name has a line break or is too long: it is not asked for on the other side.",
);
const NOT_YET = unreadable("EAGAIN", "The other side has not been asked for it yet.");

export interface RemoteOptions {
  readonly target: string;
  readonly limits?: ArchiveLimits;
}

/** The host behind a shell that has given its greeting. */
export function remoteHost(shell: RemoteShell, options: RemoteOptions): RemoteHost {
  return new RemoteHost(shell, options);
}

export class RemoteHost implements ArchiveHost {
  readonly target: string;
  readonly live = false;
  readonly rounds: number = ROUNDS;
  readonly #shell: RemoteShell;
  readonly #limits: ArchiveLimits;
  readonly #budget: Budget;
  readonly #gaps = new GapList();
  readonly #entries = new Map<string, Entry>();
  readonly #absent = new Set<string>();
  readonly #wantedFacts = new Set<string>();
  readonly #wantedNames = new Set<string>();
  readonly #wantedContents = new Map<string, number>();
  readonly #listings = new Map<string, Uint8Array>();
  #walk: PathWalk;
  #ended: string | null = null;

  constructor(shell: RemoteShell, { target, limits = DEFAULT_LIMITS }: RemoteOptions) {
    this.target = target;
    this.#shell = shell;
    this.#limits = limits;
    this.#budget = new Budget(limits.retainedBytes);
    this.#walk = this.#newWalk();
  }

  get gaps(): readonly Gap[] {
    return this.#gaps.items;
  }

  layerOf(): null {
    return null;
  }

  witness(): ReadonlyMap<string, Uint8Array> {
    return this.#listings;
  }

  close(): void {
    this.#shell.close();
    this.#ended ??= "it was closed";
  }

  wanted(): readonly string[] {
    const all = [...this.#wantedFacts, ...this.#wantedNames, ...this.#wantedContents.keys()];
    return [...new Set(all)].sort(compareFileNames);
  }

  lstat(path: string): Reading<FileFacts> {
    return this.#facts(path, false);
  }

  stat(path: string): Reading<FileFacts> {
    return this.#facts(path, true);
  }

  realPath(path: string): Reading<string> {
    const place = this.#resolve(path, true);
    return place.kind === "present" ? present(pathOf(place.value)) : place;
  }

  readLink(path: string): Reading<string> {
    const place = this.#resolve(path, false);
    if (place.kind !== "present") return place;
    return this.#linkOf(place.value.directory, place.value.name);
  }

  readFile(path: string, maxBytes: number = DEFAULT_MAX_BYTES): Reading<FileContent> {
    const place = this.#resolve(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind === "directory") return unreadableCode("EISDIR");
    if (place.value.kind !== "file") return unreadableCode("ENXIO");
    const realPath = pathOf(place.value);
    const entry = this.#entries.get(realPath);
    if (entry?.facts == null) return ABSENT;
    const { facts, content, refusal } = entry;
    const whole = content !== null && (content.length >= facts.size || content.length >= maxBytes);
    if (content !== null && (whole || refusal !== null)) {
      const bytes = content.slice(0, maxBytes);
      return present({ bytes, truncated: bytes.length < facts.size, facts, realPath });
    }
    if (refusal !== null) return unreadable(refusal.code, refusal.reason);
    if (!entry.readable) return unreadableCode("EACCES");
    if (this.#ended !== null) return this.#lost();
    if (!canBeAsked(realPath)) return NOT_ASKABLE;
    this.#wantedContents.set(realPath, Math.max(maxBytes, this.#wantedContents.get(realPath) ?? 0));
    return NOT_YET;
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const place = this.#resolve(path, true);
    if (place.kind !== "present") return place;
    if (place.value.kind !== "directory") return unreadableCode("ENOTDIR");
    const canonical = pathOf(place.value);
    const entry = this.#entries.get(canonical);
    if (entry?.names != null) {
      const names = [...entry.names].map(([name, kind]) => ({ name, kind }));
      return present(names.sort((a, b) => compareFileNames(a.name, b.name)));
    }
    if (entry?.refusal != null) return unreadable(entry.refusal.code, entry.refusal.reason);
    if (this.#ended !== null) return this.#lost();
    if (!canBeAsked(canonical)) return NOT_ASKABLE;
    this.#wantedNames.add(canonical);
    return NOT_YET;
  }

  /** Asks for whole trees at once, four levels deep, before anything is read. */
  async expect(directories: readonly string[]): Promise<void> {
    await this.#round(() => this.#askFacts("T", [...directories]));
  }

  /** Asks the service manager there what it holds: the second witness. */
  async hearManager(): Promise<void> {
    await this.#round(async () => {
      for (const [letter, name] of LISTINGS) {
        const listing = await this.#shell.ask(Buffer.from(`${letter}\n`), LISTING_BYTES);
        if (listing.length > 0) this.#listings.set(name, new Uint8Array(listing));
      }
    });
  }

  async fetch(): Promise<boolean> {
    const facts = [...this.#wantedFacts];
    const names = [...this.#wantedNames];
    const contents = [...this.#wantedContents];
    this.#wantedFacts.clear();
    this.#wantedNames.clear();
    this.#wantedContents.clear();
    if (this.#ended !== null || facts.length + names.length + contents.length === 0) return false;
    await this.#round(async () => {
      await this.#askFacts("F", facts);
      await this.#askFacts("L", names);
      await this.#askContents(contents);
    });
    this.#walk = this.#newWalk();
    return true;
  }

  async #round(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof RemoteEnd)) throw error;
      this.#ended = error.message;
      this.#gaps.add("/", `the connection ended: ${error.message}`, "everything not yet asked for");
    }
  }

  #newWalk(): PathWalk {
    return new PathWalk({
      kindOf: (directory, name) => this.#kindOf(directory, name),
      linkOf: (directory, name) => this.#linkOf(directory, name),
    });
  }

  /** Where a path leads. Where that is not known yet, everything on the way is asked for, as far as it is written. */
  #resolve(path: string, follow: boolean): Reading<Place> {
    const place = this.#walk.resolve(path, follow);
    if (place.kind !== "unreadable" || place.code !== NOT_YET.code) return place;
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
      const part = path.slice(0, at);
      if (part !== "" && canBeAsked(part) && !this.#entries.has(part) && !this.#absent.has(part))
        this.#wantedFacts.add(part);
    }
    return place;
  }

  #facts(path: string, follow: boolean): Reading<FileFacts> {
    const place = this.#resolve(path, follow);
    if (place.kind !== "present") return place;
    const canonical = pathOf(place.value);
    const entry = this.#entries.get(canonical);
    if (entry === undefined) return this.#unknown(canonical);
    return entry.facts === null ? refused(entry) : present(entry.facts);
  }

  #unknown(path: string): Reading<never> {
    if (this.#absent.has(path)) return ABSENT;
    if (this.#ended !== null) return this.#lost();
    if (!canBeAsked(path)) return NOT_ASKABLE;
    this.#wantedFacts.add(path);
    return NOT_YET;
  }

  #lost(): Reading<never> {
    return unreadable("ECONNRESET", `The other side was not asked: ${this.#ended}.`);
  }

  #kindOf(directory: string, name: string): Reading<FileKind> {
    const path = joinPath(directory, name);
    const entry = this.#entries.get(path);
    if (entry !== undefined) return entry.facts === null ? refused(entry) : present(entry.facts.kind);
    const parent = this.#entries.get(directory);
    if (parent?.names != null) return parent.names.has(name) ? this.#unknown(path) : ABSENT;
    if (parent !== undefined && !parent.executable) return unreadableCode("EACCES");
    return this.#unknown(path);
  }

  #linkOf(directory: string, name: string): Reading<string> {
    const entry = this.#entries.get(joinPath(directory, name));
    if (entry === undefined) return ABSENT;
    if (entry.facts?.kind !== "symlink") return unreadableCode("EINVAL");
    return present(entry.link ?? "");
  }

  async #askFacts(letter: "F" | "L" | "T", paths: readonly string[]): Promise<void> {
    const parents = parentsOf(paths, this.#entries);
    if (letter !== "F" && parents.length > 0) await this.#askFacts("F", parents);
    // Parents first: a path is judged by what is known of its directory.
    const all = [...new Set(letter === "F" ? [...parents, ...paths] : paths)].sort(compareFileNames);
    for (const batch of batchesOf(all, () => 1, MOST_PATHS)) {
      const answer = await this.#shell.ask(question(batch, letter), FACTS_BYTES);
      const { found, damaged } = parseRemoteFacts(answer);
      if (damaged > 0)
        this.#gaps.add("/", `${damaged} answers of the other side make no sense`, "facts of some files");
      this.#learn(new Set(batch), found, letter);
    }
  }

  #learn(asked: ReadonlySet<string>, found: readonly RemoteFacts[], letter: "F" | "L" | "T"): void {
    const names = new Map<string, Map<string, FileKind>>();
    for (const each of found) {
      const path = each.path === "." ? "/" : each.path.slice(1);
      if (!isPlain(path) || !this.#belongs(path, asked, letter)) {
        this.#gaps.add(
          "/",
          "the other side told of paths that nobody asked for",
          "nothing; it was not believed",
        );
        continue;
      }
      this.#enter(path, each);
      if (each.facts.kind === "directory" && letter !== "F" && this.#isListed(path, asked, letter, each))
        names.set(path, new Map());
      const cut = path.lastIndexOf("/");
      const siblings = path === "/" ? undefined : names.get(cut === 0 ? "/" : path.slice(0, cut));
      siblings?.set(path.slice(cut + 1), each.facts.kind);
    }
    for (const [path, list] of names) {
      const entry = this.#entries.get(path);
      if (entry !== undefined) entry.names = list;
    }
    for (const path of asked) if (!this.#entries.has(path)) this.#miss(path);
  }

  /** Asked for itself, or below a directory that was. */
  #belongs(path: string, asked: ReadonlySet<string>, letter: "F" | "L" | "T"): boolean {
    if (asked.has(path)) return true;
    const depth = letter === "F" ? 0 : letter === "L" ? 1 : TREE_DEPTH;
    let at = path;
    for (let i = 0; i < depth && at !== "/"; i++) {
      const cut = at.lastIndexOf("/");
      at = cut === 0 ? "/" : at.slice(0, cut);
      if (asked.has(at)) return true;
    }
    return false;
  }

  /** True when the answer holds all names of this directory; what may not be listed is noted. */
  #isListed(path: string, asked: ReadonlySet<string>, letter: "L" | "T", each: RemoteFacts): boolean {
    if (!each.readable || !each.executable) {
      const entry = this.#entries.get(path);
      if (entry !== undefined) entry.refusal = unreadableCode("EACCES");
      return false;
    }
    if (asked.has(path)) return true;
    if (letter === "L") return false;
    let levels = 0;
    for (let at = path; !asked.has(at) && at !== ""; at = at.slice(0, at.lastIndexOf("/"))) levels++;
    return levels < TREE_DEPTH;
  }

  #enter(path: string, { facts, link, readable, executable }: RemoteFacts): void {
    if (this.#entries.size >= this.#limits.entries)
      throw new RemoteEnd("it tells of more files than any host has");
    const known = this.#entries.get(path);
    if (known?.facts != null && known.facts.kind === facts.kind) return;
    this.#absent.delete(path);
    this.#entries.set(path, {
      facts,
      link,
      readable,
      executable,
      content: null,
      names: null,
      refusal: null,
    });
  }

  /** No answer about a path: it is absent, unless a directory on the way does not let this account through. */
  #miss(path: string): void {
    if (path === "/") return;
    const cut = path.lastIndexOf("/");
    const parent = this.#entries.get(cut === 0 ? "/" : path.slice(0, cut));
    // Written through a link: the walk will ask again where that leads.
    if (parent?.facts?.kind === "symlink") return;
    const barred =
      parent !== undefined &&
      (parent.facts === null || (parent.facts.kind === "directory" && !parent.executable));
    if (!barred) {
      this.#absent.add(path);
      return;
    }
    this.#entries.set(path, {
      facts: null,
      link: null,
      readable: false,
      executable: false,
      content: null,
      names: null,
      refusal: unreadableCode("EACCES"),
    });
  }

  async #askContents(wanted: readonly (readonly [string, number])[]): Promise<void> {
    const whole: string[] = [];
    for (const [path, most] of wanted) {
      const entry = this.#entries.get(path);
      if (entry?.facts == null) continue;
      const { size } = entry.facts;
      const length = Math.min(size, most);
      const held = entry.content?.length ?? 0;
      if (size === 0) entry.content = new Uint8Array(0);
      else if (!this.#budget.take(size <= most || size <= WHOLE_BYTES ? size - held : length - held)) {
        entry.refusal = { code: "EFBIG", reason: "Memory does not allow to hold this file." };
        this.#gaps.add(path, "no more contents are held in memory", "what this file holds");
      } else if (size <= most || size <= WHOLE_BYTES) whole.push(path);
      else await this.#askHead(path, length, entry);
    }
    const sizeOf = (path: string): number => this.#entries.get(path)?.facts?.size ?? 0;
    for (const batch of batchesOf(whole, sizeOf, MOST_PATHS, BATCH_BYTES)) {
      const expected = batch.reduce((sum, path) => sum + sizeOf(path) + MEMBER_BYTES, 2 * MEMBER_BYTES);
      // A log may grow meanwhile.
      const answer = await this.#shell.ask(question(batch, "C"), expected + BATCH_BYTES);
      await this.#unpack(batch, answer);
    }
  }

  async #askHead(path: string, length: number, entry: Entry): Promise<void> {
    const content = await this.#shell.ask(question([path], `H${length}`), length);
    if (content.length > 0) entry.content = new Uint8Array(content);
    if (content.length < length) entry.refusal = { code: "EIO", reason: "The other side could not read it." };
  }

  /** Takes the contents out of a tar; its names are those that were asked for, or they are not used. */
  async #unpack(batch: readonly string[], answer: Uint8Array): Promise<void> {
    const gaps = new GapList();
    const tar = answer.length === 0 ? null : await indexTar(bytesSource(answer), { gaps }).catch(() => null);
    for (const path of batch) {
      const entry = this.#entries.get(path);
      if (entry?.facts == null) continue;
      const node = tar?.builder.find(path) ?? NONE;
      const inode =
        tar === null || node === NONE ? null : tar.builder.tree.inode(tar.builder.tree.inodeOf(node));
      const read =
        tar === null || inode === null || inode.kind !== "file" || inode.locator === NONE
          ? null
          : tar.store.read(inode.locator, inode.size);
      if (read?.kind === "bytes" && inode !== null && read.bytes.length === inode.size) {
        const content = new Uint8Array(read.bytes);
        this.#entries.set(path, { ...entry, content, facts: { ...entry.facts, size: content.length } });
      } else if (inode?.size === 0 && inode.kind === "file") {
        this.#entries.set(path, { ...entry, content: new Uint8Array(0), facts: { ...entry.facts, size: 0 } });
      } else entry.refusal = { code: "EIO", reason: "The other side could not read it." };
    }
  }
}

function refused({ refusal }: Entry): ReturnType<typeof unreadable> {
  return refusal === null ? unreadableCode("EACCES") : unreadable(refusal.code, refusal.reason);
}

/** Absolute, without empty, `.` or `..` components. */
function isPlain(path: string): boolean {
  return path === "/" || (/^(?:\/[^/\0]+)+$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path));
}

/** Fit for one line of a question. */
function canBeAsked(path: string): boolean {
  return (
    isPlain(path) && !path.includes("\n") && (encodeFileName(path)?.length ?? LONGEST_PATH) < LONGEST_PATH
  );
}

/** Every directory on the way to these paths that is not known yet: an answer can then be told from silence. */
function parentsOf(paths: readonly string[], known: ReadonlyMap<string, Entry>): readonly string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const parent = path.slice(0, at);
      if (!known.has(parent)) parents.add(parent);
    }
    if (path !== "/" && !known.has("/")) parents.add("/");
  }
  return [...parents];
}

function* batchesOf(
  paths: readonly string[],
  weightOf: (path: string) => number,
  most: number,
  mostWeight: number = Number.POSITIVE_INFINITY,
): Generator<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  let weight = 0;
  for (const path of paths) {
    const length = path.length * 3;
    const heavy = weightOf(path);
    if (
      batch.length > 0 &&
      (batch.length >= most || bytes + length > MOST_PATH_BYTES || weight + heavy > mostWeight)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
      weight = 0;
    }
    batch.push(path);
    bytes += length;
    weight += heavy;
  }
  if (batch.length > 0) yield batch;
}

function question(paths: readonly string[], letter: string): Uint8Array {
  const lines = paths.map((path) => Buffer.from(encodeFileName(path === "/" ? "." : `.${path}`) ?? []));
  const newline = Buffer.from("\n");
  return Buffer.concat([...lines.flatMap((line) => [line, newline]), Buffer.from(`${letter}\n`)]);
}
