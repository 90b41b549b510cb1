import { evidenceAt, evidenceOfFile } from "./evidence.ts";
import { script, shipped, timed } from "./example-host.ts";
import { periodText, shortestPeriod, valuePeriod } from "./frequency.ts";
import type { ActivationRule } from "./rule.ts";
import { hasStrayPart, isShipped } from "./subject.ts";

const OFTEN = 60;
/** Below this no monitoring of timers makes sense: starting a process costs more than it tells. */
const BURST = 15;

export const runsVeryOften: ActivationRule = {
  id: "runs-very-often",
  subject: "activation",
  title: "Runs each minute or more often",
  severity: "low",
  confidence: "high",
  signal: "context",
  family: "schedule",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["SI-4"],
  why: "Implants that reconnect or restart something run each minute or less. So do collectors of metrics; it strengthens other findings. Several runs within 15 seconds are no schedule but a loop.",
  benign: ["Textfile collectors, queue runners, schedulers of applications (only noted)"],
  clears: "use a service that stays running for what must happen every few seconds",
  references: ["man:systemd.timer(5)", "https://attack.mitre.org/techniques/T1053/006/"],

  *check(activation, inventory) {
    if (isShipped(activation, inventory)) return;
    const period = shortestPeriod(activation, inventory);
    if (period === null || period > OFTEN) return;
    const isBurst = period < BURST && hasStrayPart(activation, inventory);
    const span =
      activation.kind === "job"
        ? activation.job.span
        : activation.record.timer?.values.find((value) => valuePeriod(value, inventory) === period)?.span;
    yield {
      says: `${activation.unit} runs every ${periodText(period)}`,
      ...(isBurst
        ? { signal: "suspicious" as const, severity: "medium" as const, confidence: "medium" as const }
        : {}),
      evidence: [span === undefined ? evidenceOfFile(activation.unit) : evidenceAt(inventory, span)],
    };
  },

  examples: () => ({
    fires: [
      timed(
        "ExecStart=/usr/local/bin/x",
        { "/usr/local/bin/x": script() },
        "OnCalendar=*:*:0/10\nAccuracySec=100ms",
      ),
      timed(
        "ExecStart=/usr/local/bin/x",
        { "/usr/local/bin/x": script() },
        "OnUnitActiveSec=1min\nOnBootSec=1min",
      ),
      {
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\nOnCalendar=*:*:0/10\n",
        "/usr/lib/systemd/system/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    finds: {
      1: ["suspicious medium medium /etc/systemd/system/job.timer:2: job.timer runs every 10 s"],
      2: ["context low high /etc/systemd/system/job.timer:2: job.timer runs every 60 s"],
      3: ["context low high /usr/lib/systemd/system/job.timer:3: job.timer runs every 10 s"],
    },
    quiet: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }, "OnCalendar=*:0/5"),
      shipped("vendor", "ExecStart=/usr/bin/true", {}, "OnCalendar=minutely"),
    ],
  }),
};
