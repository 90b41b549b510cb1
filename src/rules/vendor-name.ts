/** Names that belong to somebody: of systemd, of well-known daemons, of kernel threads, and what looks like them. */
import { unescapeName } from "../syntax/unit-name.ts";

/** Prefixes only one project uses, and the package or manager that answers for them. */
const NAMESPACES: readonly (readonly [prefix: RegExp, of: string])[] = [
  [/^systemd-/, "systemd"],
  [/^dbus-org\./, "D-Bus names, which are aliases of packaged services"],
  [/^snap\./, "snapd"],
  [/^snapd[.-]/, "snapd"],
  [/^(udevd?|dbus|polkitd?|networkd|journald|logind|resolved|timesyncd)-/, "a daemon of every host"],
  [/^(org|com)\.freedesktop\./, "freedesktop.org"],
];

/** Daemons every administrator expects on a host, none of which a timer runs. */
const DAEMONS: ReadonlySet<string> = new Set(
  "syslogd rsyslogd klogd sshd crond atd dbus dbus-daemon dbus-broker udevd networkd resolved journald logind timesyncd polkitd polkit agetty getty acpid ntpd chronyd networking NetworkManager wpa_supplicant accounts-daemon irqbalance kdump multipathd rpcbind lvmetad iscsid dhclient dhcpcd containerd dockerd gdm".split(
    " ",
  ),
);

/** Whose name this is, or `null`. `stem` is a unit name without its type. */
export function claimedName(stem: string): string | null {
  const space = NAMESPACES.find(([prefix]) => prefix.test(stem));
  if (space !== undefined) return space[1];
  return DAEMONS.has(stem) ? `the daemon ${stem}` : null;
}

/** Names only the kernel uses, whatever follows them. */
const KERNEL_THREADS =
  /^(kworker|kthreadd|ksoftirqd|kswapd|kcompactd|khugepaged|khungtaskd|kdevtmpfs|kauditd|kblockd|kintegrityd|kthrotld|ksmd|kstrp|cpuhp|rcu_(sched|preempt|bh|gp|par_gp|tasks_kthre)|oom_reaper|scsi_(eh|tmf)|jbd2|ext4-rsv-conver|xfsaild|mm_percpu_wq|devfreq_wq|kpsmoused|kmpathd)([-/:_@0-9].*)?$/;
/** Words with other meanings too: the kernel's have the number of a processor behind a slash. */
const KERNEL_WORDS = /^(migration|idle_inject|irq|watchdog|events|cpuhp)\/[0-9]/;

/** True for what `ps` shows of the kernel's own threads, brackets or not. */
export function isKernelThreadName(name: string): boolean {
  return /^\[.*\]$/.test(name) || KERNEL_THREADS.test(name) || KERNEL_WORDS.test(name);
}

/** Letters drawn alike (Unicode confusables, the part that stands for ASCII), and the usual substitutes. */
const ALIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: "a",
    е: "e",
    о: "o",
    р: "p",
    с: "c",
    у: "y",
    х: "x",
    і: "i",
    ј: "j",
    ѕ: "s",
    ԁ: "d",
    һ: "h",
    ӏ: "l",
    ո: "n",
    ѵ: "v",
    ԝ: "w",
    ɡ: "g",
    ɑ: "a",
    ı: "i",
    ο: "o",
    α: "a",
    ν: "v",
    ρ: "p",
    τ: "t",
    κ: "k",
    "０": "o",
    "1": "l",
    "0": "o",
    i: "l",
    "|": "l",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "−": "-",
    "﹣": "-",
    _: "-",
  }),
);

/** What a reader sees of a name: equal for names that look alike. */
export function appearance(name: string): string {
  const plain = (unescapeName(name) ?? name).normalize("NFKC");
  return [...plain.toLowerCase()]
    .filter((letter) => !/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/.test(letter))
    .map((letter) => ALIKE.get(letter) ?? letter)
    .join("")
    .replace(/\//g, "-")
    .replace(/-+/g, "-")
    .replace(/rn/g, "m")
    .replace(/vv/g, "w");
}

/** True if one letter more, less, other, or two neighbours swapped make the names equal; digits do not count. */
export function isOneLetterOff(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  const strip = (text: string): string => text.replace(/[0-9]+/g, "");
  if (strip(a) === strip(b)) return false;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  if (short.slice(at + 1) === long.slice(at + 1)) return true;
  return (
    short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2)
  );
}

/** Timers that distributions ship, for hosts that do not have them themselves. */
export const WELL_KNOWN_TIMERS: readonly string[] =
  "apt-daily apt-daily-upgrade anacron certbot chkrootkit dailyaidecheck dnf-makecache dnf-automatic dpkg-db-backup e2scrub_all exim4-base fstrim fwupd-refresh logrotate man-db mdcheck_start mdmonitor-oneshot mlocate motd-news ntpsec-rotate-stats packagekit-offline-update pamac-cleancache phpsessionclean plocate-updatedb raid-check shadow snapd.snap-repair sysstat-collect sysstat-summary systemd-tmpfiles-clean ua-timer unattended-upgrades unbound-anchor update-notifier-download xfs_scrub_all".split(
    " ",
  );
