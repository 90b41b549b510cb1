/** A host with AIDE, its check scheduled, for examples. */
import type { MemoryEntry } from "../../hosts/memory.ts";

type Files = Readonly<Record<string, MemoryEntry>>;

export const AIDE_CONFIG = "/etc/aide/aide.conf";
export const AIDE_TEXT =
  "database_in=file:/var/lib/aide/aide.db\nreport_url=syslog:LOG_AUTH\nFull = p+u+g+sha256\n/etc Full\n/usr Full\n/var/lib/systemd Full\n";
export const CHECK_TIMER = "/usr/lib/systemd/system/dailyaidecheck.timer";
export const CHECK_SERVICE = "/usr/lib/systemd/system/dailyaidecheck.service";

export const AIDE_HOST: Files = {
  [AIDE_CONFIG]: AIDE_TEXT,
  "/etc/systemd/system": { dir: true },
  "/usr/lib/systemd/system": { dir: true },
  "/var/lib/systemd/linger": { dir: true },
};

export const AIDE_SCHEDULED: Files = {
  ...AIDE_HOST,
  [CHECK_TIMER]: "[Timer]\nOnCalendar=*-*-* 01:50:00\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
  [CHECK_SERVICE]: "[Service]\nType=oneshot\nExecStart=/usr/share/aide/bin/dailyaidecheck\n",
  "/usr/share/aide/bin/dailyaidecheck": { content: "#!/bin/sh\nexit 0\n", mode: 0o755 },
  "/usr/lib/systemd/system/timers.target": "[Unit]\n",
  "/usr/lib/systemd/system/basic.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nRequires=basic.target\n",
  "/etc/systemd/system/default.target": { link: "/usr/lib/systemd/system/multi-user.target" },
  "/etc/systemd/system/timers.target.wants/dailyaidecheck.timer": { link: CHECK_TIMER },
};
