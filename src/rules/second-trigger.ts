import type { Inventory } from "../inventory/inventory.ts";
import { otherTriggersOf } from "../inventory/other-triggers.ts";
import { evidenceAt } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule, Tree } from "./rule.ts";
import { fragmentOf, isStray, strayCode } from "./standing.ts";
import { triggered } from "./subject.ts";

/** Besides its timer a path, a socket, a device or a bus name starts the same service. */
export const secondTrigger: ActivationRule = {
  id: "second-trigger",
  subject: "activation",
  title: "Something besides the timer starts the same service",
  severity: "low",
  confidence: "medium",
  signal: "context",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002", "T1546"],
  controls: ["CM-5", "SI-4"],
  why: "Whoever wants a payload to come back gives it a trigger more: a file that is touched, a connection, a device, a name on the bus. The timer is found and disabled, and the other goes on. PANIX plants such pairs.",
  benign: [
    "A job that runs each night and when its input changes (only context)",
    "Triggers and services of packages (not accused)",
  ],
  clears: "keep one trigger, or accept the pair with an owner",
  references: [
    "man:systemd.path(5)",
    "man:systemd.device(5)",
    "https://github.com/Aegrah/PANIX",
    "https://attack.mitre.org/techniques/T1546/",
  ],

  *check(activation, inventory) {
    if (activation.kind !== "timer") return;
    const { closure, record } = activation;
    const target = triggered(activation)?.loaded;
    const fragment = target === undefined ? null : fragmentOf(closure, target.primaryId);
    if (target === undefined || fragment === null || !isStray(fragment, inventory)) return;
    const isStrange = strayCode(closure, inventory).some(({ unit }) => unit === target.primaryId);
    for (const { kind, span } of target.names.flatMap((name) => otherTriggersOf(record.manager, name))) {
      if (!isStray(placed(span.path, inventory), inventory)) continue;
      yield {
        says: `${target.name} is started by a ${kind} of ${span.path} as well`,
        ...(isStrange && kind !== "path unit" ? { signal: "odd" as const } : {}),
        evidence: [evidenceAt(inventory, span)],
      };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(),
        "/etc/systemd/system/job.path": "[Path]\nPathChanged=/srv/in\n",
        "/etc/systemd/system/door.socket": "[Socket]\nListenStream=4444\nService=job.service\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/door.socket": "[Socket]\nListenStream=4444\nService=job.service\n",
        "/etc/systemd/system/other.service": "[Service]\nExecStart=/usr/local/bin/x\n",
        "/etc/systemd/system/job.service.d/a.conf": "[Unit]\nWants=other.service\n",
        "/usr/local/bin/x": script(),
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/udev/rules.d/99-x.rules":
          '# nothing\nSUBSYSTEM=="net", TAG+="systemd", ENV{SYSTEMD_WANTS}+="a.service job.service"\n',
      }),
      timed("ExecStart=/usr/bin/true", {
        ...dpkg(["/usr/bin/true"]),
        "/usr/share/dbus-1/system-services/test.example.x.service":
          "[D-BUS Service]\nName=test.example.x\nExec=/bin/false\nSystemdService=job.service\n",
      }),
    ],
    finds: {
      1: [
        "odd low medium /etc/systemd/system/door.socket:3: job.service is started by a socket unit of /etc/systemd/system/door.socket as well",
        "context low medium /etc/systemd/system/job.path:0: job.service is started by a path unit of /etc/systemd/system/job.path as well",
      ],
      2: [
        "context low medium /etc/systemd/system/door.socket:3: job.service is started by a socket unit of /etc/systemd/system/door.socket as well",
      ],
      3: [
        "context low medium /etc/udev/rules.d/99-x.rules:2: job.service is started by a udev rule of /etc/udev/rules.d/99-x.rules as well",
      ],
      4: [
        "context low medium /usr/share/dbus-1/system-services/test.example.x.service:4: job.service is started by a D-Bus name of /usr/share/dbus-1/system-services/test.example.x.service as well",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system/other.path": "[Path]\nPathChanged=/srv/in\n",
        "/etc/udev/rules.d/99-x.rules": 'ENV{SYSTEMD_WANTS}+="other.service"\n',
      }),
      timed("ExecStart=/usr/bin/true", {
        ...dpkg(["/usr/lib/systemd/system/job.path"]),
        "/usr/lib/systemd/system/job.path": "[Path]\nPathChanged=/srv/in\n",
      }),
      shipped("vendor", "ExecStart=/usr/bin/true", {
        "/etc/systemd/system/vendor.path": "[Path]\nPathChanged=/srv/in\n",
      }),
      { "/etc/systemd/system/gone.timer": "[Timer]\nOnCalendar=daily\n" } satisfies Tree,
    ],
  }),
};

const placed = (path: string, inventory: Inventory) => ({ path, provenance: inventory.provenanceOf(path) });
