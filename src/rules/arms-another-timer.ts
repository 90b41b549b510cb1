import { BOOT, shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { accuse, behavioursOfKind, isPackagedPlace, isPackagedUnit, isStartedAtBoot } from "./subject.ts";

/** A further timer of the administrator's, and the link by which boot starts it. */
const OWN: Tree = {
  "/etc/systemd/system/own.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
  "/etc/systemd/system/own.service": "[Service]\nExecStart=/usr/bin/true\n",
};
const OWN_ENABLED: Tree = {
  "/etc/systemd/system/timers.target.wants/own.timer": { link: "/etc/systemd/system/own.timer" },
};

export const armsAnotherTimer: ActivationRule = {
  id: "arms-another-timer",
  subject: "activation",
  title: "Schedules a further job each time it runs",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "execution",
  depth: "regular",
  techniques: ["T1053.006", "T1053.002"],
  controls: ["CM-5", "SI-4"],
  why: "A transient timer or at job made by a timer exists in memory only: whoever reads files sees a harmless unit, and stopping the visible one does not stop the other.",
  benign: [
    "Agents that schedule their own restart during an update",
    "Scripts that ask at(1) for a delayed retry",
    "A restart of a timer that boot starts (not accused)",
  ],
  clears: "write the second job as a unit of its own",
  references: ["https://attack.mitre.org/techniques/T1053/006/", "man:systemd-run(1)"],

  *check(activation, inventory) {
    for (const { behaviour } of behavioursOfKind(activation, new Set(["arms-timer"]))) {
      const { unit } = behaviour.detail;
      if (isPackagedUnit(unit, inventory)) continue;
      // Boot starts it anyway: a restart only makes it forget when it ran.
      const isRestarted = / restart\)/.test(behaviour.says) && isStartedAtBoot(unit, inventory);
      if (isRestarted) continue;
      if (!isPackagedPlace(behaviour.span.path, activation, inventory)) yield accuse(behaviour, inventory);
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/systemctl restart own.timer", { ...BOOT, ...OWN }),
      timed("ExecStart=/usr/bin/systemctl start own.timer", { ...BOOT, ...OWN, ...OWN_ENABLED }),
      timed("ExecStart=/usr/bin/systemd-run --on-active=30 /usr/local/bin/x"),
      timed("ExecStart=/usr/bin/systemd-run --on-active=30 --unit=no-type /usr/local/bin/x"),
    ],
    quiet: [
      timed("ExecStart=/usr/bin/systemctl restart own.timer", { ...BOOT, ...OWN, ...OWN_ENABLED }),
      timed("ExecStart=/usr/bin/systemd-run --wait -p User=app /usr/local/bin/x"),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service":
          "[Service]\nExecStart=/usr/bin/systemctl enable --now vendor.timer\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/systemd-run --on-active=30 /usr/bin/vendor"),
    ],
  }),
};
