import { posix } from "node:path";
import type { Host } from "../hosts/host.ts";

/** Finds every name under which a package database may list a path. */
export interface Spellings {
  /** The path as asked, its canonical spelling, and the same through the target's directory links. */
  of(path: string): readonly string[];
}

/** Directories whose links to directories packages are known to ship files through. */
const PARENTS_OF_ALIASES: readonly string[] = ["/", "/usr", "/var"];

/** Directories that merged /usr turned into links (file-hierarchy(7)); evidence without them is taken as merged. */
const MERGED: readonly string[] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

interface Alias {
  readonly from: string;
  readonly to: string;
}

/**
 * Merged /usr works both ways: `/usr/bin/ls` is listed as `/bin/ls` by old packages and the reverse by new ones.
 * dpkg itself fails on the unlisted spelling; so directory parts are compared after following the target's links.
 */
export function openSpellings(host: Host): Spellings {
  const aliases = directoryAliases(host);
  const canonical = new Map<string, string>();
  const directory = (path: string): string => {
    const known = canonical.get(path);
    if (known !== undefined) return known;
    const real = host.realPath(path);
    const found = real.kind === "present" ? real.value : throughAliases(path, aliases);
    canonical.set(path, found);
    return found;
  };
  return {
    of(asked) {
      const path = posix.normalize(asked.startsWith("/") ? asked : `/${asked}`).replace(/(?<=.)\/$/, "");
      if (path === "/") return ["/"];
      const real = posix.join(directory(posix.dirname(path)), posix.basename(path));
      const spellings = new Set([path, real]);
      for (const { from, to } of aliases) {
        if (real.startsWith(`${to}/`)) spellings.add(from + real.slice(to.length));
      }
      return [...spellings];
    },
  };
}

/** For a directory that does not exist any more: replace the alias it begins with. */
function throughAliases(path: string, aliases: readonly Alias[]): string {
  for (const { from, to } of aliases) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}

function directoryAliases(host: Host): readonly Alias[] {
  const aliases: Alias[] = [];
  for (const parent of PARENTS_OF_ALIASES) {
    const entries = host.readDirectory(parent);
    if (entries.kind !== "present") continue;
    for (const entry of entries.value) {
      if (entry.kind !== "symlink") continue;
      const from = posix.join(parent, entry.name);
      const to = host.realPath(from);
      if (to.kind === "present" && to.value !== "/" && to.value !== from)
        aliases.push({ from, to: to.value });
    }
  }
  for (const name of MERGED) {
    if (host.lstat(`/${name}`).kind === "absent") aliases.push({ from: `/${name}`, to: `/usr/${name}` });
  }
  return aliases;
}
