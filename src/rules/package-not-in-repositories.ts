import { evidenceOfFile } from "./evidence.ts";
import { dpkg, shipped } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { ownFile } from "./subject.ts";

/** Timers of packages that no configured repository offers; reading apt's lists takes a second. */
export const packageNotInRepositories: HostRule = {
  id: "package-not-in-repositories",
  subject: "host",
  title: "It comes from a package that no configured repository offers",
  severity: "low",
  confidence: "medium",
  signal: "context",
  family: "provenance",
  depth: "thorough",
  techniques: ["T1195.002", "T1072"],
  controls: ["SR-11", "CM-5", "SI-7"],
  why: "Checksums say that files are what a package installed, not who made the package. One that no repository offers was installed by hand.",
  benign: ["Vendors that offer a single file to download", "Repositories removed after the installation"],
  clears: "offer the package in a signed repository that the host is configured for",
  references: ["https://attack.mitre.org/techniques/T1195/002/", "man:sources.list(5)"],

  *check(inventory) {
    const owned = inventory.activations().flatMap((activation) => {
      const owner = activation.kind === "timer" ? ownFile(activation)?.provenance?.owner : null;
      return owner?.manager === "dpkg" ? [{ activation, owner }] : [];
    });
    for (const { activation, owner } of owned)
      if (inventory.packages.originOf(owner).kind === "not-listed")
        yield {
          unit: activation.unit,
          scope: activation.scope,
          says: `${activation.unit} comes with ${owner.package} ${owner.version}, which no configured repository offers`,
          evidence: [evidenceOfFile(`/var/lib/dpkg/info/${owner.package}.list`)],
        };
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/var/lib/apt/lists/deb.example.test_dists_stable_main_binary-amd64_Packages":
          "Package: other\nVersion: 1.0\n\n",
      }),
    ],
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/var/lib/apt/lists/deb.example.test_dists_stable_main_binary-amd64_Packages":
          "Package: vendor\nVersion: 1.0\n\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true"),
      {
        ...dpkg(["/etc/cron.d/vendor"]),
        "/etc/cron.d/vendor": "0 3 * * * root true\n",
        "/var/lib/apt/lists/deb.example.test_dists_stable_main_binary-amd64_Packages":
          "Package: other\nVersion: 1.0\n\n",
      },
    ],
  }),
};
