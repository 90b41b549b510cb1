/**
 * A target that is looked at again when its files change or its managers say so. Notices of the kernel and signals of a
 * manager are only hints (they are lost and come in bursts): each leads to a whole new scan. While somebody watches, so
 * does every passing of `everyMs`, and a shorter time where a manager does not let itself be followed.
 */
import { type FSWatcher, watch } from "node:fs";
import type { FollowEvents } from "../live/follow-manager.ts";
import type { ManagerAddress } from "../live/read-manager.ts";
import type { Snapshot, ZoneView } from "./api.ts";
import type { ChangeListener, ServedTarget } from "./app.ts";

/** One look at a target. */
export interface Scan {
  readonly snapshot: Snapshot;
  /** Directories of this machine whose changes are a reason to look again; empty for evidence that does not change. */
  readonly directories: readonly string[];
  /** Running managers that say more than the files do. */
  readonly managers: readonly ManagerAddress[];
  zone(name: string): ZoneView | null;
}

export interface WatchedTarget extends ServedTarget {
  close(): void;
}

export interface WatchOptions {
  readonly name: string;
  readonly scan: () => Promise<Scan>;
  /** Listens to a manager while somebody watches; resolves with how to stop. */
  readonly follow: (address: ManagerAddress, events: FollowEvents) => Promise<() => void>;
  /** Told when a later look failed; the last good state stays. */
  readonly onProblem: (message: string) => void;
  /** Milliseconds from a hint to the new look. */
  readonly settleMs?: number;
  /** At least between looks that a manager's signals led to: a busy one has something to say all the time. */
  readonly signalsEveryMs?: number;
  /** Between looks without a hint, while somebody watches; and where a manager is not followed. */
  readonly everyMs?: number;
  readonly askManagersEveryMs?: number;
}

/** The first look's failure is the caller's. */
export async function watchTarget(options: WatchOptions): Promise<WatchedTarget> {
  return new Watched(options, await options.scan());
}

class Watched implements WatchedTarget {
  readonly name: string;
  readonly #options: WatchOptions;
  readonly #listeners = new Set<ChangeListener>();
  #watchers = new Map<string, FSWatcher>();
  #scan: Scan;
  #text: string;
  #settle: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #lookedAt = performance.now();
  #toldAt = this.#lookedAt;
  /** By socket, how to stop. */
  readonly #followed = new Map<string, Promise<() => void>>();
  #signals: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(options: WatchOptions, scan: Scan) {
    this.name = options.name;
    this.#options = options;
    this.#scan = scan;
    this.#text = contentOf(scan.snapshot);
    this.#watch();
  }

  current = (): Snapshot => this.#scan.snapshot;
  zone = (name: string): ZoneView | null => this.#scan.zone(name);

  /** The first who watches after a time without anybody gets a new look at once. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1 && this.#scan.directories.length > 0 && this.#age() > this.#every())
      this.#hint();
    this.#follow();
    this.#later();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unfollow();
    };
  }

  close(): void {
    this.#closing.abort();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    if (this.#settle !== null) clearTimeout(this.#settle);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#unfollow();
  }

  #watch(): void {
    const wanted = new Set(this.#scan.directories);
    for (const [directory, watcher] of this.#watchers)
      if (!wanted.has(directory)) {
        watcher.close();
        this.#watchers.delete(directory);
      }
    for (const directory of wanted) {
      if (this.#watchers.has(directory)) continue;
      const watcher = watcherOf(directory, () => this.#hint());
      if (watcher !== null) this.#watchers.set(directory, watcher);
    }
  }

  /** Every manager that answered the last look and is not followed yet. */
  #follow(): void {
    if (this.#closing.signal.aborted || this.#listeners.size === 0) return;
    for (const address of this.#scan.managers) {
      const { socketPath } = address;
      if (this.#followed.has(socketPath)) continue;
      const stop = this.#options.follow(address, {
        onChange: () => this.#signal(),
        onEnd: () => {
          if (this.#forget(socketPath, stop)) this.#signal();
        },
      });
      this.#followed.set(socketPath, stop);
      stop.catch(() => {
        if (this.#forget(socketPath, stop)) this.#later();
      });
    }
  }

  /** False where it was not followed any more. */
  #forget(socketPath: string, stop: Promise<() => void>): boolean {
    return this.#followed.get(socketPath) === stop && this.#followed.delete(socketPath);
  }

  #unfollow(): void {
    const stops = [...this.#followed.values()];
    this.#followed.clear();
    for (const stop of stops)
      stop.then(
        (end) => end(),
        () => undefined,
      );
    if (this.#signals !== null) clearTimeout(this.#signals);
    this.#signals = null;
  }

  #signal(): void {
    if (this.#signals !== null || this.#listeners.size === 0) return;
    const wait = (this.#options.signalsEveryMs ?? 5000) - this.#age();
    this.#signals = setTimeout(
      () => {
        this.#signals = null;
        this.#hint();
      },
      Math.max(0, wait),
    );
  }

  #hint(): void {
    // Not put off again by the next hint: a file written without end would never be seen.
    if (this.#closing.signal.aborted || this.#settle !== null) return;
    this.#settle = setTimeout(() => {
      this.#settle = null;
      this.#look();
    }, this.#options.settleMs ?? 400);
  }

  #every(): number {
    const { everyMs = 60_000, askManagersEveryMs = 15_000 } = this.#options;
    const isFollowed = this.#scan.managers.every(({ socketPath }) => this.#followed.has(socketPath));
    return isFollowed ? everyMs : askManagersEveryMs;
  }

  #age(): number {
    return performance.now() - this.#lookedAt;
  }

  #later(): void {
    const isFixed = this.#scan.directories.length === 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#closing.signal.aborted || isFixed || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, this.#every());
    this.#timer.unref();
  }

  /** One at a time; a hint during a look leads to another one after it. */
  #look(): void {
    if (this.#looking !== null) {
      const again = (): void => this.#hint();
      this.#looking.then(again, again);
      return;
    }
    this.#looking = this.#options
      .scan()
      .then((scan) => this.#take(scan))
      .catch((error: unknown) => this.#options.onProblem((error as Error).message))
      .then(() => {
        this.#looking = null;
        this.#follow();
        this.#later();
      });
  }

  #take(scan: Scan): void {
    if (this.#closing.signal.aborted) return;
    const text = contentOf(scan.snapshot);
    const isNews = text !== this.#text;
    this.#scan = scan;
    this.#text = text;
    this.#lookedAt = performance.now();
    this.#watch();
    const isTold = isNews || this.#lookedAt - this.#toldAt >= (this.#options.everyMs ?? 60_000);
    if (!isTold) return;
    this.#toldAt = this.#lookedAt;
    for (const listener of this.#listeners) listener(isNews);
  }
}

/** Directories that cannot be watched (gone, too many watches) are looked at after every `everyMs` all the same. */
function watcherOf(directory: string, hint: () => void): FSWatcher | null {
  try {
    const watcher = watch(directory, { persistent: false }, hint);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}

/** What makes two looks differ: not that time has passed. */
function contentOf({ report, dossier }: Snapshot): string {
  const { timers, jobs, findings, coverage } = report;
  const still = [...timers, ...jobs].map((row) => ({ ...row, next: row.next.reason }));
  return JSON.stringify([still, findings, coverage, dossier.units, dossier.files, dossier.controls?.checks]);
}
