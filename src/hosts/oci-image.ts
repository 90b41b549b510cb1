import { join } from "node:path";
import {
  ArchiveDamage,
  type ArchiveHost,
  type ArchiveLimits,
  Budget,
  DEFAULT_LIMITS,
  type GapList,
  TargetError,
} from "./archive.ts";
import { ArchiveBuilder } from "./archive-builder.ts";
import type { ContentStore } from "./archive-content.ts";
import { archiveHost } from "./archive-host.ts";
import { type KeepPolicy, keepForAudit } from "./archive-keep.ts";
import { type ByteSource, fileSource, rangeSource } from "./archive-source.ts";
import { hasDigest } from "./oci-digest.ts";
import { applyLayer } from "./oci-layers.ts";
import { type IndexedTar, indexTar } from "./tar.ts";
import { NONE } from "./tree.ts";

/** The files an image is stored in: a directory, or a tar archive. */
export interface ImageFiles {
  /** A small file, whole; `null` when it is not there. */
  text(path: string): Promise<Uint8Array | null>;
  /** A blob; `null` when it is not there. */
  blob(path: string): ByteSource | null;
  close(): void;
}

/** One layer, lowest first. */
export interface Layer {
  /** Path of its blob among the image's files. */
  readonly path: string;
  /** What findings call it. */
  readonly name: string;
  /** What its stored bytes must hash to; `null` where the image does not say. */
  readonly digest: string | null;
}

export interface ImageOptions {
  readonly limits?: ArchiveLimits;
  readonly keep?: KeepPolicy;
  /** `linux/amd64`; taken when the image has it. */
  readonly platform?: string;
}

const LARGEST_DOCUMENT = 4 * 1024 * 1024;
const MOST_LAYERS = 1000;

/** An image laid out in a directory. Only regular files directly named are read; links are not followed. */
export function directoryFiles(directory: string): ImageFiles {
  const open: ByteSource[] = [];
  const blob = (path: string): ByteSource | null => {
    if (!isPlainPath(path)) return null;
    try {
      const source = fileSource(join(directory, path), true);
      open.push(source);
      return source;
    } catch (error) {
      if (error instanceof TargetError) return null;
      throw error;
    }
  };
  return {
    text: (path) => {
      const source = blob(path);
      return Promise.resolve(source?.readAt?.(0, LARGEST_DOCUMENT) ?? null);
    },
    blob,
    close: () => {
      for (const source of open) source.close();
    },
  };
}

/** An image inside an indexed tar archive; links inside it (older `docker save`) are followed. */
export function tarFiles(tar: IndexedTar): ImageFiles {
  const { tree } = tar.builder;
  const host = archiveHost({ target: "", tree, stores: [tar.store], gaps: tar.builder.gaps });
  return {
    text: async (path) => {
      let content = host.readFile(`/${path}`, LARGEST_DOCUMENT);
      if (content.kind === "unreadable" && content.code === "EAGAIN" && (await host.fetch()))
        content = host.readFile(`/${path}`, LARGEST_DOCUMENT);
      return content.kind === "present" ? content.value.bytes : null;
    },
    blob: (path) => {
      const real = host.realPath(`/${path}`);
      const node = real.kind === "present" ? tar.builder.find(real.value) : NONE;
      if (node === NONE || tree.kind(node) !== "file") return null;
      const inode = tree.inode(tree.inodeOf(node));
      return inode.locator === NONE ? null : rangeSource(tar.source, inode.locator, inode.size);
    },
    close: () => tar.store.close(),
  };
}

/** Reads a JSON document of the image. Throws `TargetError` when it is missing or no JSON object or array. */
export async function imageDocument(files: ImageFiles, path: string): Promise<unknown> {
  const bytes = await files.text(path);
  if (bytes === null) throw new TargetError(`The image has no ${path}.`, "Check that the image is complete.");
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new TargetError(`${path} of the image is no JSON.`, "Check that the image is complete.");
  }
}

/** Stacks the layers and answers the file system they make. A layer that cannot be read is a gap. */
export async function stackLayers(
  files: ImageFiles,
  layers: readonly Layer[],
  target: string,
  gaps: GapList,
  options: ImageOptions,
): Promise<ArchiveHost> {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const image = new ArchiveBuilder(gaps, limits);
  const budget = new Budget(limits.retainedBytes);
  const stores: ContentStore[] = [];
  if (layers.length > MOST_LAYERS)
    gaps.add("/", `the image has more than ${MOST_LAYERS} layers`, "the layers above");
  const used = layers.slice(0, MOST_LAYERS);
  for (const [number, layer] of used.entries()) {
    const indexed = await readLayer(files, layer, gaps, budget, options);
    stores[number] = indexed?.store ?? EMPTY_STORE;
    if (indexed === null) continue;
    applyLayer(image, indexed.builder.tree, indexed.builder.unsettled(), number);
  }
  const names = used.map((layer) => layer.name);
  return archiveHost({ target, tree: image.tree, stores, gaps, layers: names, close: () => files.close() });
}

const EMPTY_STORE: ContentStore = {
  read: () => ({ kind: "lost", code: "EIO", reason: "Its layer could not be read." }),
  fetch: () => Promise.resolve(false),
  close: () => undefined,
};

async function readLayer(
  files: ImageFiles,
  layer: Layer,
  gaps: GapList,
  budget: Budget,
  options: ImageOptions,
): Promise<{ readonly builder: ArchiveBuilder; readonly store: ContentStore } | null> {
  const lost = (reason: string): null => {
    gaps.add("/", `layer ${layer.name} cannot be read: ${reason}`, "everything this layer adds or removes");
    return null;
  };
  const blob = files.blob(layer.path);
  if (blob === null) return lost("its blob is missing");
  if (layer.digest !== null && (await hasDigest(blob, layer.digest)) === false)
    gaps.add(
      "/",
      `layer ${layer.name} does not have its digest ${layer.digest}: it was changed or damaged`,
      "what was there before; it was read as it is",
    );
  const limits = options.limits ?? DEFAULT_LIMITS;
  const keep = options.keep ?? keepForAudit;
  try {
    const indexed = await indexTar(blob, { limits, keep, budget, gaps, isLayer: true });
    return indexed;
  } catch (error) {
    if (error instanceof TargetError || error instanceof ArchiveDamage) return lost(error.message);
    throw error;
  }
}

/** A relative path of plain names. */
function isPlainPath(path: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]*(?:\/[A-Za-z0-9][A-Za-z0-9._+-]*)*$/.test(path);
}
