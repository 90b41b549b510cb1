import type { BehaviourKind } from "./program.ts";

/** A place that makes the host run or trust something later. */
export interface Place {
  readonly kind: BehaviourKind;
  /** For "writes …": `a cron table`. */
  readonly says: string;
}

/** ATT&CK T1053, T1098.004, T1136, T1543–T1547, T1556, T1574: where Linux looks for things to run or to trust. */
const PLACES: readonly (readonly [RegExp, string, BehaviourKind])[] = [
  [/(^|\/)\.ssh\/authorized_keys2?$/, "a list of keys that may log in", "plants-key"],
  [/^\/etc\/ssh\/(authorized_keys|[^/]*\.keys)/, "a list of keys that may log in", "plants-key"],
  [/^\/etc\/(passwd|shadow|group|gshadow)-?$/, "the account database", "adds-account"],
  [/^\/etc\/(crontab|anacrontab|cron\.[^/]+\/[^/]+)$/, "a cron table", "writes-autostart"],
  [/^\/var\/spool\/(cron|at)\//, "a cron table", "writes-autostart"],
  [
    /^\/(etc|run|usr\/lib|lib|usr\/local\/lib)\/systemd\/(system|user)-(environment-)?generators\//,
    "a systemd generator",
    "writes-autostart",
  ],
  [
    /^\/(etc|run|usr\/lib|lib|usr\/local\/lib)\/systemd\/(user-)?generators\//,
    "a systemd generator",
    "writes-autostart",
  ],
  [
    /^\/(etc|run|usr\/lib|lib|usr\/local\/lib)\/systemd\/(user|system)-(shutdown|sleep)\//,
    "a systemd shutdown or sleep hook",
    "writes-autostart",
  ],
  [
    /^\/(etc|run|usr\/lib|lib|usr\/local\/lib)\/systemd\/(system|user|transient)([./].*)?\//,
    "a systemd unit directory",
    "writes-autostart",
  ],
  [
    /^\/(etc|run|usr\/lib|lib)\/systemd\/(system|user)\.conf/,
    "the configuration of systemd",
    "writes-autostart",
  ],
  [
    /\/\.config\/systemd\/user\/|\/\.local\/share\/systemd\/user\//,
    "a systemd user unit directory",
    "writes-autostart",
  ],
  [
    /(^|[/~])\.(bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|xinitrc|xprofile|xsession)$/,
    "a shell's start-up file",
    "writes-autostart",
  ],
  [/\/(\.config|etc)\/fish\/(config\.fish|conf\.d\/[^/]+)$/, "a shell's start-up file", "writes-autostart"],
  [
    /^\/etc\/(profile|bash\.bashrc|bashrc|zshenv|zsh\/[^/]+|csh\.cshrc|skel\/\.[^/]+|profile\.d\/[^/]+)$/,
    "a shell's start-up file",
    "writes-autostart",
  ],
  [/^\/etc\/(rc\.local|rc\.d\/.+|init\.d\/.+|rc[0-6S]\.d\/.+|inittab)$/, "a boot script", "writes-autostart"],
  [/^\/etc\/ld\.so\.(preload|conf|conf\.d\/.+)$/, "the dynamic loader's configuration", "writes-autostart"],
  [/^\/etc\/sudoers(\.d\/.+)?$/, "the rules of sudo", "writes-autostart"],
  [/^\/etc\/doas\.(conf|d\/.+)$/, "the rules of doas", "writes-autostart"],
  [/\/polkit-1\/(rules\.d|localauthority)\//, "the rules of polkit", "writes-autostart"],
  [/^\/(etc|run|usr\/lib)\/tmpfiles\.d\//, "what systemd-tmpfiles makes at boot", "writes-autostart"],
  [/^\/etc\/kernel\/[a-z]+\.d\//, "a hook of kernel packages", "writes-autostart"],
  [
    /^\/etc\/(pam\.conf|pam\.d\/.+)$|\/security\/pam_[^/]+\.so$/,
    "the login modules (PAM)",
    "writes-autostart",
  ],
  [/\/udev\/rules\.d\//, "a udev rule", "writes-autostart"],
  [/^\/etc\/xdg\/autostart\/|\/\.config\/autostart\//, "a desktop autostart entry", "writes-autostart"],
  [
    /^\/etc\/(update-motd\.d|X11\/Xsession\.d|X11\/xinit\/xinitrc\.d|gdm3?\/(Init|PostLogin|PreSession))\//,
    "a script run at each login",
    "writes-autostart",
  ],
  [
    /^\/etc\/(inetd\.conf|xinetd\.d\/.+|incron\.d\/.+)$|^\/var\/spool\/incron\//,
    "a table of programs that are started on demand",
    "writes-autostart",
  ],
  [/^\/etc\/(acpi|pm\/(sleep|power)\.d)\//, "a power hook", "writes-autostart"],
  [
    /^\/etc\/(nsswitch\.conf|ssl\/openssl\.cnf)$|\/libnss_[^/]+\.so[.\d]*$/,
    "what programs load to look up names or to encrypt",
    "writes-autostart",
  ],
  [
    /^\/etc\/(apt\/apt\.conf(\.d\/.+)?|yum\/pluginconf\.d\/.+|dnf\/plugins\/.+)$/,
    "a hook of the package manager",
    "writes-autostart",
  ],
  [
    /^\/(etc|usr\/lib)\/(NetworkManager\/dispatcher\.d|network\/if-[a-z-]+\.d|dhcp\/dhclient-[a-z]+-hooks\.d|networkd-dispatcher|ppp\/ip-[a-z-]+\.d)\//,
    "a network hook",
    "writes-autostart",
  ],
  [
    /^\/etc\/(X11\/(Xsession|xinit\/xinitrc)\.d|bash_completion\.d)\//,
    "a script run at each session",
    "writes-autostart",
  ],
  [
    /^\/etc\/(kernel\/(pre|post)(inst|rm)\.d|libvirt\/hooks|acpi\/(events|actions)|pm\/sleep\.d)\//,
    "a hook of the system",
    "writes-autostart",
  ],
  [/\/git-core\/templates\/hooks\//, "a git hook", "writes-autostart"],
  [
    /^\/etc\/(modules|modules-load\.d\/.+|modprobe\.d\/.+)$/,
    "the list of kernel modules to load",
    "writes-autostart",
  ],
  [/\/dbus-1\/(system|system-services|services)(\.d)?\//, "a D-Bus service", "writes-autostart"],
  [/^\/etc\/(logrotate\.d\/.+|logrotate\.conf)$/, "a logrotate configuration", "writes-autostart"],
  [
    /^\/etc\/(environment|security\/pam_env\.conf)$|\/environment\.d\/[^/]+\.conf$|\/\.pam_environment$/,
    "an environment every session gets",
    "writes-autostart",
  ],
  [
    /\/(site|dist)-packages\/[^/]+\.pth$|\/(sitecustomize|usercustomize)\.py$|^\/etc\/perl\/sitecustomize\.pl$/,
    "a start-up file of an interpreter",
    "writes-autostart",
  ],
  [
    /(^|\/)\.ssh\/(rc|config)$|^\/etc\/ssh\/(sshrc|sshd_config(\.d\/.+)?|ssh_config(\.d\/.+)?)$/,
    "the configuration of ssh",
    "writes-autostart",
  ],
  [/\.git\/hooks\/[^/]+$/, "a git hook", "writes-autostart"],
  [
    /^\/etc\/kubernetes\/manifests\/|^\/var\/lib\/rancher\/[^/]+\/(agent|server)\/(pod-)?manifests\/|^\/etc\/kubelet\.d\//,
    "a pod that the kubelet starts by itself",
    "writes-autostart",
  ],
  [
    /^\/(etc|run|usr\/share)\/containers\/systemd\/|\/\.config\/containers\/systemd\//,
    "a container that systemd starts",
    "writes-autostart",
  ],
  [/^\/(etc|run)\/systemd\/nspawn\//, "what a machine sees of the host", "writes-autostart"],
  [
    /^\/(etc\/cloud\/cloud\.cfg\.d|var\/lib\/cloud\/scripts\/per-[a-z]+)\//,
    "what cloud-init runs",
    "writes-autostart",
  ],
  [
    /^\/(boot|efi|boot\/efi)\/loader\/(entries|credentials)\/|^\/boot\/grub2?\/(grub|custom)\.cfg$|^\/etc\/(kernel\/cmdline|initcpio\/.+|mkinitcpio\.conf)$|^\/usr\/lib\/(initcpio|kernel\/install\.d)\//,
    "the boot chain",
    "writes-autostart",
  ],
  [
    /^\/etc\/(letsencrypt\/(renewal-hooks\/.+|cli\.ini)|dpkg\/dpkg\.cfg\.d\/.+|pacman\.d\/hooks\/.+|dnf\/libdnf5-plugins\/.+)$/,
    "a hook of a program that runs by itself",
    "writes-autostart",
  ],
  [
    /^\/etc\/(default|sysconfig)\/(cron|crond|ssh|sshd|atd)$/,
    "options that a daemon is started with",
    "writes-autostart",
  ],
  [
    /^\/etc\/(initramfs-tools|dracut\.conf\.d|grub\.d|default\/grub)|^\/usr\/(lib\/dracut\/modules\.d|share\/initramfs-tools)\//,
    "the boot chain",
    "writes-autostart",
  ],
  [/\/(dnf-plugins|yum-plugins)\/[^/]+\.py$/, "a plugin of the package manager", "writes-autostart"],
  [/\/cgi-bin\/[^/]+$/, "a page that a web server runs", "writes-autostart"],
  [/^\/etc\/audit\//, "what the audit daemon writes down", "stops-security-unit"],
  [/^\/etc\/(apparmor\.d\/disable\/|selinux\/config$)/, "how programs are confined", "stops-security-unit"],
  [
    /^\/(etc\/(falco|osquery|wazuh|aide|tripwire|samhain)|var\/ossec\/etc)\/|^\/etc\/(aide|samhainrc|rkhunter|chkrootkit)(\.conf(\.local)?)?$/,
    "what a sensor looks at",
    "stops-security-unit",
  ],
];

/** The autostart place a path lies in, or `null`. Unknown beginnings (`$HOME/.bashrc`) are judged by their end. */
export function autostartPlace(path: string): Place | null {
  if (path.length > 4096) return null;
  for (const [pattern, says, kind] of PLACES) {
    if (pattern.test(path)) return { kind, says };
  }
  return null;
}

const SYSTEM_IMAGE =
  /^\/(etc|run|var\/lib|usr\/lib|usr\/local\/lib)\/(extensions|confexts|portables|machines)\//;

/** An image or a tree that is part of the system from the next merge, attachment or boot on (systemd-sysext(8)). */
export function isSystemImage(path: string): boolean {
  return SYSTEM_IMAGE.test(path);
}

/** Directories whose content does not outlive a boot, or that everyone may write. */
export function volatileDirectory(path: string): string | null {
  const match =
    /^(?!\/dev\/(?:tty|null|zero|std|fd\/|pts\/|console|u?random))(\/tmp|\/var\/tmp|\/dev\/shm|\/dev\/mqueue|\/run\/user\/[^/]+|\/run\/lock|\/var\/lock|\/dev)\//.exec(
      path,
    );
  return match?.[1] ?? null;
}

/** The first hidden component of a path. */
export function hiddenPart(path: string): string | null {
  return path.split("/").find((part) => part.length > 1 && part.startsWith(".") && part !== "..") ?? null;
}

/** Log files and histories, whose removal hides what was done (T1070). */
export function isLog(path: string): boolean {
  return (
    /^\/var\/log\/(auth\.log|secure|syslog|messages|wtmp|btmp|lastlog|faillog|kern\.log|cron|audit|journal|\*|$)/.test(
      path,
    ) ||
    /^\/var\/log\/?(\*.*)?$/.test(path) ||
    /^\/(var\/)?run\/(utmp|log\/journal)/.test(path) ||
    /(^|\/)\.(bash|zsh|sh|python|mysql)_history$/.test(path)
  );
}

/** Services and programs that watch a host; stopping one blinds its owner (T1562.001). */
const GUARDS =
  /^(auditd?|auditbeat|apparmor|selinux|firewalld|ufw|nftables|iptables|fail2ban|clamav[a-z-]*|clamd|freshclam|falco[a-z-]*|falcon-sensor|falcond|osquery[a-z]*|ossec[a-z-]*|wazuh[a-z-]*|crowdsec|rsyslogd?|syslog(-ng)?|systemd-journald|aide|aidecheck|tripwire|rkhunter|chkrootkit|samhain|mdatp|cbdaemon|cbagentd|sentinelone|s1-agent|sentinelctl|elastic-agent|elastic-endpoint|filebeat|sysmon|aliyun[a-z.]*|aegis|AliYunDun|cloudmonitor|qcloud[a-z]*|YDService|bcm-agent|bdsecd|esets|savd|sav-protect|ds_agent|cylancesvc|xagt|taniumclient|snort|suricata|unattended-upgrades|usbguard|sysdig|tetragon|tracee|apt-daily(-upgrade)?|debsums|dnf-automatic|setroubleshootd?)$/i;

/** True for a unit, service, or process name of a security or logging tool. */
export function isGuard(name: string): boolean {
  const base = name.slice(name.lastIndexOf("/") + 1).slice(0, 128);
  return GUARDS.test(base.replace(/\.(service|socket|timer|target)$/, "").replace(/@.*$/, ""));
}

/** A whole directory of cron's or at's tables: what everybody scheduled. */
const SCHEDULES =
  /^\/(var\/spool\/(cron|at)(\/(crontabs|tabs|atjobs|root))?|etc\/cron\.(d|hourly|daily|weekly|monthly))(\/\*|\/)?$/;

/** True for a directory whose emptying ends the jobs of others: rivals, and safeguards with them. */
export function holdsSchedules(path: string): boolean {
  return SCHEDULES.test(path);
}
