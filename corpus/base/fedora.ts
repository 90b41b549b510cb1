import type { MemoryEntry } from "../../src/hosts/memory.ts";
import { commonTree } from "./host.ts";
import { enable, mergeUsr, packagesUnderUsr } from "./other.ts";
import { type PackageFiles, program, programs, script } from "./packages.ts";
import { rpmTree } from "./rpm.ts";

/** Debian's own among the shared packages. */
const DEBIANS = new Set(["dash", "mawk", "bash", "man-db"]);
const UNITS = "/usr/lib/systemd/system";

function units(texts: Readonly<Record<string, string>>): Record<string, MemoryEntry> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${UNITS}/${name}`, text]));
}

/** What Fedora has and the shared packages have not: our own words, Fedora's names, places and schedules. */
const FEDORA_PACKAGES: readonly PackageFiles[] = [
  {
    name: "fedora-release",
    version: "40-38",
    files: {
      "/usr/lib/systemd/system-preset/90-default.preset":
        "enable fstrim.timer\nenable dnf-makecache.timer\nenable logrotate.timer\nenable crond.service\nenable auditd.service\n",
      "/usr/lib/systemd/system-preset/99-default-disable.preset": "disable *\n",
    },
  },
  {
    name: "bash",
    version: "5.2.26-3.fc40",
    files: { "/usr/bin/bash": program("bash"), "/usr/bin/sh": { link: "bash" } },
  },
  { name: "gawk", version: "5.3.0-3.fc40", files: { "/usr/bin/gawk": program("gawk"), "/usr/bin/awk": { link: "gawk" } } },
  { name: "python3", version: "3.12.3-2.fc40", files: { "/usr/bin/python3.12": program("python"), "/usr/bin/python3": { link: "python3.12" } } },
  { name: "rpm", version: "4.19.1.1-1.fc40", files: programs("/usr/bin", "rpm rpmkeys rpmdb") },
  { name: "selinux-policy", version: "40.20-1.fc40", files: { "/etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n" }, conffiles: ["/etc/selinux/config"] },
  {
    name: "crypto-policies",
    version: "20240521-1.fc40",
    files: {
      "/etc/crypto-policies/config": "DEFAULT\n",
      "/usr/bin/update-crypto-policies": script("#!/usr/bin/sh", "cat /etc/crypto-policies/config"),
      "/usr/share/crypto-policies/DEFAULT/opensslcnf.txt": "MinProtocol = TLSv1.2\n",
      "/etc/crypto-policies/back-ends/opensslcnf.config": { link: "/usr/share/crypto-policies/DEFAULT/opensslcnf.txt" },
    },
    conffiles: ["/etc/crypto-policies/config"],
  },
  {
    name: "dnf",
    version: "4.19.2-1.fc40",
    files: {
      "/usr/bin/dnf-3": script("#!/usr/bin/python3", "import dnf.cli.main"),
      "/usr/bin/dnf": { link: "dnf-3" },
      ...units({
        "dnf-makecache.timer":
          "[Unit]\nDescription=dnf makecache --timer\nConditionKernelCommandLine=!rd.live.image\nConditionPathExists=!/run/ostree-booted\nWants=network-online.target\n\n[Timer]\nOnBootSec=10min\nOnUnitInactiveSec=1h\nRandomizedDelaySec=60m\nUnit=dnf-makecache.service\n\n[Install]\nWantedBy=timers.target\n",
        "dnf-makecache.service":
          "[Unit]\nDescription=dnf makecache\nConditionPathExists=!/run/ostree-booted\nAfter=network-online.target\n\n[Service]\nType=oneshot\nNice=19\nIOSchedulingClass=2\nIOSchedulingPriority=7\nEnvironment=\"ABRT_IGNORE_PYTHON=1\"\nExecStart=/usr/bin/dnf makecache --timer\n",
      }),
    },
  },
  {
    name: "dnf-automatic",
    version: "4.19.2-1.fc40",
    files: {
      "/usr/bin/dnf-automatic": script("#!/usr/bin/python3", "import dnf.automatic.main"),
      "/etc/dnf/automatic.conf": "[commands]\nupgrade_type = security\napply_updates = no\n",
      ...units({
        "dnf-automatic-install.timer":
          "[Unit]\nDescription=dnf-automatic-install timer\nConditionPathExists=!/run/ostree-booted\nWants=network-online.target\n\n[Timer]\nOnCalendar=*-*-* 6:00\nRandomizedDelaySec=60m\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "dnf-automatic-install.service":
          "[Unit]\nDescription=dnf automatic install updates\nConditionPathExists=!/run/ostree-booted\nAfter=network-online.target\n\n[Service]\nType=oneshot\nNice=19\nIOSchedulingClass=2\nExecStart=/usr/bin/dnf-automatic /etc/dnf/automatic.conf --timer --installupdates\n",
      }),
    },
    conffiles: ["/etc/dnf/automatic.conf"],
  },
  {
    name: "man-db-cron",
    version: "2.12.0-6.fc40",
    files: {
      "/etc/sysconfig/man-db": "CRON=\"yes\"\nOPTS=\"-q\"\n",
      "/usr/bin/mandb": program("mandb"),
      "/etc/cron.daily/man-db.cron": script("#!/usr/bin/bash", ". /etc/sysconfig/man-db", "[ \"$CRON\" = no ] && exit 0", "/usr/bin/mandb $OPTS"),
      ...units({
        "man-db-cache-update.service":
          "[Unit]\nDescription=man-db-cache-update\n\n[Service]\nType=oneshot\nEnvironmentFile=/etc/sysconfig/man-db\nExecStart=/usr/bin/mandb $OPTS\n",
      }),
    },
    conffiles: ["/etc/sysconfig/man-db"],
  },
  {
    name: "cronie",
    version: "1.7.2-1.fc40",
    files: {
      "/usr/sbin/crond": program("crond"),
      "/etc/sysconfig/crond": "CRONDARGS=\n",
      "/etc/cron.d/0hourly": "SHELL=/bin/bash\nPATH=/sbin:/bin:/usr/sbin:/usr/bin\nMAILTO=root\n01 * * * * root run-parts /etc/cron.hourly\n",
      "/etc/crontab": "SHELL=/bin/bash\nPATH=/sbin:/bin:/usr/sbin:/usr/bin\nMAILTO=root\n",
      ...units({
        "crond.service":
          "[Unit]\nDescription=Command Scheduler\nAfter=systemd-user-sessions.service\n\n[Service]\nEnvironmentFile=/etc/sysconfig/crond\nExecStart=/usr/sbin/crond -n $CRONDARGS\nKillMode=process\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n",
      }),
    },
    conffiles: ["/etc/sysconfig/crond", "/etc/crontab", "/etc/cron.d/0hourly"],
  },
  { name: "crontabs", version: "1.11^20190603git9e74f2d-6.fc40", files: { "/usr/bin/run-parts": script("#!/usr/bin/bash", "for i in $(LC_ALL=C; echo ${1%/}/*[^~,]) ; do [ -x $i ] && $i; done") } },
  {
    name: "audit",
    version: "4.0.1-1.fc40",
    files: {
      "/usr/sbin/auditd": program("auditd"),
      "/usr/sbin/auditctl": program("auditctl"),
      ...units({ "auditd.service": "[Unit]\nDescription=Security Audit Logging Service\n\n[Service]\nType=forking\nExecStart=/sbin/auditd\n\n[Install]\nWantedBy=multi-user.target\n" }),
    },
  },
  {
    name: "sysstat",
    version: "12.7.5-3.fc40",
    files: {
      "/etc/sysconfig/sysstat": "HISTORY=28\nSADC_OPTIONS=\"-S DISK\"\n",
      "/usr/lib64/sa/sa1": script("#!/usr/bin/sh", ". /etc/sysconfig/sysstat", "exec /usr/lib64/sa/sadc -F -L ${SADC_OPTIONS} 1 1 -"),
      "/usr/lib64/sa/sadc": program("sadc"),
      ...units({
        "sysstat-collect.timer": "[Unit]\nDescription=Run system activity accounting tool every 10 minutes\n\n[Timer]\nOnCalendar=*:00/10\n\n[Install]\nWantedBy=sysstat.service\n",
        "sysstat-collect.service": "[Unit]\nDescription=system activity accounting tool\n\n[Service]\nType=oneshot\nUser=root\nExecStart=/usr/lib64/sa/sa1 1 1\n",
        "sysstat.service": "[Unit]\nDescription=Resets System Activity Logs\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/lib64/sa/sa1 --boot\n\n[Install]\nWantedBy=multi-user.target\nAlso=sysstat-collect.timer\n",
      }),
    },
    conffiles: ["/etc/sysconfig/sysstat"],
  },
  {
    name: "mdadm",
    version: "4.3-2.fc40",
    files: {
      "/etc/sysconfig/raid-check": "ENABLED=yes\nCHECK=check\n",
      "/usr/sbin/raid-check": script("#!/usr/bin/bash", "[ -f /etc/sysconfig/raid-check ] || exit 0", ". /etc/sysconfig/raid-check", "[ \"$ENABLED\" = yes ] || exit 0"),
      ...units({
        "raid-check.timer": "[Unit]\nDescription=Weekly RAID setup health check\n\n[Timer]\nOnCalendar=Sun *-*-* 01:00:00\n\n[Install]\nWantedBy=timers.target\n",
        "raid-check.service": "[Unit]\nDescription=RAID setup health check\n\n[Service]\nType=simple\nExecStart=/usr/sbin/raid-check\nNice=19\nIOSchedulingClass=idle\n",
      }),
    },
    conffiles: ["/etc/sysconfig/raid-check"],
  },
  {
    name: "certbot",
    version: "2.10.0-2.fc40",
    files: {
      "/usr/bin/certbot": script("#!/usr/bin/python3", "import certbot.main"),
      "/etc/sysconfig/certbot": "PRE_HOOK=\"\"\nPOST_HOOK=\"\"\nDEPLOY_HOOK=\"\"\nCERTBOT_ARGS=\"\"\n",
      ...units({
        "certbot-renew.timer": "[Unit]\nDescription=This is the timer to set the schedule for automated renewals\n\n[Timer]\nOnCalendar=*-*-* 00/12:00:00\nRandomizedDelaySec=12hours\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
        "certbot-renew.service": "[Unit]\nDescription=This service automatically renews any certbot certificates found\n\n[Service]\nEnvironmentFile=/etc/sysconfig/certbot\nType=oneshot\nExecStart=/usr/bin/certbot renew --noninteractive --no-random-sleep-on-renew $PRE_HOOK $POST_HOOK $RENEW_HOOK $DEPLOY_HOOK $CERTBOT_ARGS\n",
      }),
    },
    conffiles: ["/etc/sysconfig/certbot"],
  },
];

/** Every package of the base with its files, as the database lists them. */
export function fedoraPackages(extra: readonly PackageFiles[] = []): readonly PackageFiles[] {
  const shared = packagesUnderUsr()
    .filter(({ name }) => !DEBIANS.has(name) && !name.startsWith("python"))
    .map((one) => ({ ...one, version: `${one.version.replace(/^\d+:/, "").replace(/[-+~].*$/, "")}-1.fc40` }));
  return [...shared, ...FEDORA_PACKAGES, ...extra];
}

/** A Fedora server in miniature, with the SQLite database of rpm. */
export function fedoraTree(extra: readonly PackageFiles[]): Map<string, MemoryEntry> {
  const tree = new Map([...commonTree(), ...rpmTree(fedoraPackages(extra))]);
  mergeUsr(tree, 'NAME="Fedora Linux"\nPRETTY_NAME="Fedora Linux 40 (Server Edition)"\nID=fedora\nVERSION_ID=40\n');
  const timers = ["dnf-makecache.timer", "fstrim.timer", "logrotate.timer", "raid-check.timer"];
  enable(tree, UNITS, timers);
  for (const name of ["crond.service", "auditd.service"])
    tree.set(`/etc/systemd/system/multi-user.target.wants/${name}`, { link: `${UNITS}/${name}` });
  tree.set("/etc/systemd/system/sysstat.service.wants/sysstat-collect.timer", { link: `${UNITS}/sysstat-collect.timer` });
  tree.set("/etc/yum.repos.d/fedora.repo", "[fedora]\nname=Fedora\nmetalink=https://mirrors.example.test/metalink\ngpgcheck=1\n");
  return tree;
}
