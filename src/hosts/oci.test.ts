import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Fields, listing, tarOf, textAt, valueAt } from "./archive.test-support.ts";
import { type ArchiveHost, isArchive, TargetError } from "./archive.ts";
import { openTarget } from "./open.ts";

/** Layers of one image, lowest first, with every kind of whiteout. */
const LAYERS: readonly (readonly Fields[])[] = [
  [
    { name: "etc/base", data: "base" },
    { name: "etc/gone", data: "gone" },
    { name: "etc/changed", data: "old" },
    { name: "var/cache/a", data: "a" },
    { name: "usr/lib/", type: "5" },
    { name: "lib", type: "2", link: "usr/lib" },
    { name: "dir/below", data: "b" },
  ],
  [
    { name: "etc/.wh.gone" },
    { name: "etc/changed", data: "new" },
    { name: "var/cache/.wh..wh..opq" },
    { name: "var/cache/b", data: "b" },
    { name: "lib/systemd/x", data: "through" },
    { name: "hard", type: "1", link: "etc/base" },
    { name: "dir", data: "now a file" },
  ],
  [{ name: "etc/.wh.nothing" }, { name: "etc/gone2/.wh..wh..opq" }, { name: "top", data: "top" }],
];

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The files of an OCI layout and of a `docker save` archive of the same image. */
function image(pack: (bytes: Uint8Array) => Uint8Array): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const blob = (bytes: Uint8Array): string => {
    files[`blobs/sha256/${sha(bytes)}`] = bytes;
    return `sha256:${sha(bytes)}`;
  };
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const tars = LAYERS.map((layer) => tarOf(...layer));
  const config = blob(
    json({ rootfs: { type: "layers", diff_ids: tars.map((tar) => `sha256:${sha(tar)}`) } }),
  );
  const layers = tars.map((tar) => blob(pack(tar)));
  const manifest = blob(json({ config: { digest: config }, layers: layers.map((digest) => ({ digest })) }));
  const other = blob(json({ layers: [] }));
  files["oci-layout"] = json({ imageLayoutVersion: "1.0.0" });
  files["index.json"] = json({
    manifests: [
      { digest: other, platform: { os: "linux", architecture: "arm64" } },
      { digest: other, platform: { os: "unknown", architecture: "unknown" } },
      { digest: manifest, platform: { os: "linux", architecture: "amd64" } },
    ],
  });
  const path = (digest: string): string => `blobs/${digest.replace(":", "/")}`;
  files["manifest.json"] = json([
    { Config: path(config), RepoTags: ["a:1"], Layers: layers.map(path) },
    { RepoTags: ["b:2"] },
  ]);
  return files;
}

function write(files: Readonly<Record<string, Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "timerwarden-"));
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}

function packed(
  files: Readonly<Record<string, Uint8Array>>,
  pack: (bytes: Uint8Array) => Uint8Array,
): string {
  const bytes = tarOf(...Object.entries(files).map(([name, data]) => ({ name, data })));
  return join(write({ "image.tar": pack(bytes) }), "image.tar");
}

async function open(target: string): Promise<{ readonly host: ArchiveHost; readonly guess: string | null }> {
  const { host, guess } = await openTarget(target);
  if (!isArchive(host)) throw new Error("expected an archive");
  return { host, guess };
}

const plain = (bytes: Uint8Array): Uint8Array => bytes;
const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes);
const layout = image(gzip);
const withoutIndex = (files: Record<string, Uint8Array>): Record<string, Uint8Array> =>
  Object.fromEntries(
    Object.entries(files).filter(([name]) => name !== "index.json" && name !== "oci-layout"),
  );

const PLACES: readonly [string, () => string, string][] = [
  ["an OCI directory", () => write(layout), "an OCI image layout"],
  ["an OCI tar", () => packed(layout, plain), "an OCI image layout in a tar archive"],
  ["an OCI tar, gzip", () => packed(layout, gzip), "an OCI image layout in a tar archive, gzip"],
  ["an OCI directory, plain layers", () => write(image(plain)), "an OCI image layout"],
  ["docker save", () => packed(withoutIndex(image(plain)), plain), "a docker save archive"],
  ["docker save, gzip", () => packed(withoutIndex(image(plain)), gzip), "a docker save archive, gzip"],
];

describe.each(PLACES)("%s", async (_name, place, words) => {
  const { host, guess } = await open(place());
  const name = (layer: number): string => `sha256:${sha(tarOf(...(LAYERS[layer] ?? [])))}`;

  test("is recognised", () => expect(guess).toMatch(new RegExp(`as ${words}$`)));

  test("whiteouts hide what lies below, and only that", () => {
    expect(host.lstat("/etc/gone").kind).toBe("absent");
    expect(valueAt(host.readDirectory("/var/cache")).map((entry) => entry.name)).toEqual(["b"]);
    const paths = Object.keys(listing(host, () => 0));
    expect(paths.filter((path) => path.includes(".wh."))).toEqual([]);
  });

  test("later layers win, through links of lower ones too", async () => {
    for (const path of ["/lib/systemd/x", "/etc/changed", "/hard", "/dir", "/top"]) host.readFile(path);
    while (host.wanted().length > 0 && (await host.fetch()))
      for (const path of host.wanted()) host.readFile(path);
    expect(textAt(host, "/etc/changed")).toBe("new");
    expect(textAt(host, "/usr/lib/systemd/x")).toBe("through");
    expect(textAt(host, "/hard")).toBe("base");
    expect(textAt(host, "/dir")).toBe("now a file");
    expect(textAt(host, "/top")).toBe("top");
  });

  test("the layer of each file is named alike everywhere", () => {
    expect(host.layerOf("/etc/base")).toBe(name(0));
    expect(host.layerOf("/etc/changed")).toBe(name(1));
    expect(host.layerOf("/top")).toBe(name(2));
    expect(host.layerOf("/nowhere")).toBeNull();
  });

  test("what was not read is told", () => {
    const told = host.gaps.map((gap) => gap.reason).join("\n");
    expect(told).toMatch(
      words.startsWith("docker") || words.startsWith("a docker")
        ? /also holds the image b:2/
        : /also has linux\/arm64/,
    );
    expect(told).not.toContain("unknown/unknown");
  });
});

describe("damaged images", () => {
  test("a missing layer is a gap, the others are read", async () => {
    const files = { ...layout };
    delete files[`blobs/sha256/${sha(gzip(tarOf(...(LAYERS[1] ?? []))))}`];
    const { host } = await open(write(files));
    expect(host.gaps.map((gap) => gap.reason).join()).toContain("its blob is missing");
    host.readFile("/top");
    await host.fetch();
    expect(textAt(host, "/top")).toBe("top");
  });

  test("a blob that is a link out of the layout is not followed", async () => {
    const path = `blobs/sha256/${sha(gzip(tarOf(...(LAYERS[0] ?? []))))}`;
    const { [path]: bytes, ...files } = layout;
    const root = write(files);
    symlinkSync(join(write({ outside: bytes ?? new Uint8Array(0) }), "outside"), join(root, path));
    const { host } = await open(root);
    expect(host.gaps.map((gap) => gap.reason).join()).toContain("its blob is missing");
    expect(host.lstat("/etc/base").kind).toBe("absent");
  });

  test.each([
    ["no manifest in the index", { "index.json": "{}" }],
    ["an index that is no JSON", { "index.json": "{" }],
    [
      "a digest that climbs",
      { "index.json": '{"manifests":[{"digest":"sha256:../../../../../../etc/passwd"}]}' },
    ],
    ["an index of itself", { "index.json": `{"manifests":[{"digest":"sha256:${"a".repeat(64)}"}]}` }],
    ["a layer without digest", { "index.json": '{"layers":[{}]}' }],
  ])("%s is a typed error", async (_name, changes) => {
    const texts = Object.entries(changes).map(([path, text]) => [path, Buffer.from(text)]);
    await expect(open(write({ ...layout, ...Object.fromEntries(texts) }))).rejects.toThrow(TargetError);
  });
});
