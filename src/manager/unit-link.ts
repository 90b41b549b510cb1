import type { Host } from "../hosts/host.ts";
import { canAlias, canTemplate, parseUnitName } from "../syntax/unit-name.ts";

/** What systemd makes of a symbolic link with a unit's name (`unit_file_resolve_symlink()`, src/basic/unit-file.c). */
export type UnitLink =
  /** It leads to a name inside the search path: look that name up instead. */
  | { readonly kind: "alias"; readonly target: string; readonly name: string }
  /** It leads out of the search path: the file behind it is the unit, whatever its name. */
  | { readonly kind: "linked"; readonly target: string }
  /** systemd ignores it. */
  | { readonly kind: "rejected"; readonly target: string; readonly reason: string };

/** The directories that make a link an alias when it leads below one: as listed and canonicalized. */
export type AliasRoots = readonly string[];

export function aliasRoots(host: Host, directories: readonly { readonly path: string }[]): AliasRoots {
  const roots = new Set(directories.map(({ path }) => path));
  for (const { path } of directories) {
    const real = host.realPath(path);
    if (real.kind === "present") roots.add(real.value);
  }
  return [...roots];
}

/** Follows the link `directory`/`name` one level. Null when it cannot be read. */
export function followUnitLink(
  host: Host,
  roots: AliasRoots,
  directory: string,
  name: string,
): UnitLink | null {
  const link = host.readLink(`${directory}/${name}`);
  if (link.kind !== "present") return null;
  const absolute = link.value.startsWith("/") ? link.value : `${directory}/${link.value}`;
  const target = canonicalParent(host, absolute);
  if (target === null) return { kind: "rejected", target: absolute, reason: "its target cannot be resolved" };
  if (!roots.some((root) => target === root || target.startsWith(`${root}/`)))
    return { kind: "linked", target };
  const targetName = target.slice(target.lastIndexOf("/") + 1);
  const reason = aliasProblem(name, targetName);
  return reason === null ? { kind: "alias", target, name: targetName } : { kind: "rejected", target, reason };
}

/** All directories of a path resolved, its last component not; what does not exist stays as written (`chase_symlinks()`). */
export function canonicalParent(host: Host, path: string): string | null {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (names.at(-1) === "..") {
    const real = host.realPath(path);
    return real.kind === "present" ? real.value : null;
  }
  const missing: string[] = [];
  for (let kept = names.length - 1; kept >= 0; kept--) {
    const name = names[kept] ?? "";
    if (name === "..") return null;
    missing.unshift(name);
    const real = host.realPath(`/${names.slice(0, kept).join("/")}`);
    if (real.kind === "present") return `${real.value === "/" ? "" : real.value}/${missing.join("/")}`;
    if (real.kind === "unreadable") return null;
  }
  return "/";
}

/** Why `name` may not be an alias of `target`, or null (`unit_validate_alias_symlink_or_warn()`). */
function aliasProblem(name: string, target: string): string | null {
  const link = parseUnitName(name);
  const unit = parseUnitName(target);
  if (link === null) return "its own name is no unit name";
  if (!canAlias(link.type)) return `${link.type} units cannot have aliases`;
  if (link.kind !== "plain" && !canTemplate(link.type)) return `${link.type} units cannot be templates`;
  if (name === target) return "it leads to its own name";
  if (unit === null) return "its target has no unit name";
  if (unit.type !== link.type) return `its target is a ${unit.type}, not a ${link.type}`;
  if (link.kind === "instance" && unit.kind === "template") return null;
  if (link.kind !== unit.kind) return `its target is a ${unit.kind} name, not a ${link.kind} name`;
  return link.instance === unit.instance ? null : "its target is another instance";
}
