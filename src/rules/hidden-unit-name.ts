import { evidenceOfFile } from "./evidence.ts";
import type { ActivationRule } from "./rule.ts";

/** A unit of the closure has a name that begins with a dot. */
export const hiddenUnitName: ActivationRule = {
  id: "hidden-unit-name",
  subject: "activation",
  title: "A unit is hidden behind a name that begins with a dot",
  severity: "high",
  confidence: "high",
  signal: "hostile",
  family: "hiding",
  depth: "regular",
  techniques: ["T1053.006", "T1564.001"],
  controls: ["CM-5", "SI-4", "SI-7"],
  why: "systemd loads and runs `.x.service` like any other unit, but `systemctl list-unit-files` and every tool built on it leave it out. No package ships such a unit.",
  benign: ["An administrator who renamed a unit to switch it off; it is not off"],
  clears: "rename the unit without the dot, or remove it",
  references: ["https://attack.mitre.org/techniques/T1564/001/", "systemd src/shared/install.c, unit-file.c"],

  *check({ closure }) {
    for (const { name, loaded } of closure.units) {
      if (!name.startsWith(".") || loaded.fragment === null) continue;
      yield {
        says: `${name} begins with a dot, so systemctl list-unit-files does not show it, and systemd runs it all the same`,
        evidence: [evidenceOfFile(loaded.fragment.path, "hidden from list-unit-files")],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/system/.a.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/.a.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/etc/systemd/system/a.timer": "[Timer]\nOnCalendar=daily\nUnit=.x.service\n",
        "/etc/systemd/system/.x.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    quiet: [
      {
        "/etc/systemd/system/a.b.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/a.b.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
  }),
};
