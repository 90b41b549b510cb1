import { type ArchiveHost, GapList, TargetError } from "./archive.ts";
import { hasDigest } from "./oci-digest.ts";
import { type ImageFiles, type ImageOptions, imageDocument, type Layer, stackLayers } from "./oci-image.ts";

/*
 * OCI image layout (image-spec 1.1: image-layout.md, image-index.md, manifest.md, config.md).
 */

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,256}$/;
const DEEPEST_INDEX = 3;
const PREFERRED = "linux/amd64";

interface Descriptor {
  readonly digest: string;
  readonly platform: string | null;
}

/** Opens an OCI image layout: the manifest for the wanted platform, all its layers. Throws `TargetError`. */
export async function openOci(
  files: ImageFiles,
  target: string,
  options: ImageOptions = {},
): Promise<ArchiveHost> {
  const gaps = new GapList();
  let document = await imageDocument(files, "index.json");
  for (let depth = 0; ; depth++) {
    const layers = fieldOf(document, "layers");
    if (Array.isArray(layers))
      return stackLayers(files, await layersOf(files, document, layers), target, gaps, options);
    if (depth > DEEPEST_INDEX)
      throw new TargetError("The image's indexes lead in circles.", "Check the image.");
    const chosen = choose(descriptorsOf(document), options.platform ?? PREFERRED, gaps);
    if (chosen === null)
      throw new TargetError("The image's index lists no manifest.", "Check that the image is complete.");
    document = await imageDocument(files, blobPath(chosen.digest));
    const blob = files.blob(blobPath(chosen.digest));
    if (blob !== null && (await hasDigest(blob, chosen.digest)) === false)
      gaps.add(
        "/",
        `the manifest does not have its digest ${chosen.digest}: it was changed or damaged`,
        "which layers the image was built of; it was read as it is",
      );
  }
}

/** The wanted platform, else any Linux, else the first; those passed over are told. */
function choose(descriptors: readonly Descriptor[], platform: string, gaps: GapList): Descriptor | null {
  const images = descriptors.filter((entry) => entry.platform !== "unknown/unknown");
  const chosen =
    images.find(
      (entry) => entry.platform === platform || entry.platform?.startsWith(`${platform}/`) === true,
    ) ??
    images.find((entry) => entry.platform?.startsWith("linux/") === true) ??
    images[0] ??
    null;
  for (const other of images) {
    if (other === chosen || other.digest === chosen?.digest) continue;
    gaps.add(
      "/",
      `the image also has ${other.platform ?? "another manifest"} (${other.digest})`,
      "that variant; name its platform to read it",
    );
  }
  return chosen;
}

function descriptorsOf(document: unknown): Descriptor[] {
  const manifests = fieldOf(document, "manifests");
  if (!Array.isArray(manifests)) return [];
  return manifests.flatMap((entry: unknown) => {
    const digest = fieldOf(entry, "digest");
    if (typeof digest !== "string" || !DIGEST.test(digest)) return [];
    return [{ digest, platform: platformOf(fieldOf(entry, "platform")) }];
  });
}

function platformOf(value: unknown): string | null {
  const parts = [fieldOf(value, "os"), fieldOf(value, "architecture"), fieldOf(value, "variant")];
  const text = parts.filter((part) => typeof part === "string" && /^[\w.-]{1,40}$/.test(part));
  return text.length < 2 ? null : text.join("/");
}

async function layersOf(files: ImageFiles, manifest: unknown, layers: readonly unknown[]): Promise<Layer[]> {
  const config = fieldOf(fieldOf(manifest, "config"), "digest");
  const names =
    typeof config === "string" && DIGEST.test(config) ? await diffIds(files, blobPath(config)) : [];
  return layers.map((layer, i) => {
    const digest = fieldOf(layer, "digest");
    if (typeof digest !== "string" || !DIGEST.test(digest))
      throw new TargetError("The image's manifest names a layer without a digest.", "Check the image.");
    return { path: blobPath(digest), name: names[i] ?? digest, digest };
  });
}

/**
 * The digests of the expanded layers from an image's configuration, as `docker inspect` shows them. They name a layer
 * alike however it is stored.
 */
export async function diffIds(files: ImageFiles, path: string): Promise<readonly string[]> {
  const bytes = await files.text(path);
  if (bytes === null) return [];
  try {
    const ids = fieldOf(fieldOf(JSON.parse(new TextDecoder().decode(bytes)), "rootfs"), "diff_ids");
    if (!Array.isArray(ids)) return [];
    return ids.map((id: unknown) => (typeof id === "string" && DIGEST.test(id) ? id : "?"));
  } catch {
    return [];
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

/** A field of what may be an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
