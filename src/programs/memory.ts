/** What was looked up and changed during a watch, with the values at its start; `undefined` was not there. */
export interface Watch<V> {
  /** All names that were looked up or changed. */
  readonly before: Map<string, V | undefined>;
  /** Those whose value at the start was looked up. */
  readonly read: Map<string, V | undefined>;
}

function noteChange<V>({ before }: Watch<V>, name: string, value: V | undefined): void {
  if (!before.has(name)) before.set(name, value);
}

function noteRead<V>(watch: Watch<V>, name: string, value: V | undefined): void {
  noteChange(watch, name, value);
  if (watch.before.get(name) === value) watch.read.set(name, value);
}

/**
 * What a shell remembers by name, with the way back: subshells and branches start from the same memory, and copying
 * it for each of them costs more than all they do.
 */
export class Memory<V> {
  readonly #held = new Map<string, V>();
  /** What was changed since the first mark in force, newest last. */
  readonly #changes: { readonly name: string; readonly before: V | undefined }[] = [];
  #marks = 0;
  readonly #watches: Watch<V>[] = [];
  #watch: Watch<V> | undefined = undefined;

  get size(): number {
    return this.#held.size;
  }

  get(name: string): V | undefined {
    const value = this.#held.get(name);
    if (this.#watch !== undefined) noteRead(this.#watch, name, value);
    return value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  names(): readonly string[] {
    return [...this.#held.keys()];
  }

  set(name: string, value: V): void {
    this.#note(name);
    if (this.#watch !== undefined) noteChange(this.#watch, name, this.#held.get(name));
    this.#held.set(name, value);
  }

  delete(name: string): void {
    if (!this.#held.has(name)) return;
    this.#note(name);
    if (this.#watch !== undefined) noteChange(this.#watch, name, this.#held.get(name));
    this.#held.delete(name);
  }

  clear(): void {
    for (const name of this.names()) this.delete(name);
  }

  /** From here on changes can be taken back. Every mark is ended by `rollBack`, the last set first. */
  mark(): number {
    this.#marks += 1;
    return this.#changes.length;
  }

  /** Takes back what changed since the mark; returns it as it was left, `undefined` for what was unset. */
  rollBack(mark: number): ReadonlyMap<string, V | undefined> {
    const left = new Map<string, V | undefined>();
    while (this.#changes.length > mark) {
      const change = this.#changes.pop();
      if (change === undefined) break;
      const { name, before } = change;
      if (!left.has(name)) left.set(name, this.#held.get(name));
      if (before === undefined) this.#held.delete(name);
      else this.#held.set(name, before);
    }
    this.#marks -= 1;
    return left;
  }

  /** From here on it is noted what is looked up and changed, until `unwatch`. Watches may lie within each other. */
  watch(): void {
    this.#watch = { before: new Map(), read: new Map() };
    this.#watches.push(this.#watch);
  }

  /** Ends the watch begun last. What it saw, the one around it saw too. */
  unwatch(): Watch<V> {
    const ended = this.#watches.pop() ?? { before: new Map(), read: new Map() };
    const outer = this.#watches.at(-1);
    this.#watch = outer;
    if (outer === undefined) return ended;
    for (const [name, value] of ended.before) {
      if (!outer.before.has(name)) outer.before.set(name, value);
      if (ended.read.has(name) && outer.before.get(name) === value) outer.read.set(name, value);
    }
    return ended;
  }

  #note(name: string): void {
    if (this.#marks > 0) this.#changes.push({ name, before: this.#held.get(name) });
  }
}
