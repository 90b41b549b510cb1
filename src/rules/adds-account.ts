import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const addsAccount: ActivationRule = {
  id: "adds-account",
  subject: "activation",
  title: "Creates or widens an account",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1136.001", "T1098", "T1053.006"],
  controls: ["AC-2", "AC-6", "SI-7"],
  why: "Accounts are made by people and by packages at installation, not again and again by a timer.",
  benign: ["Scripts that keep accounts in step with a directory"],
  clears: "keep accounts by a directory service or configuration management",
  references: ["https://attack.mitre.org/techniques/T1136/001/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["adds-account"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/sh -c \"echo 'x:x:0:0::/:/bin/sh' >> /etc/passwd\""),
      timed("ExecStart=/usr/sbin/useradd -m -G sudo mallory"),
    ],
    quiet: [
      timed("ExecStart=/bin/cp /etc/passwd /srv/backup/"),
      shipped("vendor", "ExecStart=/usr/sbin/useradd -r vendor"),
    ],
  }),
};
