import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { encodeFileName, isWellFormed } from "./file-name.ts";

/** open(2)'s O_PATH on Linux, which Node does not name: a handle on a directory that reads nothing. */
const O_PATH = 0o10000000;
const COMPONENT_FLAGS = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const DESCRIPTORS = "/proc/self/fd";

/**
 * Directories kept open: work goes to and fro between a unit directory, the drop-in directories below it and the homes.
 * Node raises the soft limit of descriptors to the hard one, and that is nowhere below 1,024.
 */
const HELD = 256;

/** Open directories by canonical path, the least recently used first; and the root, which stays. */
interface Held {
  readonly directories: Map<string, number>;
  readonly root: number;
}

/** A descriptor is closed when its cursor is forgotten: hosts have no end of their own. */
const forgotten = new FinalizationRegistry<Held>(({ directories, root }) => {
  for (const descriptor of directories.values()) closeSync(descriptor);
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
  readonly #held: Held | null;

  constructor(root: string) {
    if (!statSync(root).isDirectory())
      throw Object.assign(new Error(`ENOTDIR: not a directory, open '${root}'`), { code: "ENOTDIR" });
    this.#root = root.replace(/\/+$/, "");
    this.#held =
      this.#root === "" || !hasDescriptors()
        ? null
        : { directories: new Map(), root: openSync(root, O_PATH | constants.O_DIRECTORY) };
    if (this.#held !== null) forgotten.register(this, this.#held);
  }

  /** Moves to a canonical directory; the answer, ending in `/`, is good until the next move. */
  enter(canonical: string): string {
    const held = this.#held;
    if (held === null) return `${this.#root}${canonical === "/" ? "" : canonical}/`;
    return `${DESCRIPTORS}/${descriptorOf(held, canonical)}/`;
  }
}

function descriptorOf(held: Held, canonical: string): number {
  if (canonical === "/") return held.root;
  const { directories } = held;
  const known = directories.get(canonical);
  if (known !== undefined) {
    directories.delete(canonical);
    directories.set(canonical, known);
    return known;
  }
  const cut = canonical.lastIndexOf("/");
  const parent = descriptorOf(held, cut === 0 ? "/" : canonical.slice(0, cut));
  const descriptor = openSync(
    systemPath(`${DESCRIPTORS}/${parent}/`, canonical.slice(cut + 1)),
    COMPONENT_FLAGS,
  );
  directories.set(canonical, descriptor);
  if (directories.size > HELD) {
    const [oldest] = directories;
    if (oldest !== undefined && directories.delete(oldest[0])) closeSync(oldest[1]);
  }
  return descriptor;
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
