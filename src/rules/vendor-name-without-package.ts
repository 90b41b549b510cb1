import type { TimerActivation } from "../inventory/activation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOfFile } from "./evidence.ts";
import { dpkg, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isPackaged, standingOf } from "./standing.ts";
import { commandsNamed, stemOf } from "./subject.ts";
import { claimedName, WELL_KNOWN_TIMERS } from "./vendor-name.ts";

/** A timer, or what it starts, has a name that belongs to somebody whose package did not put it there. */
export const vendorNameWithoutPackage: ActivationRule = {
  id: "vendor-name-without-package",
  subject: "activation",
  title: "Bears a vendor's name, and no package of the vendor ships it",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1036.004", "T1036.005", "T1053.006"],
  controls: ["CM-5", "CM-8", "SI-7"],
  why: "Whoever reads a list of timers passes over names of systemd, D-Bus or a well-known daemon. PANIX plants dbus-org.freedesktop.resolved.timer, Gomir syslogd.",
  benign: [
    "Aliases and snaps that systemctl enable or snapd made (not accused)",
    "Hosts without a package database (not accused)",
  ],
  clears: "rename the unit after what it does",
  references: ["https://attack.mitre.org/techniques/T1036/004/", "https://github.com/Aegrah/PANIX"],

  *check(activation, inventory) {
    if (activation.kind === "job") return;
    const { closure, record } = activation;
    const said = new Set<string>();
    for (const loaded of [record.loaded, record.target]) {
      if (loaded === null || loaded.state !== "loaded" || loaded.path === null) continue;
      if (loaded.path.startsWith("/run/systemd/generator")) continue;
      const file = fragmentOf(closure, loaded.primaryId);
      if (file === null) continue;
      const standing = standingOf(file, inventory);
      if (standing !== "unpackaged" && standing !== "vendor-tree") continue;
      for (const name of loaded.names) {
        const isAlias = name !== loaded.primaryId && WELL_KNOWN_TIMERS.includes(stemOf(name));
        const owner = claimedName(stemOf(name)) ?? (isAlias ? "a distribution's timer" : null);
        if (owner === null || said.has(stemOf(name))) continue;
        if (owner === "snapd" && runsOnlySnaps(activation, inventory)) continue;
        said.add(stemOf(name));
        yield {
          says: `${name} has a name of ${owner}, and ${file.path} belongs to no package`,
          evidence: [evidenceOfFile(file.path, "not in any package's list")],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      {
        ...dpkg([]),
        "/usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer": "[Timer]\nOnCalendar=*:*\n",
        "/usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.service":
          "[Service]\nExecStart=/usr/bin/id\n",
      },
      timed("ExecStart=/usr/bin/id", {
        ...dpkg([]),
        "/etc/systemd/system/systemd-netd.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/id", {
        ...dpkg([]),
        "/etc/systemd/system/systemd-netd.timer": { link: "/opt/x/units/systemd-netd.timer" },
        "/opt/x/units/systemd-netd.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      {
        ...dpkg(["/usr/bin/other"]),
        "/usr/bin/snap": "ELF",
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nExecStart=/usr/bin/snap run a.job\n",
      },
      {
        ...dpkg(["/usr/bin/snap"]),
        "/usr/bin/snap": "ELF",
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nExecStart=/usr/bin/snap install x\n",
      },
      timed("ExecStart=/usr/bin/id", {
        ...dpkg([]),
        "/etc/systemd/system/plocate-updatedb.timer": { link: "/etc/systemd/system/job.timer" },
      }),
      {
        ...dpkg(["/usr/bin/snap", "/usr/bin/other"]),
        "/usr/bin/snap": "ELF",
        "/usr/bin/other": "ELF",
        "/etc/systemd/system/systemd-netd.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
        "/etc/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/snap run a.job\n",
      },
      {
        ...dpkg([]),
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nSuccessAction=reboot\n",
      },
      {
        ...dpkg(["/usr/bin/snap", "/usr/bin/other"]),
        "/usr/bin/snap": "ELF",
        "/usr/bin/other": "ELF",
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nExecStart=/usr/bin/other run a.job\n",
      },
    ],
    finds: {
      6: [
        "suspicious high medium /etc/systemd/system/job.timer:0: plocate-updatedb.timer has a name of a distribution's timer, and /etc/systemd/system/job.timer belongs to no package",
        "suspicious high medium /etc/systemd/system/job.timer:0: plocate-updatedb.timer has a name of a distribution's timer, and /etc/systemd/system/job.timer belongs to no package",
      ],
      1: [
        "suspicious high medium /usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer:0: dbus-org.freedesktop.resolved.timer has a name of D-Bus names, which are aliases of packaged services, and /usr/local/lib/systemd/system/dbus-org.freedesktop.resolved.timer belongs to no package",
      ],
    },
    quiet: [
      {
        ...dpkg(["/usr/bin/snap"]),
        "/usr/bin/snap": "ELF",
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nExecStart=/usr/bin/snap run a.job\n",
      },
      {
        "/etc/systemd/system/snap.a.job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/snap.a.job.service": "[Service]\nExecStart=/usr/bin/snap run a.job\n",
      },
      timed("ExecStart=/usr/bin/id", dpkg([])),
      shipped("systemd-tmpfiles-clean", "ExecStart=/usr/bin/systemd-tmpfiles --clean"),
      timed("ExecStart=/usr/bin/id", {
        ...dpkg([]),
        "/etc/systemd/system/systemd-netd.timer": { link: "/dev/null" },
        "/run/systemd/generator/systemd-job.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      timed("ExecStart=/usr/bin/id", {
        ...dpkg([]),
        "/etc/systemd/system/nightly.timer": { link: "/etc/systemd/system/job.timer" },
      }),
      {
        ...dpkg([]),
        "/etc/systemd/system/plocate-updatedb.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/plocate-updatedb.service": "[Service]\nExecStart=/usr/bin/id\n",
      },
    ],
  }),
};

/** What snapd writes runs `snap run` of a package, if the host tells of packages: it starts installed snaps only. */
function runsOnlySnaps(activation: TimerActivation, inventory: Inventory): boolean {
  const commands = commandsNamed(activation);
  return (
    commands.length > 0 &&
    commands.every(
      ({ exec: { path, argv } }) =>
        path === "/usr/bin/snap" &&
        argv[1] === "run" &&
        (!inventory.packages.hasDatabase ||
          isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory)),
    )
  );
}
