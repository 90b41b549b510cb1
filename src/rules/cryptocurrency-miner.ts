import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind } from "./subject.ts";

export const cryptocurrencyMiner: ActivationRule = {
  id: "cryptocurrency-miner",
  subject: "activation",
  title: "Runs a cryptocurrency miner",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "execution",
  depth: "regular",
  techniques: ["T1496", "T1053.006"],
  controls: ["SI-4", "CM-7"],
  why: "Mining on servers is the most common purpose of timers planted on Linux: a timer starts the miner again whenever somebody kills it.",
  benign: ["A machine whose owner mines on purpose"],
  clears: "remove the program and whatever restarts it",
  references: ["https://attack.mitre.org/techniques/T1496/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["miner"])))
      yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [timed("ExecStart=/opt/x/kworker -o stratum+tcp://pool.example.test:3333 --donate-level 1")],
    quiet: [timed("ExecStart=/usr/bin/pgrep xmrig"), timed("ExecStart=/bin/grep stratum+tcp:// /var/lib/x")],
  }),
};
