import { evidenceOfFile } from "./evidence.ts";
import { periodText, shortestPeriod } from "./frequency.ts";
import type { ActivationRule } from "./rule.ts";

/** A timer made by systemd-run that repeats: it is in memory only, and not meant for that. */
export const recurringTransientTimer: ActivationRule = {
  id: "recurring-transient-timer",
  subject: "activation",
  title: "A transient timer repeats",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["CM-5", "SI-4"],
  why: "systemd-run is for a single delayed start. A transient timer with a calendar is a scheduled job without a file on disk: gone at reboot, and gone as evidence when somebody stops it. Save /run/systemd/transient before you do.",
  benign: [
    "One delayed start, as agents and updaters use it (not accused)",
    "An administrator trying out a schedule",
  ],
  clears: "write the job as a unit file",
  references: [
    "man:systemd-run(1)",
    "https://github.com/redcanaryco/atomic-red-team/blob/master/atomics/T1053.006/T1053.006.md",
  ],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { path } = activation.record.loaded;
    if (path === null || !/\/systemd\/transient\/[^/]+$/.test(path)) return;
    const period = shortestPeriod(activation, inventory);
    if (period === null) return;
    yield {
      says: `${activation.unit} was made by systemd-run and fires every ${periodText(period)}`,
      evidence: [evidenceOfFile(path, "in memory only")],
    };
  },

  examples: () => ({
    fires: [
      {
        "/run/systemd/transient/run-r1.timer": "[Timer]\nOnCalendar=*:0/1\nRemainAfterElapse=no\n",
        "/run/systemd/transient/run-r1.service": "[Service]\nExecStart=/bin/sh -c true\n",
      },
    ],
    quiet: [
      {
        "/run/systemd/transient/run-r1.timer": "[Timer]\nOnActiveSec=10\nRemainAfterElapse=no\n",
        "/run/systemd/transient/run-r1.service": "[Service]\nExecStart=/bin/systemctl start agent\n",
      },
    ],
  }),
};
