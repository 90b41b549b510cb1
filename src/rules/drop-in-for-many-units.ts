import { evidenceAt } from "./evidence.ts";
import { dpkg, shipped, timed } from "./example-host.ts";
import { loaderAssignment } from "./loader-variables.ts";
import { isExec } from "./overrides.ts";
import type { ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";

/** `service.d`, `timer.d`, or a prefix such as `apt-.service.d`. */
const WIDE = /\/((?:[^/]*-)?\.?(?:service|timer))\.d\/[^/]+$/;
/** One drop-in gives every unit of a type, or of a prefix, a command or a variable that loads code. */
export const dropInForManyUnits: ActivationRule = {
  id: "drop-in-for-many-units",
  subject: "activation",
  title: "One drop-in changes what many units run",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "environment",
  depth: "regular",
  techniques: ["T1543.002", "T1574.006", "T1053.006"],
  controls: ["CM-3", "CM-5", "SI-7"],
  why: "A file in service.d, or in a directory of a name's prefix, applies to every such unit, present and future. It need not touch any of them.",
  benign: ["Hardening, limits and failure mails for all services (not accused)"],
  clears: "give the one unit that needs it a drop-in of its own",
  references: ["man:systemd.unit(5)"],

  *check({ closure }, inventory) {
    for (const { loaded } of closure.units)
      for (const { setting, fate } of loaded.unit.history) {
        const { span, key, value } = setting;
        const wide = WIDE.exec(span.path)?.[1];
        if (wide === undefined || fate !== "effective") continue;
        const loads =
          key === "EnvironmentFile" || (key === "Environment" && loaderAssignment(value) !== null);
        if (!isExec(setting) && !loads) continue;
        const file = closure.files.find(({ path }) => path === span.path);
        if (file === undefined || !isStray(file, inventory)) continue;
        yield {
          says: `${span.path} sets ${key}= for ${loaded.name} and every other unit that ${wide}.d is for`,
          ...(key === "EnvironmentFile" ? { signal: "odd" as const } : {}),
          evidence: [evidenceAt(inventory, span)],
        };
      }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf": "[Service]\nExecStartPost=-/usr/lib/health/post\n",
      }),
      shipped("apt-daily", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/apt-.service.d/x.conf": "[Service]\nEnvironment=LD_PRELOAD=/srv/l.so\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf": "[Service]\nEnvironmentFile=-/srv/env\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high high /etc/systemd/system/service.d/x.conf:2: /etc/systemd/system/service.d/x.conf sets ExecStartPost= for job.service and every other unit that service.d is for",
      ],
      3: [
        "odd high high /etc/systemd/system/service.d/x.conf:2: /etc/systemd/system/service.d/x.conf sets EnvironmentFile= for job.service and every other unit that service.d is for",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf":
          "[Service]\nNoNewPrivileges=yes\nEnvironment=LANG=C ENV=production NODE_OPTIONS=--max-old-space-size=512\n",
        "/etc/systemd/system/job.service.d/x.conf": "[Service]\nExecStartPost=/usr/bin/true\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf": "[Service]\nExecStartPost=/srv/x\nExecStartPost=\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/service.d/x.conf": "[Service]\nExecStartPost=/usr/bin/vendor\n",
        ...dpkg(["/usr/lib/systemd/system/service.d/x.conf"]),
      }),
      timed("ExecStart=/usr/bin/true", {
        "/usr/lib/systemd/system/service.d/x.conf": "[Service]\nExecStartPost=/usr/bin/vendor\n",
        "/etc/systemd/system/job.service.d/own.conf": "[Service]\nNice=1\n",
        ...dpkg(["/usr/lib/systemd/system/service.d/x.conf"]),
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf":
          "[Service]\nLimitNOFILE=LD_PRELOAD\nEnvironment=LANG=C ENV=production NODE_OPTIONS=--max-old-space-size=512\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/service.d/x.conf":
          "[Service]\nLogExtraFields=LD_PRELOAD=x\nSyslogIdentifier=LD_PRELOAD=x\n",
      }),
    ],
  }),
};
