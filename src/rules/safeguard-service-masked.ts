import { scopeName } from "../manager/scope.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, dpkg, shipped } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { otherUpdater, SAFEGUARDS } from "./safeguards.ts";
import { isPackaged } from "./standing.ts";

/** A service that protects the host is masked, and no timer shows it. */
export const safeguardServiceMasked: HostRule = {
  id: "safeguard-service-masked",
  subject: "host",
  title: "A service that protects the host is masked",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1489"],
  controls: ["SI-2", "SI-3", "SI-4", "AU-9"],
  why: "The timers still stand and look well. The service beside them that watches, logs or finishes what they do can no longer be started by anything.",
  benign: ["Images that are patched centrally: with a timer that updates the host the mask is only odd"],
  clears: "unmask it, or accept it with the owner of what does the work instead",
  references: ["https://attack.mitre.org/techniques/T1562/001/", "man:systemctl(1)"],

  *check(inventory) {
    const targets = new Set(inventory.timers.map(({ target }) => target?.primaryId));
    for (const manager of inventory.managers) {
      if (manager.scope.kind !== "system") continue;
      for (const [stem, what] of SAFEGUARDS) {
        const name = `${stem}.service`;
        const entries = manager.nameMap.get(name) ?? [];
        if (entries.length < 2 || targets.has(name)) continue;
        const { state, path } = manager.load(name);
        if (state !== "masked") continue;
        const isShipped = entries.some(({ directory }) => {
          const file = `${directory.path}/${name}`;
          return (
            file !== path && isPackaged({ path: file, provenance: inventory.provenanceOf(file) }, inventory)
          );
        });
        if (!isShipped) continue;
        const other = what === "installs security updates" ? otherUpdater(inventory) : null;
        yield {
          unit: name,
          scope: scopeName(manager.scope),
          says: `${name} is masked, which ${what}${other === null ? "" : `; ${other} may do so instead`}`,
          ...(other === null ? {} : { signal: "odd" as const, severity: "medium" as const }),
          evidence: [evidenceOfFile(path ?? name, "a link to /dev/null, or an empty file")],
        };
      }
    }
  },

  examples: {
    fires: [
      shipped("auditd", "ExecStart=/usr/sbin/auditd", {
        "/usr/lib/systemd/system/auditd.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/auditd.service": { link: "/dev/null" },
      }),
      shipped("unattended-upgrades", "ExecStart=/usr/bin/u", {
        "/usr/lib/systemd/system/unattended-upgrades.timer":
          "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/unattended-upgrades.service": "",
        "/etc/systemd/system/patch-agent.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/patch-agent.service": "[Service]\nExecStart=/opt/patch/agent\n",
        "/etc/systemd/system/timers.target.wants/patch-agent.timer": { link: "../patch-agent.timer" },
      }),
      shipped("auditd", "ExecStart=/usr/sbin/auditd", {
        "/usr/lib/systemd/system/auditd.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/auditd.service": { link: "/dev/null" },
        "/etc/systemd/system/patch-agent.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/patch-agent.service": "[Service]\nExecStart=/opt/patch/agent\n",
        "/etc/systemd/system/timers.target.wants/patch-agent.timer": { link: "../patch-agent.timer" },
      }),
    ],
    finds: {
      1: [
        "suspicious high medium /etc/systemd/system/auditd.service:0: auditd.service is masked, which looks for intruders or malware",
      ],
      2: [
        "odd medium medium /etc/systemd/system/unattended-upgrades.service:0: unattended-upgrades.service is masked, which installs security updates; patch-agent.timer may do so instead",
      ],
      3: [
        "suspicious high medium /etc/systemd/system/auditd.service:0: auditd.service is masked, which looks for intruders or malware",
      ],
    },
    quiet: [
      shipped("auditd", "ExecStart=/usr/sbin/auditd", {
        "/etc/systemd/system/auditd.service": { link: "/dev/null" },
      }),
      shipped("other", "ExecStart=/usr/sbin/auditd", {
        "/etc/systemd/system/auditd.service": { link: "/dev/null" },
        "/usr/lib/systemd/system/falco.service": "[Service]\nExecStart=/usr/bin/falco\n",
        "/etc/systemd/system/falco.service": { link: "/dev/null" },
      }),
      shipped("auditd", "ExecStart=/usr/sbin/auditd", {
        "/usr/lib/systemd/system/auditd.timer": "[Timer]\nOnCalendar=daily\nUnit=other.service\n",
        "/etc/systemd/system/auditd.service": "[Service]\nExecStart=/usr/sbin/auditd -f\n",
      }),
      {
        ...ACCOUNTS,
        ...dpkg(["/usr/lib/systemd/user/auditd.service"]),
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/lib/systemd/user/auditd.service": "[Service]\nExecStart=/usr/sbin/auditd\n",
        "/etc/systemd/user/auditd.service": { link: "/dev/null" },
      },
      {
        ...dpkg(["/etc/systemd/system/auditd.service"]),
        "/etc/systemd/system/auditd.service": { link: "/dev/null" },
        "/usr/local/lib/systemd/system/auditd.service": "[Service]\nExecStart=/usr/local/sbin/auditd\n",
      },
      {
        ...dpkg(["/usr/lib/systemd/system/falco.service", "/usr/lib/systemd/system/probe.service"]),
        "/usr/lib/systemd/system/falco.service": { link: "probe.service" },
        "/usr/lib/systemd/system/probe.service": "[Service]\nExecStart=/usr/bin/falco\n",
        "/etc/systemd/system/probe.service": { link: "/dev/null" },
      },
    ],
  },
};
