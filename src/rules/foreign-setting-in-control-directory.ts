import { evidenceAt } from "./evidence.ts";
import { shipped } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** Keys `systemctl set-property` can write: systemd.resource-control(5), and what bus_append_unit_property() takes for drop-ins. */
const RESOURCE =
  /^(CPU|Memory|IO|BlockIO|Tasks|Device|IP|Slice|AllowedCPUs|StartupAllowed|AllowedMemoryNodes|Delegate|DisableControllers|ManagedOOM|SocketBind|RestrictNetworkInterfaces|BPF|NFTSet|CoredumpReceive|Startup|Default\w*Accounting|Description$|StatusErrno|DropIn)/;

/** A drop-in of set-property holds something that set-property does not write. */
export const foreignSettingInControlDirectory: ActivationRule = {
  id: "foreign-setting-in-control-directory",
  subject: "activation",
  title: "A drop-in of set-property holds other settings than resources",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["CM-5", "SI-7"],
  why: "`systemctl set-property` writes limits of processor, memory and devices. A schedule or a command in its directory was put there by hand, where it outranks everything and nobody looks.",
  benign: ["set-property with CPUQuota=, MemoryMax= and their kind (not accused)"],
  clears: "put the setting in a drop-in below /etc/systemd/system",
  references: ["man:systemctl(1)", "man:systemd.resource-control(5)"],

  *check({ closure }, inventory) {
    for (const { loaded } of closure.units)
      for (const { setting } of loaded.unit.history) {
        const { path } = setting.span;
        if (!/\/(system|user)\.control\/[^/]+\.d\//.test(path) || RESOURCE.test(setting.key)) continue;
        yield {
          says: `${path} sets ${setting.key}= of ${loaded.primaryId}, which set-property never writes`,
          evidence: [evidenceAt(inventory, setting.span)],
        };
      }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system.control/vendor.timer.d/50-OnCalendar.conf":
          "[Timer]\nOnCalendar=\nOnCalendar=*:0/1\n",
      }),
    ],
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system.control/vendor.service.d/50-CPUQuota.conf": "[Service]\nCPUQuota=20%\n",
      }),
    ],
  }),
};
