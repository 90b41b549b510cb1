import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const scansNetwork: ActivationRule = {
  id: "scans-network",
  subject: "activation",
  title: "Scans other machines",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1046", "T1053.006"],
  controls: ["SI-4", "CM-7"],
  why: "Worms look for their next host on a schedule. Inventory scans have an owner who can say so.",
  benign: ["Network inventory or vulnerability scans of the operator"],
  clears: "accept it with an owner, or run it from a scanner's own host",
  references: ["https://attack.mitre.org/techniques/T1046/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["scans"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [timed("ExecStart=/usr/bin/nmap -sS 192.0.2.0/24")],
    quiet: [
      timed("ExecStart=/usr/bin/nc -z 192.0.2.1 22"),
      shipped("vendor", "ExecStart=/usr/bin/nmap -sS 192.0.2.0/24"),
    ],
  }),
};
