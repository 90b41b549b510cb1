import { evidenceAt } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import { periodText, shortestPeriod } from "./frequency.ts";
import { overriddenUnits } from "./overrides.ts";
import type { ActivationRule } from "./rule.ts";

const OFTEN = 60;

/** A drop-in points a vendor's timer elsewhere, or makes it fire all the time. */
export const packagedTimerRedirected: ActivationRule = {
  id: "packaged-timer-redirected",
  subject: "activation",
  title: "A drop-in points a vendor's timer elsewhere or makes it fire all the time",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "The timer everyone trusts keeps its name and its package, and starts another unit, or the same each minute.",
  benign: ["Moving a packaged timer to another hour or day (not accused)"],
  clears: "write a timer of one's own for what shall run",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const own = overriddenUnits(activation.closure, inventory).find(
      ({ loaded }) => loaded.primaryId === activation.record.loaded.primaryId,
    );
    if (own === undefined) return;
    for (const { setting, fate } of own.foreign)
      if (fate === "effective" && setting.key === "Unit")
        yield {
          says: `${setting.span.path} makes ${activation.unit} of a package start ${setting.value}`,
          evidence: [evidenceAt(inventory, setting.span)],
        };
    const schedule = own.foreign.find(
      ({ setting, fate }) =>
        fate === "effective" && /^On(Calendar|UnitActiveSec|UnitInactiveSec)$/.test(setting.key),
    );
    const period = shortestPeriod(activation, inventory);
    if (schedule === undefined || period === null || period > OFTEN) return;
    yield {
      says: `${schedule.setting.span.path} makes ${activation.unit} of a package fire every ${periodText(period)}`,
      evidence: [evidenceAt(inventory, schedule.setting.span)],
    };
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.timer.d/x.conf": "[Timer]\nUnit=x.service\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.timer.d/x.conf": "[Timer]\nOnCalendar=*:*:0/20\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/a.conf": "[Service]\nNice=1\n",
        "/etc/systemd/system/vendor.timer.d/x.conf": "[Timer]\nUnit=x.service\n",
        "/etc/systemd/system/x.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.timer.d/x.conf":
          "[Timer]\nOnCalendar=weekly\nOnCalendar=\nUnit=x.service\nUnit=vendor.service\nAccuracySec=1\nOnCalendar=*:*:0/20\n",
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true\n[Unit]\nWants=second.timer",
        {
          "/usr/lib/systemd/system/second.timer": "[Timer]\nOnCalendar=daily\n",
          "/usr/lib/systemd/system/second.service": "[Service]\nExecStart=/usr/bin/true\n",
          "/etc/systemd/system/second.timer.d/x.conf": "[Timer]\nUnit=x.service\n",
        },
        "OnCalendar=daily",
        ["/usr/lib/systemd/system/second.timer", "/usr/lib/systemd/system/second.service"],
      ),
    ],
    finds: {
      4: [
        "suspicious high medium /etc/systemd/system/vendor.timer.d/x.conf:4: /etc/systemd/system/vendor.timer.d/x.conf makes vendor.timer of a package start x.service",
        "suspicious high medium /etc/systemd/system/vendor.timer.d/x.conf:7: /etc/systemd/system/vendor.timer.d/x.conf makes vendor.timer of a package fire every 20 s",
      ],
      5: [
        "suspicious high medium /etc/systemd/system/second.timer.d/x.conf:2: /etc/systemd/system/second.timer.d/x.conf makes second.timer of a package start x.service",
      ],
    },
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.timer.d/x.conf": "[Timer]\nOnCalendar=\nOnCalendar=*-*-* 3:00\n",
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true",
        {
          "/etc/systemd/system/vendor.timer.d/x.conf": "[Timer]\nAccuracySec=1\n",
          "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nNice=1\n",
        },
        "OnCalendar=minutely",
      ),
      shipped("vendor", "ExecStart=/usr/bin/true\n[Unit]\nWants=vendor.timer", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Unit]\nDescription=x\n",
      }),
    ],
  }),
};
