import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A program is handed a file whose name begins with a dot, where nothing of the kind belongs. */
export const usesHiddenFile: ActivationRule = {
  id: "uses-hidden-file",
  subject: "activation",
  title: "Gives a program a hidden file of the system's directories",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1564.001", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "Homes are full of names that begin with a dot; /usr, /etc and /var/lib are not. There such a name keeps settings, libraries and loot out of what `ls` shows.",
  benign: [
    "Repositories, environments and settings of tools (.git, .env, .venv: not accused)",
    "Locks and time marks, and whatever is only tested, touched or removed (not accused)",
  ],
  clears: "give the file a name that is shown",
  references: ["https://attack.mitre.org/techniques/T1564/001/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["uses-hidden-file"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/sbin/openvpn --config /var/lib/.net/c.ovpn"),
      timed("ExecStart=/bin/cp /usr/lib/.x/a /srv/a"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/git --git-dir=/etc/.git gc"),
      timed("ExecStart=/usr/bin/restic --password-file /root/.restic backup /srv"),
      timed("ExecStart=/usr/bin/touch /var/lib/.stamp"),
      timed("ExecStart=/usr/bin/flock /var/lib/.job.lock true"),
      shipped("vendor", "ExecStart=/usr/sbin/openvpn --config /var/lib/.net/c.ovpn"),
    ],
  }),
};
