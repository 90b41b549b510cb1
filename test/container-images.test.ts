/** Images that real tools have built, beside what those tools unpack of them. */
import { execFileSync, spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listing, valueAt } from "../src/hosts/archive.test-support.ts";
import { isArchive } from "../src/hosts/archive.ts";
import { openDirectory } from "../src/hosts/directory.ts";
import type { Host } from "../src/hosts/host.ts";
import { openTarget } from "../src/hosts/open.ts";
import { readInventory } from "../src/inventory/inventory.ts";
import { auditReport } from "../src/report/build.ts";
import type { AuditReport } from "../src/report/envelope.ts";
import { judge } from "../src/rules/judge.ts";
import { UTC_ONLY } from "../src/time/zone.ts";

const missing = ["umoci", "skopeo"].filter((name) => spawnSync(name, ["--version"]).error !== undefined);
if (process.getuid?.() !== 0) missing.push("root");
const NOW = 1_795_415_880_000_000;

/** What each layer adds to (a text, a link) or takes from (`null`) the one below. */
const LAYERS: readonly Readonly<Record<string, string | { readonly link: string } | null>>[] = [
  {
    "etc/os-release": "ID=debian\n",
    "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timers\n",
    "usr/lib/systemd/system/old.timer": "[Timer]\nOnCalendar=daily\n",
    "usr/lib/systemd/system/old.service": "[Service]\nExecStart=/usr/bin/old\n",
    "usr/bin/old": "#!/bin/sh\ntrue\n",
    "var/cache/a/b": "below an opaque directory",
    "var/cache/c": "c",
    "srv/file": "a file, later a directory",
    "srv/directory/x": "a directory, later a file",
    lib: { link: "usr/lib" },
  },
  {
    "etc/systemd/system/evil.timer": "[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n",
    "etc/systemd/system/evil.service": "[Service]\nExecStart=/dev/shm/.x/kworkerd\n",
    "etc/systemd/system/timers.target.wants/evil.timer": { link: "../evil.timer" },
    "lib/systemd/system/through-a-link.service": "[Service]\nExecStart=/bin/true\n",
    "usr/lib/systemd/system/old.timer": null,
    "srv/file": null,
    "srv/file/inside": "x",
    "srv/directory": null,
  },
  { "srv/directory": "now a file", "etc/systemd/system/top.service": "[Service]\nExecStart=/bin/true\n" },
];

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, [...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 26,
  });

function change(root: string, layer: (typeof LAYERS)[number]): void {
  for (const [path, what] of Object.entries(layer)) {
    const at = join(root, path);
    if (what === null) {
      rmSync(at, { recursive: true });
      continue;
    }
    mkdirSync(dirname(at), { recursive: true });
    rmSync(at, { force: true, recursive: true });
    if (typeof what === "string")
      writeFileSync(at, what, { mode: path.startsWith("usr/bin") ? 0o4755 : 0o640 });
    else symlinkSync(what.link, at);
  }
}

/** All an audit can ask of a path, the time of directories apart: those are when the tool unpacked them. */
function facts(host: Host, path: string): unknown {
  const { kind, mode, uid, gid, size, mtimeNs, links } = valueAt(host.lstat(path));
  const isDirectory = kind === "directory";
  const content = host.readFile(path);
  return {
    ...{ kind, mode, uid, gid, size: isDirectory ? 0 : size, links: isDirectory ? 0 : links },
    seconds: kind === "file" && mtimeNs !== null ? mtimeNs / 1_000_000_000n : null,
    link: host.readLink(path),
    text: content.kind === "present" ? Buffer.from(content.value.bytes).toString() : null,
  };
}

async function reportOf(host: Host): Promise<AuditReport> {
  const read = (): AuditReport => {
    const inventory = readInventory(host, { zones: UTC_ONLY, nowUsec: NOW });
    return auditReport(inventory, judge(inventory, { depth: "everything" }));
  };
  let report = read();
  while (isArchive(host) && host.wanted().length > 0 && (await host.fetch())) report = read();
  return report;
}

const bare = (report: AuditReport): unknown =>
  report.findings.map((finding) => ({
    ...finding,
    evidence: finding.evidence.map(({ layer: _, ...evidence }) => evidence),
  }));

describe.skipIf(missing.length > 0)(
  `images of umoci and skopeo${missing.length > 0 ? ` — SKIPPED, there is no ${missing.join(", no ")} here` : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "timerwarden-image-"));
    const at = (name: string): string => join(folder, name);
    let diffIds: readonly string[] = [];

    beforeAll(() => {
      run("umoci", "init", "--layout", at("oci"));
      run("umoci", "new", "--image", `${at("oci")}:t`);
      for (const [number, layer] of LAYERS.entries()) {
        const bundle = at(`bundle${number}`);
        run("umoci", "unpack", "--image", `${at("oci")}:t`, bundle);
        change(join(bundle, "rootfs"), layer);
        if (number === 0) linkSync(join(bundle, "rootfs/usr/bin/old"), join(bundle, "rootfs/usr/bin/hard"));
        run("umoci", "repack", "--image", `${at("oci")}:t`, bundle);
      }
      mkdirSync(at("opaque/new"), { recursive: true });
      writeFileSync(at("opaque/new/file"), "new");
      run("umoci", "insert", "--opaque", "--image", `${at("oci")}:t`, at("opaque"), "/var/cache");
      run("umoci", "unpack", "--image", `${at("oci")}:t`, at("unpacked"));
      const blob = (digest: string): unknown =>
        JSON.parse(readFileSync(at(`oci/blobs/${digest.replace(":", "/")}`), "utf8"));
      const index = JSON.parse(readFileSync(at("oci/index.json"), "utf8")) as {
        manifests: { digest: string }[];
      };
      const manifest = blob(index.manifests[0]?.digest ?? "") as { config: { digest: string } };
      diffIds = (blob(manifest.config.digest) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids;
      const copy = (to: string, ...options: readonly string[]) =>
        run("skopeo", "--insecure-policy", "copy", "-q", ...options, `oci:${at("oci")}:t`, to);
      copy(`oci-archive:${at("oci.tar")}:t`);
      copy(`docker-archive:${at("docker.tar")}:example.test/t:t`);
      copy(`oci:${at("zstd")}:t`, "--dest-compress", "--dest-compress-format", "zstd");
      for (const name of ["oci", "docker"])
        writeFileSync(at(`${name}.tar.gz`), gzipSync(readFileSync(at(`${name}.tar`))));
    }, 120_000);

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each([
      ["oci", "an OCI image layout"],
      ["oci.tar", "an OCI image layout in a tar archive"],
      ["oci.tar.gz", "an OCI image layout in a tar archive, gzip"],
      ["zstd", "an OCI image layout"],
      ["docker.tar", "a docker save archive"],
      ["docker.tar.gz", "a docker save archive, gzip"],
    ])("%s: file by file what umoci unpacks, the same findings, and their layers", async (name, words) => {
      const { host, guess } = await openTarget(at(name));
      expect(guess).toMatch(new RegExp(`as ${words}$`));
      if (!isArchive(host)) throw new Error("expected an archive");
      do listing(host, (path) => host.readFile(path));
      while (host.wanted().length > 0 && (await host.fetch()));
      const unpacked = openDirectory(at("unpacked/rootfs"), "root:", false);
      expect(listing(host, (path) => facts(host, path))).toEqual(
        listing(unpacked, (path) => facts(unpacked, path)),
      );
      // umoci's `insert` writes its layer without an end mark; skopeo passes that on.
      expect(host.gaps.map(({ reason }) => reason)).toEqual([
        "the archive has no end mark; it may be cut off",
      ]);

      const [ours, theirs] = [await reportOf(host), await reportOf(unpacked)];
      expect(bare(ours)).toEqual(bare(theirs));
      const evil = ours.findings.filter(({ unit }) => unit === "evil.timer");
      expect(evil.length).toBeGreaterThan(0);
      const layers = new Set(
        evil.flatMap(({ evidence }) =>
          evidence.filter(({ path }) => path.includes("/evil.")).map(({ layer }) => layer),
        ),
      );
      expect([...layers]).toEqual([diffIds[1]]);
      expect(host.layerOf("/etc/systemd/system/top.service")).toBe(diffIds[2]);
      expect(host.layerOf("/var/cache/new/file")).toBe(diffIds[3]);
      expect(host.layerOf("/etc/passwd")).toBe(diffIds[0]);
    });
  },
);
