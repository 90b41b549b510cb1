import { evidenceOf } from "./evidence.ts";
import { dpkg, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

const ACCUSED: ReadonlySet<string> = new Set(["fragment", "drop-in", "program", "script", "library"]);

/** A unit, program or script differs from what its package installed. */
export const packagedFileModified: ActivationRule = {
  id: "packaged-file-modified",
  subject: "activation",
  title: "A packaged file is not what the package installed",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1554", "T1543.002", "T1053.006"],
  controls: ["SI-7", "CM-5"],
  why: "Units and programs of packages are never edited in place by any tool of the system: the next upgrade would undo it. A change of one is a person, or an intruder.",
  benign: [
    "Configuration files, which may be edited (not accused)",
    "An administrator who edited the vendor's file instead of adding a drop-in",
  ],
  clears: "reinstall the package and put the wanted change in a drop-in",
  references: ["https://attack.mitre.org/techniques/T1554/", "man:debsums(1)"],

  *check({ closure }, inventory) {
    const said = new Set<string>();
    for (const file of closure.files) {
      const { provenance, role, path } = file;
      if (!ACCUSED.has(role) || provenance?.content !== "modified" || provenance.owner === null) continue;
      if (said.has(path)) continue;
      said.add(path);
      yield {
        says: `${path} is not as ${provenance.owner.package} ${provenance.owner.version} shipped it: ${provenance.how}`,
        evidence: [evidenceOf(inventory, file, provenance.how)],
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        ...dpkg(
          ["/usr/lib/systemd/system/vendor.timer", "/usr/lib/systemd/system/vendor.service"],
          "00000000000000000000000000000000  usr/lib/systemd/system/vendor.service\n",
        ),
      }),
      timed("", {
        "/etc/systemd/system/job.service": "[Unit]\nWants=a.service\n[Service]\nExecStart=/usr/bin/tool\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/bin/tool\n",
        "/usr/bin/tool": "ELF",
        ...dpkg(["/usr/bin/tool"], "00000000000000000000000000000000  usr/bin/tool\n"),
      }),
    ],
    finds: {
      2: [
        "suspicious high high /etc/systemd/system/job.service:4: /usr/bin/tool is not as vendor 1.0 shipped it: listed in /var/lib/dpkg/info/vendor.list; md5 differs from vendor.md5sums",
      ],
    },
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true"),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        ...dpkg(["/etc/logrotate.conf"], "00000000000000000000000000000000  etc/logrotate.conf\n"),
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "weekly\n",
      }),
    ],
  }),
};
