import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** The command line only names a variable; what runs is written elsewhere. */
export const variableHoldsCommand: ActivationRule = {
  id: "variable-holds-command",
  subject: "activation",
  title: "What it runs is the content of a variable",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1027", "T1059.004"],
  controls: ["CM-5", "SI-7"],
  why: 'With `sh -c "$CMD"` the unit says nothing about what runs: the command stands in an environment file that nobody reviews as code.',
  benign: ["Vendors that put options, not whole commands, in an EnvironmentFile (not accused)"],
  clears: "write the command in the unit or in a script, and only its options in the environment",
  references: ["man:systemd.exec(5)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["variable-to-interpreter"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed('EnvironmentFile=/etc/default/x\nExecStart=/bin/sh -c "$CMD"', {
        "/etc/default/x": 'CMD="/usr/bin/touch /srv/marker"\n',
      }),
    ],
    quiet: [
      timed("EnvironmentFile=/etc/default/x\nExecStart=/usr/sbin/daemon $OPTIONS", {
        "/etc/default/x": 'OPTIONS="-q -n"\n',
      }),
      shipped(
        "vendor",
        'EnvironmentFile=/etc/default/x\nExecStart=/bin/sh -c "$CMD"',
        { "/etc/default/x": "CMD=/usr/bin/true\n" },
        "OnCalendar=daily",
        ["/etc/default/x"],
      ),
    ],
  }),
};
