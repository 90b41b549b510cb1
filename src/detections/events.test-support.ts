/** Facts for the tests of every format: what happens on a host, and whether it is news. */

export interface WriteEvent {
  readonly path: string;
  /** The executable of the writer. */
  readonly by: string;
  readonly how: "open" | "rename" | "symlink" | "unlink";
}

/** systemd.unit(5), "Unit File Load Path", with the account anna (uid 1000) where it speaks of a user. */
export const SYSTEM_DIRECTORIES: readonly string[] = [
  "/etc/systemd/system.control",
  "/run/systemd/system.control",
  "/run/systemd/transient",
  "/run/systemd/generator.early",
  "/etc/systemd/system",
  "/etc/systemd/system.attached",
  "/run/systemd/system",
  "/run/systemd/system.attached",
  "/run/systemd/generator",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/run/systemd/generator.late",
];
export const USER_DIRECTORIES: readonly string[] = [
  "/home/anna/.config/systemd/user.control",
  "/run/user/1000/systemd/user.control",
  "/run/user/1000/systemd/transient",
  "/run/user/1000/systemd/generator.early",
  "/home/anna/.config/systemd/user",
  "/etc/xdg/systemd/user",
  "/etc/systemd/user",
  "/run/user/1000/systemd/user",
  "/run/systemd/user",
  "/run/user/1000/systemd/generator",
  "/home/anna/.local/share/systemd/user",
  "/usr/local/share/systemd/user",
  "/usr/share/systemd/user",
  "/usr/local/lib/systemd/user",
  "/usr/lib/systemd/user",
  "/run/user/1000/systemd/generator.late",
];
export const LOAD_DIRECTORIES: readonly string[] = [...SYSTEM_DIRECTORIES, ...USER_DIRECTORIES];

/** What makes or alters a timer inside a load directory. */
export const IN_A_DIRECTORY: readonly string[] = [
  "job.timer",
  ".hidden.service",
  "job.service.d/more.conf",
  "timer.d/all.conf",
  "timers.target.wants/job.timer",
  "multi-user.target.requires/job.service",
  "multi-user.target.upholds/job.service",
];

/** Places beside the load directories. */
export const OTHER_PATHS: readonly string[] = [
  ...["/run", "/etc", "/usr/local/lib", "/usr/lib"].flatMap((base) => [
    `${base}/systemd/system-generators/job`,
    `${base}/systemd/user-generators/job`,
    `${base}/systemd/system-environment-generators/job`,
    `${base}/systemd/user-environment-generators/job`,
    `${base}/systemd/system.conf.d/job.conf`,
    `${base}/systemd/user.conf.d/job.conf`,
    `${base}/systemd/system-preset/10-job.preset`,
    `${base}/environment.d/job.conf`,
  ]),
  "/etc/systemd/system.conf",
  "/etc/systemd/user.conf",
  "/home/anna/.config/environment.d/job.conf",
  "/home/anna/.config/systemd/user.conf",
  "/var/lib/systemd/linger/anna",
  "/var/lib/systemd/timers/stamp-job.timer",
  "/home/anna/.local/share/systemd/timers/stamp-job.timer",
  "/etc/crontab",
  "/etc/cron.d/job",
  "/etc/cron.daily/job",
  "/etc/anacrontab",
  "/var/spool/anacron/cron.daily",
  "/var/spool/cron/crontabs/anna",
  "/var/spool/cron/anna",
  "/var/spool/cron/atjobs/a0001a01b2c3d4",
  "/var/spool/at/a0001a01b2c3d4",
];

const EDITOR = "/usr/bin/vim.basic";

export const NEWS: readonly WriteEvent[] = [
  ...LOAD_DIRECTORIES.flatMap((directory) =>
    IN_A_DIRECTORY.map(
      (name): WriteEvent => ({
        path: `${directory}/${name}`,
        by: EDITOR,
        how: /\.(wants|requires|upholds)\//.test(name) ? "symlink" : "open",
      }),
    ),
  ),
  ...OTHER_PATHS.map((path): WriteEvent => ({ path, by: EDITOR, how: "open" })),
  ...LOAD_DIRECTORIES.map(
    (directory): WriteEvent => ({
      path: `${directory}/job.timer`,
      by: "/usr/bin/mv",
      how: "rename",
    }),
  ),
  { path: "/etc/systemd/system/timers.target.wants/aide.timer", by: "/usr/bin/rm", how: "unlink" },
  // systemctl enable has the manager do it.
  {
    path: "/etc/systemd/system/timers.target.wants/job.timer",
    by: "/usr/lib/systemd/systemd",
    how: "symlink",
  },
  { path: "/run/systemd/transient/run-r1.timer", by: "/usr/lib/systemd/systemd", how: "open" },
  { path: "/var/lib/systemd/linger/anna", by: "/usr/lib/systemd/systemd-logind", how: "open" },
  // An interpreter's name can be worn by anybody.
  { path: "/usr/lib/systemd/system/job.timer", by: "/usr/bin/python3.11", how: "open" },
  { path: "/run/systemd/generator/job.timer", by: "/usr/bin/dash", how: "open" },
  { path: "/etc/systemd/system/job.timer", by: "/tmp/dpkg", how: "open" },
];

/** Somebody who may, or a place that is nobody's business. */
export const NO_NEWS: readonly WriteEvent[] = [
  { path: "/usr/lib/systemd/system/apt-daily.timer.dpkg-new", by: "/usr/bin/dpkg", how: "open" },
  { path: "/usr/lib/systemd/system/apt-daily.timer", by: "/usr/bin/dpkg", how: "rename" },
  { path: "/usr/lib/systemd/user/x.timer", by: "/usr/bin/rpm", how: "rename" },
  { path: "/usr/lib/systemd/system-generators/x", by: "/usr/bin/rpm", how: "open" },
  { path: "/etc/cron.d/sysstat", by: "/usr/bin/dpkg", how: "rename" },
  { path: "/run/systemd/generator/x.mount", by: "/usr/lib/systemd/system-generators/fstab", how: "open" },
  { path: "/run/systemd/generator.late/x.service", by: "/usr/lib/systemd/systemd", how: "unlink" },
  { path: "/var/lib/systemd/timers/stamp-apt-daily.timer", by: "/usr/lib/systemd/systemd", how: "open" },
];

export const ELSEWHERE: readonly WriteEvent[] = [
  "/etc/hostname",
  "/etc/systemd/journald.conf",
  "/etc/systemd/systematic/x",
  "/usr/lib/systemd/systemd-logind",
  "/home/anna/notes/systemd/user/x",
  "/run/user/1000/bus",
  "/run/systemd/units/invocation:x.service",
  "/etc/crontab.bak",
  "/var/lib/systemd/random-seed",
].map((path) => ({ path, by: EDITOR, how: "open" }));

/** Command lines, with the detection that must see them; `null` for none. */
export const COMMANDS: readonly (readonly [string, string | null])[] = [
  ["systemctl enable job.timer", "unit-installed-by-command"],
  ["systemctl --user enable --now job.timer", "unit-installed-by-command"],
  ["systemctl link /srv/job.service", "unit-installed-by-command"],
  ["systemctl edit --full apt-daily.timer", "unit-installed-by-command"],
  ["systemctl start job.timer", "timer-started-by-command"],
  ["systemctl start nginx.service", null],
  ["systemctl mask apt-daily-upgrade.timer", "safeguard-stopped-by-command"],
  ["systemctl disable --now auditd", "safeguard-stopped-by-command"],
  ["systemctl stop nginx.service", null],
  ["systemctl status job.timer", null],
  ["systemctl list-timers", null],
  ["systemd-run --on-calendar=daily /srv/x", "timer-made-by-systemd-run"],
  ["systemd-run --user --on-active 30 /srv/x", "timer-made-by-systemd-run"],
  ["systemd-run --scope bash", null],
  [
    "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartTransientUnit x",
    "unit-made-by-message",
  ],
  [
    "dbus-send --system --dest=org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager.EnableUnitFiles x",
    "unit-made-by-message",
  ],
  ["busctl list", null],
  ["loginctl enable-linger anna", "linger-enabled-by-command"],
  ["loginctl list-sessions", null],
];
