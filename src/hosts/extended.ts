import {
  type DirectoryEntry,
  type FileContent,
  type FileFacts,
  type FileKind,
  type Host,
  present,
  type Reading,
} from "./host.ts";
import { joinPath, PathWalk, pathOf } from "./path-walk.ts";

/** A tree whose files lie over the host's own once systemd-sysext(8) or systemd-confext(8) has merged it. */
export interface Extension {
  readonly name: string;
  /** Where it is kept: `/var/lib/extensions/NAME`. */
  readonly tree: string;
  /** The top directories it adds to. */
  readonly hierarchies: readonly string[];
}

export interface Extensions {
  /** The uppermost first. */
  readonly trees: readonly Extension[];
  /** Images beside them, whose content nobody here reads. */
  readonly images: readonly string[];
}

interface Kind {
  readonly directories: readonly string[];
  readonly hierarchies: readonly string[];
  /** Without a file in it the tree is no extension, and is not merged. */
  readonly release: string;
}

const SYSTEM: Kind = {
  directories: [
    "/etc/extensions",
    "/run/extensions",
    "/var/lib/extensions",
    "/usr/local/lib/extensions",
    "/usr/lib/extensions",
  ],
  hierarchies: ["/usr", "/opt"],
  release: "/usr/lib/extension-release.d",
};
const CONFIGURATION: Kind = {
  directories: ["/run/confexts", "/var/lib/confexts", "/usr/local/lib/confexts", "/usr/lib/confexts"],
  hierarchies: ["/etc"],
  release: "/etc/extension-release.d",
};
const MOST = 64;

/** Where extensions are kept: what lies in one of these trees comes with an extension. */
export const EXTENSION_TREE: RegExp =
  /^\/(?:etc|run|var\/lib|usr\/lib|usr\/local\/lib)\/(?:extensions|confexts)\/[^/.][^/]*\//;

/** The extensions a host would merge at boot. */
export function extensionsOf(host: Host): Extensions {
  const trees: Extension[] = [];
  const images: string[] = [];
  for (const { directories, hierarchies, release } of [SYSTEM, CONFIGURATION]) {
    const seen = new Map<string, Extension>();
    for (const directory of directories) {
      const listed = host.readDirectory(directory);
      if (listed.kind !== "present") continue;
      for (const { name } of listed.value) {
        const tree = joinPath(directory, name);
        const facts = host.stat(tree);
        if (facts.kind !== "present" || seen.has(name)) continue;
        if (facts.value.kind !== "directory") images.push(tree);
        else if (isExtension(host, `${tree}${release}`)) seen.set(name, { name, tree, hierarchies });
      }
    }
    trees.push(...[...seen.values()].sort((a, b) => (a.name < b.name ? 1 : -1)));
  }
  return { trees: trees.slice(0, MOST), images: images.slice(0, MOST) };
}

function isExtension(host: Host, release: string): boolean {
  const listed = host.readDirectory(release);
  return listed.kind === "present" && listed.value.some(({ name }) => name.startsWith("extension-release."));
}

/** The host with these extensions merged, as it is once it has booted. */
export function withExtensions(host: Host, { trees }: Extensions): Host {
  return trees.length === 0 ? host : new ExtendedHost(host, trees);
}

/** The host as it lies there, without what extensions add. */
export function withoutExtensions(host: Host): Host {
  return host instanceof ExtendedHost ? host.base : host;
}

class ExtendedHost implements Host {
  readonly target: string;
  readonly live: boolean;
  readonly base: Host;
  readonly #trees: readonly Extension[];
  readonly #walk: PathWalk;

  constructor(base: Host, trees: readonly Extension[]) {
    this.target = base.target;
    this.live = base.live;
    this.base = base;
    this.#trees = trees;
    this.#walk = new PathWalk({
      kindOf: (directory, name) => kindOf(base.lstat(this.#where(joinPath(directory, name)))),
      linkOf: (directory, name) => base.readLink(this.#where(joinPath(directory, name))),
    });
  }

  lstat(path: string): Reading<FileFacts> {
    return this.#at(path, false, (place) => this.base.lstat(place));
  }

  stat(path: string): Reading<FileFacts> {
    return this.#at(path, true, (place) => this.base.lstat(place));
  }

  realPath(path: string): Reading<string> {
    return this.#at(path, true, present);
  }

  readLink(path: string): Reading<string> {
    return this.#at(path, false, (place) => this.base.readLink(place));
  }

  readFile(path: string, maxBytes?: number): Reading<FileContent> {
    return this.#at(path, true, (place) => this.base.readFile(place, maxBytes));
  }

  readDirectory(path: string): Reading<readonly DirectoryEntry[]> {
    const found = this.#walk.resolve(path, true);
    if (found.kind !== "present") return found;
    const canonical = pathOf(found.value);
    const own = this.base.readDirectory(canonical);
    const added = this.#over(canonical)
      .map((place) => this.base.readDirectory(place))
      .filter((listed) => listed.kind === "present");
    if (added.length === 0 || own.kind === "unreadable") return own;
    const entries = new Map<string, DirectoryEntry>();
    for (const { value } of added)
      for (const entry of value) if (!entries.has(entry.name)) entries.set(entry.name, entry);
    for (const entry of own.kind === "present" ? own.value : [])
      if (!entries.has(entry.name)) entries.set(entry.name, entry);
    return present(
      [...entries.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
    );
  }

  #at<T>(path: string, follow: boolean, read: (place: string) => Reading<T>): Reading<T> {
    const found = this.#walk.resolve(path, follow);
    return found.kind === "present" ? read(this.#where(pathOf(found.value))) : found;
  }

  /** Where the entry at a canonical path lies: in the uppermost extension that has it, else on the host itself. */
  #where(canonical: string): string {
    for (const place of this.#over(canonical)) {
      const there = this.base.lstat(place);
      if (there.kind !== "absent")
        return isDirectory(there) && this.base.lstat(canonical).kind === "present" ? canonical : place;
    }
    return canonical;
  }

  /** The same path in every extension that adds to its top directory. */
  #over(canonical: string): readonly string[] {
    const adds = ({ hierarchies }: Extension) =>
      hierarchies.some((top) => canonical === top || canonical.startsWith(`${top}/`));
    return this.#trees.filter(adds).map(({ tree }) => `${tree}${canonical}`);
  }
}

function kindOf(facts: Reading<FileFacts>): Reading<FileKind> {
  return facts.kind === "present" ? present(facts.value.kind) : facts;
}

function isDirectory(facts: Reading<FileFacts>): boolean {
  return facts.kind === "present" && facts.value.kind === "directory";
}
