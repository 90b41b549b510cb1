import type { ArchiveLimits, GapList } from "./archive.ts";
import type { FileFacts, FileKind } from "./host.ts";
import type { RemoteFacts } from "./remote-facts.ts";
import { isPlain } from "./remote-question.ts";
import { TREE_DEPTH } from "./remote-script.ts";
import { RemoteEnd } from "./remote-shell.ts";
import { unreadableCode } from "./unreadable-code.ts";

/** What is known of one path. */
export interface RemoteEntry {
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

/** What the other side has told so far, by canonical path. It is hostile: only what was asked for is believed. */
export class RemoteKnowledge {
  readonly #limits: ArchiveLimits;
  readonly #gaps: GapList;
  readonly #entries = new Map<string, RemoteEntry>();
  readonly #absent = new Set<string>();

  constructor(limits: ArchiveLimits, gaps: GapList) {
    this.#limits = limits;
    this.#gaps = gaps;
  }

  get(path: string): RemoteEntry | undefined {
    return this.#entries.get(path);
  }

  isAbsent(path: string): boolean {
    return this.#absent.has(path);
  }

  /** Takes the content of a file that is known; its size is what came. */
  setContent(path: string, content: Uint8Array): void {
    const entry = this.#entries.get(path);
    if (entry?.facts == null) return;
    this.#entries.set(path, { ...entry, content, facts: { ...entry.facts, size: content.length } });
  }

  /** Every directory on the way to these paths that is not known yet: an answer can then be told from silence. */
  unknownParentsOf(paths: readonly string[]): readonly string[] {
    const parents = new Set<string>();
    for (const path of paths) {
      for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
        const parent = path.slice(0, at);
        if (!this.#entries.has(parent)) parents.add(parent);
      }
      if (path !== "/" && !this.#entries.has("/")) parents.add("/");
    }
    return [...parents];
  }

  /** Takes an answer to a question about paths; of those it says nothing of, that they are absent. */
  learn(asked: ReadonlySet<string>, found: readonly RemoteFacts[], letter: "F" | "L" | "T"): void {
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
}
