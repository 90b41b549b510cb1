import { behavioursOf } from "../inventory/closure.ts";
import { evidenceAt } from "./evidence.ts";
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
  benign: ["Installers that carry an archive in their own text; they do not run from timers"],
  clears: "write the command in plain text, in a script of its own",
  references: ["https://attack.mitre.org/techniques/T1027/"],

  *check({ closure }, inventory) {
    for (const { behaviour } of behavioursOf(closure)) {
      if (behaviour.kind !== "decode-to-interpreter") continue;
      yield {
        says: behaviour.says,
        confidence: behaviour.confidence,
        evidence: [evidenceAt(inventory, behaviour.span)],
      };
    }
  },

  examples: {
    fires: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nExecStart=/bin/sh -c 'echo dG91Y2ggL3RtcC94 | base64 -d | sh'\n",
      },
    ],
    quiet: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nEnvironment=PIN=dG91Y2ggL3RtcC94\nExecStart=/usr/bin/base64 -d /etc/pin.b64\n",
      },
    ],
  },
};
