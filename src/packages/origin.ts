import { gunzipSync } from "node:zlib";
import type { Host } from "../hosts/host.ts";
import { decompressLz4 } from "./lz4.ts";

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
/** Bytes of a package's name; no longer one is installed. */
const MAX_NAME = 4096;
const LIST_NAME = /_Packages(\.[a-z0-9]+)?$/;
const RELEASE_NAME = /_(?:In)?Release$/;
const RELEASE_BYTES = 64 * 1024;

/** What apt's lists (apt `sources.list(5)`, files below `/var/lib/apt/lists`) say of dpkg packages. */
export interface Origins {
  originOf(wanted: PackageVersion): PackageOrigin;
}

/**
 * Reads all lists once, at the first question, for every name in `installed` (raw, without architectures): lists are
 * tens of megabytes, and one package is seldom asked about alone. Another name is another pass.
 */
export function openOrigins(host: Host, installed: () => Iterable<string>): Origins {
  let names: Set<string> | null = null;
  let offers: ReadonlyMap<string, readonly Offer[]> = new Map();
  let gap: string | null = null;
  return {
    originOf(wanted) {
      const name = nameOf(wanted);
      if (names === null || !names.has(name)) {
        names = new Set([...(names ?? installed()), name]);
        ({ offers, gap } = readLists(host, names));
      }
      return judge(wanted, offers.get(name) ?? [], gap);
    },
  };
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

interface Lists {
  readonly offers: ReadonlyMap<string, readonly Offer[]>;
  /** Why the answer may be incomplete; `null` when every list was read. */
  readonly gap: string | null;
}

function readLists(host: Host, names: ReadonlySet<string>): Lists {
  const offers = new Map<string, Offer[]>();
  const entries = host.readDirectory(LISTS);
  if (entries.kind === "absent") return { offers, gap: "there are no apt lists" };
  if (entries.kind === "unreadable") return { offers, gap: `${LISTS}: ${entries.reason}` };
  const files = entries.value.filter(({ kind }) => kind === "file").map(({ name }) => name);
  const lists = files.filter((name) => LIST_NAME.test(name));
  if (lists.length === 0) return { offers, gap: "there are no apt lists" };
  const releases = files.filter((name) => RELEASE_NAME.test(name));
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
    for (const { name, start } of paragraphsOf(content, names)) {
      const version = versionAt(content, start);
      const known = offers.get(name) ?? [];
      if (version !== null && known.length < MAX_OFFERS) known.push({ version, repository });
      offers.set(name, known);
    }
  }
  return { offers, gap };
}

const FIELD = Buffer.from("Package: ");
const FIELD_AT_LINE = Buffer.from("\nPackage: ");

/** Where the wanted packages' fields stand. Only the field is looked for: its line is one of some twenty. */
function* paragraphsOf(
  list: Buffer,
  names: ReadonlySet<string>,
): Generator<{ readonly name: string; readonly start: number }> {
  const after = (at: number): number => {
    const found = list.indexOf(FIELD_AT_LINE, at);
    return found < 0 ? -1 : found + 1;
  };
  const isFirst = list.subarray(0, FIELD.length).equals(FIELD);
  for (let start = isFirst ? 0 : after(0); start >= 0; start = after(start)) {
    const from = start + FIELD.length;
    const newline = list.indexOf(10, from);
    const end = newline < 0 ? list.length : newline;
    const name = end - from > MAX_NAME ? "" : list.toString("latin1", from, end);
    if (names.has(name)) yield { name, start };
  }
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

/** `Debian bookworm (deb.example.test)` from the Release file beside the list; else from the list's own name. */
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
