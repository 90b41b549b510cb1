import {
  type ArchiveHost,
  type ArchiveLimits,
  Budget,
  DEFAULT_LIMITS,
  type Gap,
  GapList,
} from "./archive.ts";
import { bytesSource } from "./archive-source.ts";
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
import { joinPath, PathWalk, type Place, pathOf } from "./path-walk.ts";
import { parseRemoteFacts } from "./remote-facts.ts";
import { type RemoteEntry, RemoteKnowledge } from "./remote-knowledge.ts";
import { batchesOf, canBeAsked, question } from "./remote-question.ts";
import { RemoteEnd, type RemoteShell } from "./remote-shell.ts";
import { indexTar } from "./tar.ts";
import { NONE } from "./tree.ts";
import { unreadableCode } from "./unreadable-code.ts";

/*
 * A host that stands on the other side of a remote shell. Every question that memory cannot answer yet reads as
 * `EAGAIN` and is wanted; `fetch` asks all that is wanted in one round. So the same reading, repeated, comes to see
 * what it needs and nothing else is carried over.
 */

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
  readonly #budget: Budget;
  readonly #gaps = new GapList();
  readonly #known: RemoteKnowledge;
  readonly #wantedFacts = new Set<string>();
  readonly #wantedNames = new Set<string>();
  readonly #wantedContents = new Map<string, number>();
  readonly #listings = new Map<string, Uint8Array>();
  #walk: PathWalk;
  #ended: string | null = null;

  constructor(shell: RemoteShell, { target, limits = DEFAULT_LIMITS }: RemoteOptions) {
    this.target = target;
    this.#shell = shell;
    this.#budget = new Budget(limits.retainedBytes);
    this.#known = new RemoteKnowledge(limits, this.#gaps);
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
    const entry = this.#known.get(realPath);
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
    const entry = this.#known.get(canonical);
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
      if (
        part !== "" &&
        canBeAsked(part) &&
        this.#known.get(part) === undefined &&
        !this.#known.isAbsent(part)
      )
        this.#wantedFacts.add(part);
    }
    return place;
  }

  #facts(path: string, follow: boolean): Reading<FileFacts> {
    const place = this.#resolve(path, follow);
    if (place.kind !== "present") return place;
    const canonical = pathOf(place.value);
    const entry = this.#known.get(canonical);
    if (entry === undefined) return this.#unknown(canonical);
    return entry.facts === null ? refused(entry) : present(entry.facts);
  }

  #unknown(path: string): Reading<never> {
    if (this.#known.isAbsent(path)) return ABSENT;
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
    const entry = this.#known.get(path);
    if (entry !== undefined) return entry.facts === null ? refused(entry) : present(entry.facts.kind);
    const parent = this.#known.get(directory);
    if (parent?.names != null) return parent.names.has(name) ? this.#unknown(path) : ABSENT;
    if (parent !== undefined && !parent.executable) return unreadableCode("EACCES");
    return this.#unknown(path);
  }

  #linkOf(directory: string, name: string): Reading<string> {
    const entry = this.#known.get(joinPath(directory, name));
    if (entry === undefined) return ABSENT;
    if (entry.facts?.kind !== "symlink") return unreadableCode("EINVAL");
    return present(entry.link ?? "");
  }

  async #askFacts(letter: "F" | "L" | "T", paths: readonly string[]): Promise<void> {
    const parents = this.#known.unknownParentsOf(paths);
    if (letter !== "F" && parents.length > 0) await this.#askFacts("F", parents);
    // Parents first: a path is judged by what is known of its directory.
    const all = [...new Set(letter === "F" ? [...parents, ...paths] : paths)].sort(compareFileNames);
    for (const batch of batchesOf(all)) {
      const answer = await this.#shell.ask(question(batch, letter), FACTS_BYTES);
      const { found, damaged } = parseRemoteFacts(answer);
      if (damaged > 0)
        this.#gaps.add("/", `${damaged} answers of the other side make no sense`, "facts of some files");
      this.#known.learn(new Set(batch), found, letter);
    }
  }

  async #askContents(wanted: readonly (readonly [string, number])[]): Promise<void> {
    const whole: string[] = [];
    for (const [path, most] of wanted) {
      const entry = this.#known.get(path);
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
    const sizeOf = (path: string): number => this.#known.get(path)?.facts?.size ?? 0;
    for (const batch of batchesOf(whole, sizeOf, BATCH_BYTES)) {
      const expected = batch.reduce((sum, path) => sum + sizeOf(path) + MEMBER_BYTES, 2 * MEMBER_BYTES);
      // A log may grow meanwhile.
      const answer = await this.#shell.ask(question(batch, "C"), expected + BATCH_BYTES);
      await this.#unpack(batch, answer);
    }
  }

  async #askHead(path: string, length: number, entry: RemoteEntry): Promise<void> {
    const content = await this.#shell.ask(question([path], `H${length}`), length);
    if (content.length > 0) entry.content = new Uint8Array(content);
    if (content.length < length) entry.refusal = { code: "EIO", reason: "The other side could not read it." };
  }

  /** Takes the contents out of a tar; its names are those that were asked for, or they are not used. */
  async #unpack(batch: readonly string[], answer: Uint8Array): Promise<void> {
    const gaps = new GapList();
    const tar = answer.length === 0 ? null : await indexTar(bytesSource(answer), { gaps }).catch(() => null);
    for (const path of batch) {
      const entry = this.#known.get(path);
      if (entry?.facts == null) continue;
      const node = tar?.builder.find(path) ?? NONE;
      const inode =
        tar === null || node === NONE ? null : tar.builder.tree.inode(tar.builder.tree.inodeOf(node));
      const read =
        tar === null || inode === null || inode.kind !== "file" || inode.locator === NONE
          ? null
          : tar.store.read(inode.locator, inode.size);
      if (read?.kind === "bytes" && inode !== null && read.bytes.length === inode.size) {
        this.#known.setContent(path, new Uint8Array(read.bytes));
      } else if (inode?.size === 0 && inode.kind === "file") {
        this.#known.setContent(path, new Uint8Array(0));
      } else entry.refusal = { code: "EIO", reason: "The other side could not read it." };
    }
  }
}

function refused({ refusal }: RemoteEntry): ReturnType<typeof unreadable> {
  return refusal === null ? unreadableCode("EACCES") : unreadable(refusal.code, refusal.reason);
}
