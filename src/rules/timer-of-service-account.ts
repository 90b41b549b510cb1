import { hiddenPart } from "../programs/places.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { commandsNamed } from "./subject.ts";

/** Programs that are a reason for a service account to have a manager of its own. */
const CONTAINERS = /(^|\/)(podman|docker|buildah|nerdctl|conmon)$/;

/** An account that nobody logs in to, or root, has timers in its own manager. */
export const timerOfServiceAccount: ActivationRule = {
  id: "timer-of-service-account",
  subject: "activation",
  title: "A service account or root has a timer in a manager of its own",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "user-scope",
  depth: "regular",
  techniques: ["T1053.006", "T1078.003", "T1543.002"],
  controls: ["AC-2", "AC-6", "CM-7"],
  why: "Whoever takes over a web server writes as its account. A unit in that account's home, made to linger, survives restarts of the server without root. Root's own user manager is as unusual: system units are there for root.",
  benign: [
    "Accounts made for rootless containers (milder)",
    "Tools that install timers for root's user, such as acme.sh below /root (milder)",
  ],
  clears: "run the job as a system timer with User=, and remove the linger file",
  references: ["https://attack.mitre.org/techniques/T1078/003/", "man:loginctl(1)"],

  *check(activation, { accounts }) {
    if (activation.kind !== "timer" || activation.record.manager.scope.kind !== "user") return;
    const { name, uid } = activation.record.manager.scope;
    const isRoot = uid === 0;
    if (!isRoot && !accounts.isServiceAccount(name)) return;
    const commands = commandsNamed(activation);
    const isContainer = commands.length > 0 && commands.every(({ exec }) => CONTAINERS.test(exec.path));
    const isTool =
      isRoot &&
      !accounts.linger.has(name) &&
      commands.every(({ exec }) => hiddenPart(exec.path) !== ".cache");
    const atBoot = accounts.linger.has(name)
      ? [evidenceOfFile(`/var/lib/systemd/linger/${name}`, "starts at boot")]
      : [];
    yield {
      says: `${name}${isRoot ? "" : ", an account nobody logs in to,"} has ${activation.unit} in its own manager${atBoot.length > 0 ? ", and lingers" : ""}`,
      ...(isContainer || isTool ? { signal: "context" as const, severity: "low" as const } : {}),
      evidence: [evidenceOfFile(activation.record.loaded.path ?? activation.unit), ...atBoot],
    };
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/var/www/.config/systemd/user/health.timer": "[Timer]\nOnCalendar=minutely\n",
        "/var/www/.config/systemd/user/health.service": "[Service]\nExecStart=/usr/bin/php /var/www/h.php\n",
      },
      {
        ...ACCOUNTS,
        "/var/lib/systemd/linger/root": "",
        "/root/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=minutely\n",
        "/root/.config/systemd/user/sync.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/root/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=minutely\n",
        "/root/.config/systemd/user/sync.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/root/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=minutely\n",
        "/root/.config/systemd/user/sync.service": "[Service]\nExecStart=/root/.cache/x\n",
      },
      {
        ...ACCOUNTS,
        "/var/www/.config/systemd/user/web.timer": "[Timer]\nOnCalendar=minutely\n",
        "/var/www/.config/systemd/user/web.service": "[Service]\nExecStart=/usr/bin/podman auto-update\n",
      },
      {
        ...ACCOUNTS,
        "/var/www/.config/systemd/user/web.timer": "[Timer]\nOnCalendar=minutely\n",
      },
      {
        ...ACCOUNTS,
        "/var/www/.config/systemd/user/web.timer": "[Timer]\nOnCalendar=minutely\n",
        "/var/www/.config/systemd/user/web.service":
          "[Service]\nType=oneshot\nExecStart=/usr/bin/podman auto-update\nExecStart=/usr/bin/php\n",
      },
    ],
    finds: {
      1: [
        "suspicious high medium /var/www/.config/systemd/user/health.timer:0: www-data, an account nobody logs in to, has health.timer in its own manager",
      ],
      2: [
        "suspicious high medium /root/.config/systemd/user/sync.timer:0: root has sync.timer in its own manager, and lingers",
      ],
      3: [
        "context low medium /root/.config/systemd/user/sync.timer:0: root has sync.timer in its own manager",
      ],
      4: [
        "suspicious high medium /root/.config/systemd/user/sync.timer:0: root has sync.timer in its own manager",
      ],
      5: [
        "context low medium /var/www/.config/systemd/user/web.timer:0: www-data, an account nobody logs in to, has web.timer in its own manager",
      ],
      6: [
        "suspicious high medium /var/www/.config/systemd/user/web.timer:0: www-data, an account nobody logs in to, has web.timer in its own manager",
      ],
    },
    quiet: [
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/sync.timer": "[Timer]\nOnCalendar=minutely\n",
        "/home/alice/.config/systemd/user/sync.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
    ],
  }),
};
