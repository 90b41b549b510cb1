import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { fragmentOf, isStray } from "./standing.ts";

/** Unit names that published reports tell, and the reports. A name alone; the content decides. */
const IMPLANTS: readonly (readonly [pattern: RegExp, what: string, reference: string])[] = [
  [
    /^gh-token-monitor\./,
    "the token monitor of the 2026 package worms. Before you revoke a token: reports describe a destructive reaction when it stops working, so stop the unit and take the machine off the network first",
    "digger: mini Shai-Hulud detector",
  ],
  [/^pgmon\./, "the user unit of CanisterWorm (March 2026)", "Mend, threat.wiki, Aikido"],
  [/^sysmon\.(service|timer)$/, "the user unit of the LiteLLM compromise (March 2026)", "Sigma 81c0b7f5"],
  [/^art-(systemd-)?(timer|service)\b/, "Atomic Red Team's test", "Atomic Red Team T1053.006"],
  [
    /^(xeactor|libgenerate|minergate)\b/,
    "the 2018 packages of the Arch user repository",
    "aur-general, July 2018",
  ],
];

export const nameOfKnownImplant: ActivationRule = {
  id: "name-of-known-implant",
  subject: "activation",
  title: "A unit bears the name of a published implant",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "masquerading",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["SI-3", "SI-4", "IR-4"],
  why: "The name is the one that reports of real incidents give. Names are cheap, and so is looking.",
  benign: [
    "Another program of the same name: Sysmon for Linux has a system service of that name (not accused)",
  ],
  clears: "rename the unit if it is not the implant",
  references: ["https://github.com/SigmaHQ/sigma", "https://github.com/redcanaryco/atomic-red-team"],

  *check({ closure, scope }, inventory) {
    for (const { name, loaded } of closure.units) {
      const found = IMPLANTS.find(([pattern]) => pattern.test(name));
      const own = fragmentOf(closure, loaded.primaryId);
      if (found === undefined || own === null || !isStray(own, inventory)) continue;
      if (name.startsWith("sysmon") && scope === "system") continue;
      yield {
        says: `${name} bears the name of ${found[1]} (${found[2]})`,
        evidence: [evidenceOfFile(own.path, found[2])],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/gh-token-monitor.timer": "[Timer]\nOnCalendar=minutely\n",
        "/home/alice/.config/systemd/user/gh-token-monitor.service":
          "[Service]\nExecStart=/home/alice/.local/bin/x\n",
      },
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/pgmon.timer": "[Timer]\nOnCalendar=daily\nUnit=job.service\n",
      }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/sysmon.timer": "[Timer]\nOnCalendar=minutely\n",
      },
    ],
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      {
        "/etc/systemd/system/sysmon.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/sysmon.service": "[Service]\nExecStart=/opt/sysmon/sysmon\n",
      },
      shipped("gh-token-monitor", "ExecStart=/usr/bin/true"),
    ],
  }),
};
