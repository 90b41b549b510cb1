import { evidenceOfFile } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isPackaged, strayUnits } from "./standing.ts";
import { commandsNamed } from "./subject.ts";

const VENDOR = /^\/((usr\/)?lib|usr\/share)\/systemd\/(system|user)\//;
/** What a unit runs. */
const CODE: ReadonlySet<string> = new Set(["program", "script", "library"]);
/** Programs of software that was installed by hand as a whole. */
const INSTALLED = /^\/(usr\/)?(bin|sbin|lib|libexec)\/|^\/opt\/[^/]+\//;

/** A unit in the packages' own directory belongs to no package. */
export const unpackagedUnitInVendorDirectory: ActivationRule = {
  id: "unpackaged-unit-in-vendor-directory",
  subject: "activation",
  title: "A unit lies among the packages' own and belongs to none",
  severity: "medium",
  confidence: "medium",
  signal: "odd",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1036.005"],
  controls: ["CM-5", "CM-8", "SI-7"],
  why: "Only packages write to /usr/lib/systemd. What stands there without one is passed over by most scanners, which trust the directory.",
  benign: [
    "Agents installed by an archive or installer, with their program beside them (only noted)",
    "Images built without a package manager (not accused: nothing is known there)",
  ],
  clears: "install the software as a package, or put the unit in /etc/systemd/system",
  references: ["man:systemd.unit(5)", "https://attack.mitre.org/software/S1078/"],

  *check(activation, inventory) {
    for (const { path, unit } of strayUnits(activation.closure, inventory)) {
      if (!VENDOR.test(path)) continue;
      const commands = commandsNamed(activation).filter((command) => command.unit === unit);
      const isInstalled = commands.every(
        ({ exec }) => INSTALLED.test(exec.path) && inventory.host.stat(exec.path).kind === "present",
      );
      // Software somebody installed by hand brings its program along; this borrows what packages ship.
      const isBorrowed =
        commands.length > 0 &&
        activation.closure.files.every((file) => !CODE.has(file.role) || isPackaged(file, inventory));
      yield {
        says: `no package ships ${path}`,
        ...(isBorrowed
          ? { signal: "suspicious" as const }
          : isInstalled
            ? { signal: "context" as const, severity: "low" as const }
            : {}),
        evidence: [evidenceOfFile(path, "not in any package's list")],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        ...dpkg([]),
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/local/sbin/x\n",
        "/usr/local/sbin/x": script(),
      },
      {
        ...dpkg([]),
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/x\n",
        "/usr/lib/systemd/system/other.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/usr/lib/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/y\n",
        "/usr/bin/y": script(),
      },
      {
        ...dpkg(["/usr/bin/true"]),
        "/usr/bin/true": "ELF",
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    finds: {
      3: [
        "suspicious medium medium /usr/lib/systemd/system/job.service:0: no package ships /usr/lib/systemd/system/job.service",
        "context low medium /usr/lib/systemd/system/job.timer:0: no package ships /usr/lib/systemd/system/job.timer",
      ],
      1: [
        "odd medium medium /usr/lib/systemd/system/job.service:0: no package ships /usr/lib/systemd/system/job.service",
        "context low medium /usr/lib/systemd/system/job.timer:0: no package ships /usr/lib/systemd/system/job.timer",
      ],
      2: [
        "odd medium medium /usr/lib/systemd/system/job.service:0: no package ships /usr/lib/systemd/system/job.service",
        "context low medium /usr/lib/systemd/system/job.timer:0: no package ships /usr/lib/systemd/system/job.timer",
        "context low medium /usr/lib/systemd/system/other.timer:0: no package ships /usr/lib/systemd/system/other.timer",
        "context low medium /usr/lib/systemd/system/other.service:0: no package ships /usr/lib/systemd/system/other.service",
      ],
    },
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true"),
      {
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/local/sbin/x\n",
      },
      timed("ExecStart=/usr/bin/true", dpkg([])),
    ],
  }),
};
