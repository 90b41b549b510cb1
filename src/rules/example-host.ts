/** Small hosts for the examples of rules. */
import type { Tree } from "./rule.ts";

/** A host with `job.timer` and `job.service` of the administrator, and whatever else is given. */
export function timed(service: string, files: Tree = {}, timer = "OnCalendar=daily"): Tree {
  return {
    "/etc/systemd/system/job.timer": `[Timer]\n${timer}\n\n[Install]\nWantedBy=timers.target\n`,
    "/etc/systemd/system/job.service": `[Service]\nType=oneshot\n${service}\n`,
    ...ENABLED,
    ...files,
  };
}

const ENABLED: Tree = {
  "/etc/systemd/system/timers.target.wants/job.timer": { link: "/etc/systemd/system/job.timer" },
};

/** The targets by which a real host comes to its timers. */
export const BOOT: Tree = {
  "/usr/lib/systemd/system/default.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/timers.target": "[Unit]\n",
};

/** A host with a timer and service that a package ships, and whatever else is given; dpkg lists them. */
export function shipped(
  name: string,
  service: string,
  files: Tree = {},
  timer = "OnCalendar=daily",
  more: readonly string[] = [],
): Tree {
  const unit = `/usr/lib/systemd/system/${name}`;
  return {
    [`${unit}.timer`]: `[Unit]\nDescription=${name} of the vendor\n\n[Timer]\n${timer}\n\n[Install]\nWantedBy=timers.target\n`,
    [`${unit}.service`]: `[Unit]\nDescription=${name} of the vendor\n\n[Service]\nType=oneshot\n${service}\n`,
    [`/etc/systemd/system/timers.target.wants/${name}.timer`]: { link: `${unit}.timer` },
    ...dpkg([`${unit}.timer`, `${unit}.service`, ...more]),
    ...files,
  };
}

/** dpkg's database with one package, `vendor`, that lists these paths. */
export function dpkg(paths: readonly string[], md5sums: string | null = null): Tree {
  return {
    "/var/lib/dpkg/status":
      "Package: vendor\nStatus: install ok installed\nMaintainer: Vendor\nArchitecture: all\nVersion: 1.0\nDescription: vendor\n\n",
    "/var/lib/dpkg/info/vendor.list": `/.\n${paths.join("\n")}\n`,
    ...(md5sums === null ? {} : { "/var/lib/dpkg/info/vendor.md5sums": md5sums }),
  };
}

export function script(text = "true"): { readonly content: string; readonly mode: number } {
  return { content: `#!/bin/sh\n${text}\n`, mode: 0o755 };
}

/** alice (1000), app (1001), and the service account www-data (33). */
export const ACCOUNTS: Tree = {
  "/etc/passwd":
    "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/bash\napp:x:1001:1001::/opt/app:/bin/sh\n",
  "/etc/group": "root:x:0:\nwww-data:x:33:\nalice:x:1000:\napp:x:1001:\n",
};

/** What every host has and no rule may speak of: packaged jobs of cron, and packaged timers, one of them not enabled. */
export const ORDINARY: Tree = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\n",
  "/etc/crontab": "17 * * * * root cd / && run-parts /etc/cron.hourly\n",
  "/etc/cron.d/vendor": "0 3 * * * root /usr/bin/vendor\n",
  "/etc/cron.hourly/vendor": script(),
  "/usr/bin/vendor": script(),
  "/usr/bin/run-parts": { content: "", mode: 0o755 },
  ...shipped("vendor", "ExecStart=/usr/bin/vendor", {}, "OnCalendar=daily", [
    "/etc/crontab",
    "/etc/cron.d/vendor",
    "/etc/cron.hourly/vendor",
    "/usr/bin/vendor",
    "/usr/bin/run-parts",
    "/usr/lib/systemd/system/other.timer",
    "/usr/lib/systemd/system/other.service",
  ]),
  "/usr/lib/systemd/system/other.timer": "[Timer]\nOnCalendar=weekly\n",
  "/usr/lib/systemd/system/other.service": "[Service]\nExecStart=/usr/bin/vendor\n",
};

/** So many numbers, from 10 on, for names that sort as they count. */
export function numbers(many: number): readonly number[] {
  return Array.from({ length: many }, (_, at) => at + 10);
}
