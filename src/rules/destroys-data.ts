import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const destroysData: ActivationRule = {
  id: "destroys-data",
  subject: "activation",
  title: "Destroys file systems, whole trees or everybody's jobs",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1485", "T1561", "T1053.006"],
  controls: ["CP-9", "SI-4", "SI-7"],
  why: "Overwriting a disk or removing a tree the system stands on, at a set time, is how a logic bomb looks. Miners remove everybody's cron tables, their rivals' and the safeguards' with them.",
  benign: ["Test machines that are wiped on a schedule", "Clean-up of caches and old files (not accused)"],
  clears: "name exactly what may be deleted",
  references: ["https://attack.mitre.org/techniques/T1485/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["destructive"])))
      if (behaviour.confidence !== "low" && !isPackagedPlace(behaviour.span.path, activation, inventory))
        yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/rm -rf --no-preserve-root /"),
      timed("ExecStart=/bin/dd if=/dev/zero of=/dev/sda bs=1M"),
      timed("ExecStart=/bin/sh -c 'for f in /srv/*; do shred -u $$f; done'"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/find /var/cache/x -mtime +7 -delete"),
      timed("ExecStart=/sbin/shutdown -r +5"),
      timed("ExecStart=/usr/bin/shred -u /srv/plain.key"),
      shipped("vendor", "ExecStart=/bin/dd if=/dev/zero of=/dev/sda bs=1M"),
    ],
  }),
};
