import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** systemd refuses the timer or the unit it starts, or leaves lines of them out. */
export const brokenUnit: ActivationRule = {
  id: "broken-unit",
  subject: "activation",
  title: "systemd does not read the unit as it stands",
  severity: "low",
  confidence: "high",
  signal: "context",
  family: "syntax",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["SI-4", "SI-7"],
  why: "A unit that cannot be loaded does nothing, and a line that does not count is not a safeguard: a schedule in cron's syntax never fires. Broken text can also be a way to hide from tools that stop at the first mistake.",
  benign: ["Settings of a newer systemd than this host has", "Typing errors"],
  clears: "correct the line; `systemd-analyze verify` says the same",
  references: ["man:systemd.syntax(7)", "man:systemd-analyze(1) verify"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { record } = activation;
    if (record.load === "not-found" || record.target?.state === "not-found") return;
    for (const { says, span, fatal } of record.problems)
      yield {
        says: `${record.unit}: ${says}`,
        evidence: [span ? evidenceAt(inventory, span) : evidenceOfFile(record.loaded.path ?? record.unit)],
        severity: fatal ? "low" : "info",
      };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {}, "OnCalendar=0 3 * * *"),
      timed("ExecStart=bin/true"),
      timed("ExecStart=/usr/bin/true\n[Service\nNice=1"),
    ],
    finds: {
      1: [
        "context low high /etc/systemd/system/job.timer:1: job.timer: the timer has no valid value to elapse on",
        "context info high /etc/systemd/system/job.timer:2: job.timer: OnCalendar=0 3 * * * does not count: this looks like cron, not a calendar expression; did you mean *-*-* 03:00:00?",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      { "/etc/systemd/system/a.timer": { link: "/dev/null" } },
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.timer": { link: "/dev/null" },
        "/etc/systemd/system/job.timer.d/x.conf": "[Timer]\nOnCalendar=never\n",
      }),
      {
        "/etc/systemd/system/timers.target.wants/gone.timer": { link: "/etc/systemd/system/gone.timer" },
        "/etc/systemd/system/gone.timer.d/x.conf": "[Timer]\nOnCalendar=never\n",
      },
      { "/etc/systemd/system/lone.timer": "[Timer]\nOnCalendar=daily\nOnCalendar=never\n" },
    ],
  }),
};
