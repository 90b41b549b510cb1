import type { ArchiveHost } from "./archive.ts";
import type { ArchiveBuilder } from "./archive-builder.ts";
import type { Content, ContentStore } from "./archive-content.ts";
import { archiveHost } from "./archive-host.ts";
import { applyBodyfile } from "./collection-bodyfile.ts";
import { restoreHoles, sparsePair, sparseUploads } from "./collection-sparse.ts";
import { decodeFileName, encodeFileName } from "./file-name.ts";
import type { Host } from "./host.ts";
import { NONE } from "./tree.ts";

/** A collection's members, indexed, whatever they were packed in. */
export interface Collected {
  readonly builder: ArchiveBuilder;
  readonly store: ContentStore;
}

const LARGEST_BODYFILE = 256 * 1024 * 1024;
const LARGEST_INDEX = 16 * 1024 * 1024;
const BODYFILES = ["bodyfile/bodyfile.txt", "bodyfile.txt"];
const UAC_WITNESSES = ["live_response", "hash_executables", "uac.log"];
const VELOCIRAPTOR_WITNESSES = ["results", "uploads.json", "collection_context.json", "client_info.json"];
const VELOCIRAPTOR_ROOT = "uploads/root";

/** Where a UAC collection (`[root]/`, `live_response/`) starts: its own root or one directory below; else `null`. */
export function uacBase(builder: ArchiveBuilder): string | null {
  const bases = ["", ...onlyDirectory(builder)];
  return bases.find((base) => builder.find(`${base}/[root]`) !== NONE) ?? null;
}

/** True for the outside of a collection that Velociraptor protected with a password: a zip in a zip. */
export function isProtectedVelociraptor(builder: ArchiveBuilder): boolean {
  const names = builder.tree.children(0).map((node) => builder.tree.name(node));
  return names.includes("data.zip") && names.every((name) => name === "data.zip" || name === "metadata.json");
}

/** True when the members are those of a Velociraptor collection, renamed by `velociraptorPath` or not. */
export function isVelociraptor(builder: ArchiveBuilder): boolean {
  if (builder.find("uploads") === NONE) return false;
  return VELOCIRAPTOR_WITNESSES.some((name) => builder.find(name) !== NONE);
}

/**
 * The host a UAC collection was taken from: `[root]/` is its root, the body file tells modes, owners, times, and
 * what else was there; `live_response/` is the second witness.
 */
export async function uacHost(collected: Collected, base: string, target: string): Promise<ArchiveHost> {
  const { builder, store } = collected;
  await readBodyfiles(collected, base);
  builder.gaps.add(
    "/",
    "a UAC collection holds what its profile took",
    "files that exist but were not collected",
  );
  return archiveHost({
    target,
    tree: builder.tree,
    stores: [store],
    gaps: builder.gaps,
    root: builder.find(`${base}/[root]`),
    witness: existing(builder, base, UAC_WITNESSES),
  });
}

/** The host a Velociraptor collection was taken from. Members must have been renamed by `velociraptorPath`. */
export async function velociraptorHost(collected: Collected, target: string): Promise<ArchiveHost> {
  const { builder, store } = collected;
  await readSparseFiles(collected);
  const root = [VELOCIRAPTOR_ROOT, "uploads/auto", "uploads/file", "uploads"]
    .map((path) => builder.find(path))
    .find((node) => node !== NONE);
  builder.gaps.add(
    "/",
    "a Velociraptor collection holds what its artifacts took",
    "files that exist but were not collected, owners and modes of those that were, and links: their content was taken",
  );
  return archiveHost({
    target,
    tree: builder.tree,
    stores: [store],
    gaps: builder.gaps,
    root: root ?? 0,
    witness: existing(builder, "", VELOCIRAPTOR_WITNESSES),
  });
}

async function readSparseFiles(collected: Collected): Promise<void> {
  const { builder } = collected;
  const uploads = await textAt(collected, builder.find("uploads.json"), LARGEST_BODYFILE);
  for (const path of sparseUploads(uploads ?? "")) {
    const pair = sparsePair(builder, `${VELOCIRAPTOR_ROOT}/${path}`);
    const index = pair === null ? null : await textAt(collected, pair.index, LARGEST_INDEX);
    if (pair === null) continue;
    if (index === null || !restoreHoles(builder, pair.file, index))
      builder.gaps.add(path, "the index of this sparse file makes no sense", "its content");
    builder.tree.remove(pair.index);
  }
}

async function textAt({ builder, store }: Collected, node: number, most: number): Promise<string | null> {
  if (node === NONE || builder.tree.kind(node) !== "file") return null;
  const { locator, size } = builder.tree.inode(builder.tree.inodeOf(node));
  const content = await readNow(store, locator, Math.min(size, most));
  return content.kind === "bytes" ? Buffer.from(content.bytes).toString("utf8") : null;
}

/**
 * Where a member of a Velociraptor collection belongs. Files taken through the accessors `auto` and `file` make one
 * root; bytes it escaped as `%XX` in names come back, except those no name can hold. It escapes what zip programs
 * stumble over, dots in front and behind, and bytes that are no UTF-8 (`SanitizeStringForZip` in its `utils`).
 */
export function velociraptorPath(path: string): string {
  const match = /^uploads\/(?:auto|file)\/(.*)$/s.exec(path);
  if (match === null) return path;
  const inner = match[1] ?? "";
  const bytes = Buffer.from(encodeFileName(inner) ?? Buffer.from(inner)).toString("latin1");
  const plain = bytes.replace(/%([0-9A-Fa-f]{2})/g, (escaped, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code === 0 || code === 0x2f ? escaped : String.fromCharCode(code);
  });
  return `${VELOCIRAPTOR_ROOT}/${decodeFileName(Buffer.from(plain, "latin1"))}`;
}

async function readBodyfiles(collected: Collected, base: string): Promise<void> {
  const { builder, store } = collected;
  for (const name of BODYFILES) {
    const node = builder.find(`${base}/${name}`);
    if (node === NONE || builder.tree.kind(node) !== "file") continue;
    const { locator, size } = builder.tree.inode(builder.tree.inodeOf(node));
    const content = await readNow(store, locator, Math.min(size, LARGEST_BODYFILE));
    if (content.kind !== "bytes") {
      builder.gaps.add(
        `/${name}`,
        "the body file cannot be read",
        "modes, owners and times that only it remembers",
      );
      return;
    }
    const { lines, damaged } = applyBodyfile(builder, `${base}/[root]`, content.bytes);
    if (damaged > 0)
      builder.gaps.add(
        `/${name}`,
        `${damaged} of ${lines} lines of the body file make no sense`,
        "facts of those files",
      );
    if (content.bytes.length < size)
      builder.gaps.add(`/${name}`, "the body file is too long", "facts of later files");
    return;
  }
}

async function readNow(store: ContentStore, locator: number, length: number): Promise<Content> {
  const content = store.read(locator, length);
  if (content.kind !== "missing") return content;
  await store.fetch();
  return store.read(locator, length);
}

function existing(builder: ArchiveBuilder, base: string, names: readonly string[]): number[] {
  return names.map((name) => builder.find(`${base}/${name}`)).filter((node) => node !== NONE);
}

function onlyDirectory(builder: ArchiveBuilder): string[] {
  const { tree } = builder;
  const directories = tree.children(0).filter((node) => tree.isDirectory(node));
  return directories.length === 1 ? directories.map((node) => tree.path(node)) : [];
}

/** Indexes an unpacked collection, so that it is read exactly as a packed one. */
export function indexFolder(
  host: Host,
  builder: ArchiveBuilder,
  rename: (path: string) => string,
): ContentStore {
  const paths: string[] = [];
  const pending = ["/"];
  for (let directory = pending.pop(); directory !== undefined && !builder.full; directory = pending.pop()) {
    const entries = host.readDirectory(directory);
    if (entries.kind !== "present") {
      if (entries.kind === "unreadable")
        builder.gaps.add(directory, entries.reason, "everything in this directory");
      continue;
    }
    for (const entry of entries.value) {
      const path = directory === "/" ? `/${entry.name}` : `${directory}/${entry.name}`;
      const facts = host.lstat(path);
      if (facts.kind !== "present") continue;
      const inode = { ...facts.value, store: 0, locator: NONE, implied: false };
      const place = rename(path.slice(1));
      if (facts.value.kind === "symlink") {
        const link = host.readLink(path);
        if (link.kind === "present") builder.addSymlink(place, inode, link.value);
      } else if (facts.value.kind === "file") builder.add(place, { ...inode, locator: paths.push(path) - 1 });
      else builder.add(place, facts.value.kind === "directory" ? { ...inode, size: 0 } : inode);
      if (facts.value.kind === "directory") pending.push(path);
    }
  }
  return {
    read: (locator, length) => {
      const content = host.readFile(paths[locator] ?? "", length);
      if (content.kind === "present") return { kind: "bytes", bytes: content.value.bytes };
      if (content.kind === "unreadable") return { kind: "lost", code: content.code, reason: content.reason };
      return { kind: "lost", code: "ENOENT", reason: "It has vanished from the folder." };
    },
    fetch: () => Promise.resolve(false),
    close: () => undefined,
  };
}
