import { evidenceOfFile } from "./evidence.ts";
import { dpkg, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isOwnStray } from "./subject.ts";

/** A timer of nobody's package in a directory that every user's manager reads. */
export const timerForEveryUser: ActivationRule = {
  id: "timer-for-every-user",
  subject: "activation",
  title: "A hand-made timer runs for everybody who logs in",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "user-scope",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["AC-6", "CM-5"],
  why: "One file fires in every session with that person's rights, keys and tokens, and shows in no list of the system's timers.",
  benign: [
    "Timers an administrator means for all users of a workstation",
    "Timers of desktop packages (not accused)",
  ],
  clears: "ship it as a package, or accept it with an owner",
  references: ["man:systemd.unit(5)", "https://attack.mitre.org/techniques/T1053/006/"],

  *check(activation, inventory) {
    if (activation.kind !== "timer" || activation.scope !== "global-user") return;
    if (activation.record.load !== "loaded" || !isOwnStray(activation, inventory)) return;
    const path = activation.record.loaded.path ?? activation.unit;
    yield { says: `${path} fires for everybody who logs in`, evidence: [evidenceOfFile(path)] };
  },

  examples: () => ({
    fires: [
      {
        "/etc/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/user/sync.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      },
    ],
    quiet: [
      {
        ...dpkg(["/usr/lib/systemd/user/grub.timer", "/usr/lib/systemd/user/grub.service"]),
        "/usr/lib/systemd/user/grub.timer": "[Timer]\nOnStartupSec=2min\n",
        "/usr/lib/systemd/user/grub.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      { "/etc/systemd/user/sync.timer": { link: "/dev/null" } },
      timed("ExecStart=/usr/local/bin/x"),
      {
        ...dpkg(["/usr/lib/systemd/user/sync.timer"]),
        "/usr/lib/systemd/user/sync.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/systemd/user/sync.service": "[Service]\nExecStart=/usr/local/bin/x\n",
      },
    ],
  }),
};
