import { isGuard } from "../programs/places.ts";
import { evidenceAt } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { accuse, baseName, behavioursOfKind, commandsNamed, isPackagedPlace } from "./subject.ts";

export const blindsSecurityTool: ActivationRule = {
  id: "blinds-security-tool",
  subject: "activation",
  title: "Stops or kills what watches the host",
  severity: "critical",
  confidence: "high",
  signal: "suspicious",
  family: "protection",
  depth: "regular",
  techniques: ["T1562.001", "T1489", "T1053.006"],
  controls: ["SI-4", "AU-5", "CM-7"],
  why: "A timer that keeps the audit daemon, the scanner or the sensor stopped leaves its owner without sight while everything else looks healthy.",
  benign: ["Maintenance windows that pause a scanner and start it again"],
  clears: "configure the tool's own exclusions instead of stopping it",
  references: ["https://attack.mitre.org/techniques/T1562/001/"],

  *check(activation, inventory) {
    const kinds = new Set(["kills-security-tool", "stops-security-unit"] as const);
    for (const { behaviour } of behavioursOfKind(activation, kinds))
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
    for (const { exec, unit } of commandsNamed(activation)) {
      if (!/^(pkill|killall)$/.test(baseName(exec.path)) || exec.argv.some((word) => HARMLESS.test(word)))
        continue;
      const names = exec.argv.slice(1).flatMap((word) => word.split("|", 64));
      const found = names.length > exec.argv.length - 1 ? names.filter(isGuard) : [];
      if (found.length > 0)
        yield {
          says: `${unit} kills ${found.join(", ")}`,
          evidence: [evidenceAt(inventory, exec.span)],
        };
    }
  },

  examples: {
    fires: [
      timed("ExecStart=/bin/systemctl stop auditd"),
      timed("ExecStart=/usr/bin/pkill -9 falcon-sensor"),
    ],
    finds: {
      2: [
        "suspicious critical high /etc/systemd/system/job.service:3: pkill ends falcon-sensor, which watches or logs.",
      ],
    },
    quiet: [
      timed("ExecStart=/bin/systemctl is-active --quiet auditd"),
      timed("ExecStart=/bin/systemctl stop myapp.service"),
    ],
  },
};

/** Signals that make a daemon read its configuration again, or only ask. */
const HARMLESS = /^-(HUP|USR1|USR2|0|1|10|12|SIGHUP|s(HUP|USR1)?)$/;
