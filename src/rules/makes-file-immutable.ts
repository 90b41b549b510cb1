import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

export const makesFileImmutable: ActivationRule = {
  id: "makes-file-immutable",
  subject: "activation",
  title: "Changes attributes so that a file cannot be removed",
  severity: "medium",
  confidence: "medium",
  signal: "odd",
  family: "hiding",
  depth: "regular",
  techniques: ["T1222.002", "T1053.006"],
  controls: ["CM-5", "SI-7"],
  why: "`chattr +i` keeps even root from deleting a file until somebody thinks of the attribute; miners set it again and again.",
  benign: ["Hardening scripts that protect resolv.conf or a mount point"],
  clears: "set the attribute once, by hand or by configuration management",
  references: ["https://attack.mitre.org/techniques/T1222/002/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["changes-attributes"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory))
        yield accuse(
          behaviour,
          inventory,
          STARTS_BY_ITSELF.test(behaviour.detail.path ?? behaviour.says)
            ? { signal: "suspicious", severity: "high" }
            : {},
        );
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/chattr +i /usr/local/bin/x"),
      timed("ExecStart=/usr/bin/chattr +i /etc/systemd/system/job.service"),
    ],
    finds: {
      2: [
        "suspicious high high /etc/systemd/system/job.service:3: chattr +i makes unchangeable /etc/systemd/system/job.service.",
      ],
      1: [
        "odd medium high /etc/systemd/system/job.service:3: chattr +i makes unchangeable /usr/local/bin/x.",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/lsattr /etc/resolv.conf"),
      shipped("vendor", "ExecStart=/usr/bin/chattr +i /var/lib/vendor/x"),
    ],
  }),
};

/** Places from which something starts by itself: nobody hardens one file among them. */
const STARTS_BY_ITSELF =
  /\/systemd\/(system|user)\/|\/etc\/(cron|init\.d|rc\.local|ld\.so\.preload)|\/\.ssh\//;
