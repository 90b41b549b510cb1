/**
 * A target that is looked at again when its files change. Notices of the kernel are only hints (they are lost, come in
 * bursts, and say nothing of the manager): each leads to a whole new scan, and so does every fifth minute.
 */
import { type FSWatcher, watch } from "node:fs";
import type { Snapshot, ZoneView } from "./api.ts";
import type { ServedTarget } from "./app.ts";

/** One look at a target. */
export interface Scan {
  readonly snapshot: Snapshot;
  /** Directories of this machine whose changes are a reason to look again; empty for evidence that does not change. */
  readonly directories: readonly string[];
  zone(name: string): ZoneView | null;
}

export interface WatchedTarget extends ServedTarget {
  close(): void;
}

export interface WatchOptions {
  readonly name: string;
  readonly scan: () => Promise<Scan>;
  /** Told when a later look failed; the last good state stays. */
  readonly onProblem: (message: string) => void;
  /** Milliseconds of quiet after a hint before the new look; and between looks without any. */
  readonly settleMs?: number;
  readonly everyMs?: number;
}

/** The first look's failure is the caller's. */
export async function watchTarget(options: WatchOptions): Promise<WatchedTarget> {
  return new Watched(options, await options.scan());
}

class Watched implements WatchedTarget {
  readonly name: string;
  readonly #options: WatchOptions;
  readonly #listeners = new Set<() => void>();
  #watchers = new Map<string, FSWatcher>();
  #scan: Scan;
  #text: string;
  #settle: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(options: WatchOptions, scan: Scan) {
    this.name = options.name;
    this.#options = options;
    this.#scan = scan;
    this.#text = contentOf(scan.snapshot);
    this.#watch();
    this.#later();
  }

  current = (): Snapshot => this.#scan.snapshot;
  zone = (name: string): ZoneView | null => this.#scan.zone(name);

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closing.abort();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    if (this.#settle !== null) clearTimeout(this.#settle);
    if (this.#timer !== null) clearTimeout(this.#timer);
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

  #hint(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#settle !== null) clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#look(), this.#options.settleMs ?? 400);
  }

  #later(): void {
    if (this.#closing.signal.aborted || this.#scan.directories.length === 0) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#options.everyMs ?? 300_000);
    this.#timer.unref();
  }

  #look(): void {
    this.#options
      .scan()
      .then((scan) => this.#take(scan))
      .catch((error: unknown) => this.#options.onProblem((error as Error).message))
      .finally(() => this.#later());
  }

  #take(scan: Scan): void {
    if (this.#closing.signal.aborted) return;
    const text = contentOf(scan.snapshot);
    const isNews = text !== this.#text;
    this.#scan = scan;
    this.#text = text;
    this.#watch();
    if (isNews) for (const listener of this.#listeners) listener();
  }
}

/** Directories that cannot be watched (gone, too many watches) are looked at every fifth minute all the same. */
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
function contentOf({ report, board }: Snapshot): string {
  const { timers, jobs, findings, coverage } = report;
  const still = [...timers, ...jobs].map((row) => ({ ...row, next: row.next.reason }));
  return JSON.stringify([still, findings, coverage, board.units, board.files, board.controls?.checks]);
}
