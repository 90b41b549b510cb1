import type { Host } from "../hosts/host.ts";
import { openSqlite } from "./sqlite.ts";

/** Trees that a manager other than a classic package database fills and, for most, keeps read-only. */
export type StoreName = "nix" | "guix" | "ostree" | "snap" | "flatpak" | "flatcar";

/** The managed tree a path finally lies in. */
export interface StorePlace {
  readonly store: StoreName;
  /** The store item, snap revision, application or deployment: `xz-5.6.3`, `core22/1612`; `null` where none is named. */
  readonly member: string | null;
  /** True when the running system cannot change the file in place (read-only store, image, or mount). */
  readonly immutable: boolean;
  /** Nix and Guix: whether the store's own database knows the item; `null` when there is no such database or no way to read it. */
  readonly registered: boolean | null;
  /** Plain English. */
  readonly how: string;
}

/** Recognises store paths, remembering the store databases it read. */
export interface Stores {
  /** Links are followed first: a unit that is a link into a store counts as the store's. */
  storeOf(path: string): StorePlace | null;
}

/** Nix's base 32: no e, o, t, u. */
const STORE_ITEM = /^\/(nix|gnu)\/store\/([0-9abcdfghijklmnpqrsvwxyz]{32}-([^/]+))(?:\/|$)/;
const SNAP = /^(?:\/var\/lib\/snapd)?\/snap\/([^/]+)\/(x?[0-9]+|current)\//;
const SNAP_UNIT = /^\/etc\/systemd\/system\/(?:[^/]+\/)?snap\.([a-z0-9-]+(?:_[a-z0-9]+)?)\.[^/]+$/;
const FLATPAK = /^\/var\/lib\/flatpak\/(?:app|runtime)\/([^/]+)\//;
const DEPLOYMENT = /^(?:\/sysroot)?\/ostree\/deploy\/([^/]+)\/deploy\/([0-9a-f]{64}\.[0-9]+)\/usr\//;
const OSTREE_REPOSITORIES: readonly string[] = ["/ostree/repo/config", "/sysroot/ostree/repo/config"];
const STORE_DATABASES: ReadonlyMap<string, string> = new Map([
  ["nix", "/nix/var/nix/db/db.sqlite"],
  ["gnu", "/var/guix/db/db.sqlite"],
]);
const MAX_DATABASE = 256 * 1024 * 1024;

/** Opens a target's stores; their databases are read when the first of their items is asked about. */
export function openStores(host: Host): Stores {
  const registers = new Map<string, ReadonlySet<string> | null>();
  let image: "ostree" | "flatcar" | "none" | null = null;
  const registerOf = (store: string): ReadonlySet<string> | null => {
    const known = registers.get(store);
    if (known !== undefined) return known;
    const register = readRegister(host, STORE_DATABASES.get(store) ?? "");
    registers.set(store, register);
    return register;
  };
  return {
    storeOf(path) {
      const followed = host.realPath(path);
      const real = followed.kind === "present" ? followed.value : path;
      const named = itemPlace(real, registerOf) ?? bundlePlace(host, path) ?? bundlePlace(host, real);
      if (named !== null || !real.startsWith("/usr/")) return named;
      image ??= imageOf(host);
      return image === "none" ? null : imagePlace(image);
    },
  };
}

function itemPlace(
  path: string,
  registerOf: (store: string) => ReadonlySet<string> | null,
): StorePlace | null {
  const [, root = "", item = "", name = ""] = STORE_ITEM.exec(path) ?? [];
  if (root === "") return null;
  const register = registerOf(root);
  const registered = register === null ? null : register.has(`/${root}/store/${item}`);
  const how =
    registered === null
      ? `a store path of ${name}; there is no store database to confirm it`
      : `a store path of ${name}; the store database ${registered ? "lists" : "does not list"} it`;
  return { store: root === "nix" ? "nix" : "guix", member: name, immutable: true, registered, how };
}

/** Every valid path of a store (Nix `src/libstore/schema.sql`, which Guix shares). */
function readRegister(host: Host, path: string): ReadonlySet<string> | null {
  const main = host.readFile(path, MAX_DATABASE);
  if (main.kind !== "present" || main.value.truncated) return null;
  const wal = host.readFile(`${path}-wal`, MAX_DATABASE);
  const database = openSqlite(main.value.bytes, wal.kind === "present" ? wal.value.bytes : null);
  if (typeof database === "string") return null;
  const paths = new Set<string>();
  for (const { record } of database.rows("ValidPaths")) {
    const valid = record.text(1);
    if (valid !== null) paths.add(valid);
  }
  return database.problems.length > 0 ? null : paths;
}

function bundlePlace(host: Host, path: string): StorePlace | null {
  const place = (store: StoreName, member: string, immutable: boolean, how: string): StorePlace => {
    return { store, member, immutable, registered: null, how };
  };
  const [, snap, revision] = SNAP.exec(path) ?? [];
  if (snap !== undefined)
    return place("snap", `${snap}/${revision}`, true, "inside a snap's read-only image");
  const application = FLATPAK.exec(path)?.[1];
  if (application !== undefined) {
    return place("flatpak", application, false, "inside the system-wide flatpak installation");
  }
  const [, system, checksum] = DEPLOYMENT.exec(path) ?? [];
  if (system !== undefined) {
    return place("ostree", `${system}/${checksum}`, true, "in the read-only /usr of an ostree deployment");
  }
  return snapUnit(host, path);
}

/** snapd writes units for the services of snaps into /etc; they count only while that snap is installed. */
function snapUnit(host: Host, path: string): StorePlace | null {
  const name = SNAP_UNIT.exec(path)?.[1];
  if (name === undefined) return null;
  const images = host.readDirectory("/var/lib/snapd/snaps");
  if (images.kind !== "present") return null;
  const image = images.value.find(
    (entry) => entry.name.startsWith(`${name}_`) && entry.name.endsWith(".snap"),
  );
  if (image === undefined) return null;
  const how = `named like the units snapd writes for ${image.name}, which is installed; editable in place`;
  return { store: "snap", member: name, immutable: false, registered: null, how };
}

/** Systems whose whole /usr is one image. */
function imageOf(host: Host): "ostree" | "flatcar" | "none" {
  if (OSTREE_REPOSITORIES.some((path) => host.stat(path).kind !== "absent")) return "ostree";
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const content = host.readFile(path, 64 * 1024);
    if (content.kind !== "present") continue;
    const text = Buffer.from(content.value.bytes).toString("latin1");
    return /^ID=["']?(?:flatcar|coreos)["']?$/m.test(text) ? "flatcar" : "none";
  }
  return "none";
}

function imagePlace(image: "ostree" | "flatcar"): StorePlace {
  const how =
    image === "ostree"
      ? "in the read-only /usr that ostree deployed"
      : "in the verified read-only /usr partition";
  return { store: image, member: null, immutable: true, registered: null, how };
}
