import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Where the age of a file tells who put it there; the times of data are everybody's own. */
const PROGRAMS_AND_SETTINGS = /^\/(usr|bin|sbin|lib|lib64|etc|boot|opt)\/|\/systemd\/user\//;

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
  why: "Giving a program or a unit the times of an old neighbour hides it from everybody who looks for what is new.",
  benign: [
    "Reference files that find -newer compares with, copies with the times of their originals (not accused)",
  ],
  clears: "compare with find -mtime or -newermt instead of a touched file",
  references: ["https://attack.mitre.org/techniques/T1070/006/"],

  *check(activation, inventory) {
    const own = new Set(activation.closure.files.map(({ path }) => path));
    for (const { behaviour } of behavioursOfKind(activation, new Set(["alters-times"]))) {
      const { path = "" } = behaviour.detail;
      if (behaviour.confidence === "low" || isPackagedPlace(behaviour.span.path, activation, inventory))
        continue;
      const isOwn = own.has(path);
      if (isOwn || PROGRAMS_AND_SETTINGS.test(path))
        yield accuse(behaviour, inventory, isOwn ? { signal: "suspicious" } : {});
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/touch -r /bin/ls /usr/local/bin/x"),
      timed("ExecStart=/usr/bin/touch -r /bin/ls /etc/systemd/system/job.timer"),
      timed("ExecStart=/srv/x\nExecStartPost=/usr/bin/touch -d 2021-01-01 /srv/x", { "/srv/x": script() }),
    ],
    finds: {
      1: [
        "odd medium high /etc/systemd/system/job.service:3: touch gives /usr/local/bin/x other times (/bin/ls).",
      ],
      2: [
        "suspicious medium high /etc/systemd/system/job.service:3: touch gives /etc/systemd/system/job.timer other times (/bin/ls).",
      ],
      3: [
        "suspicious medium high /etc/systemd/system/job.service:4: touch gives /srv/x other times (2021-01-01).",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/touch /run/stamp"),
      shipped("vendor", "ExecStart=/usr/bin/touch -r /bin/ls /usr/local/bin/x"),
      timed("ExecStart=/usr/bin/touch -d yesterday /var/lib/app/stamp"),
      timed("ExecStart=/usr/bin/touch -r /srv/in /srv/out"),
      timed("ExecStart=/bin/sh -c 'for f in /etc/x/*; do touch -r /bin/ls $$f; done'"),
    ],
  }),
};
