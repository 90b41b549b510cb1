import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { encodeFileName, isWellFormed } from "./file-name.ts";

/** open(2)'s O_PATH on Linux, which Node does not name: a handle on a directory that reads nothing. */
const O_PATH = 0o10000000;
const COMPONENT_FLAGS = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const DESCRIPTORS = "/proc/self/fd";

interface Step {
  readonly name: string;
  readonly descriptor: number;
}

/** A descriptor is closed when its cursor is forgotten: hosts have no end of their own. */
const forgotten = new FinalizationRegistry<{ steps: Step[]; root: number }>(({ steps, root }) => {
  for (const step of steps) closeSync(step.descriptor);
  closeSync(root);
});

/**
 * Stands in one directory of a tree and hands out system paths for its entries.
 *
 * Below a root other than `/` every step opens one component relative to its parent's descriptor without following
 * links (openat(2) by way of /proc/self/fd), so a directory swapped for a link between two calls cannot lead out.
 * Without /proc paths are joined as text: the walk has resolved every link, but a race is not excluded then.
 */
export class DirectoryCursor {
  readonly #root: string;
  readonly #held: { steps: Step[]; root: number } | null;
  #here = "/";

  constructor(root: string) {
    if (!statSync(root).isDirectory())
      throw Object.assign(new Error(`ENOTDIR: not a directory, open '${root}'`), { code: "ENOTDIR" });
    this.#root = root.replace(/\/+$/, "");
    this.#held =
      this.#root === "" || !hasDescriptors()
        ? null
        : { steps: [], root: openSync(root, O_PATH | constants.O_DIRECTORY) };
    if (this.#held !== null) forgotten.register(this, this.#held);
  }

  /** Moves to a canonical directory; the answer, ending in `/`, is good until the next move. */
  enter(canonical: string): string {
    const held = this.#held;
    if (held === null) return `${this.#root}${canonical === "/" ? "" : canonical}/`;
    if (canonical !== this.#here) this.#move(held, canonical);
    return `${DESCRIPTORS}/${held.steps.at(-1)?.descriptor ?? held.root}/`;
  }

  #move(held: { steps: Step[]; root: number }, canonical: string): void {
    const names = canonical === "/" ? [] : canonical.slice(1).split("/");
    let shared = 0;
    while (shared < names.length && held.steps[shared]?.name === names[shared]) shared += 1;
    for (const step of held.steps.splice(shared)) closeSync(step.descriptor);
    this.#here = pathOfSteps(held.steps);
    for (const name of names.slice(shared)) {
      const parent = held.steps.at(-1)?.descriptor ?? held.root;
      const descriptor = openSync(systemPath(`${DESCRIPTORS}/${parent}/`, name), COMPONENT_FLAGS);
      held.steps.push({ name, descriptor });
      this.#here = pathOfSteps(held.steps);
    }
  }
}

function pathOfSteps(steps: readonly Step[]): string {
  return `/${steps.map((step) => step.name).join("/")}`;
}

function hasDescriptors(): boolean {
  try {
    accessSync(DESCRIPTORS);
    return process.platform === "linux";
  } catch {
    return false;
  }
}

/** A path for a system call: text where that is exact, bytes where a name is not UTF-8. */
export function systemPath(directory: string, name: string): string | Buffer {
  const path = directory + name;
  if (isWellFormed(path) && !path.includes("\0")) return path;
  const bytes = encodeFileName(path);
  if (bytes === null) throw Object.assign(new Error("no file has such a name"), { code: "ENOENT" });
  return Buffer.from(bytes);
}
