import { value } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isPackagedPlace, servicesOf } from "./subject.ts";

/** A service of somebody's own leaves nothing in the journal, or under another's name. */
export const outputSilenced: ActivationRule = {
  id: "output-silenced",
  subject: "activation",
  title: "Leaves no trace in the journal, or another's name",
  severity: "low",
  confidence: "medium",
  signal: "context",
  family: "hiding",
  depth: "regular",
  techniques: ["T1562.006", "T1564", "T1053.006"],
  controls: ["AU-2", "AU-12"],
  why: "Noisy jobs are silenced every day. What is planted is silenced too, or logs as some known daemon; it strengthens other findings.",
  benign: ["Jobs that print much and matter little"],
  clears: "let the journal have the output, and limit it with LogRateLimitBurst=",
  references: ["man:systemd.exec(5)"],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      const { standardOutput, standardError } = service;
      const merged = unit.loaded.unit;
      if (standardOutput?.text === "null" && standardError?.text === "null") {
        if (!isPackagedPlace(standardOutput.span.path, activation, inventory))
          yield {
            says: `${unit.name} throws all output away`,
            evidence: [evidenceAt(inventory, standardOutput.span), evidenceAt(inventory, standardError.span)],
          };
      }
      const level = value(merged, "Service", "LogLevelMax");
      if (
        level !== null &&
        /^(emerg|alert|crit|0|1|2)$/.test(level.value) &&
        !isPackagedPlace(level.span.path, activation, inventory)
      )
        yield {
          says: `${unit.name} logs nothing below ${level.value}`,
          evidence: [evidenceAt(inventory, level.span)],
        };
      const name = value(merged, "Service", "SyslogIdentifier");
      if (
        name !== null &&
        BORROWED.test(name.value) &&
        !isPackagedPlace(name.span.path, activation, inventory)
      )
        yield {
          says: `${unit.name} logs under the name of ${name.value}`,
          ...(level !== null || standardError?.text === "null"
            ? { signal: "suspicious" as const, severity: "high" as const }
            : { signal: "odd" as const, severity: "medium" as const }),
          evidence: [evidenceAt(inventory, name.span)],
        };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x\nStandardOutput=null\nStandardError=null", {
        "/usr/local/bin/x": script(),
      }),
      timed("ExecStart=/usr/local/bin/x\nSyslogIdentifier=systemd", { "/usr/local/bin/x": script() }),
      timed("ExecStart=/usr/local/bin/x\nLogLevelMax=emerg", { "/usr/local/bin/x": script() }),
      timed("ExecStart=/usr/local/bin/x\nSyslogIdentifier=systemd-logind\nLogLevelMax=err", {
        "/usr/local/bin/x": script(),
      }),
      timed("ExecStart=/usr/local/bin/x\nSyslogIdentifier=sshd\nStandardError=null", {
        "/usr/local/bin/x": script(),
      }),
    ],
    finds: {
      2: ["odd medium medium /etc/systemd/system/job.service:4: job.service logs under the name of systemd"],
      4: [
        "suspicious high medium /etc/systemd/system/job.service:4: job.service logs under the name of systemd-logind",
      ],
      5: [
        "suspicious high medium /etc/systemd/system/job.service:4: job.service logs under the name of sshd",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/x\nStandardOutput=null", { "/usr/local/bin/x": script() }),
      timed("ExecStart=/usr/local/bin/x\nSyslogIdentifier=backup", { "/usr/local/bin/x": script() }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/true\nStandardOutput=null\nStandardError=null\nLogLevelMax=0\nSyslogIdentifier=sshd",
      ),
      timed("ExecStart=/usr/local/bin/x\nStandardError=null\nLogLevelMax=err", {
        "/usr/local/bin/x": script(),
      }),
    ],
  }),
};

/** Names under which the system itself logs. */
const BORROWED =
  /^(systemd(-\w+)?|kernel|sshd|cron|CRON|sudo|su|login|dbus-daemon|NetworkManager|auditd|rsyslogd|polkitd|init)$/;
