import { accessSync, constants, existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type ArchiveHost, type ArchiveLimits, DEFAULT_LIMITS, GapList, TargetError } from "./archive.ts";
import { ArchiveBuilder } from "./archive-builder.ts";
import { archiveHost } from "./archive-host.ts";
import type { KeepPolicy } from "./archive-keep.ts";
import { type ByteSource, bytesSource, fileSource } from "./archive-source.ts";
import { isCollectedArchive, openCollectedArchive } from "./collect.ts";
import {
  type Collected,
  indexFolder,
  isProtectedVelociraptor,
  isVelociraptor,
  uacBase,
  uacHost,
  velociraptorHost,
  velociraptorPath,
} from "./collection.ts";
import { openDirectory } from "./directory.ts";
import { openDockerArchive } from "./docker.ts";
import type { Host } from "./host.ts";
import { openOci } from "./oci.ts";
import { directoryFiles, tarFiles } from "./oci-image.ts";
import { looksLikeSnapshot } from "./snapshot.ts";
import { openSnapshot } from "./snapshot-source.ts";
import { openSsh, type SshOptions } from "./ssh.ts";
import { type IndexedTar, indexTar, looksLikeTar, unwrap } from "./tar.ts";
import { type FileTree, NONE } from "./tree.ts";
import { indexZip, looksLikeZip } from "./zip.ts";

export interface OpenOptions {
  readonly limits?: ArchiveLimits;
  /** What to hold of compressed archives. */
  readonly keep?: KeepPolicy;
  /** Platform of a multi-platform image, such as `linux/arm64`. */
  readonly platform?: string;
  /** For `ssh:`: read as root with `sudo -n`. */
  readonly sudo?: boolean;
  /** Standard input, for the target `-`. */
  readonly readInput?: () => Uint8Array;
}

export interface OpenedTarget {
  readonly host: Host | ArchiveHost;
  /** How the target was understood when the operator did not say: `reading web.tar.gz as a tar archive, gzip`. */
  readonly guess: string | null;
}

export type Scheme =
  | "host"
  | "root"
  | "tar"
  | "zip"
  | "oci"
  | "docker-archive"
  | "uac"
  | "velociraptor"
  | "collection"
  | "snapshot"
  | "ssh";
/** Those whose value is a path. */
type FileScheme = Exclude<Scheme, "ssh">;
/** What can stand before the colon of a target. */
export const SCHEMES: readonly Scheme[] = [
  "host",
  "root",
  "tar",
  "zip",
  "oci",
  "docker-archive",
  "uac",
  "velociraptor",
  "collection",
  "snapshot",
  "ssh",
];
const SCHEME_LIST = `${SCHEMES.map((scheme) => `${scheme}:`).join(", ")} and -`;

/**
 * Opens what the operator named: `SCHEME:VALUE`, a path whose kind is found by looking at it, or `-` for standard
 * input. Throws `TargetError` when it cannot be read at all; everything less is a gap of the host.
 */
export async function openTarget(target: string, options: OpenOptions = {}): Promise<OpenedTarget> {
  if (target === "-") return openInput(options);
  const named = /^([a-z][a-z-]*):(.*)$/s.exec(target);
  const scheme = SCHEMES.find((known) => known === named?.[1]);
  const value = named?.[2] ?? "";
  if (scheme === undefined) {
    if (named !== null && !exists(target)) throw unknownScheme(named[1] ?? "");
    return explained(target, () => openByLook(target, options));
  }
  if (scheme === "host") {
    if (value !== "")
      throw new TargetError(`host: takes no value, got "${value}".`, "Use root:DIR for another root.");
    return { host: openDirectory("/", "host:", true), guess: null };
  }
  if (value === "" && scheme !== "ssh")
    throw new TargetError(`${scheme}: needs a path.`, `Write ${scheme}:PATH.`);
  if (scheme === "ssh")
    return explained(value, async () => ({ host: await openSsh(value, sshOptions(options)), guess: null }));
  return explained(value, async () => ({
    host: await openNamed(scheme, value, target, options),
    guess: null,
  }));
}

function sshOptions({ sudo = false, limits }: OpenOptions): SshOptions {
  return { sudo, ...(limits === undefined ? {} : { limits }) };
}

function unknownScheme(scheme: string): TargetError {
  return new TargetError(
    `"${scheme}:" is no kind of target this command opens.`,
    `Known are ${SCHEME_LIST}.`,
  );
}

/** Puts the target's name in front of what went wrong. */
async function explained(name: string, open: () => Promise<OpenedTarget>): Promise<OpenedTarget> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof TargetError) || error.message.includes(name)) throw error;
    throw new TargetError(`${name}: ${error.message}`, error.remedy);
  }
}

async function openNamed(
  scheme: FileScheme,
  path: string,
  target: string,
  options: OpenOptions,
): Promise<Host> {
  if (isDirectory(path)) return openFolder(scheme, path, target, options);
  if (scheme === "root" || scheme === "host")
    throw existsSync(path)
      ? new TargetError(
          `${path} is not a directory.`,
          "For an archive, use tar: or zip:, or no scheme at all.",
        )
      : new TargetError(`${path} does not exist.`, "Check the path; a relative one counts from here.");
  const source = fileSource(path);
  return holding(source, () => openFile(scheme, source, target, options));
}

async function openFolder(
  scheme: FileScheme,
  path: string,
  target: string,
  options: OpenOptions,
): Promise<Host> {
  switch (scheme) {
    case "root":
    case "host":
      return openRoot(path, target);
    case "oci":
      return openOci(directoryFiles(path), target, options);
    case "docker-archive":
      return openDockerArchive(directoryFiles(path), target, options);
    case "uac":
    case "velociraptor":
      return openCollection(scheme, folderOf(path, options), target);
    case "tar":
    case "zip":
    case "collection":
    case "snapshot":
      throw new TargetError(
        `${path} is a directory, no ${scheme === "snapshot" ? scheme : `${scheme} archive`}.`,
        `Use root:${path} to read it as a root.`,
      );
  }
}

function openRoot(path: string, target: string): Host {
  try {
    // Where nobody may enter, everything would be unreadable and nothing found.
    accessSync(path, constants.X_OK);
    return openDirectory(path, target, false);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new TargetError(`${path} cannot be opened (${code}).`, "Check the path and your permissions.");
  }
}

function folderOf(path: string, options: OpenOptions): Collected {
  const builder = new ArchiveBuilder(new GapList(), options.limits ?? DEFAULT_LIMITS);
  return { builder, store: indexFolder(openRoot(path, path), builder, velociraptorPath) };
}

async function openCollection(
  scheme: "uac" | "velociraptor",
  collected: Collected,
  target: string,
): Promise<ArchiveHost> {
  if (scheme === "velociraptor") {
    if (isVelociraptor(collected.builder)) return velociraptorHost(collected, target);
    throw new TargetError(
      "It has no uploads/ as a Velociraptor collection has.",
      "Use zip: or root: to read it plainly.",
    );
  }
  const base = uacBase(collected.builder);
  if (base !== null) return uacHost(collected, base, target);
  throw new TargetError(
    "It has no [root]/ as a UAC collection has.",
    "Use tar: or root: to read it plainly.",
  );
}

/** Opens what stands in a source, and lets go of it when that fails. */
async function holding<T>(source: ByteSource, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    source.close();
    throw error;
  }
}

async function openFile(
  scheme: FileScheme,
  source: ByteSource,
  target: string,
  options: OpenOptions,
): Promise<ArchiveHost> {
  const { source: inner, head } = await unwrap(source, options.limits);
  if (scheme === "snapshot") return openSnapshot(inner, target);
  if (looksLikeZip(head)) {
    if (scheme === "tar" || scheme === "oci" || scheme === "docker-archive")
      throw new TargetError("It is a zip archive.", "Use zip:, or no scheme at all.");
    const zip = indexZip(inner, { ...options, rename: scheme === "zip" ? (path) => path : velociraptorPath });
    return scheme === "zip"
      ? plainHost(zip, target)
      : openCollection(scheme === "uac" ? "uac" : "velociraptor", zip, target);
  }
  if (scheme === "zip") throw new TargetError("It is no zip archive.", "Use tar:, or no scheme at all.");
  const tar = await indexTar(source, options);
  if (scheme === "collection") return openCollectedArchive(plainHost(tar, target), target);
  if (scheme === "oci") return openOci(tarFiles(tar), target, options);
  if (scheme === "docker-archive") return openDockerArchive(tarFiles(tar), target, options);
  return scheme === "tar"
    ? plainHost(tar, target)
    : openCollection(scheme === "uac" ? "uac" : "velociraptor", tar, target);
}

function openInput(options: OpenOptions): Promise<OpenedTarget> {
  const bytes = options.readInput?.() ?? new Uint8Array(0);
  if (bytes.length === 0)
    throw new TargetError("Standard input is empty.", "Pipe an archive in, or name a target.");
  return explained("standard input", async () =>
    guessFile(bytesSource(bytes), "-", "standard input", options),
  );
}

async function openByLook(path: string, options: OpenOptions): Promise<OpenedTarget> {
  if (!isDirectory(path)) {
    const source = fileSource(path);
    return holding(source, () => guessFile(source, path, basename(path), options));
  }
  const has = (name: string): boolean => exists(join(path, name));
  const name = basename(path) || path;
  const opened = async (scheme: FileScheme, words: string): Promise<OpenedTarget> => ({
    host: await openFolder(scheme, path, `${scheme}:${path}`, options),
    guess: `reading ${name} as ${words}`,
  });
  if (has("oci-layout") && has("index.json")) return opened("oci", "an OCI image layout");
  if (has("[root]") && !has("etc")) return opened("uac", "a UAC collection");
  if (has("uploads") && has("results") && !has("etc"))
    return opened("velociraptor", "a Velociraptor collection");
  return opened("root", "a root directory");
}

/** Finds out what a file is from its bytes and its members; its name says nothing. */
async function guessFile(
  source: ByteSource,
  value: string,
  name: string,
  options: OpenOptions,
): Promise<OpenedTarget> {
  const { source: inner, head, compressions } = await unwrap(source, options.limits);
  const packed = compressions.map((compression) => `, ${compression}`).join("");
  const as = (words: string): string => `reading ${name} as ${words}${packed}`;
  if (looksLikeZip(head)) return guessZip(inner, value, as, options);
  if (looksLikeSnapshot(Buffer.from(head).toString("latin1")))
    return { host: await openSnapshot(inner, `snapshot:${value}`), guess: as("a snapshot") };
  if (!looksLikeTar(head)) throw notRecognised(head);
  const tar = await indexTar(source, options);
  const has = (path: string): boolean => tar.builder.find(path) !== NONE;
  if (has("oci-layout") && has("index.json"))
    return {
      host: await openOci(tarFiles(tar), `oci:${value}`, options),
      guess: as("an OCI image layout in a tar archive"),
    };
  if (has("manifest.json") && !has("etc") && !has("usr"))
    return {
      host: await openDockerArchive(tarFiles(tar), `docker-archive:${value}`, options),
      guess: as("a docker save archive"),
    };
  const base = uacBase(tar.builder);
  if (base !== null) return { host: await uacHost(tar, base, `uac:${value}`), guess: as("a UAC collection") };
  const plain = plainHost(tar, `tar:${value}`);
  if (isCollectedArchive(plain))
    return {
      host: await openCollectedArchive(plain, `collection:${value}`),
      guess: as("a timerwarden collection"),
    };
  return { host: plain, guess: as("a tar archive") };
}

async function guessZip(
  source: ByteSource,
  value: string,
  as: (words: string) => string,
  options: OpenOptions,
): Promise<OpenedTarget> {
  const zip = indexZip(source, options);
  const base = uacBase(zip.builder);
  if (base !== null)
    return { host: await uacHost(zip, base, `uac:${value}`), guess: as("a UAC collection in a zip archive") };
  if (isProtectedVelociraptor(zip.builder))
    throw new TargetError(
      "It holds only data.zip, as a collection that Velociraptor protected with a password does.",
      "Unpack data.zip with its password, then name that file.",
    );
  if (!isVelociraptor(zip.builder))
    return { host: plainHost(zip, `zip:${value}`), guess: as("a zip archive") };
  const renamed = indexZip(source, { ...options, rename: velociraptorPath });
  return {
    host: await velociraptorHost(renamed, `velociraptor:${value}`),
    guess: as("a Velociraptor collection"),
  };
}

function notRecognised(head: Uint8Array): TargetError {
  const text = new TextDecoder().decode(head.subarray(0, 16)).trimStart();
  if (text.startsWith("{") || text.startsWith("["))
    return new TargetError(
      "It is JSON, no file system.",
      "A saved report is for timerwarden convert, a bundle for timerwarden assess.",
    );
  if (head.length === 0) return new TargetError("It is empty.", "Check that it was copied whole.");
  return new TargetError(
    "It is neither a tar nor a zip archive, compressed or not.",
    "A disk image must be mounted read-only first (mount -o ro,loop), then use root:DIR.",
  );
}

function plainHost(indexed: Collected | IndexedTar, target: string): ArchiveHost {
  const { builder, store } = indexed;
  const root = findRoot(builder.tree);
  if (root !== 0)
    builder.gaps.add(
      "/",
      `the root was taken to be ${builder.tree.path(root)} of the archive`,
      "members beside it",
    );
  return archiveHost({ target, tree: builder.tree, stores: [store], gaps: builder.gaps, root });
}

const ROOT_MARKS = ["etc", "usr"];
const DEEPEST_ROOT = 3;

/** The directory that looks like a root: the top, or below directories that stand alone (`rootfs/`). */
export function findRoot(tree: FileTree): number {
  let node = 0;
  for (let depth = 0; depth <= DEEPEST_ROOT; depth++) {
    const here = node;
    if (ROOT_MARKS.some((name) => tree.child(here, name) !== NONE)) return node;
    const directories = tree.children(node).filter((child) => tree.isDirectory(child));
    const [only, ...others] = directories;
    if (only === undefined || others.length > 0) return 0;
    node = only;
  }
  return 0;
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
