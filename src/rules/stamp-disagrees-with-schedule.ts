import { formatRfc3339 } from "../time/timestamp-format.ts";
import { evidenceOfFile } from "./evidence.ts";
import { timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

/** Clocks that were set back by less are an accident. */
const TOLERANCE = 86_400_000_000;

/** The record of a timer's last run lies in the future. */
export const stampDisagreesWithSchedule: ActivationRule = {
  id: "stamp-disagrees-with-schedule",
  subject: "activation",
  title: "The time of its last run lies in the future",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "time",
  depth: "regular",
  techniques: ["T1070.006", "T1562.001", "T1053.006"],
  controls: ["AU-8", "SI-2", "SI-7"],
  why: "A Persistent= timer asks its stamp file when it ran last. A stamp dated ahead makes it believe that nothing is due: updates and scans stop, and the timer still shows as active.",
  benign: ["A clock that was wrong for minutes or hours (not accused)"],
  clears: "delete the stamp file; the timer then runs at its next moment",
  references: ["man:systemd.timer(5) Persistent=", "systemd src/core/timer.c"],

  *check(activation, { nowUsec }) {
    if (activation.kind !== "timer") return;
    const { last, unit } = activation.record;
    if (last === null || last.usec < nowUsec + TOLERANCE) return;
    yield {
      says: `${unit} says that it last ran at ${formatRfc3339(last.usec)}, which has not come yet`,
      evidence: [evidenceOfFile(last.evidence.replace(/^[^/]*/, ""), last.evidence)],
    };
  },

  examples: () => ({
    fires: [
      timed(
        "ExecStart=/usr/bin/true",
        { "/var/lib/systemd/timers/stamp-job.timer": { content: "", mtimeNs: 4_000_000_000_000_000_000n } },
        "OnCalendar=daily\nPersistent=true",
      ),
    ],
    quiet: [
      timed(
        "ExecStart=/usr/bin/true",
        { "/var/lib/systemd/timers/stamp-job.timer": { content: "", mtimeNs: 1_700_000_000_000_000_000n } },
        "OnCalendar=daily\nPersistent=true",
      ),
    ],
  }),
};
