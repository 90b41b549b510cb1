import { scopeName } from "../manager/scope.ts";
import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, dpkg } from "./example-host.ts";
import type { HostRule } from "./rule.ts";
import { homeOf, sharedDirectory } from "./shared-directory.ts";
import { standingOf } from "./standing.ts";

/** A directory systemd loads units from is a link into a place of somebody else. */
export const loadDirectoryRedirected: HostRule = {
  id: "load-directory-redirected",
  subject: "host",
  title: "A directory of units leads to a home or a shared place",
  severity: "critical",
  confidence: "high",
  signal: "hostile",
  family: "placement",
  depth: "regular",
  techniques: ["T1543.002", "T1053.006", "T1574"],
  controls: ["AC-6", "CM-5"],
  why: "Whoever owns the place the link leads to adds units of the system at will; no file of the usual directories changes.",
  benign: [
    "Links between /etc/xdg/systemd/user and /etc/systemd/user, stores, and image builds (not accused)",
  ],
  clears: "make it a plain directory owned by root",
  references: ["man:systemd.unit(5)", "https://attack.mitre.org/software/S0663/"],

  *check(inventory) {
    const { host, managers, accounts } = inventory;
    const homes = accounts.all.filter(({ uid }) => uid >= 1000).map(({ home }) => home);
    for (const manager of managers) {
      if (manager.scope.kind === "user") continue;
      for (const { path } of manager.searchPath) {
        const real = host.realPath(path);
        if (real.kind !== "present" || real.value === path) continue;
        const inside = `${real.value}/`;
        const shared = sharedDirectory(inside);
        const home = homeOf(inside, homes);
        if (shared === null && home === null) continue;
        if (standingOf({ path: real.value, provenance: null }, inventory) === "store") continue;
        for (const unit of unitsIn(manager.nameMap, path))
          yield {
            unit,
            scope: scopeName(manager.scope),
            says: `${path}, from which systemd loads ${unit}, leads to ${real.value}`,
            evidence: [evidenceOfFile(path, `leads to ${real.value}`)],
          };
      }
    }
  },

  examples: () => ({
    fires: [
      {
        "/usr/local/lib/systemd/system": { link: "/home/x/units" },
        "/home/x/units/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/x/units/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        ...ACCOUNTS,
        "/srv/alice": { dir: true },
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/srv/alice:/bin/bash\n",
        "/usr/local/lib/systemd/system": { link: "/srv/alice/units" },
        "/srv/alice/units": { dir: true },
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        "/usr/local/lib/systemd/system": { link: "/var/tmp/units" },
        "/var/tmp/units/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
    finds: {
      1: [
        "hostile critical high /usr/local/lib/systemd/system:0: /usr/local/lib/systemd/system, from which systemd loads job.service, leads to /home/x/units",
        "hostile critical high /usr/local/lib/systemd/system:0: /usr/local/lib/systemd/system, from which systemd loads job.timer, leads to /home/x/units",
      ],
      2: [
        "hostile critical high /usr/local/lib/systemd/system:0: /usr/local/lib/systemd/system, from which systemd loads /usr/local/lib/systemd/system/, leads to /srv/alice/units",
      ],
      3: [
        "hostile critical high /usr/local/lib/systemd/system:0: /usr/local/lib/systemd/system, from which systemd loads job.timer, leads to /var/tmp/units",
      ],
    },
    quiet: [
      {
        "/etc/xdg/systemd/user": { link: "/etc/systemd/user" },
        "/etc/systemd/user/job.timer": "[Timer]\nOnCalendar=daily\n",
        ...dpkg([]),
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nd:x:33:33::/srv/d:/bin/sh\n",
        "/usr/local/lib/systemd/system": { link: "/srv/d/units" },
        "/srv/d/units/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user": { link: "/home/alice/dotfiles/units" },
        "/home/alice/dotfiles/units/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/home/alice/dotfiles/units/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      },
      {
        "/etc/passwd":
          "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/etc:/bin/bash\nbob:x:1001:1001::/gnu:/bin/bash\n",
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/usr/local/lib/systemd/system": { link: "/gnu/store/0123456789abcdfghijklmnpqrsvwxyz-x/units" },
        "/gnu/store/0123456789abcdfghijklmnpqrsvwxyz-x/units/x.timer": "[Timer]\nOnCalendar=daily\n",
      },
      {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/usr/lib/systemd:/bin/bash\n",
        "/usr/lib/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
    ],
  }),
};

function unitsIn(
  nameMap: ReadonlyMap<string, readonly { readonly directory: { readonly path: string } }[]>,
  directory: string,
): readonly string[] {
  const names = [...nameMap].filter(([, entries]) =>
    entries.some((entry) => entry.directory.path === directory),
  );
  return names.length === 0 ? [`${directory}/`] : names.map(([name]) => name);
}
