import { nextElapses } from "../time/calendar-next.ts";
import { formatRfc3339 } from "../time/timestamp-format.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { behavioursOfKind, isShipped } from "./subject.ts";

const MONTH = 30 * 86_400_000_000;

/** One absolute date, long ahead: how a logic bomb is set. */
export const singleFarDate: ActivationRule = {
  id: "single-far-date",
  subject: "activation",
  title: "Fires once, on a single date far ahead",
  severity: "medium",
  confidence: "low",
  signal: "odd",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006", "T1480"],
  controls: ["CM-5", "SI-4"],
  why: "A job for one day a month or years ahead has no test before it runs. Together with a command that deletes or shuts down it is a bomb with a clock.",
  benign: ["The renewal of a certificate, the end of a contract or a migration that somebody planned"],
  clears: "let a calendar remind a person, or accept it with an owner and an end date",
  references: ["https://attack.mitre.org/techniques/T1485/"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || isShipped(activation, inventory)) return;
    const { nowUsec, zones, version } = inventory;
    const values = activation.record.timer?.values ?? [];
    const [only] = values;
    if (values.length !== 1 || only?.directive !== "OnCalendar") return;
    const [first, ...more] = nextElapses(only.calendar, nowUsec, 2, zones, version).usec;
    if (first === undefined || more.length > 0 || first < nowUsec + MONTH) return;
    const breaks = !behavioursOfKind(
      activation,
      new Set(["destructive", "shutdown", "stops-security-unit"]),
    ).next().done;
    yield {
      says: `${activation.unit} fires once, at ${formatRfc3339(first)}${breaks ? ", and then destroys or stops something" : ""}`,
      ...(breaks
        ? { signal: "suspicious" as const, severity: "high" as const, confidence: "high" as const }
        : {}),
      evidence: [evidenceAt(inventory, only.span)],
    };
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }, "OnCalendar=2031-04-01"),
      timed("ExecStart=/bin/rm -rf /etc", {}, "OnCalendar=2031-04-01"),
    ],
    finds: {
      1: ["odd medium low /etc/systemd/system/job.timer:2: job.timer fires once, at 2031-04-01T00:00:00Z"],
      2: [
        "suspicious high high /etc/systemd/system/job.timer:2: job.timer fires once, at 2031-04-01T00:00:00Z, and then destroys or stops something",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }, "OnCalendar=*-04-01"),
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }, "OnCalendar=2024-03-02"),
      shipped("vendor", "ExecStart=/usr/bin/true", {}, "OnCalendar=2031-04-01"),
      timed("ExecStart=/usr/local/bin/x", {}, "OnCalendar=2031-04-01\nOnCalendar=daily"),
    ],
  }),
};
