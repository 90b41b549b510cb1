import { evidenceOfFile } from "./evidence.ts";
import { shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

const PLACES: readonly (readonly [pattern: RegExp, what: string])[] = [
  [
    /\/(system|user)\.control\/[^/]+$/,
    "the directory of `systemctl set-property`, which writes drop-ins only",
  ],
];

/** A whole unit file lies where only `systemctl set-property` writes, and only drop-ins. */
export const wholeUnitInControlDirectory: ActivationRule = {
  id: "whole-unit-in-control-directory",
  subject: "activation",
  title: "A whole unit lies in the directory of set-property",
  severity: "high",
  confidence: "high",
  signal: "hostile",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1036.005"],
  controls: ["CM-5", "SI-7"],
  why: "system.control is searched before every other directory and nothing of systemd puts whole units there; no published rule watches it.",
  benign: ["None known"],
  clears: "move the unit to /etc/systemd/system",
  references: ["man:systemd.unit(5)", "systemd src/basic/path-lookup.c"],

  *check({ closure }) {
    for (const { role, path, unit } of closure.files) {
      if (role !== "fragment") continue;
      for (const [pattern, what] of PLACES)
        if (pattern.test(path))
          yield { says: `${unit} is defined in ${path}, in ${what}`, evidence: [evidenceOfFile(path, what)] };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.control/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    quiet: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system.control/vendor.service.d/50-CPUQuota.conf": "[Service]\nCPUQuota=20%\n",
      }),
      timed(
        "ExecStart=/etc/systemd/system.control/x\nExecStartPre=/run/systemd/transient/x\nExecStartPost=/run/systemd/system.control/x",
      ),
    ],
  }),
};
