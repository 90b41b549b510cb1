/**
 * Every timer unit that Debian 12 ships: package, then its files; `~` stands for `/lib/systemd/system/`. Taken from the
 * file lists of the packages themselves (bookworm, main, amd64); the test holds the table to them.
 */
export const DEBIAN_TIMERS: ReadonlyMap<string, readonly string[]> = new Map(
  `
acmetool: ~acmetool.timer
aide-common: ~dailyaidecheck.timer
amazon-ec2-net-utils: ~refresh-policy-routes@.timer
anacron: ~anacron.timer
apt: ~apt-daily-upgrade.timer ~apt-daily.timer
apt-listbugs: ~apt-listbugs.timer
apt-show-versions: ~apt-show-versions.timer
apticron-systemd: ~apticron.timer
atop: ~atop-rotate.timer
borgmatic: ~borgmatic.timer
btrbk: ~btrbk.timer
btrfsmaintenance: ~btrfs-balance.timer ~btrfs-defrag.timer ~btrfs-scrub.timer ~btrfs-trim.timer
burp: ~burp.timer
certbot: ~certbot.timer
chkrootkit: ~chkrootkit.timer
chrony: ~chrony-dnssrv@.timer
clamav-freshclam: ~clamav-freshclam-once.timer
cloudflare-ddns: ~cloudflare-ddns.timer
dde-calendar: /usr/lib/systemd/user/com.dde.calendarserver.calendar.timer
ddupdate: /usr/lib/systemd/user/ddupdate.timer /usr/share/ddupdate/systemd/ddupdate.timer
debci-collector: ~debci-update.timer
debian-edu-config: ~debian-edu-cups-queue-autoflush.timer ~debian-edu-cups-queue-autoreenable.timer ~debian-edu-fsautoresize.timer ~debian-edu-update-netblock.timer
debspawn: ~debspawn-clear-caches.timer
diffmon: ~diffmon.timer
dpkg: ~dpkg-db-backup.timer
drkonqi: /usr/lib/systemd/user/drkonqi-coredump-cleanup.timer
duply: /usr/share/doc/duply/systemd-unit.examples/system/duply-backup@.timer /usr/share/doc/duply/systemd-unit.examples/system/duply-cleanup@.timer /usr/share/doc/duply/systemd-unit.examples/system/duply-verify@.timer /usr/share/doc/duply/systemd-unit.examples/user/duply-backup@.timer /usr/share/doc/duply/systemd-unit.examples/user/duply-cleanup@.timer /usr/share/doc/duply/systemd-unit.examples/user/duply-verify@.timer
e2fsprogs: ~e2scrub_all.timer
etckeeper: ~etckeeper.timer
exim4-base: ~exim4-base.timer
fetch-crl: ~fetch-crl.timer
freedombox: /usr/lib/systemd/system/wordpress-freedombox.timer
freeipa-client-epn: ~ipa-epn.timer
freeipa-healthcheck: ~ipa-healthcheck.timer
fwupd: ~fwupd-refresh.timer
google-compute-engine-oslogin: ~google-oslogin-cache.timer
jetty9: /etc/sytemd/system/jetty9.timer/jetty9.timer ~jetty9.timer
laptop-mode-tools: ~laptop-mode.timer
liblemonldap-ng-handler-perl: ~liblemonldap-ng-handler-perl.timer
liblemonldap-ng-portal-perl: ~liblemonldap-ng-portal-perl.timer
location: ~location-update.timer
logrotate: ~logrotate.timer
lynis: ~lynis.timer
man-db: ~man-db.timer
mdadm: ~mdadm-last-resort@.timer ~mdcheck_continue.timer ~mdcheck_start.timer ~mdmonitor-oneshot.timer
ntpsec: ~ntpsec-rotate-stats.timer
ntpsec-ntpviz: ~ntploggps.timer ~ntplogtemp.timer ~ntpviz-daily.timer ~ntpviz-weekly.timer
ocsinventory-agent: ~ocsinventory-agent.timer
offlineimap3: /usr/share/doc/offlineimap3/examples/systemd/offlineimap-oneshot.timer /usr/share/doc/offlineimap3/examples/systemd/offlineimap-oneshot@.timer
openqa: ~openqa-enqueue-asset-cleanup.timer ~openqa-enqueue-audit-event-cleanup.timer ~openqa-enqueue-bug-cleanup.timer ~openqa-enqueue-result-cleanup.timer
painintheapt: ~painintheapt-daily.timer ~painintheapt-weekly.timer
pcp: ~pmfind.timer ~pmie_check.timer ~pmie_daily.timer ~pmie_farm_check.timer ~pmlogger_check.timer ~pmlogger_daily.timer ~pmlogger_farm_check.timer
pgcluu: ~pgcluu.timer /usr/share/doc/pgcluu/examples/pgcluu.timer
php-common: ~phpsessionclean.timer
pk4: ~pk4-generate-index.timer
plocate: ~plocate-updatedb.timer
pnopaste: ~pnopaste.timer
podman: ~podman-auto-update.timer /lib/systemd/user/podman-auto-update.timer
postgresql-common: ~pg_basebackup@.timer ~pg_compresswal@.timer ~pg_dump@.timer
privoxy: ~privoxy-cleanup.timer
profile-sync-daemon: /usr/lib/systemd/user/psd-resync.timer
prometheus-node-exporter-collectors: ~prometheus-node-exporter-apt.timer ~prometheus-node-exporter-ipmitool-sensor.timer ~prometheus-node-exporter-mellanox-hca-temp.timer ~prometheus-node-exporter-nvme.timer ~prometheus-node-exporter-smartmon.timer
rancid: ~rancid-cleanup.timer ~rancid.timer
roundcube-core: ~roundcube-cleandb.timer ~roundcube-gc.timer
rpki-client: ~rpki-client.timer
sanoid: ~sanoid.timer
sitesummary: ~sitesummary.timer
sitesummary-client: ~sitesummary-client.timer
snapper: ~snapper-boot.timer ~snapper-cleanup.timer ~snapper-timeline.timer
spamassassin: ~spamassassin-maintenance.timer
sysstat: ~sysstat-collect.timer ~sysstat-summary.timer
systemd: ~systemd-tmpfiles-clean.timer ~timers.target.wants/systemd-tmpfiles-clean.timer /usr/lib/systemd/user/systemd-tmpfiles-clean.timer
systemd-cron: ~cron-daily.timer ~cron-hourly.timer ~cron-monthly.timer ~cron-weekly.timer ~cron-yearly.timer
tuptime: ~tuptime-sync.timer
util-linux: ~fstrim.timer
vdirsyncer: /usr/lib/systemd/user/vdirsyncer.timer
vnstat: /usr/share/doc/vnstat/examples/vnstat_daily.timer /usr/share/doc/vnstat/examples/vnstat_monthly.timer
ypserv: ~ypxfr_1perday.timer ~ypxfr_1perhour.timer ~ypxfr_2perday.timer
`
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", paths = ""] = line.split(": ");
      return [name, paths.split(" ").map((path) => path.replace("~", "/lib/systemd/system/"))];
    }),
);
