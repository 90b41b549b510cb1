import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const altersFileTimes: ActivationRule = {
  id: "alters-file-times",
  subject: "activation",
  title: "Sets a file's times to another moment",
  severity: "medium",
  confidence: "medium",
  signal: "odd",
  family: "time",
  depth: "regular",
  techniques: ["T1070.006", "T1053.006"],
  controls: ["AU-8", "SI-7"],
  why: "Giving a file the times of an old neighbour hides it from everybody who looks for what is new.",
  benign: ["`touch -d` for a reference file that find -newer compares with"],
  clears: "compare with find -mtime or -newermt instead of a touched file",
  references: ["https://attack.mitre.org/techniques/T1070/006/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["alters-times"]))) {
      if (behaviour.confidence === "low") continue;
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
    }
  },

  examples: {
    fires: [timed("ExecStart=/usr/bin/touch -r /bin/ls /usr/local/bin/x")],
    quiet: [
      timed("ExecStart=/usr/bin/touch /run/stamp"),
      shipped("vendor", "ExecStart=/usr/bin/touch -r /bin/ls /usr/local/bin/x"),
      timed("ExecStart=/usr/bin/touch -d yesterday /var/lib/app/stamp"),
    ],
  },
};
