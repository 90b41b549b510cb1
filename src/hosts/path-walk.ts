import { ABSENT, type FileKind, present, type Reading } from "./host.ts";
import { unreadableCode } from "./unreadable-code.ts";

/** What a walk must know of one directory entry; links are the walk's own business. Paths are canonical. */
export interface EntryView {
  /** The kind of `name` in the canonical directory (`/` is the root), links not followed. */
  kindOf(directory: string, name: string): Reading<FileKind>;
  /** The text of the link `name` in the canonical directory. */
  linkOf(directory: string, name: string): Reading<string>;
}

/** Where a path leads: the canonical directory, the name in it (empty for the root), and what is there. */
export interface Place {
  readonly directory: string;
  readonly name: string;
  readonly kind: FileKind;
}

/** Links followed for one path before it counts as a loop: the kernel's MAXSYMLINKS. */
export const LINK_LIMIT = 40;

const ROOT: Place = { directory: "/", name: "", kind: "directory" };

export function joinPath(directory: string, name: string): string {
  if (name === "") return directory;
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

export function pathOf(place: Place): string {
  return joinPath(place.directory, place.name);
}

/**
 * Walks paths inside a root, one component at a time, and remembers the directories it has resolved.
 *
 * An absolute link starts again at the root and `..` at the root stays there (path_resolution(7) under chroot), so
 * no path leads out. A component that is missing, or a file used as a directory, makes the path absent.
 */
export class PathWalk {
  readonly #view: EntryView;
  readonly #directories = new Map<string, Reading<string>>();

  constructor(view: EntryView) {
    this.#view = view;
  }

  /** Where `path` leads; its last component is followed only when `follow` says so. */
  resolve(path: string, follow: boolean): Reading<Place> {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    if (name === "" || name === "." || name === "..") return this.#walk("/", path);
    const directory = this.directory(path.slice(0, cut));
    if (directory.kind !== "present") return directory;
    return this.#entry(directory.value, name, follow);
  }

  /** The canonical path of a directory, links followed. */
  directory(path: string): Reading<string> {
    if (path === "" || path === "/") return present("/");
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const found = this.#findDirectory(path);
    this.#directories.set(path, found);
    return found;
  }

  #findDirectory(path: string): Reading<string> {
    const place = this.#fromParent(path) ?? this.#walk("/", path);
    if (place.kind !== "present") return place;
    return place.value.kind === "directory" ? present(pathOf(place.value)) : ABSENT;
  }

  /** One step from a parent that is known and was reached without any link; without it, a deep path costs its square. */
  #fromParent(path: string): Reading<Place> | null {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    if (cut <= 0 || name === "" || name === "." || name === "..") return null;
    const parent = path.slice(0, cut);
    const known = this.#directories.get(parent);
    return known?.kind === "present" && known.value === parent ? this.#entry(parent, name, true) : null;
  }

  #entry(directory: string, name: string, follow: boolean): Reading<Place> {
    const kind = this.#view.kindOf(directory, name);
    if (kind.kind !== "present") return kind;
    if (kind.value === "symlink" && follow) return this.#walk(directory, name);
    return present({ directory, name, kind: kind.value });
  }

  #walk(start: string, path: string): Reading<Place> {
    let here = splitCanonical(start);
    let hops = 0;
    const pending = componentsReversed(path);
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (here.kind !== "directory") return ABSENT;
      const directory = pathOf(here);
      if (name === "..") {
        here = parentOf(directory);
        continue;
      }
      const kind = this.#view.kindOf(directory, name);
      if (kind.kind !== "present") return kind;
      if (kind.value !== "symlink") {
        here = { directory, name, kind: kind.value };
        continue;
      }
      hops += 1;
      if (hops > LINK_LIMIT) return unreadableCode("ELOOP");
      const link = this.#view.linkOf(directory, name);
      if (link.kind !== "present") return link;
      here = link.value.startsWith("/") ? ROOT : splitCanonical(directory);
      pending.push(...componentsReversed(link.value));
    }
    return present(here);
  }
}

function componentsReversed(path: string): string[] {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reverse();
}

function splitCanonical(directory: string): Place {
  if (directory === "/") return ROOT;
  const cut = directory.lastIndexOf("/");
  return {
    directory: cut === 0 ? "/" : directory.slice(0, cut),
    name: directory.slice(cut + 1),
    kind: "directory",
  };
}

function parentOf(directory: string): Place {
  const place = splitCanonical(directory);
  return splitCanonical(place.directory);
}
