import type { Activation } from "../inventory/activation.ts";
import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceAt, evidenceOf } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import { touchedIn } from "./only-leaves-a-marker.ts";
import { isVendorPlace } from "./overrides.ts";
import type { ActivationRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { isStray, standingOf } from "./standing.ts";
import { ownFile } from "./subject.ts";

/** Directories made for scripts of administrators. */
const HOOKS =
  /^\/etc\/(letsencrypt\/renewal-hooks|cron\.(hourly|daily|weekly|monthly)|network|ppp|dhcp|update-motd\.d)\//;

/** A vendor's timer runs more than the vendor wrote: a hook, a rotated log's script, a directory's addition. */
export const packagedJobExtended: ActivationRule = {
  id: "packaged-job-extended",
  subject: "activation",
  title: "A packaged timer runs a script that somebody added to its hooks",
  severity: "medium",
  confidence: "low",
  signal: "suspicious",
  family: "provenance",
  depth: "regular",
  techniques: ["T1053.006", "T1546", "T1546.016"],
  controls: ["CM-5", "SI-7"],
  why: "logrotate's postrotate, apt's Post-Invoke and run-parts directories run as root whatever a file there says. The vendor's unit, service and program stay untouched.",
  benign: [
    "certbot's deploy hooks and cron's directories, which are meant for administrators (not accused)",
    "postrotate that reloads a service with a packaged tool (not accused)",
  ],
  clears: "install the hook with a package, or accept it with an owner",
  references: ["https://attack.mitre.org/techniques/T1546/016/", "man:logrotate(8)", "man:apt.conf(5)"],

  *check(activation, inventory) {
    const own = ownFile(activation);
    if (activation.kind !== "timer" || own === null) return;
    if (!isVendorPlace(standingOf(own, inventory), own.path)) return;
    const { closure } = activation;
    const configs = closure.files.filter((file) => file.role === "config" && isStray(file, inventory));
    for (const file of closure.files) {
      if (file.role !== "program" && file.role !== "script") continue;
      if (file.facts === null || HOOKS.test(file.path) || !isStray(file, inventory)) continue;
      if (!isAdded(file, configs)) continue;
      yield {
        says: `${activation.unit} of a package comes to run ${file.path}, by ${file.span.path}`,
        evidence: [evidenceOf(inventory, file, "added by hand")],
      };
    }
    for (const { span, path } of marks(activation, configs, inventory))
      yield {
        says: `${span.path}, which ${activation.unit} of a package obeys, writes ${path}`,
        evidence: [evidenceAt(inventory, span)],
      };
  },

  examples: () => ({
    fires: [
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    /usr/local/lib/x\n  endscript\n}\n",
        "/usr/local/lib/x": script(),
      }),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/usr/bin/touch": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    touch /tmp/rotated\n  endscript\n}\n",
      }),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    env touch /tmp/rotated\n  endscript\n}\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/run-parts /etc/vendor.d", {
        "/usr/bin/run-parts": "ELF",
        "/etc/vendor.d/job": script(),
      }),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    uptime; touch /tmp/rotated\n  endscript\n}\n",
      }),
    ],
    finds: {
      2: [
        "suspicious medium low /etc/logrotate.conf:3: logrotate.timer of a package comes to run /usr/bin/touch, by /etc/logrotate.conf",
        "suspicious medium low /etc/logrotate.conf:3: /etc/logrotate.conf, which logrotate.timer of a package obeys, writes /tmp/rotated",
      ],
      3: [
        "suspicious medium low /etc/logrotate.conf:3: /etc/logrotate.conf, which logrotate.timer of a package obeys, writes /tmp/rotated",
      ],
      5: [
        "suspicious medium low /etc/logrotate.conf:3: /etc/logrotate.conf, which logrotate.timer of a package obeys, writes /tmp/rotated",
      ],
    },
    quiet: [
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    systemctl reload nginx\n  endscript\n}\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true"),
      shipped(
        "logrotate",
        "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf",
        {
          "/usr/sbin/logrotate": "ELF",
          "/usr/bin/touch": "ELF",
          "/usr/bin/cat": "ELF",
          "/etc/logrotate.conf":
            "/var/log/x {\n  postrotate\n    touch /var/lib/rotated\n    cat /tmp/x\n    /usr/local/lib/gone\n  endscript\n}\n",
        },
        "OnCalendar=daily",
        ["/usr/bin/touch", "/usr/bin/cat"],
      ),
      timed("ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    /usr/local/lib/x\n  endscript\n}\n",
        "/usr/local/lib/x": script(),
      }),
      shipped(
        "logrotate",
        "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf",
        {
          "/usr/sbin/logrotate": "ELF",
          "/etc/logrotate.conf":
            "/var/log/x {\n  postrotate\n    /usr/local/lib/x\n    touch /tmp/rotated\n  endscript\n}\n",
          "/usr/local/lib/x": script(),
        },
        "OnCalendar=daily",
        ["/etc/logrotate.conf"],
      ),
      shipped(
        "logrotate",
        "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf",
        {
          "/usr/sbin/logrotate": "ELF",
          "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    /usr/lib/vendor/x\n  endscript\n}\n",
          "/usr/lib/vendor/x": script(),
        },
        "OnCalendar=daily",
        ["/usr/lib/vendor/x"],
      ),
      shipped(
        "logrotate",
        "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf",
        {
          "/usr/sbin/logrotate": "ELF",
          "/usr/bin/env": "ELF",
          "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    env -i cat < /tmp/x\n  endscript\n}\n",
        },
        "OnCalendar=daily",
        ["/usr/bin/env", "/usr/sbin/logrotate"],
      ),
      {
        ...dpkg(["/etc/cron.d/logrotate"]),
        "/etc/cron.d/logrotate": "0 0 * * * root /usr/sbin/logrotate /etc/logrotate.conf\n",
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    /usr/local/lib/x\n  endscript\n}\n",
        "/usr/local/lib/x": script(),
      },
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "include /etc/logrotate.d\n",
        "/etc/logrotate.d/x": "/var/log/x {\n  weekly\n}\n",
        "/etc/systemd/system/logrotate.service.d/x.conf": "[Service]\nExecStartPost=/usr/local/lib/x\n",
        "/usr/local/lib/x": script(),
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/bin/run-parts /etc/cron.daily\nExecStart=/usr/bin/run-parts /etc/vendor.d\nExecStart=/usr/sbin/logrotate /etc/vendor.d/rotate.conf",
        {
          "/usr/bin/run-parts": "ELF",
          "/usr/sbin/logrotate": "ELF",
          "/etc/cron.daily/job": script(),
          "/etc/vendor.d/rotate.conf": "/var/log/x {\n  weekly\n}\n",
        },
      ),
      shipped("logrotate", "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf", {
        "/usr/sbin/logrotate": "ELF",
        "/etc/logrotate.conf": "/var/log/x {\n  postrotate\n    logger touch /tmp/rotated\n  endscript\n}\n",
      }),
    ],
  }),
};

/** It is named by such a configuration, or lies in such a directory. */
function isAdded(file: ClosureFile, configs: readonly ClosureFile[]): boolean {
  return configs.some(({ path }) => file.span.path === path || file.path.startsWith(`${path}/`));
}

/** Commands of added configuration that leave files where anyone can write. */
function* marks(
  { closure }: Activation,
  configs: readonly ClosureFile[],
  inventory: Inventory,
): Generator<{ readonly span: ClosureFile["span"]; readonly path: string }> {
  const added = new Set(configs.map(({ path }) => path));
  for (const { followed } of closure.commands)
    for (const { name, span } of followed.reached) {
      if (!added.has(span.path) || !name.endsWith("touch")) continue;
      const path = touchedIn(inventory.excerpt(span) ?? "").find((each) => sharedDirectory(each) !== null);
      if (path !== undefined) yield { span, path };
    }
}
