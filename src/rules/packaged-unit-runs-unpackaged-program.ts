import { evidenceAt } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isPackaged, standingOf } from "./standing.ts";

/** The package ships the unit and not the program it names, yet the program is there. */
export const packagedUnitRunsUnpackagedProgram: ActivationRule = {
  id: "packaged-unit-runs-unpackaged-program",
  subject: "activation",
  title: "A package's unit runs a program that no package ships",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1053.006", "T1195.002", "T1554"],
  controls: ["SI-7", "CM-5", "SR-11"],
  why: "A package that makes its program in a maintainer script keeps it out of every list and checksum; so do rogue packages. The other way round, a program put where a package's unit looks for it runs without any unit being touched.",
  benign: [
    "Packages that download an agent into /opt (not accused)",
    "Alternatives and generated caches (not accused)",
  ],
  clears: "ship the program in the package",
  references: ["https://attack.mitre.org/techniques/T1195/002/"],

  *check(activation, inventory) {
    const { closure } = activation;
    for (const command of closure.commands) {
      const [first] = command.followed.reached;
      if (first === undefined || !first.exists) continue;
      const fragment = fragmentOf(closure, command.unit);
      if (fragment === null || !isPackaged(fragment, inventory)) continue;
      if (command.exec.span.path !== fragment.path) continue;
      const file = closure.files.find(({ path }) => path === first.path);
      if (file === undefined || standingOf(file, inventory) !== "unpackaged") continue;
      yield {
        says: `${command.unit} of the package ${fragment.provenance?.owner?.package ?? "?"} runs ${first.path}, which no package ships`,
        evidence: [evidenceAt(inventory, command.exec.span)],
      };
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/lib/vendor/run", { "/usr/lib/vendor/run": script() }),
      shipped("vendor", "ExecStart=/usr/lib/vendor/run", {
        "/usr/lib/vendor/run": script(),
        "/etc/systemd/system/vendor.service": { link: "/usr/lib/systemd/system/vendor.service" },
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true",
        {
          "/usr/lib/vendor/run": script(),
          "/usr/share/vendor/vendor.service": "[Service]\nExecStart=/usr/lib/vendor/run\n",
          "/etc/systemd/system/vendor.service": { link: "/usr/share/vendor/vendor.service" },
        },
        "OnCalendar=daily",
        ["/usr/share/vendor/vendor.service"],
      ),
    ],
    finds: {
      2: [
        "suspicious high medium /usr/lib/systemd/system/vendor.service:6: vendor.service of the package vendor runs /usr/lib/vendor/run, which no package ships",
      ],
    },
    quiet: [
      shipped(
        "vendor",
        "ExecStart=/usr/lib/vendor/run",
        { "/usr/lib/vendor/run": script() },
        "OnCalendar=daily",
        ["/usr/lib/vendor/run"],
      ),
      shipped("vendor", "ExecStart=/usr/lib/vendor/run", dpkg(["/usr/lib/systemd/system/vendor.timer"])),
      shipped("vendor", "ExecStart=/usr/lib/vendor/gone"),
      timed("ExecStart=/usr/lib/vendor/run", { "/usr/lib/vendor/run": script(), ...dpkg([]) }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/usr/lib/vendor/run": script(),
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPost=/usr/lib/vendor/run\n",
      }),
      shipped("vendor", "ExecStart=/opt/vendor/bin/run", { "/opt/vendor/bin/run": script() }),
      shipped(
        "vendor",
        "ExecStart=/bin/sh -c /usr/lib/vendor/run",
        { "/usr/lib/vendor/run": script(), "/bin/sh": script() },
        "OnCalendar=daily",
        ["/bin/sh"],
      ),
      shipped("vendor", "ExecStart=/usr/local/bin/gone"),
    ],
  }),
};
