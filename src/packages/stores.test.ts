import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { openStores } from "./stores.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const DEPLOYMENT = `/ostree/deploy/fedora/deploy/${"a".repeat(64)}.0`;

describe("openStores", () => {
  test.each<[string, Record<string, MemoryEntry>, string | null, string | null, boolean | null]>([
    [`/nix/store/${HASH}-xz-5.6.3/bin/xz`, {}, "nix", "xz-5.6.3", true],
    [`/gnu/store/${HASH}-hello-2.12/bin/hello`, {}, "guix", "hello-2.12", true],
    ["/nix/store/short-xz/bin/xz", {}, null, null, null],
    [`/nix/store/${HASH.replace("0", "e")}-x/bin/x`, {}, null, null, null],
    [`/home/u/nix/store/${HASH}-x/bin/x`, {}, null, null, null],
    [`${DEPLOYMENT}/usr/bin/x`, {}, "ostree", `fedora/${"a".repeat(64)}.0`, true],
    [`${DEPLOYMENT}/etc/x`, {}, null, null, null],
    ["/usr/bin/x", { "/ostree/repo/config": "" }, "ostree", null, true],
    ["/etc/systemd/system/x.timer", { "/ostree/repo/config": "" }, null, null, null],
    ["/usr/bin/x", { "/etc/os-release": 'NAME=x\nID="flatcar"\n' }, "flatcar", null, true],
    ["/usr/bin/x", { "/etc/os-release": "ID=debian\nVARIANT_ID=flatcar\n" }, null, null, null],
    ["/usr/bin/x", {}, null, null, null],
    ["/snap/core22/1612/usr/bin/x", {}, "snap", "core22/1612", true],
    ["/var/lib/snapd/snap/lxd/x1/bin/lxd", {}, "snap", "lxd/x1", true],
    ["/snap/bin/lxd", {}, null, null, null],
    ["/var/lib/flatpak/app/org.example.App/x/files/bin/app", {}, "flatpak", "org.example.App", false],
    [
      "/etc/systemd/system/snap.certbot.renew.timer",
      { "/var/lib/snapd/snaps/certbot_4000.snap": "" },
      "snap",
      "certbot",
      false,
    ],
    ["/etc/systemd/system/snap.certbot.renew.timer", {}, null, null, null],
    [
      "/etc/systemd/system/snap.cert.renew.timer",
      { "/var/lib/snapd/snaps/certbot_4000.snap": "" },
      null,
      null,
      null,
    ],
  ])("%s with %j: %s", (path, tree, store, member, immutable) => {
    const place = openStores(memoryHost({ [path]: "", ...tree })).storeOf(path);
    expect([place?.store ?? null, place?.member ?? null, place?.immutable ?? null]).toEqual([
      store,
      member,
      immutable,
    ]);
  });

  test("a unit that is a chain of links into the store is the store's", () => {
    const unit = `/nix/store/${HASH}-unit-backup.timer/backup.timer`;
    const host = memoryHost({
      "/etc/systemd/system": { link: "/etc/static/systemd" },
      "/etc/static/systemd": { link: `/nix/store/${HASH}-units` },
      [`/nix/store/${HASH}-units/backup.timer`]: { link: unit },
      [unit]: "[Timer]\n",
    });
    expect(openStores(host).storeOf("/etc/systemd/system/backup.timer")).toMatchObject({
      store: "nix",
      member: "unit-backup.timer",
      registered: null,
    });
  });
});

const python = spawnSync("python3", ["-c", "import sqlite3"]).status === 0;
const why = python ? "" : " (SKIPPED: no python3 with sqlite3)";

test.skipIf(!python)(`the store's database tells registered items from planted ones${why}`, () => {
  const work = mkdtempSync(join(tmpdir(), "timerwarden-nix-"));
  const path = join(work, "db.sqlite");
  const schema =
    "CREATE TABLE ValidPaths (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE NOT NULL, hash TEXT)";
  const insert = `INSERT INTO ValidPaths(path, hash) VALUES ('/nix/store/${HASH}-good', 'sha256:0')`;
  const script = `import sqlite3,sys;d=sqlite3.connect(sys.argv[1]);d.execute(sys.argv[2]);d.execute(sys.argv[3]);d.commit()`;
  expect(spawnSync("python3", ["-c", script, path, schema, insert]).status).toBe(0);
  const database = readFileSync(path);
  rmSync(work, { recursive: true });
  const stores = openStores(memoryHost({ "/nix/var/nix/db/db.sqlite": database }));
  expect(stores.storeOf(`/nix/store/${HASH}-good/bin/x`)?.registered).toBe(true);
  expect(stores.storeOf(`/nix/store/${HASH}-evil/bin/x`)?.registered).toBe(false);
  expect(stores.storeOf(`/nix/store/${HASH}-evil/bin/x`)?.how).toContain("does not list it");
});
