import { scopeName } from "../manager/scope.ts";
import { isGuard } from "../programs/places.ts";
import { evidenceOfFile } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import type { HostRule } from "./rule.ts";

/** A generated unit, stronger than /etc, bears the name of a vendor's. */
export const earlyUnitReplacesVendors: HostRule = {
  id: "early-unit-replaces-vendors",
  subject: "host",
  title: "A generator put another unit in the place of a vendor's",
  severity: "critical",
  confidence: "medium",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1543.002", "T1036.005"],
  controls: ["CM-5", "SI-4", "SI-7"],
  why: "generator.early outranks /etc and /usr: a generator that writes there replaces any unit before logging and agents start, and the file vanishes at reboot. It is how published work silences monitoring agents.",
  benign: [
    "Masks made for `systemd.mask=` on the kernel command line (milder unless they hit a security tool)",
  ],
  clears: "find the generator that wrote it, below system-generators, and remove it",
  references: [
    "man:systemd.generator(7)",
    "https://pberba.github.io/security/2022/02/07/linux-threat-hunting-for-persistence-systemd-generators/",
  ],

  *check({ managers }) {
    for (const { nameMap, scope } of managers)
      for (const [name, entries] of nameMap) {
        const [first] = entries;
        if (first === undefined || !first.directory.path.endsWith("/generator.early")) continue;
        const vendor = entries.find(({ directory }) => directory.kind === "vendor");
        if (vendor === undefined) continue;
        const isMask = first.link?.target === "/dev/null";
        yield {
          unit: name,
          scope: scopeName(scope),
          says: `${first.path} ${isMask ? "masks" : "replaces"} ${vendor.path}`,
          ...(isGuard(name) ? { signal: "hostile" as const } : isMask ? { signal: "odd" as const } : {}),
          evidence: [
            evidenceOfFile(first.path),
            evidenceOfFile(vendor.path, "the vendor's, which does not run"),
          ],
        };
      }
  },

  examples: () => ({
    fires: [
      shipped("rsyslog", "ExecStart=/usr/sbin/rsyslogd", {
        "/run/systemd/generator.early/rsyslog.service": "[Service]\nExecStart=/bin/echo\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/run/systemd/generator.early/vendor.service": { link: "/dev/null" },
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/run/systemd/generator.early/vendor.service": "[Service]\nExecStart=/bin/echo\n",
      }),
    ],
    finds: {
      1: [
        "hostile critical medium /run/systemd/generator.early/rsyslog.service:0: /run/systemd/generator.early/rsyslog.service replaces /usr/lib/systemd/system/rsyslog.service",
      ],
      2: [
        "odd critical medium /run/systemd/generator.early/vendor.service:0: /run/systemd/generator.early/vendor.service masks /usr/lib/systemd/system/vendor.service",
      ],
      3: [
        "suspicious critical medium /run/systemd/generator.early/vendor.service:0: /run/systemd/generator.early/vendor.service replaces /usr/lib/systemd/system/vendor.service",
      ],
    },
    quiet: [
      shipped("rsyslog", "ExecStart=/usr/sbin/rsyslogd", {
        "/run/systemd/generator.early/other.service": "[Service]\nExecStart=/bin/echo\n",
      }),
    ],
  }),
};
