import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { commonTree } from "./host.ts";
import { dpkgTree, type PackageFiles, program, programs, script, units } from "./packages.ts";

const LINK_TO = (target: string): MemoryEntry => ({ link: target });

/** A Debian 12 server in miniature: our own words, Debian's names, places and schedules. */
export const DEBIAN_PACKAGES: readonly PackageFiles[] = [
  {
    name: "base-files",
    version: "12.4+deb12u5",
    files: {
      "/usr/lib/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
      "/etc/os-release": LINK_TO("../usr/lib/os-release"),
    },
  },
  {
    name: "coreutils",
    version: "9.1-1",
    files: {
      ...programs("/bin", "cat chmod chown cp date dd df echo false ln ls mkdir mktemp mv rm sleep touch true uname"),
      ...programs("/usr/bin", "base64 basename chcon cut dirname env head id install md5sum nice nohup nproc printf"),
      ...programs("/usr/bin", "sha256sum shred shuf sort stat stdbuf tail tee test timeout tr truncate uniq wc"),
      "/usr/sbin/chroot": program("chroot"),
    },
  },
  { name: "bash", version: "5.2.15-2+b2", files: { "/bin/bash": program("bash") } },
  { name: "dash", version: "0.5.12-2", files: { "/bin/dash": program("dash"), "/bin/sh": LINK_TO("dash") } },
  {
    name: "util-linux",
    version: "2.38.1-5",
    files: {
      ...programs("/usr/bin", "chrt flock ionice logger nsenter script setpriv setsid taskset unshare"),
      "/sbin/fstrim": program("fstrim"),
      ...units({
        "fstrim.timer":
          "[Unit]\nDescription=Discard unused blocks once a week\nConditionVirtualization=!container\n\n" +
          "[Timer]\nOnCalendar=weekly\nAccuracySec=1h\nPersistent=true\nRandomizedDelaySec=6000\n\n" +
          "[Install]\nWantedBy=timers.target\n",
        "fstrim.service":
          "[Unit]\nDescription=Discard unused blocks on filesystems from /etc/fstab\n\n" +
          "[Service]\nType=oneshot\nExecStart=/sbin/fstrim --listed-in /etc/fstab:/proc/self/mountinfo --verbose --quiet-unsupported\n" +
          "PrivateDevices=no\nPrivateNetwork=yes\nProtectKernelModules=yes\n",
      }),
    },
  },
  {
    name: "systemd",
    version: "252.22-1~deb12u1",
    files: {
      "/lib/systemd/systemd": program("systemd"),
      "/lib/systemd/libsystemd-shared-252.so": program("libsystemd-shared"),
      ...programs("/bin", "journalctl loginctl systemctl systemd-tmpfiles systemd-escape"),
      ...programs("/usr/bin", "busctl systemd-cat systemd-run systemd-analyze systemd-creds portablectl"),
      ...programs("/lib/systemd/system-generators", "systemd-fstab-generator systemd-getty-generator"),
      "/lib/systemd/system-preset/90-systemd.preset": "enable getty@.service\ndisable debug-shell.service\n",
      ...units({
        "default.target": LINK_TO("graphical.target"),
        "graphical.target":
          "[Unit]\nDescription=Graphical Interface\nRequires=multi-user.target\nAfter=multi-user.target\n",
        "multi-user.target":
          "[Unit]\nDescription=Multi-User System\nRequires=basic.target\nAfter=basic.target\n",
        "basic.target":
          "[Unit]\nDescription=Basic System\nRequires=sysinit.target\nWants=sockets.target timers.target paths.target slices.target\nAfter=sysinit.target\n",
        "sysinit.target": "[Unit]\nDescription=System Initialization\n",
        "sockets.target": "[Unit]\nDescription=Socket Units\n",
        "paths.target": "[Unit]\nDescription=Path Units\n",
        "slices.target": "[Unit]\nDescription=Slice Units\n",
        "timers.target": "[Unit]\nDescription=Timer Units\nDefaultDependencies=no\n",
        "shutdown.target": "[Unit]\nDescription=System Shutdown\nDefaultDependencies=no\n",
        "network.target": "[Unit]\nDescription=Network\n",
        "network-online.target": "[Unit]\nDescription=Network is Online\n",
        "reboot.target": "[Unit]\nDescription=System Reboot\nDefaultDependencies=no\nAllowIsolate=yes\nJobTimeoutAction=reboot-force\n",
        "poweroff.target": "[Unit]\nDescription=System Power Off\nDefaultDependencies=no\n",
        "user@.service":
          "[Unit]\nDescription=User Manager for UID %i\n\n[Service]\nUser=%i\nPAMName=systemd-user\nType=notify\nExecStart=/lib/systemd/systemd --user\n",
        "systemd-tmpfiles-clean.timer":
          "[Unit]\nDescription=Daily Cleanup of Temporary Directories\n\n[Timer]\nOnBootSec=15min\nOnUnitActiveSec=1d\n",
        "systemd-tmpfiles-clean.service":
          "[Unit]\nDescription=Cleanup of Temporary Directories\nDefaultDependencies=no\n\n" +
          "[Service]\nType=oneshot\nExecStart=systemd-tmpfiles --clean\nSuccessExitStatus=DATAERR\nIOSchedulingClass=idle\n",
        "timers.target.wants/systemd-tmpfiles-clean.timer": LINK_TO("../systemd-tmpfiles-clean.timer"),
      }),
      "/usr/lib/systemd/user/default.target": "[Unit]\nDescription=Main User Target\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n",
      "/usr/lib/systemd/user/basic.target": "[Unit]\nDescription=Basic System\nWants=timers.target sockets.target\n",
      "/usr/lib/systemd/user/timers.target": "[Unit]\nDescription=Timers\n",
      "/usr/lib/systemd/user/sockets.target": "[Unit]\nDescription=Sockets\n",
    },
  },
  {
    name: "apt",
    version: "2.6.1",
    files: {
      ...programs("/usr/bin", "apt apt-get apt-cache apt-config"),
      "/usr/lib/apt/apt-helper": program("apt-helper"),
      "/usr/lib/apt/apt.systemd.daily": script(
        "#!/bin/sh",
        "# our own words for what Debian's script does: update lists, download, upgrade",
        'case "$1" in',
        "  update) apt-get -qq update ;;",
        "  install) unattended-upgrade ;;",
        "esac",
      ),
      ...units({
        "apt-daily.timer":
          "[Unit]\nDescription=Daily apt download activities\n\n[Timer]\nOnCalendar=*-*-* 6,18:00\nRandomizedDelaySec=12h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "apt-daily.service":
          "[Unit]\nDescription=Daily apt download activities\nConditionACPower=true\n\n[Service]\nType=oneshot\n" +
          "ExecStartPre=-/usr/lib/apt/apt-helper wait-online\nExecStart=/usr/lib/apt/apt.systemd.daily update\n",
        "apt-daily-upgrade.timer":
          "[Unit]\nDescription=Daily apt upgrade and clean activities\nAfter=apt-daily.timer\n\n[Timer]\nOnCalendar=*-*-* 6:00\nRandomizedDelaySec=60m\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "apt-daily-upgrade.service":
          "[Unit]\nDescription=Daily apt upgrade and clean activities\nConditionACPower=true\nAfter=apt-daily.service\n\n[Service]\nType=oneshot\n" +
          "ExecStartPre=-/usr/lib/apt/apt-helper wait-online\nExecStart=/usr/lib/apt/apt.systemd.daily install\nKillMode=process\nTimeoutStopSec=900\n",
      }),
    },
  },
  {
    name: "unattended-upgrades",
    version: "2.9.1+nmu3",
    files: {
      "/usr/bin/unattended-upgrade": script("#!/usr/bin/python3", "import apt_pkg"),
      "/usr/share/unattended-upgrades/unattended-upgrade-shutdown": script("#!/usr/bin/python3", "import signal"),
      "/etc/apt/apt.conf.d/50unattended-upgrades":
        'Unattended-Upgrade::Origins-Pattern { "origin=Debian,label=Debian-Security"; };\n',
      ...units({
        "unattended-upgrades.service":
          "[Unit]\nDescription=Unattended Upgrades Shutdown\n\n[Service]\nExecStart=/usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal\n\n[Install]\nWantedBy=multi-user.target\n",
      }),
    },
    conffiles: ["/etc/apt/apt.conf.d/50unattended-upgrades"],
  },
  {
    name: "dpkg",
    version: "1.21.22",
    files: {
      ...programs("/usr/bin", "dpkg dpkg-query dpkg-divert"),
      "/usr/libexec/dpkg/dpkg-db-backup": script(
        "#!/bin/sh",
        "# keeps copies of the status file",
        "cd /var/backups || exit 1",
        "cp -p /var/lib/dpkg/status dpkg.status.0",
        "gzip -9 -n -f dpkg.status.0",
      ),
      ...units({
        "dpkg-db-backup.timer":
          "[Unit]\nDescription=Daily dpkg database backup timer\n\n[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n",
        "dpkg-db-backup.service":
          "[Unit]\nDescription=Daily dpkg database backup service\n\n[Service]\nType=oneshot\nExecStart=/usr/libexec/dpkg/dpkg-db-backup\n",
      }),
    },
  },
  {
    name: "man-db",
    version: "2.11.2-2",
    files: {
      "/usr/bin/mandb": program("mandb"),
      ...units({
        "man-db.timer":
          "[Unit]\nDescription=Daily man-db regeneration\n\n[Timer]\nOnCalendar=daily\nRandomizedDelaySec=12h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "man-db.service":
          "[Unit]\nDescription=Daily man-db regeneration\nConditionACPower=true\n\n[Service]\nType=oneshot\n" +
          "ExecStart=+/usr/bin/install -d -o man -g man -m 0755 /var/cache/man\n" +
          "ExecStart=/usr/bin/find /var/cache/man -type f -name *.gz -atime +6 -delete\nExecStart=/usr/bin/mandb --quiet\n" +
          "User=man\nNice=19\nIOSchedulingClass=idle\n",
      }),
    },
  },
  {
    name: "logrotate",
    version: "3.21.0-1",
    files: {
      "/usr/sbin/logrotate": program("logrotate"),
      "/etc/logrotate.conf": "weekly\nrotate 4\ncreate\ninclude /etc/logrotate.d\n",
      "/etc/logrotate.d/wtmp": "/var/log/wtmp {\n  missingok\n  monthly\n}\n",
      ...units({
        "logrotate.timer":
          "[Unit]\nDescription=Daily rotation of log files\n\n[Timer]\nOnCalendar=daily\nAccuracySec=1h\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "logrotate.service":
          "[Unit]\nDescription=Rotate log files\nRequiresMountsFor=/var/log\nConditionACPower=true\n\n[Service]\nType=oneshot\n" +
          "ExecStart=/usr/sbin/logrotate /etc/logrotate.conf\nNice=19\nIOSchedulingClass=best-effort\nPrivateTmp=true\nProtectSystem=full\n",
      }),
    },
    conffiles: ["/etc/logrotate.conf", "/etc/logrotate.d/wtmp"],
  },
  {
    name: "e2fsprogs",
    version: "1.47.0-2",
    files: {
      "/usr/bin/chattr": program("chattr"),
      "/sbin/e2scrub_all": script("#!/bin/bash", "# checks metadata of mounted ext4 volumes", "exit 0"),
      ...units({
        "e2scrub_all.timer":
          "[Unit]\nDescription=Periodic ext4 Online Metadata Check for All Filesystems\n\n[Timer]\nOnCalendar=Sun *-*-* 03:10:00\nRandomizedDelaySec=60\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "e2scrub_all.service":
          "[Unit]\nDescription=Online ext4 Metadata Check for All Filesystems\nConditionACPower=true\nConditionCapability=CAP_SYS_ADMIN\n\n[Service]\nType=oneshot\nEnvironment=SERVICE_MODE=1\nExecStart=/sbin/e2scrub_all\nSyslogIdentifier=e2scrub_all\n",
      }),
    },
  },
  {
    name: "nginx",
    version: "1.22.1-9",
    files: {
      "/usr/sbin/nginx": program("nginx"),
      "/etc/logrotate.d/nginx":
        "/var/log/nginx/*.log {\n  daily\n  postrotate\n    invoke-rc.d nginx rotate >/dev/null 2>&1\n  endscript\n}\n",
      ...units({
        "nginx.service":
          "[Unit]\nDescription=A high performance web server\nAfter=network-online.target\n\n[Service]\nType=forking\nPIDFile=/run/nginx.pid\n" +
          "ExecStartPre=/usr/sbin/nginx -t -q\nExecStart=/usr/sbin/nginx\nExecReload=/usr/sbin/nginx -s reload\n\n[Install]\nWantedBy=multi-user.target\n",
      }),
    },
    conffiles: ["/etc/logrotate.d/nginx"],
  },
  {
    name: "cron",
    version: "3.0pl1-162",
    files: {
      "/usr/sbin/cron": program("cron"),
      "/etc/crontab":
        "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n" +
        "17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n" +
        "25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n",
      ...units({
        "cron.service":
          "[Unit]\nDescription=Regular background program processing daemon\n\n[Service]\nEnvironmentFile=-/etc/default/cron\nExecStart=/usr/sbin/cron -f $EXTRA_OPTS\nKillMode=process\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n",
      }),
    },
    conffiles: ["/etc/crontab"],
  },
  {
    name: "openssh-server",
    version: "1:9.2p1-2+deb12u2",
    files: {
      "/usr/sbin/sshd": program("sshd"),
      ...units({
        "ssh.service":
          "[Unit]\nDescription=OpenBSD Secure Shell server\nAfter=network.target\n\n[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStartPre=/usr/sbin/sshd -t\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n\n[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n",
      }),
    },
  },
  { name: "debianutils", version: "5.7-0.5", files: programs("/bin", "run-parts tempfile") },
  { name: "findutils", version: "4.9.0-4", files: programs("/usr/bin", "find xargs") },
  { name: "tar", version: "1.34+dfsg-1.2", files: programs("/bin", "tar") },
  { name: "gzip", version: "1.12-1", files: programs("/bin", "gzip gunzip zcat") },
  { name: "sed", version: "4.9-1", files: programs("/bin", "sed") },
  { name: "grep", version: "3.8-5", files: programs("/bin", "grep egrep") },
  { name: "mawk", version: "1.3.4-3", files: { "/usr/bin/mawk": program("mawk"), "/usr/bin/awk": LINK_TO("mawk") } },
  { name: "procps", version: "2:4.0.2-3", files: programs("/usr/bin", "pkill pgrep uptime free") },
  { name: "passwd", version: "1:4.13", files: programs("/usr/sbin", "useradd usermod chpasswd nologin") },
  { name: "curl", version: "7.88.1-10", files: programs("/usr/bin", "curl") },
  { name: "wget", version: "1.21.3-1", files: programs("/usr/bin", "wget") },
  { name: "openssl", version: "3.0.11-1", files: programs("/usr/bin", "openssl") },
  { name: "netcat-openbsd", version: "1.219-1", files: { "/bin/nc.openbsd": program("nc"), "/bin/nc": LINK_TO("nc.openbsd") } },
  { name: "socat", version: "1.7.4.4-2", files: programs("/usr/bin", "socat") },
  { name: "openssh-client", version: "1:9.2p1-2+deb12u2", files: programs("/usr/bin", "ssh scp sftp ssh-keygen") },
  { name: "rsync", version: "3.2.7-1", files: programs("/usr/bin", "rsync") },
  { name: "git", version: "1:2.39.2-1.1", files: programs("/usr/bin", "git") },
  { name: "busybox", version: "1:1.35.0-4", files: programs("/bin", "busybox") },
  { name: "sudo", version: "1.9.13p3-1", files: programs("/usr/bin", "sudo") },
  {
    name: "python3.11",
    version: "3.11.2-6",
    files: { "/usr/bin/python3.11": program("python3.11"), "/usr/bin/python3": LINK_TO("python3.11") },
  },
  { name: "perl-base", version: "5.36.0-7", files: programs("/usr/bin", "perl") },
  { name: "php8.2-cli", version: "8.2.7-1", files: { "/usr/bin/php8.2": program("php"), "/usr/bin/php": LINK_TO("php8.2") } },
  { name: "nodejs", version: "18.13.0+dfsg1-1", files: { "/usr/bin/node": program("node"), "/usr/bin/nodejs": LINK_TO("node") } },
  { name: "podman", version: "4.3.1+ds1-8", files: programs("/usr/bin", "podman") },
  { name: "docker.io", version: "20.10.24+dfsg1-1", files: programs("/usr/bin", "docker") },
  { name: "restic", version: "0.14.0-1", files: programs("/usr/bin", "restic") },
  { name: "borgbackup", version: "1.2.4-1", files: programs("/usr/bin", "borg") },
  { name: "rclone", version: "1.60.1+dfsg-2", files: programs("/usr/bin", "rclone") },
  { name: "mariadb-client", version: "1:10.11.6-0", files: programs("/usr/bin", "mysqldump mariadb-dump mysql") },
  { name: "postgresql-client-15", version: "15.6-0", files: programs("/usr/bin", "psql pg_dump vacuumdb") },
  { name: "sqlite3", version: "3.40.1-2", files: programs("/usr/bin", "sqlite3") },
  { name: "mailutils", version: "1:3.15-4", files: programs("/usr/bin", "mail") },
];

/** Timers a fresh Debian has enabled. */
const ENABLED = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "fstrim.timer",
  "logrotate.timer",
  "man-db.timer",
];

/** The evening before `now` of most cases (2024-03-01T09:30:00Z), in whole microseconds as systemd writes stamps. */
const STAMPED_NS = 1_709_251_217_123_456_000n;

/** The whole tree with these packages and the ones a case adds. */
export function debianTree(extra: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = new Map([...commonTree(), ...dpkgTree([...DEBIAN_PACKAGES, ...extra])]);
  for (const name of ["bin", "sbin", "lib", "lib64"]) tree.set(`/${name}`, { link: `usr/${name}` });
  const wants = "/etc/systemd/system/timers.target.wants";
  for (const name of ENABLED) {
    tree.set(`${wants}/${name}`, { link: `/lib/systemd/system/${name}` });
    tree.set(`/var/lib/systemd/timers/stamp-${name}`, { mtimeNs: STAMPED_NS, ctimeNs: STAMPED_NS });
  }
  const multiUser = "/etc/systemd/system/multi-user.target.wants";
  for (const name of ["cron.service", "nginx.service", "ssh.service", "unattended-upgrades.service"])
    tree.set(`${multiUser}/${name}`, { link: `/lib/systemd/system/${name}` });
  tree.set("/etc/systemd/system/sshd.service", { link: "/lib/systemd/system/ssh.service" });
  tree.set("/etc/systemd/user", { dir: true });
  tree.set("/etc/xdg/systemd/user", { link: "../../systemd/user" });
  return tree;
}
