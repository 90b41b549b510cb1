import { isGuard } from "../programs/places.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import {
  accuse,
  behavioursOfKind,
  isAnsweredFor,
  isPackagedPlace,
  isPackagedProgram,
  isPackagedUnit,
} from "./subject.ts";

/** The job writes where the host looks for things to run. */
export const repairsPersistence: ActivationRule = {
  id: "repairs-persistence",
  subject: "activation",
  title: "Writes a file that makes the host run something else",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.003", "T1543.002", "T1546", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "A timer that writes units, cron tables, profile scripts or loader settings puts back what a clean-up removed: each one guards the other.",
  benign: [
    "Configuration management (recognised by its programs and not accused)",
    "Scripts of a package",
    "Installers that write and enable the unit of a package's or a vendor's program (not accused)",
  ],
  clears: "let a package or configuration management own such files",
  references: ["https://attack.mitre.org/techniques/T1546/"],

  *check(activation, inventory) {
    if (!behavioursOfKind(activation, new Set(["configuration-management"])).next().done) return;
    for (const { behaviour } of behavioursOfKind(activation, new Set(["writes-autostart"]))) {
      const { unit, starts } = behaviour.detail;
      if (isPackagedUnit(unit, inventory) || isPackagedProgram(starts, inventory)) continue;
      if (unit !== undefined && starts === undefined && isGuard(unit)) continue;
      // Who installs a vendor's program writes its unit and enables it.
      if (unit !== undefined && isAnsweredFor(starts, inventory)) continue;
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/sbin/sysctl -w 'kernel.core_pattern=|/srv/keep %%p'"),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("echo '* * * * * root /srv/x' >> /etc/crontab"),
      }),
      timed("ExecStart=/bin/cp /srv/x /etc/polkit-1/rules.d/49-x.rules"),
      timed("ExecStart=/usr/bin/systemctl enable --now helper"),
      timed("ExecStart=/usr/local/sbin/keep", {
        "/usr/local/sbin/keep": script(
          "printf '[Service]\\nExecStart=/usr/local/bin/x\\n' > /etc/systemd/system/auditd.service",
        ),
      }),
      timed("ExecStart=/usr/local/sbin/keep", {
        "/usr/local/sbin/keep": script(
          "printf '[Service]\\nExecStart=/usr/local/bin/x\\n' > /etc/systemd/system/app.service",
        ),
      }),
      timed("ExecStart=/sbin/sysctl -w 'kernel.core_pattern=|/opt/app/bin/keep %%p'", {
        "/opt/app/bin/keep": script(),
      }),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/systemctl enable --now auditd"),
      timed("ExecStart=/usr/local/sbin/install-app", {
        "/opt/app/bin/app": script(),
        "/usr/local/sbin/install-app": script(
          "printf '[Service]\\nExecStart=/opt/app/bin/app\\n' > /etc/systemd/system/app.service\nsystemctl enable app.service",
        ),
      }),
      timed("ExecStart=/bin/cat /etc/cron.d/job"),
      timed("ExecStart=/bin/cp -r /etc/polkit-1/rules.d /srv/kept"),
      timed("ExecStart=/sbin/sysctl -w 'kernel.core_pattern=|/usr/lib/crash/keep %%p'", {
        "/usr/lib/crash/keep": script(),
        ...dpkg(["/usr/lib/crash/keep"]),
      }),
      shipped("vendor", "ExecStart=/usr/lib/vendor/run", {
        "/usr/lib/vendor/run": script("echo x > /etc/cron.d/vendor"),
        ...dpkg([
          "/usr/lib/systemd/system/vendor.timer",
          "/usr/lib/systemd/system/vendor.service",
          "/usr/lib/vendor/run",
        ]),
      }),
      timed(
        "ExecStart=/usr/bin/ansible-pull -U https://git.example.test/x\nExecStartPost=/bin/sh -c 'echo x > /etc/cron.d/x'",
      ),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service":
          "[Service]\nExecStart=/usr/bin/systemctl enable --now vendor.timer\n",
      }),
    ],
  }),
};
