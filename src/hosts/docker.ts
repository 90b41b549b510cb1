import { type ArchiveHost, GapList, TargetError } from "./archive.ts";
import { diffIds, fieldOf } from "./oci.ts";
import { type ImageFiles, type ImageOptions, imageDocument, type Layer, stackLayers } from "./oci-image.ts";

/**
 * Opens what `docker save` writes (`manifest.json`, image specification v1.2): the first image of the archive.
 * Throws `TargetError`.
 */
export async function openDockerArchive(
  files: ImageFiles,
  target: string,
  options: ImageOptions = {},
): Promise<ArchiveHost> {
  const document = await imageDocument(files, "manifest.json");
  const images: readonly unknown[] = Array.isArray(document) ? document : [];
  const layers = fieldOf(images[0], "Layers");
  if (!Array.isArray(layers))
    throw new TargetError("manifest.json names no image with layers.", "Check that `docker save` finished.");
  const gaps = new GapList();
  for (const other of images.slice(1)) {
    const tags = fieldOf(other, "RepoTags");
    const name = Array.isArray(tags) && typeof tags[0] === "string" ? tags[0].slice(0, 200) : "without a tag";
    gaps.add("/", `the archive also holds the image ${name}`, "that image; save it alone to read it");
  }
  const config = fieldOf(images[0], "Config");
  const names = typeof config === "string" ? await diffIds(files, config) : [];
  const stack: Layer[] = layers.map((path: unknown, i) => {
    if (typeof path !== "string")
      throw new TargetError("manifest.json names a layer by no path.", "Check the archive.");
    // Since Docker 25 blobs are called by their digests here too.
    const [, algorithm, hex] = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(path) ?? [];
    const digest = hex === undefined ? null : `${algorithm}:${hex}`;
    return { path, name: names[i] ?? path.replace(/\/layer\.tar$/, ""), digest };
  });
  return stackLayers(files, stack, target, gaps, options);
}
