/**
 * What a shell remembers by name, with the way back: subshells and branches start from the same memory, and copying
 * it for each of them costs more than all they do.
 */
export class Memory<V> {
  readonly #held = new Map<string, V>();
  /** What was changed since the first mark in force, newest last. */
  readonly #changes: { readonly name: string; readonly before: V | undefined }[] = [];
  #marks = 0;

  get(name: string): V | undefined {
    return this.#held.get(name);
  }

  has(name: string): boolean {
    return this.#held.has(name);
  }

  names(): readonly string[] {
    return [...this.#held.keys()];
  }

  set(name: string, value: V): void {
    this.#note(name);
    this.#held.set(name, value);
  }

  delete(name: string): void {
    if (!this.#held.has(name)) return;
    this.#note(name);
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

  #note(name: string): void {
    if (this.#marks > 0) this.#changes.push({ name, before: this.#held.get(name) });
  }
}
