import { evidenceOf } from "./evidence.ts";
import { dpkg, shipped } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** The package database's own record of a file looks edited. */
export const packageRecordTampered: ActivationRule = {
  id: "package-record-tampered",
  subject: "activation",
  title: "The package's checksums were changed after its installation",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1565.001", "T1554", "T1053.006"],
  controls: ["SI-7", "CM-5"],
  why: "Checksums are written once, at installation. Newer ones are how a changed file is made to pass `dpkg -V` and debsums.",
  benign: ["debsums --generate, which writes missing checksums later"],
  clears: "reinstall the package from its repository",
  references: ["man:debsums(1)", "https://attack.mitre.org/techniques/T1565/001/"],

  *check({ closure }, inventory) {
    const said = new Set<string>();
    for (const file of closure.files) {
      const { provenance } = file;
      if (!provenance?.doubt || said.has(provenance.doubt)) continue;
      said.add(provenance.doubt);
      yield {
        says: `${file.path}: ${provenance.doubt}`,
        evidence: [evidenceOf(inventory, file, provenance.doubt)],
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        ...dpkg(["/usr/lib/systemd/system/vendor.timer", "/usr/lib/systemd/system/vendor.service"]),
        "/var/lib/dpkg/info/vendor.md5sums": {
          content: "00000000000000000000000000000000  usr/lib/systemd/system/vendor.service\n",
          mtimeNs: 1_790_000_000_000_000_000n,
        },
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /usr/lib/systemd/system/vendor.timer:0: /usr/lib/systemd/system/vendor.timer: /var/lib/dpkg/info/vendor.md5sums was written after the package was unpacked",
      ],
    },
    quiet: [shipped("vendor", "ExecStart=/usr/bin/true")],
  }),
};
