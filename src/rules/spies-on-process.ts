import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A job attaches to running programs and reads what they read, or their memory. */
export const spiesOnProcess: ActivationRule = {
  id: "spies-on-process",
  subject: "activation",
  title: "Attaches to running programs",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1003.007", "T1056", "T1055.008", "T1053.006"],
  controls: ["AC-6", "SI-4"],
  why: "A tracer on sshd writes down passwords as they are typed, and a debugger can put code into a program that runs. Nobody debugs by timer.",
  benign: ["Core dumps of a program that hangs, taken by its own watchdog"],
  clears: "debug by hand, or let systemd-coredump keep core dumps",
  references: ["https://attack.mitre.org/techniques/T1003/007/", "man:ptrace(2)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["attaches-to-process"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("strace -f -p $(pgrep -o sshd) -e read -o /var/lib/x"),
      }),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/strace -c -o /var/log/job.trace /usr/bin/true"),
      shipped("vendor", "ExecStart=/usr/bin/strace -p 1 -o /var/lib/x"),
    ],
  }),
};
