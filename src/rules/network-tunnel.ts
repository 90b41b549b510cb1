import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const networkTunnel: ActivationRule = {
  id: "network-tunnel",
  subject: "activation",
  title: "Opens a tunnel from a timer",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1572", "T1090", "T1053.006"],
  controls: ["AC-17", "SC-7", "SI-4"],
  why: "A reverse forward or relay makes the inside of the network reachable from outside, past its firewall, and the timer opens it again whenever it closes.",
  benign: [
    "A tunnel its owner set up: usually a service that always runs, not something a timer starts",
    "ssh -L for the length of a job: it leads out, not in (not accused)",
  ],
  clears: "run a wanted tunnel as a service of its own, and say so with an acceptance",
  references: ["https://attack.mitre.org/techniques/T1572/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["tunnel"])))
      if (behaviour.confidence !== "low" && !isPackagedPlace(behaviour.span.path, activation, inventory))
        yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [timed("ExecStart=/usr/bin/ssh -fNR 2222:localhost:22 u@192.0.2.7")],
    quiet: [
      timed(
        "ExecStart=/bin/sh -c 'ssh -f -L 5432:127.0.0.1:5432 db.example.test sleep 60; pg_dump -h 127.0.0.1 app'",
      ),
      timed("ExecStart=/usr/bin/rsync -a -e ssh /srv/ backup@192.0.2.7:/srv/"),
      shipped("vendor", "ExecStart=/usr/bin/ssh -fNR 2222:localhost:22 u@192.0.2.7"),
    ],
  }),
};
