import { evidenceOfFile } from "./evidence.ts";
import { ACCOUNTS, script, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { homeOf, sharedDirectory } from "./shared-directory.ts";

/** A system unit's text really lies where somebody else decides about it. */
export const unitInOddPlace: ActivationRule = {
  id: "unit-in-odd-place",
  subject: "activation",
  title: "A unit's file is a link to a home or a shared directory",
  severity: "high",
  confidence: "high",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1053.006", "T1543.002"],
  controls: ["AC-6", "CM-5"],
  why: "systemd follows links: a unit linked from a home or from /tmp is whatever that file says at the next daemon-reload, and its text stands outside every place that is watched.",
  benign: [
    "`systemctl link` from an application's own tree, such as /opt (not accused)",
    "Stores of Nix, Guix and ostree (not accused)",
  ],
  clears: "copy the unit to /etc/systemd/system, owned by root",
  references: ["man:systemctl(1)", "https://attack.mitre.org/software/S0663/"],

  *check({ closure, scope }, inventory) {
    if (scope !== "system") return;
    const homes = inventory.accounts.all.filter(({ uid }) => uid >= 1000).map(({ home }) => home);
    for (const { role, path, realPath, unit } of closure.files) {
      if ((role !== "fragment" && role !== "drop-in") || realPath === null || realPath === path) continue;
      const shared = sharedDirectory(realPath);
      const home = homeOf(realPath, homes);
      if (shared === null && (home === null || home.startsWith("/opt/"))) continue;
      yield {
        says: `${path} of ${unit} is really ${realPath}${shared === null ? `, in the home ${home}` : `: ${shared.what}`}`,
        ...(shared === null ? {} : { signal: "hostile" as const }),
        evidence: [evidenceOfFile(path, `leads to ${realPath}`), evidenceOfFile(realPath)],
      };
    }
  },

  examples: () => ({
    fires: [
      {
        ...ACCOUNTS,
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service": { link: "/home/alice/units/job.service" },
        "/home/alice/units/job.service": { content: "[Service]\nExecStart=/usr/bin/true\n", uid: 1000 },
      },
      timed("", {
        "/etc/systemd/system/job.service": { link: "/var/tmp/job.service" },
        "/var/tmp/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service.d/x.conf": { link: "/home/alice/x.conf" },
        "/home/alice/x.conf": "[Service]\nNice=1\n",
      }),
      timed("", {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/srv/alice:/bin/bash\n",
        "/etc/systemd/system/job.service": { link: "/srv/alice/job.service" },
        "/srv/alice/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
    ],
    finds: {
      1: [
        "suspicious high high /etc/systemd/system/job.service:0: /etc/systemd/system/job.service of job.service is really /home/alice/units/job.service, in the home /home/alice",
      ],
      2: [
        "hostile high high /etc/systemd/system/job.service:0: /etc/systemd/system/job.service of job.service is really /var/tmp/job.service: a directory any user can write to",
      ],
    },
    quiet: [
      timed("ExecStart=/usr/bin/true"),
      {
        ...ACCOUNTS,
        "/etc/systemd/system/job.timer": "[Timer]\nOnCalendar=daily\n",
        "/etc/systemd/system/job.service": { link: "/opt/vendor/units/job.service" },
        "/opt/vendor/units/job.service": "[Service]\nExecStart=/opt/vendor/bin/run\n",
      },
      timed("ExecStart=/usr/local/bin/x", {
        ...ACCOUNTS,
        "/usr/local/bin/x": { link: "/home/alice/bin/x" },
        "/home/alice/bin/x": script(),
      }),
      {
        ...ACCOUNTS,
        "/home/alice/.config/systemd/user/job.timer": { link: "/home/alice/dotfiles/job.timer" },
        "/home/alice/dotfiles/job.timer": "[Timer]\nOnCalendar=daily\n",
      },
      timed("", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service": { link: "/var/www/job.service" },
        "/var/www/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      timed("", {
        ...ACCOUNTS,
        "/etc/systemd/system/job.service": { link: "/opt/app/job.service" },
        "/opt/app/job.service": "[Service]\nExecStart=/usr/bin/true\n",
      }),
      timed("ExecStart=/usr/bin/true", {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/etc/systemd:/bin/bash\n",
      }),
    ],
  }),
};
