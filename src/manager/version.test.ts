import { expect, test } from "vitest";
import { type MemoryEntry, memoryHost } from "../hosts/memory.ts";
import { systemdVersionOf } from "./version.ts";

const DPKG =
  "Package: systemd-sysv\nVersion: 1\n\nPackage: systemd\nStatus: install ok installed\nVersion: 252.38-1~deb12u1\n\n";

test.each<[string, Readonly<Record<string, MemoryEntry>>, number, number | null, string]>([
  ["dpkg", { "/var/lib/dpkg/status": DPKG }, 252, 38, "package"],
  [
    "dpkg and library agree",
    { "/var/lib/dpkg/status": DPKG, "/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so": "" },
    252,
    38,
    "package",
  ],
  [
    "a library of one's own",
    { "/var/lib/dpkg/status": DPKG, "/usr/lib/systemd/libsystemd-shared-257.so": "" },
    257,
    null,
    "library",
  ],
  [
    "library with a point",
    { "/usr/lib64/systemd/libsystemd-shared-256.12-1.fc41.so": "" },
    256,
    12,
    "library",
  ],
  ["pacman", { "/var/lib/pacman/local/systemd-257.3-1/desc": "" }, 257, 3, "package"],
  ["os-release", { "/etc/os-release": 'ID="rocky"\nVERSION_ID="9.4"\n' }, 252, null, "distribution"],
  [
    "os-release behind a link",
    {
      "/etc/os-release": { link: "../usr/lib/os-release" },
      "/usr/lib/os-release": "ID=ubuntu\nVERSION_ID='24.04'\n",
    },
    255,
    null,
    "distribution",
  ],
  ["nothing", {}, 252, 38, "assumed"],
])("systemd's version from %s", (_, tree, major, point, source) =>
  expect(systemdVersionOf(memoryHost(tree))).toMatchObject({ version: { major, point }, source }),
);
