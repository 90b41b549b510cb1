import type { PathOverride } from "../manager/path-override.ts";
import { scopeName } from "../manager/scope.ts";
import { hiddenPart } from "../programs/places.ts";
import { evidenceAt } from "./evidence.ts";
import { ACCOUNTS, dpkg } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { sharedDirectory } from "./shared-directory.ts";
import { isPackaged } from "./standing.ts";

/** Something makes a manager look for units outside the built-in directories. */
export const searchPathExtended: HostRule = {
  id: "search-path-extended",
  subject: "host",
  title: "A setting makes systemd look for units elsewhere",
  severity: "high",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1574.007", "T1053.006"],
  controls: ["CM-5", "CM-6", "SI-7"],
  why: "With SYSTEMD_UNIT_PATH or XDG_* a manager loads units from any directory; nothing that watches the usual places sees them. ATT&CK lists an intruder group that did so (G1015).",
  benign: [
    "Settings a package ships, such as flatpak's exports (not accused)",
    "XDG_DATA_DIRS naming places without units (not accused)",
  ],
  clears: "remove the setting, or move the units to /etc/systemd",
  references: ["https://attack.mitre.org/groups/G1015/", "man:systemd.unit(5)"],

  *check(inventory) {
    const { host, managers } = inventory;
    const seen = new Set<string>();
    const overrides = managers.flatMap((manager) =>
      manager.pathOverrides.map((override) => ({ manager, override })),
    );
    for (const { manager, override } of overrides) {
      const { variable, value, span } = override;
      const directories = directoriesOf(override);
      const key = `${span.path}:${span.line}:${variable}`;
      if (isPackaged({ path: span.path, provenance: inventory.provenanceOf(span.path) }, inventory)) continue;
      const found = directories.filter((path) => host.stat(path).kind === "present");
      const isOpen = directories.some(
        (path) => sharedDirectory(`${path}/`) !== null || hiddenPart(path.replace(HOME_CONFIG, "")) !== null,
      );
      const isAlways = variable.startsWith("SYSTEMD_") || isOpen;
      if (!isAlways && found.length === 0) continue;
      const scope = scopeName(manager.scope);
      const inside = manager.searchPath.filter(({ kind, path }) => kind === "extra" && found.includes(path));
      const units = inside.flatMap(({ path }) =>
        [...manager.nameMap]
          .filter(([, entries]) => entries[0]?.directory.path === path)
          .map(([name]) => name),
      );
      for (const unit of units.length > 0 ? units : [seen.has(key) ? null : variable]) {
        if (unit === null) continue;
        seen.add(key);
        yield {
          unit,
          scope,
          says: `${variable}=${value} makes ${scope} units load from ${found.join(", ") || value}`,
          ...(isOpen ? { signal: "hostile" as const, confidence: "high" as const } : {}),
          evidence: [evidenceAt(inventory, span)],
        };
      }
    }
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/home/alice/.config/environment.d/x.conf": "XDG_DATA_DIRS=/var/tmp/share:/usr/share\n",
        "/var/tmp/share/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/var/tmp/share/systemd/user/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/etc/systemd/system.conf.d/x.conf": "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/srv/units:\n",
        "/srv/units/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/environment.d/x.conf": "XDG_DATA_DIRS=/home/alice/.cache/s:relative\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/etc/environment.d/x.conf": "XDG_DATA_DIRS=/srv/share/:relative\n",
        "/srv/share/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/own.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/own.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/etc/environment.d/x.conf": "XDG_DATA_DIRS=/var/tmp/a:/var/tmp/b\n",
        "/var/tmp/a/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/.config/systemd/user/own.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system.conf.d/x.conf": "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/srv/gone:\n",
      },
      {
        ...ACCOUNTS,
        "/etc/environment.d/x.conf": "XDG_DATA_DIRS=/var/tmp/none\nXDG_CONFIG_DIRS=/var/tmp/some\n",
        "/home/alice/.config/systemd/user/own.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/environment.d/x.conf":
          "XDG_DATA_DIRS=/var/tmp/share:/usr/share\nXDG_CONFIG_DIRS=/var/tmp/etc\n",
        "/var/tmp/share/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/var/tmp/etc/systemd/user/second.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/share/systemd/user/own.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/own.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/environment.d/x.conf": "SYSTEMD_UNIT_PATH=/srv/units:\n",
        "/srv/units/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
    finds: {
      1: [
        "hostile high high /home/alice/.config/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/share:/usr/share makes user:alice units load from /var/tmp/share/systemd/user",
        "hostile high high /home/alice/.config/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/share:/usr/share makes user:alice units load from /var/tmp/share/systemd/user",
      ],
      2: [
        "suspicious high medium /etc/systemd/system.conf.d/x.conf:2: SYSTEMD_UNIT_PATH=/srv/units: makes system units load from /srv/units",
      ],
      3: [
        "hostile high high /home/alice/.config/environment.d/x.conf:1: XDG_DATA_DIRS=/home/alice/.cache/s:relative makes user:alice units load from /home/alice/.cache/s:relative",
      ],
      4: [
        "suspicious high medium /etc/environment.d/x.conf:1: XDG_DATA_DIRS=/srv/share/:relative makes global-user units load from /srv/share/systemd/user",
        "suspicious high medium /etc/environment.d/x.conf:1: XDG_DATA_DIRS=/srv/share/:relative makes user:alice units load from /srv/share//systemd/user",
      ],
      5: [
        "hostile high high /etc/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/a:/var/tmp/b makes global-user units load from /var/tmp/a/systemd/user",
        "hostile high high /etc/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/a:/var/tmp/b makes user:alice units load from /var/tmp/a/systemd/user",
        "suspicious high medium /etc/systemd/system.conf.d/x.conf:2: SYSTEMD_UNIT_PATH=/srv/gone: makes system units load from /srv/gone:",
      ],
      6: [
        "hostile high high /etc/environment.d/x.conf:2: XDG_CONFIG_DIRS=/var/tmp/some makes global-user units load from /var/tmp/some",
        "hostile high high /etc/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/none makes global-user units load from /var/tmp/none",
      ],
      7: [
        "hostile high high /home/alice/.config/environment.d/x.conf:1: XDG_DATA_DIRS=/var/tmp/share:/usr/share makes user:alice units load from /var/tmp/share/systemd/user, /usr/share/systemd/user",
        "hostile high high /home/alice/.config/environment.d/x.conf:2: XDG_CONFIG_DIRS=/var/tmp/etc makes user:alice units load from /var/tmp/etc/systemd/user",
      ],
      8: [
        "suspicious high medium /etc/environment.d/x.conf:1: SYSTEMD_UNIT_PATH=/srv/units: makes global-user units load from /srv/units",
        "suspicious high medium /etc/environment.d/x.conf:1: SYSTEMD_UNIT_PATH=/srv/units: makes user:alice units load from /srv/units",
      ],
    },
    quiet: [
      {
        ...ACCOUNTS,
        "/home/alice/.config/environment.d/x.conf": "XDG_DATA_DIRS=/home/alice/share:/usr/share\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        ...dpkg(["/usr/lib/environment.d/60-flatpak.conf"]),
        "/usr/lib/environment.d/60-flatpak.conf": "XDG_DATA_DIRS=/var/lib/flatpak/exports/share\n",
        "/var/lib/flatpak/exports/share/systemd/user/x.service": "[Service]\nExecStart=/usr/bin/true\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/environment.d/x.conf": "XDG_DATA_DIRS=/home/alice/.local/share:/usr/share\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/etc/environment.d/x.conf": "XDG_DATA_DIRS=.share:/usr/share\n",
        "/home/alice/.config/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
  }),
};

/** Where a user's own settings are by default: the one hidden directory that means nothing. */
const HOME_CONFIG = /\/\.(config|local)(?=\/|$)/;

/** What a user's variable makes every user's manager search, said for all users. */
function directoriesOf({ value, directories }: PathOverride): readonly string[] {
  if (directories.length > 0) return directories;
  return value
    .split(":")
    .flatMap((base) => (base.startsWith("/") ? [`${base.replace(/\/+$/, "")}/systemd/user`] : []));
}
