import { value } from "../units/unit.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isShipped } from "./subject.ts";

/** OnClockChange= or OnTimezoneChange= in a timer of somebody's own. */
export const firesOnClockChange: ActivationRule = {
  id: "fires-on-clock-change",
  subject: "activation",
  title: "Fires when the clock or the time zone changes, not on a schedule",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1546"],
  controls: ["AU-8", "SI-4"],
  why: "No schedule is to be seen, `list-timers` shows no next run, and every synchronisation of the clock after boot starts it. Hardly anything honest needs that.",
  benign: [
    "Programs that reckon with the local time and must hear of a change, which packages ship (not accused)",
  ],
  clears: "use OnCalendar=, or a unit after time-sync.target",
  references: ["man:systemd.timer(5)"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || isShipped(activation, inventory)) return;
    const { timer } = activation.record;
    if (timer === null) return;
    for (const key of ["OnClockChange", "OnTimezoneChange"] as const) {
      const isOn = key === "OnClockChange" ? timer.onClockChange : timer.onTimezoneChange;
      const setting = value(timer.unit, "Timer", key);
      if (isOn && setting !== null)
        yield {
          says: `${activation.unit} fires at ${key}=${timer.values.length === 0 ? " and at nothing else" : ""}`,
          evidence: [evidenceAt(inventory, setting.span)],
        };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }, "OnClockChange=true"),
      timed("ExecStart=/usr/local/bin/x", {}, "OnCalendar=daily\nOnClockChange=true"),
    ],
    finds: {
      1: [
        "suspicious medium medium /etc/systemd/system/job.timer:2: job.timer fires at OnClockChange= and at nothing else",
      ],
      2: ["suspicious medium medium /etc/systemd/system/job.timer:3: job.timer fires at OnClockChange="],
    },
    quiet: [
      timed(
        "ExecStart=/usr/local/bin/x",
        { "/usr/local/bin/x": script() },
        "OnCalendar=daily\nOnClockChange=no",
      ),
      shipped("vendor", "ExecStart=/usr/bin/true", {}, "OnTimezoneChange=true"),
    ],
  }),
};
