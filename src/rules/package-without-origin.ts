import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOfFile } from "./evidence.ts";
import { numbers, shipped } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { ownFile } from "./subject.ts";

/** Paths besides documentation that a package may list and still count as small, and as nothing but its timer. */
const SMALL = 12;
const TINY = 4;
/** Bytes: a list this long names more than a small package's files. */
const MAX_LIST = 4096;

/** The timer comes from a package so small that it is little but the timer, which no configured repository offers. */
export const packageWithoutOrigin: ActivationRule = {
  id: "package-without-origin",
  subject: "activation",
  title: "It comes from a package that no repository offers",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1195.002", "T1072", "T1053.006"],
  controls: ["SR-11", "CM-5", "SI-7"],
  why: "Being in a package is no innocence: a package that holds a timer and little else, and comes from no repository, is a handy way to plant one with every checksum right.",
  benign: [
    "Packages built in-house and installed by hand",
    "Packages with their papers in order and more than a timer (told by package-not-in-repositories at greater depth)",
    "Packages of a repository that was removed since",
  ],
  clears: "offer the package in a signed repository that the host is configured for",
  references: ["https://attack.mitre.org/techniques/T1195/002/"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const owner = ownFile(activation)?.provenance?.owner;
    if (owner?.manager !== "dpkg" || !isSmall(owner.package, inventory)) return;
    if (inventory.packages.originOf(owner).kind !== "not-listed") return;
    const path = `/var/lib/dpkg/info/${owner.package}.list`;
    yield {
      says: `${activation.unit} comes with ${owner.package} ${owner.version}, which no configured repository offers`,
      evidence: [
        evidenceOfFile(activation.record.loaded.path ?? path),
        evidenceOfFile(path, "little but the timer"),
      ],
    };
  },

  examples: () => ({
    fires: [
      uploaded([]),
      uploaded([
        "/usr",
        "/usr/share",
        "/usr/share/vendor",
        ..."abcdefg".split("").map((name) => `/usr/share/vendor/${name}`),
        "/usr/lib",
        "/usr/lib/systemd",
        "/usr/lib/systemd/system",
        "/etc",
        "/lib",
        "/lib/a",
      ]),
      uploaded([
        ...numbers(10).map((number) => `/srv/vendor-${number}`),
        "/usr/share",
        "/usr/share/a",
        "/usr/share/b",
      ]),
    ],
    quiet: [
      uploaded([], "vendor"),
      shipped("vendor", "ExecStart=/usr/bin/true"),
      uploaded(numbers(40).map((number) => `/usr/bin/vendor-${number}`)),
      uploaded([
        "/usr/share/doc/vendor/copyright",
        ...numbers(3).map((number) => `/usr/bin/vendor-${number}`),
      ]),
      uploaded(numbers(300).map((number) => `/usr/share/vendor/page-${number}`)),
    ],
  }),
};

/** A timer of the package `vendor`, which also lists these paths, where apt's repository offers one package. */
function uploaded(paths: readonly string[], offered = "other"): Tree {
  const lists = {
    "/var/lib/apt/lists/deb.example.test_dists_stable_main_binary-amd64_Packages": `Package: ${offered}\nVersion: 1.0\n\n`,
  };
  return shipped("vendor", "ExecStart=/usr/bin/true", lists, "OnCalendar=daily", paths);
}

function isSmall(name: string, { host }: Inventory): boolean {
  const list = host.readFile(`/var/lib/dpkg/info/${name}.list`, MAX_LIST);
  if (list.kind !== "present" || list.value.truncated) return false;
  const paths = new TextDecoder()
    .decode(list.value.bytes)
    .split("\n")
    .filter((path) => path !== "/.");
  const directories = new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/"))));
  const files = paths.filter((path) => !path.startsWith("/usr/share/") && !directories.has(path));
  // Debian's policy wants a copyright file of every package; who builds one in a hurry leaves it out.
  const hasPapers = paths.includes(`/usr/share/doc/${name.replace(/:.*/, "")}/copyright`);
  return files.length <= (hasPapers ? TINY : SMALL);
}
