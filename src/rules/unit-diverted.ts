import { evidenceOfFile } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** dpkg-divert moved a packaged unit or program out of the way. */
export const unitDiverted: ActivationRule = {
  id: "unit-diverted",
  subject: "activation",
  title: "A packaged unit or program is diverted, so another stands in its place",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1574", "T1036.005", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "A local diversion makes upgrades write the genuine file elsewhere for ever, and whatever now stands at its path runs instead. Verification of the package still says all is well.",
  benign: [
    "Diversions made by a package (not accused)",
    "An administrator who replaces a program on purpose",
  ],
  clears: "remove the diversion with dpkg-divert --remove --rename",
  references: ["man:dpkg-divert(1)"],

  *check({ closure }) {
    const said = new Set<string>();
    for (const { role, path, provenance } of closure.files) {
      const diverted = provenance?.diverted;
      if (diverted === undefined || diverted.by !== null || role === "config") continue;
      if (said.has(diverted.from)) continue;
      said.add(diverted.from);
      yield {
        says: `${diverted.from} is diverted to ${diverted.to} by nobody's package`,
        evidence: [
          evidenceOfFile(path),
          evidenceOfFile("/var/lib/dpkg/diversions", `${diverted.from} → ${diverted.to}`),
        ],
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/var/lib/dpkg/diversions":
          "/usr/lib/systemd/system/vendor.timer\n/usr/lib/systemd/system/vendor.timer.distrib\n:\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/x\nExecStart=/usr/bin/x.real", {
        "/usr/bin/x": "ELF",
        "/usr/bin/x.real": "ELF",
        "/var/lib/dpkg/diversions": "/usr/bin/x\n/usr/bin/x.real\n:\n",
      }),
    ],
    finds: {
      2: [
        "suspicious high medium /usr/bin/x:0: /usr/bin/x is diverted to /usr/bin/x.real by nobody's package",
      ],
    },
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/var/lib/dpkg/diversions":
          "/usr/lib/systemd/system/vendor.timer\n/usr/lib/systemd/system/vendor.timer.distrib\nvendor-extra\n",
      }),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "weekly\n",
        "/var/lib/dpkg/diversions": "/etc/logrotate.conf\n/etc/logrotate.conf.distrib\n:\n",
      }),
    ],
  }),
};
