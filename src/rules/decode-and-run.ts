import { behavioursOf } from "../inventory/closure.ts";
import { evidenceAt } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** Encoded text is decoded and handed to an interpreter. */
export const decodeAndRun: ActivationRule = {
  id: "decode-and-run",
  subject: "activation",
  title: "Decodes hidden text and runs it",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1027", "T1140"],
  controls: ["SI-4", "SI-7"],
  why: "Encoding a command serves only to hide it from people and from tools that search for words. The decoded text is part of the finding.",
  benign: [
    "A setting a tool keeps encoded and runs, when nothing here tells what it is (only odd)",
    "Installers that carry an archive in their own text; they do not run from timers",
  ],
  clears: "write the command in plain text, in a script of its own",
  references: ["https://attack.mitre.org/techniques/T1027/"],

  *check({ closure }, inventory) {
    for (const { behaviour } of behavioursOf(closure)) {
      if (behaviour.kind !== "decode-to-interpreter") continue;
      yield {
        // A setting that a tool keeps encoded and runs, such as the reload command of acme.sh.
        ...(behaviour.confidence === "low" ? { signal: "odd" as const } : {}),
        says: behaviour.says,
        confidence: behaviour.confidence,
        evidence: [evidenceAt(inventory, behaviour.span)],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nExecStart=/bin/sh -c 'echo dG91Y2ggL3RtcC94 | base64 -d | sh'\n",
      },
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script('. "$CONF"\neval "$(echo "$RELOAD" | base64 -d)"'),
      }),
    ],
    finds: {
      1: ["hostile critical high /etc/systemd/system/a.service:2: Decoded text is run by sh."],
      2: [
        "odd critical low /usr/local/bin/x:3: Decoded text is run by eval.",
        "odd critical low /usr/local/bin/x:3: Decoded text is run by the shell.",
      ],
    },
    quiet: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nEnvironment=PIN=dG91Y2ggL3RtcC94\nExecStart=/usr/bin/base64 -d /etc/pin.b64\n",
      },
    ],
  }),
};
