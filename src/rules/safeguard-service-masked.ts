import { scopeName } from "../manager/scope.ts";
import { ACCOUNTS, dpkg, shipped } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { accuseMask, MASK_FACTS, SAFEGUARDS } from "./safeguards.ts";
import { isPackaged } from "./standing.ts";

/** A service that protects the host is masked, and no timer shows it. */
export const safeguardServiceMasked: HostRule = {
  ...MASK_FACTS,
  id: "safeguard-service-masked",
  subject: "host",
  title: "A service that protects the host is masked",
  why: "The timers still stand and look well. The service beside them that watches, logs or finishes what they do can no longer be started by anything.",

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
        yield {
          unit: name,
          scope: scopeName(manager.scope),
          ...accuseMask(what, path ?? name, `${name} is masked, which ${what}`, inventory),
        };
      }
    }
  },

  examples: () => ({
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
  }),
};
