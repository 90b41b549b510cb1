import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const blindsSecurityTool: ActivationRule = {
  id: "blinds-security-tool",
  subject: "activation",
  title: "Stops or kills what watches the host",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1489", "T1053.006"],
  controls: ["SI-4", "AU-5", "CM-7"],
  why: "A timer that keeps the audit daemon, the scanner or the sensor stopped leaves its owner without sight while everything else looks healthy.",
  benign: ["Maintenance windows that pause a scanner and start it again"],
  clears: "configure the tool's own exclusions instead of stopping it",
  references: ["https://attack.mitre.org/techniques/T1562/001/"],

  *check(activation, inventory) {
    const kinds = new Set(["kills-security-tool", "stops-security-unit"] as const);
    for (const { behaviour } of behavioursOfKind(activation, kinds))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/systemctl stop auditd"),
      timed("ExecStart=/usr/bin/pkill -9 falcon-sensor"),
      timed("ExecStart=/usr/bin/pkill -9 falcon-sensor|osqueryd"),
      timed("ExecStart=/usr/bin/pkill -9 node|osqueryd"),
    ],
    quiet: [
      timed("ExecStart=/bin/systemctl is-active --quiet auditd"),
      timed("ExecStart=/bin/systemctl stop myapp.service"),
      shipped("vendor", "ExecStart=/bin/systemctl stop auditd"),
      timed("ExecStart=/usr/bin/pkill -HUP rsyslogd|auditd"),
      timed("ExecStart=/usr/bin/pkill nginx|php-fpm"),
      timed("ExecStart=/usr/bin/echo auditd|rsyslogd"),
    ],
  }),
};
