import type { ClosureFile } from "../inventory/closure.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { evidenceOf } from "./evidence.ts";
import { dpkg, script, shipped, timed } from "./example-host.ts";
import type { ActivationRule } from "./rule.ts";
import { isStray } from "./standing.ts";
import { isLibraryName } from "./subject.ts";

/** Below these only a database writes; its account keeps scripts of its own at the top. */
const DATABASES =
  /^\/var\/lib\/(postgresql|pgsql|mysql|mariadb|mongodb|mongo|redis|elasticsearch|cassandra|couchdb|influxdb|clickhouse|rabbitmq)\/(.*\/)?(data|base|main|global|pg_\w+|mysql|dump|store|mnesia|modules)\//;

const PLACES: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\/dev\//, "among the devices"],
  [/^\/proc\/|^\/sys\//, "in the kernel's view, where a deleted or memory-only file can be named"],
  [/^\/boot\//, "on the boot partition"],
  [/^\/usr\/share\/(man|doc|info|locale|icons|fonts|zoneinfo)\//, "among documentation and data"],
  [/^\/(usr\/)?lib\/(modules|firmware)\//, "among kernel modules and firmware"],
  [/^\/usr\/include\//, "among headers"],
  [
    /^\/var\/(log|mail|games|cache\/(apt|man|fontconfig|ldconfig)|lib\/(dpkg|apt|systemd))\//,
    "among logs, caches and state of the system",
  ],
  [
    /^\/etc\/(?!(cron|init\.d|rc|network|NetworkManager|letsencrypt|update-motd|ppp|acpi|dhcp|kernel|apt|profile|X11|xdg|alternatives|skel|default|local|scripts?|bin))[^/]*$/,
    "directly among configuration files",
  ],
  [
    /^\/etc\/(ssl|ssh|pam\.d|security|fonts|systemd|ld\.so\.conf\.d|sysctl\.d|terminfo)\//,
    "among configuration files",
  ],
  [
    /^\/(lost\+found|mnt|media|run\/(?!user|current-system|wrappers))\//,
    "on a mount point or in a memory file system",
  ],
  [/^\/[^/]+$/, "in the root directory itself"],
  [/\/(wp-content\/)?(uploads?|avatars|attachments)\//, "among files that visitors of a web site upload"],
  [
    /\/\.local\/share\/(keyrings|icons|fonts|themes|applications|mime|sounds|Trash|gvfs-metadata)\//,
    "among keys and pictures of the desktop",
  ],
  [/\/\.(ssh|gnupg|mozilla|thunderbird|pki)\//, "among keys and settings of people"],
  [
    /\/\.cache\/(fontconfig|thumbnails|mesa_shader_cache|gstreamer-\S+|ibus)\//,
    "among caches of the desktop",
  ],
  [DATABASES, "among a database's own data"],
];

/** Among the packages' own, `unpackaged-program-in-vendor-directory` tells of one that is there. */
const LIBRARY = [/^\/usr\/local\//, "under the name of a library"] as const;

/** Loaded, never run: what is named so and run wants to be overlooked. */
function isRunLibrary({ role, facts }: ClosureFile, path: string): boolean {
  return role === "program" && isLibraryName(path) && (facts === null || LIBRARY[0].test(path));
}

/** Scripts stand in /etc beside the settings they belong to; compiled programs are built and installed elsewhere. */
const COMPILED = [/^\/etc\//, "a compiled program among configuration files"] as const;

function isCompiled(path: string, { host }: Inventory): boolean {
  const read = host.readFile(path, 4);
  return (
    read.kind === "present" && [0x7f, 0x45, 0x4c, 0x46].every((byte, at) => read.value.bytes[at] === byte)
  );
}

/** What runs lies where programs never are. */
export const programInOddPlace: ActivationRule = {
  id: "program-in-odd-place",
  subject: "activation",
  title: "Runs a program from a place where no programs are",
  severity: "medium",
  confidence: "medium",
  signal: "suspicious",
  family: "placement",
  depth: "regular",
  techniques: ["T1036.005", "T1564", "T1053.006"],
  controls: ["CM-5", "CM-7", "SI-7"],
  why: "Among devices, logs, certificates or manual pages nobody looks for programs, and no installer puts them there.",
  benign: ["Scripts some administrators keep in /etc beside their configuration"],
  clears: "move the program to /usr/local/sbin",
  references: ["man:file-hierarchy(7)", "https://attack.mitre.org/techniques/T1564/"],

  *check({ closure }, inventory) {
    for (const file of closure.files) {
      if (file.role !== "program" && file.role !== "script" && file.role !== "library") continue;
      const path = file.realPath ?? file.path;
      const found =
        PLACES.find(([pattern]) => pattern.test(path) || pattern.test(file.path)) ??
        (path.startsWith("/etc/") && isCompiled(path, inventory) ? COMPILED : undefined) ??
        (isRunLibrary(file, path) ? LIBRARY : undefined);
      if (found === undefined || path.startsWith("/dev/shm/") || path.startsWith("/dev/mqueue/")) continue;
      if (
        /^\/dev\/(fd\/|std|null|tty)/.test(file.path) ||
        !(isStray(file, inventory) || isMadeLater(file, path))
      )
        continue;
      if (isSettings(file)) continue;
      yield {
        says: `${file.unit} runs ${file.path}, ${found[1]}`,
        evidence: [evidenceOf(inventory, file, found[1])],
      };
    }
  },

  examples: () => ({
    fires: [
      timed("ExecStart=/var/log/x/agent", { "/var/log/x/agent": script() }),
      timed("ExecStart=/dev/bus/x", { "/dev/bus/x": script() }),
      timed("ExecStart=/etc/x/xd", { "/etc/x/xd": { content: "\x7fELF", mode: 0o755 } }),
      timed("User=postgres\nExecStart=/var/lib/postgresql/15/main/base/x", {
        "/var/lib/postgresql/15/main/base/x": script(),
      }),
      timed("ExecStart=/usr/bin/php /var/www/site/uploads/2024/x.php", {
        "/usr/bin/php": script(),
        "/var/www/site/uploads/2024/x.php": "<?php echo 1;",
      }),
      timed("ExecStart=/dev/bus/x"),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(". /etc/x.sh"),
        "/etc/x.sh": "true\n",
      }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": { link: "/var/log/x/agent" },
        "/var/log/x/agent": script(),
      }),
      timed("Environment=LD_PRELOAD=/var/log/x/l.so\nExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(),
        "/var/log/x/l.so": "ELF",
      }),
      timed("ExecStart=/var/log/x/agent", {
        "/var/log/x/agent": { link: "/usr/local/bin/x" },
        "/usr/local/bin/x": script(),
      }),
      timed("ExecStart=/usr/local/lib/libudev4.so.6", { "/usr/local/lib/libudev4.so.6": "ELF" }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("cp /srv/x /usr/lib/libudev4.so.6\n/usr/lib/libudev4.so.6"),
      }),
      timed("ExecStart=/proc/1/cwd/x"),
      timed("ExecStart=/sys/fs/x"),
    ],
    quiet: [
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": script() }),
      timed("ExecStart=/etc/x/hook", { "/etc/x/hook": script() }),
      timed("ExecStart=/etc/cron.daily/x", { "/etc/cron.daily/x": script() }),
      timed("User=postgres\nExecStart=/var/lib/postgresql/backup.sh", {
        "/var/lib/postgresql/backup.sh": script(),
      }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(". /etc/x.conf"),
        "/etc/x.conf": "LEVEL=1\n",
      }),
      timed("ExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script("[ -f /etc/x.conf ] && . /etc/x.conf"),
      }),
      timed("ExecStart=/dev/shm/x", { "/dev/shm/x": script() }),
      timed("ExecStart=/dev/mqueue/x", { "/dev/mqueue/x": script() }),
      timed("ExecStart=/bin/sh /dev/stdin\nStandardInput=file:/dev/null"),
      shipped(
        "vendor",
        "ExecStart=/var/log/vendor/run",
        { "/var/log/vendor/run": script() },
        "OnCalendar=daily",
        ["/var/log/vendor/run"],
      ),
      timed("ExecStart=/usr/local/bin/x", { "/usr/local/bin/x": { content: "\x7fELF", mode: 0o755 } }),
      timed("ExecStart=/dev/fd/3"),
      timed("Environment=LD_PRELOAD=/usr/local/lib/libx.so\nExecStart=/usr/local/bin/x", {
        "/usr/local/bin/x": script(),
        "/usr/local/lib/libx.so": "ELF",
      }),
      shipped(
        "vendor",
        "ExecStart=/usr/local/lib/libx.so.1",
        { "/usr/local/lib/libx.so.1": "ELF" },
        "OnCalendar=daily",
        ["/usr/local/lib/libx.so.1"],
      ),
      timed("ExecStart=/usr/lib/libudev.so.6", { ...dpkg([]), "/usr/lib/libudev.so.6": "ELF" }),
      timed("ExecStart=/boot/x"),
      timed("ExecStart=/bin/sh /dev/stdin"),
    ],
  }),
};

/** Not there while nobody runs it, and of no package all the same. */
function isMadeLater({ facts }: ClosureFile, path: string): boolean {
  return /^\/(dev|proc|sys)\//.test(path) || (facts === null && isLibraryName(path));
}

/** A file of settings that a script reads with `.`, if it is there; packages make such files when they are configured. */
function isSettings({ path, facts }: ClosureFile): boolean {
  const isExecutable = facts !== null && (facts.mode & 0o111) !== 0;
  return path.startsWith("/etc/") && !isExecutable && !/\.(sh|bash|py|pl|rb|php|js|so)$/.test(path);
}
