import { namesWithLinks } from "../manager/names-with-links.ts";
import { scopeName } from "../manager/scope.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, dpkg, numbers } from "./example-host.ts";
import { signalOf, strayTarget } from "./orphan-timer.ts";
import type { HostRule } from "./rule.ts";

const WANTS = "/etc/systemd/system/multi-user.target.wants/x";
/** Links told of; more are the same news, and each asks the package lists. */
const MOST = 50;

/** A link enables a unit that is not there and that no package put there. */
export const enablementLeadsNowhere: HostRule = {
  id: "enablement-leads-nowhere",
  subject: "host",
  title: "A link starts a unit that does not exist and was of no package",
  severity: "low",
  confidence: "medium",
  signal: "odd",
  family: "hiding",
  depth: "regular",
  techniques: ["T1543.002"],
  controls: ["CM-5", "SI-4"],
  why: "What is left when somebody removes a unit by hand: an intruder, or whoever cleaned up after one. The link stays a trap: a file of that name is started at the next boot, whoever can write it. The timers of the host are told of by orphan-timer.",
  benign: [
    "Units an administrator removed without `systemctl disable`",
    "What a removed package left (not accused: its units lay in the vendor's directories)",
  ],
  clears: "remove the link; `systemctl disable` does",
  references: ["man:systemctl(1) disable", "man:systemd.unit(5)"],

  *check(inventory) {
    /** Managers of users read the directories all of them share. */
    const told = new Set<string>();
    for (const manager of inventory.managers)
      for (const name of namesWithLinks(manager))
        for (const { unit, path } of manager.dependencyLinks(name)) {
          if (unit === null || unit.endsWith(".timer") || told.has(path)) continue;
          const found = manager.lookup(unit);
          const target = found.state === "not-found" ? strayTarget(found.path ?? path, inventory) : null;
          if (target === null) continue;
          if (told.size === MOST) return;
          told.add(path);
          yield {
            unit,
            scope: scopeName(manager.scope),
            says: `${path} starts ${unit}, and there is no such unit file`,
            ...signalOf(target),
            evidence: [evidenceOfFile(found.path ?? path, "leads to nothing")],
          };
        }
  },

  examples: () => ({
    fires: [
      { "/etc/systemd/system/multi-user.target.wants/x.service": { link: "/etc/systemd/system/x.service" } },
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/default.target.wants": { dir: true },
        "/etc/systemd/user/default.target.wants/x.service": { link: "/etc/systemd/user/x.service" },
      },
      {
        "/etc/systemd/system/multi-user.target.wants/x.service": { link: "/etc/systemd/system/x.service" },
        "/etc/systemd/system/x.service": { link: "/dev/shm/x.service" },
      },
      Object.fromEntries(numbers(60).map((number) => [`${WANTS}${number}.service`, { link: "../x" }])),
    ],
    finds: {
      4: numbers(50).map(
        (number) =>
          `odd low medium ${WANTS}${number}.service:0: ${WANTS}${number}.service starts x${number}.service, and there is no such unit file`,
      ),
      3: [
        "suspicious high medium /etc/systemd/system/x.service:0: /etc/systemd/system/multi-user.target.wants/x.service starts x.service, and there is no such unit file",
      ],
      2: [
        "odd low medium /etc/systemd/user/default.target.wants/x.service:0: /etc/systemd/user/default.target.wants/x.service starts x.service, and there is no such unit file",
      ],
    },
    quiet: [
      {
        ...dpkg(["/etc/systemd/system/packaged.service"]),
        "/etc/systemd/system/a.target.wants/gone.service": { link: "/usr/lib/systemd/system/gone.service" },
        "/etc/systemd/system/a.target.wants/packaged.service": {
          link: "/etc/systemd/system/packaged.service",
        },
        "/etc/systemd/system/a.target.wants/x.timer": { link: "/etc/systemd/system/x.timer" },
        "/etc/systemd/system/a.target.wants/own.service": { link: "/etc/systemd/system/own.service" },
        "/etc/systemd/system/own.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/a.target.wants/no-link.service": "",
        "/etc/systemd/system/a.target.wants/linked.service": { link: "/etc/systemd/system/linked.service" },
        "/etc/systemd/system/linked.service": { link: "/srv/units/linked.service" },
        "/srv/units/linked.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/etc/systemd/system/a.target.wants/not-a-unit": { link: "/etc/systemd/system/not-a-unit" },
      },
    ],
  }),
};
