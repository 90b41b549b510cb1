/** Who answers for a file: a package, a managed store, a vendor's own tree, or nobody. */
import { EXTENSION_TREE } from "../hosts/extended.ts";
import type { Closure, ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Provenance } from "../packages/provenance.ts";

export type Standing =
  /** A package ships it (a configuration file may be edited). */
  | "packaged"
  /** A package ships it, and its content is not what was shipped. */
  | "modified"
  /** In the store of nix, guix, ostree, snap, flatpak. */
  | "store"
  /** In a tree of its own below `/opt`, as vendors without packages install, or in an extension of the system. */
  | "vendor-tree"
  /** Every list was read and none names it; or it lies where only administrators put files. */
  | "unpackaged"
  /** The evidence does not tell. */
  | "unknown";

/** Where packages, by policy, put no units and no programs: whatever lies here somebody put by hand. */
const BY_HAND = /^\/(etc|usr\/local|usr\/share\/systemd|opt|srv|home|root|var|run|tmp|mnt|media|dev)\//;
/** Vendors name their trees; a hidden one is nobody's. */
const VENDOR_TREE = /^(?!.*\/\.)\/opt\/[^/]+\/[^/]+/;

export interface Placed {
  readonly path: string;
  readonly realPath?: string | null;
  readonly provenance: Provenance | null;
}

/** A file's standing stays while its host is looked at; every rule asks for it. */
const KNOWN = new WeakMap<Placed, Standing>();

export function standingOf(file: Placed, inventory: Inventory): Standing {
  let standing = KNOWN.get(file);
  if (standing === undefined) {
    standing = judgeStanding(file, inventory);
    KNOWN.set(file, standing);
  }
  return standing;
}

function judgeStanding({ path, realPath, provenance }: Placed, { host, stores }: Inventory): Standing {
  if (provenance?.content === "modified" && provenance.owner !== null) return "modified";
  if (provenance?.owner) return "packaged";
  const real = realPath ?? path;
  const known = provenance !== null && provenance.content === "not-shipped";
  if (stores.storeOf(path) !== null) return "store";
  if (isOfExtension(path, host)) return "vendor-tree";
  if (!known && !BY_HAND.test(real)) return "unknown";
  // Nobody need answer for what is not there; by-hand places are named on purpose.
  if (!BY_HAND.test(real) && host.stat(real).kind === "absent") return "unknown";
  if (VENDOR_TREE.test(real) && host.stat(real).kind === "present") return "vendor-tree";
  return "unpackaged";
}

/** An extension is whole: what it lays over the system is its own. */
function isOfExtension(path: string, host: Inventory["host"]): boolean {
  if (EXTENSION_TREE.test(path)) return true;
  if (!/^\/(usr|opt|etc|lib|lib64|s?bin)\//.test(path)) return false;
  const lies = host.realPath(path);
  return lies.kind === "present" && EXTENSION_TREE.test(lies.value);
}

/** Nobody answers for it: no package, no store, no vendor's tree. */
export function isStray(file: Placed, inventory: Inventory): boolean {
  const standing = standingOf(file, inventory);
  return standing === "unpackaged";
}

export function isPackaged(file: Placed, inventory: Inventory): boolean {
  const standing = standingOf(file, inventory);
  return standing === "packaged" || standing === "modified" || standing === "store";
}

/** The fragment of a unit of the closure. */
export function fragmentOf({ files }: Closure, unit: string): ClosureFile | null {
  return files.find(({ role, unit: owner }) => role === "fragment" && owner === unit) ?? null;
}

const CODE: ReadonlySet<string> = new Set(["program", "script", "library"]);

/** Programs, scripts and libraries nobody answers for, existing or not. */
export function strayCode(closure: Closure, inventory: Inventory): readonly ClosureFile[] {
  return closure.files.filter((file) => CODE.has(file.role) && isStray(file, inventory));
}

/** Units of the closure whose own file nobody answers for. */
export function strayUnits(closure: Closure, inventory: Inventory): readonly ClosureFile[] {
  return closure.files.filter((file) => file.role === "fragment" && isStray(file, inventory));
}
