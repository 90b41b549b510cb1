import { evidenceOfFile } from "./evidence.ts";
import type { ActivationRule } from "./rule.ts";

/** A user's timer that fires although nobody is logged in, because the account lingers. */
export const lingeringUserTimer: ActivationRule = {
  id: "lingering-user-timer",
  subject: "activation",
  title: "A user's timer runs without its user",
  severity: "low",
  confidence: "high",
  signal: "context",
  family: "user-scope",
  depth: "regular",
  techniques: ["T1053.006"],
  controls: ["AC-2", "AC-6"],
  why: "With lingering, the user's manager starts at boot and its timers fire for ever. It is the way an intruder without root persists, and needs one empty file in /var/lib/systemd/linger.",
  benign: [
    "Rootless podman and other services that an account is meant to run",
    "Desktop synchronisation on a server",
  ],
  clears: "loginctl disable-linger NAME, if nobody meant it to be on",
  references: ["man:loginctl(1) enable-linger", "https://attack.mitre.org/techniques/T1053/006/"],

  *check(activation, { accounts }) {
    if (activation.kind !== "timer") return;
    const { record } = activation;
    const { scope } = record.manager;
    if (scope.kind !== "user") return;
    const { name } = scope;
    if (!accounts.linger.has(name) || !record.started.atBoot || record.load !== "loaded") return;
    yield {
      says: `${name} lingers, so ${record.unit} runs from boot on without a session`,
      evidence: [
        evidenceOfFile(record.loaded.path ?? record.unit),
        evidenceOfFile(`/var/lib/systemd/linger/${name}`, "lingering"),
      ],
    };
  },

  examples: () => ({
    fires: [
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
        "/var/lib/systemd/linger/alice": "",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/home/alice/.config/systemd/user/timers.target.wants/a.timer": { link: "../a.timer" },
      },
    ],
    quiet: [
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/home/alice/.config/systemd/user/timers.target.wants/a.timer": { link: "../a.timer" },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
        "/var/lib/systemd/linger/alice": "",
        "/home/alice/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/a.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/home/alice/.config/systemd/user/b.timer": { link: "/dev/null" },
        "/home/alice/.config/systemd/user/timers.target.wants/b.timer": { link: "../b.timer" },
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n",
        "/var/lib/systemd/linger/alice": "",
        "/home/alice/.config/systemd/user/timers.target.wants/gone.timer": { link: "../gone.timer" },
      },
    ],
  }),
};
