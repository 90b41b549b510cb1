import { value } from "../units/unit.ts";
import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import { periodText, shortestPeriod } from "./frequency.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray, strayCode } from "./standing.ts";
import { isShipped, servicesOf, triggered } from "./subject.ts";

const HOUR = 3600;

/** The timer starts, again and again, a daemon that already restarts itself. */
export const timerRevivesDaemon: ActivationRule = {
  id: "timer-revives-daemon",
  subject: "activation",
  title: "A timer keeps starting a daemon that restarts itself anyway",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-7", "SI-4"],
  why: "Restart=always is enough for a daemon its owner wants. A timer on top brings it back even after `systemctl stop`: two locks on a door that only an intruder needs to keep open. PANIX and the miners combine both.",
  benign: [
    "Daemons of vendors in /opt (not accused)",
    "Jobs that end: Type=oneshot, or without Restart= (not accused)",
  ],
  clears: "enable the daemon and drop the timer, or make it a oneshot job without Restart=",
  references: ["man:systemd.service(5) Restart=", "https://github.com/Aegrah/PANIX"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || isShipped(activation, inventory)) return;
    const period = shortestPeriod(activation, inventory);
    const unit = triggered(activation);
    if (period === null || period > HOUR || unit === null) return;
    const found = servicesOf(activation).find((each) => each.unit === unit);
    if (found === undefined || found.service.restart !== "always" || found.service.type === "oneshot") return;
    const own = fragmentOf(activation.closure, unit.loaded.primaryId);
    if (own === null || !isStray(own, inventory) || strayCode(activation.closure, inventory).length === 0)
      return;
    const setting = value(unit.loaded.unit, "Service", "Restart");
    yield {
      says: `${activation.unit} starts ${unit.name} every ${periodText(period)}, though it restarts itself`,
      evidence: [
        setting === null ? evidenceOfFile(own.path) : evidenceAt(inventory, setting.span),
        evidenceOfFile(activation.record.loaded.path ?? activation.unit),
      ],
    };
  },

  examples: () => ({
    fires: [
      {
        ...dpkg([]),
        "/etc/systemd/system/online.timer": "[Timer]\nOnBootSec=1min\nOnUnitActiveSec=5min\n",
        "/etc/systemd/system/online.service": "[Service]\nExecStart=/usr/local/sbin/online\nRestart=always\n",
        "/usr/local/sbin/online": script(),
      },
    ],
    finds: {
      1: [
        "suspicious medium medium /etc/systemd/system/online.service:3: online.timer starts online.service every 5 min, though it restarts itself",
      ],
    },
    quiet: [
      timed(
        "ExecStart=/usr/local/sbin/online",
        { "/usr/local/sbin/online": script() },
        "OnCalendar=minutely",
      ),
      {
        "/etc/systemd/system/online.timer": "[Timer]\nOnCalendar=weekly\n",
        "/etc/systemd/system/online.service": "[Service]\nExecStart=/usr/local/sbin/online\nRestart=always\n",
        "/usr/local/sbin/online": script(),
      },
      shipped("vendor", "", {
        "/usr/lib/systemd/system/vendor.timer": "[Timer]\nOnUnitActiveSec=5min\nUnit=online.service\n",
        "/etc/systemd/system/online.service": "[Service]\nExecStart=/usr/local/sbin/online\nRestart=always\n",
        "/usr/local/sbin/online": script(),
      }),
      timed(
        "Type=exec\nRestart=on-failure\nExecStart=/usr/local/sbin/online",
        { "/usr/local/sbin/online": script() },
        "OnCalendar=minutely",
      ),
      timed(
        "Restart=always\nExecStart=/usr/local/sbin/online",
        { "/usr/local/sbin/online": script() },
        "OnCalendar=minutely",
      ),
      timed(
        "Type=exec\nRestart=always\nExecStart=/usr/bin/true",
        dpkg(["/usr/bin/true"]),
        "OnCalendar=minutely",
      ),
      timed("", {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=minutely\nUnit=vendor.service\n",
        "/usr/lib/systemd/system/vendor.service":
          "[Service]\nExecStart=/usr/bin/vendor\nExecStartPost=/usr/local/sbin/online\nRestart=always\n",
        "/usr/local/sbin/online": script(),
        ...dpkg(["/usr/lib/systemd/system/vendor.service"]),
      }),
      timed(
        "Type=exec\nExecStart=/usr/local/sbin/online",
        {
          "/etc/systemd/system/job.service":
            "[Unit]\nWants=a.service\n[Service]\nExecStart=/usr/local/sbin/online\n",
          "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/local/sbin/online\nRestart=always\n",
          "/usr/local/sbin/online": script(),
        },
        "OnCalendar=minutely",
      ),
      timed("", {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=minutely\nUnit=a.target\n",
        "/etc/systemd/system/a.target": "[Unit]\nWants=a.service\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/local/sbin/online\nRestart=always\n",
        "/usr/local/sbin/online": script(),
      }),
    ],
  }),
};
