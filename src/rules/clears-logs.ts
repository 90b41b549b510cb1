import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const clearsLogs: ActivationRule = {
  id: "clears-logs",
  subject: "activation",
  title: "Removes logs that would show what happened",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1070.002", "T1070.003", "T1053.006"],
  controls: ["AU-9", "AU-11", "SI-4"],
  why: "Emptying the login records, the journal down to seconds, or a shell's history serves only to hide. Rotation keeps days or weeks.",
  benign: [
    "`journalctl --vacuum-time=2weeks` and logrotate (not accused)",
    "Scripts that truncate a single application's log",
  ],
  clears: "set the journal's limits in journald.conf, and rotate other logs with logrotate",
  references: ["https://attack.mitre.org/techniques/T1070/002/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["clears-logs"]))) {
      if (behaviour.confidence === "low") continue;
      if (isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      yield accuse(behaviour, inventory, behaviour.confidence === "medium" ? { severity: "medium" } : {});
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/journalctl --vacuum-time=1s"),
      timed("ExecStart=/usr/bin/true\nExecStopPost=/bin/sh -c '> /var/log/wtmp'"),
    ],
    finds: {
      1: ["suspicious high high /etc/systemd/system/job.service:3: The journal is cut down to 1s."],
      2: ["suspicious medium medium /etc/systemd/system/job.service:4: Empties /var/log/wtmp."],
    },
    quiet: [
      timed("ExecStart=/usr/bin/journalctl --vacuum-time=2weeks"),
      shipped("vendor", "ExecStart=/usr/bin/journalctl --vacuum-time=1s"),
    ],
  }),
};
