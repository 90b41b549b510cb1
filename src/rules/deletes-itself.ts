import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const deletesItself: ActivationRule = {
  id: "deletes-itself",
  subject: "activation",
  title: "Removes its own unit or program",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1070.004", "T1053.006"],
  controls: ["AU-9", "SI-4"],
  why: "What deletes itself after loading runs on without a file to find. A one-time job needs no such trick.",
  benign: ["First-boot scripts that remove themselves"],
  clears: "use ConditionFirstBoot= or ConditionPathExists= for what shall run once",
  references: ["https://attack.mitre.org/techniques/T1070/004/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["deletes-self-or-unit"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script('rm -f "$0"') }),
      timed("ExecStart=/bin/rm -f /etc/systemd/system/job.timer /etc/systemd/system/job.service"),
    ],
    quiet: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script('rm -rf "$TMP"') }),
      shipped("vendor", "ExecStart=/bin/rm -f /etc/systemd/system/vendor.timer"),
    ],
  }),
};
