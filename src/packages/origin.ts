import { gunzipSync } from "node:zlib";
import type { Host } from "../hosts/host.ts";
import { decompressLz4 } from "./lz4.ts";
import { LineFilter } from "./wanted.ts";

/** Whether a repository the target is configured for offers an installed package. */
export type PackageOrigin =
  /** A repository's list has this name and version. It does not prove that the installed files came from there. */
  | { readonly kind: "listed"; readonly repositories: readonly string[] }
  /** A repository knows the name, but in other versions: an update pending, or a package gone from the list. */
  | {
      readonly kind: "other-version";
      readonly repositories: readonly string[];
      readonly versions: readonly string[];
    }
  /** Every list was read and none has the name: installed by hand, or from a repository since removed. */
  | { readonly kind: "not-listed" }
  | { readonly kind: "unknown"; readonly reason: string };

/** A package as `Owner` names it. */
export interface PackageVersion {
  readonly package: string;
  readonly version: string;
}

const LISTS = "/var/lib/apt/lists";
const MAX_FILES = 200;
const MAX_LIST = 256 * 1024 * 1024;
/** All lists of one question together. */
const MAX_TOTAL = 1024 * 1024 * 1024;
/** Of one name, in all lists. */
const MAX_OFFERS = 256;
const MAX_PARAGRAPH = 64 * 1024;
const LIST_NAME = /_Packages(\.[a-z0-9]+)?$/;
const RELEASE_NAME = /_(?:In)?Release$/;
const RELEASE_BYTES = 64 * 1024;

/** One package's origin; `originsOf` is cheaper for many. */
export function originOf(host: Host, wanted: PackageVersion): PackageOrigin {
  return originsOf(host, [wanted]).get(wanted.package) ?? { kind: "unknown", reason: "not looked up" };
}

/**
 * Looks dpkg packages up in apt's lists (apt `sources.list(5)`, files below `/var/lib/apt/lists`): one pass over all
 * lists however many packages are asked about. Keys are package names as given.
 */
export function originsOf(host: Host, wanted: readonly PackageVersion[]): ReadonlyMap<string, PackageOrigin> {
  const offers = new Map<string, Offer[]>();
  const gap = readLists(host, new Set(wanted.map(nameOf)), offers);
  return new Map(wanted.map((one) => [one.package, judge(one, offers.get(nameOf(one)) ?? [], gap)]));
}

/** The same in plain English. */
export function describeOrigin(origin: PackageOrigin): string {
  switch (origin.kind) {
    case "listed":
      return origin.repositories.join(", ");
    case "other-version":
      return `${origin.repositories.join(", ")}, but only in version ${origin.versions.join(", ")}`;
    case "not-listed":
      return "no configured repository lists this package";
    case "unknown":
      return `unknown: ${origin.reason}`;
  }
}

interface Offer {
  readonly version: string;
  readonly repository: string;
}

/** The name without the architecture of a Multi-Arch twin. */
function nameOf({ package: name }: PackageVersion): string {
  return name.replace(/:.*$/, "");
}

function judge(wanted: PackageVersion, offers: readonly Offer[], gap: string | null): PackageOrigin {
  const exact = offers.filter(({ version }) => version === wanted.version);
  if (exact.length > 0) return { kind: "listed", repositories: distinct(exact.map((one) => one.repository)) };
  if (gap !== null) return { kind: "unknown", reason: gap };
  if (offers.length === 0) return { kind: "not-listed" };
  return {
    kind: "other-version",
    repositories: distinct(offers.map(({ repository }) => repository)),
    versions: distinct(offers.map(({ version }) => version)),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** Collects offers; gives back why the answer may be incomplete, `null` when every list was read. */
function readLists(host: Host, names: ReadonlySet<string>, offers: Map<string, Offer[]>): string | null {
  const entries = host.readDirectory(LISTS);
  if (entries.kind === "absent") return "there are no apt lists";
  if (entries.kind === "unreadable") return `${LISTS}: ${entries.reason}`;
  const files = entries.value.filter(({ kind }) => kind === "file").map(({ name }) => name);
  const lists = files.filter((name) => LIST_NAME.test(name));
  if (lists.length === 0) return "there are no apt lists";
  const releases = files.filter((name) => RELEASE_NAME.test(name));
  const filter = new LineFilter([...names].map((name) => `Package: ${name}`));
  let gap = lists.length > MAX_FILES ? `more than ${MAX_FILES} apt lists` : null;
  let budget = MAX_TOTAL;
  for (const list of lists.slice(0, MAX_FILES)) {
    const content = readList(host, list, Math.min(MAX_LIST, budget));
    if (typeof content === "string") {
      gap ??= content;
      continue;
    }
    budget -= content.length;
    const repository = repositoryOf(host, list, releases);
    filter.scan(content, 0, (line, start) => {
      const name = line.slice("Package: ".length);
      const version = versionAt(content, start);
      const known = offers.get(name) ?? [];
      if (version !== null && known.length < MAX_OFFERS) known.push({ version, repository });
      offers.set(name, known);
    });
  }
  return gap;
}

/** A list's text, or why it cannot be had. */
function readList(host: Host, name: string, maxBytes: number): Buffer | string {
  const path = `${LISTS}/${name}`;
  const content = host.readFile(path, maxBytes);
  if (content.kind === "absent") return `${path} is gone`;
  if (content.kind === "unreadable") return `${path}: ${content.reason}`;
  if (content.value.truncated) return `${path} is longer than ${maxBytes} bytes`;
  const { bytes } = content.value;
  const plain = decompress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, maxBytes);
  return plain ?? `${path} is damaged, too large, or in a compression not read here`;
}

function decompress(bytes: Buffer, name: string, maxBytes: number): Buffer | null {
  switch (LIST_NAME.exec(name)?.[1]) {
    case undefined:
      return bytes;
    case ".lz4":
      return decompressLz4(bytes, maxBytes);
    case ".gz":
      try {
        return gunzipSync(bytes, { maxOutputLength: maxBytes });
      } catch {
        return null;
      }
    default:
      return null;
  }
}

/** The `Version` field of the paragraph that starts at an offset. */
function versionAt(list: Buffer, start: number): string | null {
  const end = list.subarray(0, start + MAX_PARAGRAPH).indexOf("\n\n", start);
  const stop = Math.min(end < 0 ? list.length : end, start + MAX_PARAGRAPH);
  const paragraph = list.toString("latin1", start, stop);
  return /^Version: (.+)$/m.exec(paragraph)?.[1] ?? null;
}

/** `Debian bookworm (deb.debian.org)` from the Release file beside the list; else from the list's own name. */
function repositoryOf(host: Host, list: string, releases: readonly string[]): string {
  const site = list.slice(0, Math.max(0, list.indexOf("_")));
  const matching = releases.filter((name) => list.startsWith(name.replace(RELEASE_NAME, "_")));
  for (const name of matching) {
    const content = host.readFile(`${LISTS}/${name}`, RELEASE_BYTES);
    if (content.kind !== "present") continue;
    const text = Buffer.from(content.value.bytes).toString("utf8");
    const field = (key: string): string | undefined => new RegExp(`^${key}: (.+)$`, "m").exec(text)?.[1];
    const origin = field("Origin") ?? field("Label");
    if (origin !== undefined) return `${origin} ${field("Codename") ?? field("Suite") ?? ""} (${site})`;
  }
  return list.replace(LIST_NAME, "");
}
