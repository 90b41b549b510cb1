import type { Host } from "../hosts/host.ts";
import { SYSTEMD_BASES } from "../manager/generators.ts";
import { scopeName } from "../manager/scope.ts";
import { parseUnitFile } from "../syntax/unit-file.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg, timed } from "./example-host.ts";
import { loaderAssignment } from "./loader-variables.ts";
import type { HostRule } from "./rule.ts";
import { isPackaged } from "./standing.ts";

/** The manager itself hands a variable to every unit that makes programs load other code. */
export const managerEnvironmentInjectsLibrary: HostRule = {
  id: "manager-environment-injects-library",
  subject: "host",
  title: "systemd gives every unit a variable that loads foreign code",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "environment",
  depth: "regular",
  techniques: ["T1574.006", "T1543.002"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "One line in system.conf.d makes every service of the host load a library first; no unit changes.",
  benign: ["Proxies and locale in DefaultEnvironment= (not accused)"],
  clears: "remove the variable from the manager's configuration",
  references: ["man:systemd-system.conf(5)", "https://attack.mitre.org/techniques/T1574/006/"],

  *check(inventory) {
    const { managers, host } = inventory;
    for (const manager of managers) {
      if (manager.scope.kind === "user") continue;
      const name = manager.scope.kind === "system" ? "system.conf" : "user.conf";
      for (const base of SYSTEMD_BASES)
        for (const path of [`${base}/${name}`, ...configurationsIn(`${base}/${name}.d`, host)]) {
          const content = host.readFile(path);
          if (content.kind !== "present") continue;
          for (const { section, key, value, span } of parseUnitFile(content.value.bytes, path).assignments) {
            if (section !== "Manager" || !/^(Default|Manager)Environment$/.test(key)) continue;
            const found = loaderAssignment(value);
            if (found === null) continue;
            if (isPackaged({ path, provenance: inventory.provenanceOf(path) }, inventory)) continue;
            yield {
              unit: name,
              scope: scopeName(manager.scope),
              says: `${path} gives every unit ${found.slice(0, 120)}`,
              evidence: [evidenceAt(inventory, span)],
            };
          }
        }
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system.conf.d/x.conf": "[Manager]\nDefaultEnvironment=LD_PRELOAD=/usr/lib/misc/x.so\n",
      }),
      {
        ...ACCOUNTS,
        ...dpkg([]),
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/user.conf": "[Manager]\nManagerEnvironment=LD_PRELOAD=/srv/x.so\n",
      },
    ],
    finds: {
      1: [
        "hostile critical high /etc/systemd/system.conf.d/x.conf:2: /etc/systemd/system.conf.d/x.conf gives every unit LD_PRELOAD=/usr/lib/misc/x.so",
      ],
      2: [
        "hostile critical high /etc/systemd/user.conf:2: /etc/systemd/user.conf gives every unit LD_PRELOAD=/srv/x.so",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true", {
        "/etc/systemd/system.conf.d/x.conf":
          "[Manager]\nDefaultEnvironment=http_proxy=http://192.0.2.1:3128 ENV=production NODE_OPTIONS=--max-old-space-size=512\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        ...dpkg(["/usr/lib/systemd/system.conf.d/x.conf"]),
        "/usr/lib/systemd/system.conf.d/x.conf":
          "[Manager]\nDefaultEnvironment=LD_PRELOAD=/usr/lib/vendor.so\n",
      }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.conf.d/x.bak": "[Manager]\nDefaultEnvironment=LD_PRELOAD=/srv/x.so\n",
        "/etc/systemd/system.conf.d/x.conf":
          "[Service]\nDefaultEnvironment=LD_PRELOAD=/srv/x.so\n[Manager]\nStatusUnitFormat=LD_PRELOAD=/srv/x.so\n",
      },
    ],
  }),
};

function configurationsIn(directory: string, host: Host): readonly string[] {
  const listed = host.readDirectory(directory);
  return (listed.kind === "present" ? listed.value : [])
    .filter(({ name }) => name.endsWith(".conf"))
    .map(({ name }) => `${directory}/${name}`);
}
