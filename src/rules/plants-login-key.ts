import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const plantsLoginKey: ActivationRule = {
  id: "plants-login-key",
  subject: "activation",
  title: "Writes a key that lets somebody log in",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1098.004", "T1053.006"],
  controls: ["AC-2", "IA-5", "SI-7"],
  why: "A job that puts a key back whenever it is removed keeps a door open through every clean-up.",
  benign: [
    "Key distribution by a script of one's own; better done by configuration management or a directory",
  ],
  clears: "distribute keys by AuthorizedKeysCommand or configuration management",
  references: ["https://attack.mitre.org/techniques/T1098/004/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["plants-key"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [timed("ExecStart=/bin/sh -c 'echo ssh-ed25519 AAAA >> /root/.ssh/authorized_keys'")],
    quiet: [
      timed("ExecStart=/bin/cp /root/.ssh/authorized_keys /srv/backup/"),
      shipped("vendor", "ExecStart=/bin/sh -c 'echo ssh-ed25519 AAAA >> /root/.ssh/authorized_keys'"),
    ],
  }),
};
