import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** A timer that is started and whose unit is not there, or an enabled name without any file. */
export const orphanTimer: ActivationRule = {
  id: "orphan-timer",
  subject: "activation",
  title: "A timer waits for a unit that does not exist",
  severity: "low",
  confidence: "high",
  signal: "context",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["CM-5", "SI-4"],
  why: "It is what removed malware leaves behind, or a trap that waits for a file: whoever can create the missing unit decides what runs. More often it is what a removed package left.",
  benign: [
    "A package that was removed and left its enablement link (told milder where dpkg still knows its configuration)",
    "A timer written before its service",
  ],
  clears: "create the missing unit, or disable and remove the timer",
  references: ["man:systemd.timer(5)", "man:systemctl(1) reset-failed"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { record } = activation;
    const { loaded, target, activates, timer, started } = record;
    if (record.load === "not-found" && started.atBoot) {
      const link = started.chain.at(-1)?.span;
      yield {
        says: `boot starts ${record.unit}, and there is no such unit file`,
        evidence: [link ? evidenceAt(inventory, link, "leads to nothing") : evidenceOfFile(record.unit)],
      };
      return;
    }
    if (loaded.path === null || target === null || target.state !== "not-found") return;
    const says = `${record.unit} starts ${activates}, which does not exist`;
    const span = timer?.triggersSpan;
    yield {
      says,
      evidence: [
        span
          ? evidenceAt(inventory, span, "does not exist")
          : evidenceOfFile(loaded.path, `no ${activates} beside it`),
      ],
    };
  },

  examples: {
    fires: [
      { "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\n" },
      { "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\nUnit=gone.service\n" },
      { "/etc/systemd/system/timers.target.wants/gone.timer": { link: "/etc/systemd/system/gone.timer" } },
    ],
    finds: {
      2: [
        "context low high /etc/systemd/system/a.timer:3: a.timer starts gone.service, which does not exist",
      ],
      3: [
        "context low high /etc/systemd/system/timers.target.wants/gone.timer:0: boot starts gone.timer, and there is no such unit file",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      { "/etc/systemd/system/a.timer": { link: "/dev/null" } },
      { "/etc/systemd/system/none.target.wants/gone.timer": { link: "/etc/systemd/system/gone.timer" } },
    ],
  },
};
