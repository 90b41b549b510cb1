import { evidenceAt } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isPackagedPlace, servicesOf } from "./subject.ts";

/** From how many kinds of Exec line on a job uses more than it can need. */
const MANY = 5;

export const everyHookUsed: ActivationRule = {
  id: "every-hook-used",
  subject: "activation",
  title: "Runs something at every moment a service has",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "hiding",
  depth: "regular",
  techniques: ["T1543.002", "T1053.006"],
  controls: ["CM-7", "SI-4"],
  why: "A timed job starts and ends. Commands before, after, at reload, at stop and after stop make sure that one of them runs whatever becomes of the others; the last ones are passed over by most tools.",
  benign: ["Wrappers of containers with start, stop and clean-up steps (they use fewer kinds)"],
  clears: "put the steps into one script",
  references: [
    "https://github.com/redcanaryco/atomic-red-team/blob/master/atomics/T1543.002/T1543.002.md",
    "man:systemd.service(5)",
  ],

  *check(activation, inventory) {
    for (const { unit, service } of servicesOf(activation)) {
      const first = [...service.commands.values()].flat()[0];
      if (first === undefined || service.commands.size < MANY) continue;
      if (isPackagedPlace(first.span.path, activation, inventory)) continue;
      yield {
        says: `${unit.name} has commands for ${[...service.commands.keys()].join(", ")}`,
        evidence: [...service.commands.values()].flatMap(([exec]) =>
          exec ? [evidenceAt(inventory, exec.span)] : [],
        ),
      };
    }
  },

  examples: () => ({
    fires: [
      timed(
        ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"]
          .map((key) => `${key}=/usr/bin/true`)
          .join("\n"),
      ),
    ],
    finds: {
      1: [
        "suspicious medium low /etc/systemd/system/job.service:3: job.service has commands for ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop, ExecStopPost",
      ],
    },
    quiet: [
      timed("ExecStartPre=/usr/bin/true\nExecStart=/usr/bin/true\nExecStopPost=/usr/bin/true"),
      shipped(
        "vendor",
        ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"]
          .map((key) => `${key}=/usr/bin/true`)
          .join("\n"),
      ),
      timed("RemainAfterExit=yes"),
    ],
  }),
};
