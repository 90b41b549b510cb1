import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { BOOT, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { strayCode } from "./standing.ts";
import { isOwnStray } from "./subject.ts";

/** Enabled, looks dead, and repeats for ever once somebody starts its service a single time. */
export const sleeperTimer: ActivationRule = {
  id: "sleeper-timer",
  subject: "activation",
  title: "A timer waits for one start by hand and then repeats for ever",
  severity: "low",
  confidence: "low",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1480"],
  controls: ["CM-5", "SI-4"],
  why: "With OnUnitActiveSec= alone nothing makes the first run, so the timer shows no next moment and no test ever sees it fire. Any other unit or person who starts the service once arms it.",
  benign: [
    "The common mistake of leaving out OnBootSec= or OnActiveSec=; then it never did its work, which is worth knowing too",
  ],
  clears: "add OnBootSec= or OnActiveSec=, or remove the timer",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { next, timer, loaded } = activation.record;
    if (next.reason !== "needs-first-run" || !isOwnStray(activation, inventory)) return;
    if (strayCode(activation.closure, inventory).length === 0) return;
    const span = timer?.values[0]?.span;
    yield {
      says: `${activation.unit} repeats only after a first run of its service, and nothing makes one`,
      evidence: [span ? evidenceAt(inventory, span) : evidenceOfFile(loaded.path ?? activation.unit)],
    };
  },

  examples: {
    fires: [
      timed(
        "ExecStart=/usr/local/bin/x",
        {
          "/usr/local/bin/x": script(),
          ...BOOT,
        },
        "OnUnitActiveSec=5min",
      ),
    ],
    finds: {
      1: [
        "suspicious low low /etc/systemd/system/job.timer:2: job.timer repeats only after a first run of its service, and nothing makes one",
      ],
    },
    quiet: [
      timed(
        "ExecStart=/usr/local/bin/x",
        { "/usr/local/bin/x": script() },
        "OnBootSec=1min\nOnUnitActiveSec=5min",
      ),
      shipped("vendor", "ExecStart=/usr/bin/true", {}, "OnUnitActiveSec=1d"),
      timed(
        "ExecStart=/usr/local/bin/x",
        {
          "/usr/local/bin/x": script(),
          ...BOOT,
          "/etc/systemd/system/timers.target.wants/job.timer": { dir: true },
        },
        "OnUnitActiveSec=5min",
      ),
      timed("ExecStart=/usr/bin/true", BOOT, "OnUnitActiveSec=5min"),
      shipped(
        "vendor",
        "ExecStart=/usr/local/bin/x",
        { "/usr/local/bin/x": script(), ...BOOT },
        "OnUnitActiveSec=5min",
      ),
    ],
  },
};
