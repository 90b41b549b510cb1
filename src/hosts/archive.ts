import type { Host } from "./host.ts";

/**
 * A host inside an archive. Nothing is unpacked: an index of the members stands in memory, contents are read from
 * the archive on demand.
 *
 * A compressed archive cannot be read at random, so its first pass keeps what an audit usually needs. Content that
 * was asked for and not kept reads as `unreadable` with code `EAGAIN`; the caller then loops:
 * scan → `wanted()` not empty → `await fetch()` → scan again, until `fetch` says nothing more can be had.
 */
export interface ArchiveHost extends Host {
  /** What the archive did not let us see, or where it had to be read in an unexpected way. */
  readonly gaps: readonly Gap[];
  /** How often a scan may be repeated before what is still wanted is given up. */
  readonly rounds: number;
  /** The image layer (its digest or name) that an existing path comes from; `null` outside layered images. */
  layerOf(path: string): string | null;
  /** Canonical paths asked for whose content is not in memory yet. */
  wanted(): readonly string[];
  /** Reads the wanted contents in one more pass; true when a repeated scan would see more than before. */
  fetch(): Promise<boolean>;
  /** Second-witness files beside the file tree (`live_response/…`, `results/…`) by their path in the collection. */
  witness(): ReadonlyMap<string, Uint8Array>;
  /** Lets go of the underlying files; reading afterwards is `unreadable`. */
  close(): void;
}

/** Archives are told from plain directories by these hosts' own calls. */
export function isArchive(host: Host | ArchiveHost): host is ArchiveHost {
  return "gaps" in host;
}

/** Something the evidence withholds, never silently. */
export interface Gap {
  /** Path inside the target, `/` for the whole. */
  readonly path: string;
  readonly reason: string;
  /** What an audit may miss because of it. */
  readonly hides: string;
}

/** Bounds for hostile archives; what goes beyond becomes a gap and the rest is still read. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Bytes of a member's path. */
  readonly pathLength: number;
  /** Bytes of one component of a path. */
  readonly nameLength: number;
  /** Bytes of all names and link targets together. */
  readonly nameBytes: number;
  /** Bytes of file contents held in memory. */
  readonly retainedBytes: number;
  /** Expanded bytes per compressed byte, judged once `ratioFrom` bytes have come out. */
  readonly ratio: number;
  readonly ratioFrom: number;
  /** Bytes that may come out of one compressed stream. */
  readonly expandedBytes: number;
  /** Compressions wrapped around each other. */
  readonly nesting: number;
}

export const DEFAULT_LIMITS: ArchiveLimits = {
  entries: 2_000_000,
  pathLength: 4096,
  nameLength: 255,
  nameBytes: 192 * 1024 * 1024,
  retainedBytes: 256 * 1024 * 1024,
  ratio: 250,
  ratioFrom: 256 * 1024 * 1024,
  expandedBytes: 64 * 1024 * 1024 * 1024,
  nesting: 3,
};

/** A target that cannot be read at all; `message` says why and `remedy` what the operator can do. */
export class TargetError extends Error {
  override name = "TargetError";
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** The stream broke off here: what came before stands, what follows is a gap. */
export class ArchiveDamage extends Error {
  override name = "ArchiveDamage";
}

/** A bounded list of gaps: a hostile archive may have millions of oddities, a report needs the first thousand. */
export class GapList {
  readonly items: Gap[] = [];
  readonly #most: number;
  #dropped = 0;

  constructor(most = 1000) {
    this.#most = most;
  }

  add(path: string, reason: string, hides: string): void {
    if (this.items.length < this.#most) this.items.push({ path, reason, hides });
    else {
      this.#dropped++;
      const more = {
        path: "/",
        reason: `${this.#dropped} more irregularities of the archive`,
        hides: "their details",
      };
      this.items[this.#most] = more;
    }
  }
}

/** Bytes of content that may still be held, shared by all layers of one target. */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Takes `bytes` if they are there. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}
