import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const plantsPrivilege: ActivationRule = {
  id: "plants-privilege",
  subject: "activation",
  title: "Gives a program the rights of root",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1548.001", "T1053.006"],
  controls: ["AC-6", "CM-5"],
  why: "A set-user-id bit or file capability set by a timer comes back however often it is taken away.",
  benign: ["Scripts that restore permissions after a backup"],
  clears: "keep such permissions with dpkg-statoverride or the package",
  references: ["https://attack.mitre.org/techniques/T1548/001/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["privilege"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/bin/chmod 4755 /srv/sh"),
      timed("ExecStart=/sbin/setcap cap_setuid+ep /srv/python"),
    ],
    quiet: [timed("ExecStart=/bin/chmod 755 /srv/x"), shipped("vendor", "ExecStart=/bin/chmod 4755 /srv/sh")],
  }),
};
