/**
 * What is done to a booted machine, and which disagreements must be seen: before a daemon-reload and after it. Each
 * scenario owns its units; the files of all are there before the first reload, so their start is a clean state.
 */
export interface Scenario {
  readonly name: string;
  /** Unit files and others, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Shell, after files are loaded. */
  readonly start?: string;
  /** Shell, without a reload after it. */
  readonly change?: string;
  /** Rules by `scope unit`, once changed; nothing else may be said. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
  /** The same after a daemon-reload; default the same as before it. */
  readonly reloaded?: Readonly<Record<string, readonly string[]>>;
}

const ETC = "/etc/systemd/system";
const LIB = "/usr/lib/systemd/system";
const USER = "/home/alice/.config/systemd/user";
const BOB = "/home/bob/.config/systemd/user";

function timer(more = "OnCalendar=hourly"): string {
  return `[Timer]\n${more}\n[Install]\nWantedBy=timers.target\n`;
}

function service(more = "ExecStart=/bin/true"): string {
  return `[Service]\n${more}\n`;
}

/** A timer and its service. */
function pair(
  name: string,
  directory = ETC,
  timerText = timer(),
  serviceText = service(),
): Record<string, string> {
  return { [`${directory}/${name}.timer`]: timerText, [`${directory}/${name}.service`]: serviceText };
}

const enable = (name: string) => `systemctl -q enable ${name}; systemctl start ${name}`;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "transient calendar timer",
    files: {},
    start: "systemd-run -q --unit=tw-cal --on-calendar=hourly /bin/true",
    changed: { "system tw-cal.timer": ["transient-timer"] },
  },
  {
    name: "transient monotonic timer",
    files: {},
    start: "systemd-run -q --unit=tw-mono --on-active=1h /bin/true",
    changed: { "system tw-mono.timer": ["transient-timer"] },
  },
  {
    name: "transient service",
    files: {},
    start: "systemd-run -q --unit=tw-run sleep 3600",
    changed: { "system tw-run.service": ["transient-service"] },
  },
  {
    name: "a clean enabled timer",
    files: pair("tw-clean"),
    start: enable("tw-clean.timer"),
    changed: {},
  },
  {
    name: "timer file deleted under a running timer",
    files: pair("tw-gone"),
    start: "systemctl start tw-gone.timer",
    change: `rm ${ETC}/tw-gone.timer`,
    changed: { "system tw-gone.timer": ["timer-outlives-deleted-file"] },
    reloaded: { "system tw-gone.timer": ["timer-failed", "timer-known-only-to-manager"] },
  },
  {
    name: "service file deleted under a running timer",
    files: pair("tw-svcgone"),
    start: enable("tw-svcgone.timer"),
    change: `rm ${ETC}/tw-svcgone.service`,
    changed: { "system tw-svcgone.service": ["unit-outlives-deleted-file"] },
    reloaded: {},
  },
  {
    name: "service file deleted under its running process",
    files: { [`${ETC}/tw-proc.service`]: service("ExecStart=/bin/sleep 3600") },
    start: "systemctl start tw-proc.service",
    change: `rm ${ETC}/tw-proc.service`,
    changed: { "system tw-proc.service": ["unit-outlives-deleted-file"] },
    reloaded: {},
  },
  {
    name: "program deleted under its process",
    files: { [`${ETC}/tw-prog.service`]: service("ExecStart=/opt/tw-prog 3600") },
    start: "cp /bin/sleep /opt/tw-prog; systemctl start tw-prog.service; sleep 0.2",
    change: "rm /opt/tw-prog",
    changed: { "system tw-prog.service": ["deleted-program-running"] },
  },
  {
    name: "program replaced under its process, as an upgrade does",
    files: { [`${ETC}/tw-upg.service`]: service("ExecStart=/opt/tw-upg 3600") },
    start: "cp /bin/sleep /opt/tw-upg; systemctl start tw-upg.service; sleep 0.2",
    change: "rm /opt/tw-upg; cp /bin/sleep /opt/tw-upg",
    changed: {},
  },
  {
    name: "schedule edited",
    files: pair("tw-sched"),
    start: enable("tw-sched.timer"),
    change: `printf '[Timer]\\nOnCalendar=daily\\n[Install]\\nWantedBy=timers.target\\n' > ${ETC}/tw-sched.timer`,
    changed: { "system tw-sched.timer": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "target of a timer edited",
    files: { ...pair("tw-unit"), [`${ETC}/tw-other.service`]: service() },
    start: enable("tw-unit.timer"),
    change: `sed -i 's/OnCalendar=hourly/&\\nUnit=tw-other.service/' ${ETC}/tw-unit.timer`,
    changed: { "system tw-unit.timer": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "delay edited",
    files: pair("tw-delay"),
    start: enable("tw-delay.timer"),
    change: `sed -i 's/OnCalendar=hourly/&\\nRandomizedDelaySec=10min/' ${ETC}/tw-delay.timer`,
    changed: { "system tw-delay.timer": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "command edited",
    files: pair("tw-cmd"),
    start: enable("tw-cmd.timer"),
    change: `sed -i 's,/bin/true,/bin/false now,' ${ETC}/tw-cmd.service`,
    changed: { "system tw-cmd.service": ["loaded-command-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "account edited",
    files: pair("tw-user", ETC, timer(), service("ExecStart=/bin/true\nUser=nobody")),
    start: enable("tw-user.timer"),
    change: `sed -i '/User=/d' ${ETC}/tw-user.service`,
    changed: { "system tw-user.service": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "environment edited",
    files: pair("tw-env", ETC, timer(), service("ExecStart=/bin/true\nEnvironment=A=1 'B=two words' A=3")),
    start: enable("tw-env.timer"),
    change: `echo 'Environment=LD_PRELOAD=/opt/none.so' >> ${ETC}/tw-env.service`,
    changed: { "system tw-env.service": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "file touched, settings equal",
    files: pair("tw-touch"),
    start: enable("tw-touch.timer"),
    change: `sleep 0.01; touch ${ETC}/tw-touch.timer`,
    changed: { "system tw-touch.timer": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "file made unloadable",
    files: pair("tw-bad"),
    start: enable("tw-bad.timer"),
    change: `printf '[Timer\\nOnCalendar=hourly\\n' > ${ETC}/tw-bad.timer`,
    changed: { "system tw-bad.timer": ["loaded-state-differs-from-disk"] },
    reloaded: { "system tw-bad.timer": ["timer-failed"] },
  },
  {
    name: "a new drop-in, which systemd 252 does not notice",
    files: pair("tw-drop"),
    start: enable("tw-drop.timer"),
    change: `mkdir ${ETC}/tw-drop.timer.d; printf '[Timer]\\nOnCalendar=*:0/5\\n' > ${ETC}/tw-drop.timer.d/x.conf`,
    changed: { "system tw-drop.timer": ["drop-in-not-loaded"] },
    reloaded: {},
  },
  {
    name: "a new drop-in of a name prefix changes the command",
    files: pair("twp-pre"),
    start: enable("twp-pre.timer"),
    change: `mkdir ${ETC}/twp-.service.d; printf '[Service]\\nExecStartPre=/bin/echo x\\n' > ${ETC}/twp-.service.d/x.conf`,
    changed: { "system twp-pre.service": ["drop-in-not-loaded", "loaded-command-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "drop-in deleted",
    files: { ...pair("tw-undrop"), [`${ETC}/tw-undrop.timer.d/x.conf`]: "[Timer]\nOnCalendar=daily\n" },
    start: enable("tw-undrop.timer"),
    change: `rm ${ETC}/tw-undrop.timer.d/x.conf`,
    changed: { "system tw-undrop.timer": ["drop-in-outlives-deleted-file"] },
    reloaded: {},
  },
  {
    name: "masked while active",
    files: pair("tw-mask", LIB),
    start: "systemctl start tw-mask.timer",
    change: `ln -s /dev/null ${ETC}/tw-mask.timer`,
    changed: { "system tw-mask.timer": ["masked-but-active"] },
    reloaded: { "system tw-mask.timer": ["timer-failed"] },
  },
  {
    name: "service masked while it runs",
    files: { [`${LIB}/tw-masksvc.service`]: service("ExecStart=/bin/sleep 3600") },
    start: "systemctl start tw-masksvc.service",
    change: `ln -s /dev/null ${ETC}/tw-masksvc.service`,
    changed: { "system tw-masksvc.service": ["masked-but-active"] },
  },
  {
    name: "enabled, then stopped",
    files: pair("tw-stop"),
    start: enable("tw-stop.timer"),
    change: "systemctl stop tw-stop.timer",
    changed: { "system tw-stop.timer": ["enabled-timer-not-active"] },
  },
  {
    name: "enabled, kept from starting by a condition",
    files: pair("tw-cond", ETC, `[Unit]\nConditionPathExists=/nowhere\n${timer()}`),
    start: enable("tw-cond.timer"),
    changed: {},
  },
  {
    name: "started by hand",
    files: pair("tw-hand"),
    start: "systemctl start tw-hand.timer",
    changed: { "system tw-hand.timer": ["active-timer-nothing-starts"] },
  },
  {
    name: "disabled, not stopped",
    files: pair("tw-dis"),
    start: enable("tw-dis.timer"),
    change: "rm /etc/systemd/system/timers.target.wants/tw-dis.timer",
    changed: { "system tw-dis.timer": ["active-timer-nothing-starts"] },
  },
  {
    name: "failed timer",
    files: pair("tw-fail", ETC, timer("OnCalendar=hourly\nWakeSystem=yes")),
    start: "systemctl start tw-fail.timer || true",
    changed: { "system tw-fail.timer": ["timer-failed"] },
  },
  {
    name: "a clean instance of a template",
    files: pair("tw-tpl@"),
    start: enable("tw-tpl@one.timer"),
    changed: {},
  },
  {
    name: "template deleted under its instance",
    files: pair("tw-tplx@"),
    start: "systemctl start tw-tplx@one.timer",
    change: `rm ${ETC}/tw-tplx@.timer`,
    changed: { "system tw-tplx@one.timer": ["timer-outlives-deleted-file"] },
    reloaded: { "system tw-tplx@one.timer": ["timer-failed", "timer-known-only-to-manager"] },
  },
  {
    name: "a generator's timer",
    files: {
      "/run/systemd/system-generators/tw-gen": `#!/bin/sh\nprintf '[Timer]\\nOnCalendar=hourly\\n' >"$1/tw-gen.timer"\nprintf '[Service]\\nExecStart=/bin/true\\n' >"$1/tw-gen.service"\nmkdir "$1/timers.target.wants"; ln -s ../tw-gen.timer "$1/timers.target.wants/"\n`,
    },
    start: "systemctl start tw-gen.timer",
    changed: {},
  },
  {
    name: "a generator's timer, its output deleted",
    files: {
      "/run/systemd/system-generators/tw-genx": `#!/bin/sh\nprintf '[Timer]\\nOnCalendar=hourly\\n' >"$1/tw-genx.timer"\nprintf '[Service]\\nExecStart=/bin/true\\n' >"$1/tw-genx.service"\n`,
    },
    start: "systemctl start tw-genx.timer",
    change: "rm /run/systemd/generator/tw-genx.timer",
    changed: { "system tw-genx.timer": ["timer-outlives-deleted-file"] },
    reloaded: { "system tw-genx.timer": ["active-timer-nothing-starts"] },
  },
  {
    name: "an alias",
    files: pair("tw-real", ETC, `${timer()}Alias=tw-alias.timer\n`),
    start: enable("tw-real.timer"),
    changed: {},
  },
  {
    name: "a stronger file of the same name appears",
    files: pair("tw-over", LIB),
    start: enable("tw-over.timer"),
    change: `printf '[Timer]\\nOnCalendar=minutely\\n' > ${ETC}/tw-over.timer`,
    changed: { "system tw-over.timer": ["loaded-state-differs-from-disk"] },
    reloaded: {},
  },
  {
    name: "a unit linked from elsewhere",
    files: { "/opt/units/tw-link.timer": timer(), "/opt/units/tw-link.service": service() },
    start: "systemctl -q link /opt/units/tw-link.service; systemctl -q enable --now /opt/units/tw-link.timer",
    changed: {},
  },
  {
    name: "a property set at run time",
    files: pair("tw-prop", ETC, timer(), service("ExecStart=/bin/sleep 3600")),
    start: `${enable("tw-prop.timer")}; systemctl start tw-prop.service; systemctl set-property tw-prop.service CPUWeight=50; systemctl set-property --runtime tw-prop.service CPUQuota=50%`,
    changed: {},
  },
  {
    name: "specifiers, quotes, prefixes and several commands read alike",
    files: pair(
      "tw-words",
      ETC,
      timer(
        "OnCalendar=Mon..Fri *-*-* 10..12:00 Europe/Berlin\nOnBootSec=3h\nOnUnitActiveSec=1w 2d\nAccuracySec=5s\nPersistent=yes",
      ),
      service(
        "Type=oneshot\nExecStartPre=-/bin/echo %n %% '%i' \"a b\" $HOME\nExecStart=@/bin/echo other \\x41 ; /bin/true x\\ty\nExecStart=sh -c 'exit 0'\nExecStopPost=+/bin/true\nUser=nobody",
      ),
    ),
    start: enable("tw-words.timer"),
    changed: {},
  },
  {
    name: "all kinds of moments",
    files: {
      ...pair("tw-boot", ETC, timer("OnBootSec=2h\nOnStartupSec=3h\nOnActiveSec=4h")),
      ...pair("tw-cycle", ETC, timer("OnActiveSec=0\nOnUnitActiveSec=1h\nOnUnitInactiveSec=90min")),
      ...pair(
        "tw-fixed",
        ETC,
        timer("OnCalendar=daily\nRandomizedDelaySec=6h\nFixedRandomDelay=yes\nAccuracySec=1s"),
      ),
      ...pair("tw-past", ETC, timer("OnCalendar=2001-01-01")),
      ...pair("tw-two", ETC, timer("OnCalendar=*-02-29\nOnCalendar=Sat,Sun 03:00\nOnActiveSec=2d")),
    },
    start:
      "for u in tw-boot tw-cycle tw-fixed tw-past tw-two; do systemctl -q enable $u.timer; systemctl start $u.timer; done; sleep 0.5",
    changed: {},
  },
  {
    name: "a user's transient timer",
    files: {},
    start: "@alice systemd-run -q --user --unit=tw-utr --on-calendar=hourly /bin/true",
    changed: { "user:alice tw-utr.timer": ["transient-timer"] },
  },
  {
    name: "a user's timer file deleted",
    files: pair("tw-ugone", USER),
    start: "@alice systemctl --user start tw-ugone.timer",
    change: `rm ${USER}/tw-ugone.timer`,
    changed: { "user:alice tw-ugone.timer": ["timer-outlives-deleted-file"] },
    reloaded: { "user:alice tw-ugone.timer": ["timer-failed", "timer-known-only-to-manager"] },
  },
  {
    name: "a user's command edited",
    files: pair("tw-ucmd", USER),
    start: "@alice systemctl --user start tw-ucmd.timer",
    change: `sed -i 's,/bin/true,/bin/false,' ${USER}/tw-ucmd.service`,
    changed: {
      "user:alice tw-ucmd.service": ["loaded-command-differs-from-disk"],
      "user:alice tw-ucmd.timer": ["active-timer-nothing-starts"],
    },
    reloaded: { "user:alice tw-ucmd.timer": ["active-timer-nothing-starts"] },
  },
  {
    name: "a random delay without end",
    files: pair("tw-endless", ETC, timer("OnCalendar=hourly\nRandomizedDelaySec=infinity")),
    start: enable("tw-endless.timer"),
    changed: {},
  },
  {
    name: "a user's service that ran and one that failed",
    files: {
      [`${USER}/tw-uran.service`]: service(),
      [`${USER}/tw-ubad.service`]: service("ExecStart=/bin/false"),
    },
    start: "@alice systemctl --user start tw-uran.service tw-ubad.service",
    changed: {},
  },
  {
    name: "two managers hold a timer of one name: the system's",
    files: pair("tw-both"),
    start: enable("tw-both.timer"),
    changed: {},
  },
  {
    name: "two managers hold a timer of one name: the user's, with other settings",
    files: pair("tw-both", USER, timer("OnCalendar=daily"), service("ExecStart=/bin/false")),
    start: "@alice systemctl --user -q enable --now tw-both.timer",
    changed: {},
  },
  {
    name: "a second user's timer file deleted under it",
    files: pair("tw-bob", BOB),
    start: "@bob systemctl --user start tw-bob.timer",
    change: `rm ${BOB}/tw-bob.timer`,
    changed: { "user:bob tw-bob.timer": ["timer-outlives-deleted-file"] },
    reloaded: { "user:bob tw-bob.timer": ["timer-failed", "timer-known-only-to-manager"] },
  },
  {
    name: "a program that never had a name",
    files: { [`${ETC}/tw-shm.service`]: service("ExecStart=/dev/shm/tw-shm 3600") },
    start: "cp /bin/sleep /dev/shm/tw-shm; systemctl start tw-shm.service; sleep 0.2",
    change: "rm /dev/shm/tw-shm",
    changed: { "system tw-shm.service": ["deleted-program-running"] },
  },
  {
    name: "a timer only root's manager knows: linked from a directory that is gone",
    files: { "/opt/tw-away/tw-away.timer": timer(), "/opt/tw-away/tw-away.service": service() },
    start:
      "systemctl -q link /opt/tw-away/tw-away.service /opt/tw-away/tw-away.timer; systemctl start tw-away.timer",
    change: `rm -r /opt/tw-away ${ETC}/tw-away.timer ${ETC}/tw-away.service`,
    changed: {
      "system tw-away.timer": ["timer-outlives-deleted-file"],
      "system tw-away.service": ["unit-outlives-deleted-file"],
    },
    reloaded: { "system tw-away.timer": ["timer-failed", "timer-known-only-to-manager"] },
  },
  {
    name: "a user's drop-in not loaded",
    files: pair("tw-udrop", USER),
    start: "@alice systemctl --user -q enable --now tw-udrop.timer",
    change: `mkdir ${USER}/tw-udrop.timer.d; printf '[Timer]\\nOnCalendar=daily\\n' > ${USER}/tw-udrop.timer.d/x.conf`,
    changed: { "user:alice tw-udrop.timer": ["drop-in-not-loaded"] },
    reloaded: {},
  },
];
