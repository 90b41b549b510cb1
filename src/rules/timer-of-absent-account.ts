import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";

const USEC_PER_DAY = 86_400_000_000;

/** Timers wait in the home of an account that is gone or has expired. */
export const timerOfAbsentAccount: ActivationRule = {
  id: "timer-of-absent-account",
  subject: "activation",
  title: "Timers lie in the home of an account that does not exist or has expired",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "user-scope",
  depth: "regular",
  techniques: ["T1053.006", "T1136", "T1078.003"],
  controls: ["AC-2", "PS-4"],
  why: "They start again the day somebody is given that name or number, or the account is let in again. Lingering keeps them running even for an account whose password is locked.",
  benign: [
    "Homes of people who left, kept on purpose; remove their linger file all the same",
    "Accounts from a directory that the evidence lacks (not accused)",
  ],
  clears: "archive the home, and remove the linger file",
  references: ["man:loginctl(1)", "https://attack.mitre.org/techniques/T1078/003/"],

  *check(activation, { accounts, nowUsec }) {
    if (activation.kind !== "timer" || activation.record.manager.scope.kind !== "user") return;
    const { name, home } = activation.record.manager.scope;
    if (home === "/etc/skel") return;
    const isAbsent =
      !accounts.byName.has(name) && accounts.all.length > 0 && accounts.remoteSources.length === 0;
    const disabled = accounts.disabledBecause(name, Math.floor(nowUsec / USEC_PER_DAY));
    const isExpired = disabled?.startsWith("it expired") ?? false;
    if (!isAbsent && !isExpired) return;
    yield {
      says: isAbsent
        ? `${activation.unit} lies in the home of ${name}, and there is no such account`
        : `${activation.unit} belongs to ${name}, whose account is closed: ${disabled}`,
      evidence: [evidenceOfFile(activation.record.loaded.path ?? activation.unit)],
    };
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/home/eve": { dir: true, uid: 1099, gid: 1099 },
        "/home/eve/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/eve/.config/systemd/user/up.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/etc/shadow": "alice:$6$x:19000:0:99999:7::19100:\n",
        "/home/alice/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/systemd/user/up.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
    finds: {
      1: [
        "suspicious medium medium /home/eve/.config/systemd/user/up.timer:0: up.timer lies in the home of eve, and there is no such account",
      ],
      2: [
        "suspicious medium medium /home/alice/.config/systemd/user/up.timer:0: up.timer belongs to alice, whose account is closed: it expired on day 19100 after 1970-01-01",
      ],
    },
    quiet: [
      {
        ...ACCOUNTS,
        "/etc/skel/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
        "/etc/skel/.config/systemd/user/up.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
        "/home/alice/.config/systemd/user/up.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/home/eve": { dir: true, uid: 1099, gid: 1099 },
        "/home/eve/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
      },
      {
        ...ACCOUNTS,
        "/etc/nsswitch.conf": "passwd: files sss\n",
        "/home/eve": { dir: true, uid: 1099, gid: 1099 },
        "/home/eve/.config/systemd/user/up.timer": "[Timer]\nOnCalendar=hourly\n",
      },
    ],
  }),
};
