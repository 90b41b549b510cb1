/**
 * Every package of Debian 12 with a file in `/etc/cron.d` or `/etc/cron.{hourly,daily,weekly,monthly}`, by the file
 * lists of the archive (bookworm, main, amd64).
 */
export const DEBIAN_CRON: readonly string[] = `
acct amavisd-new anacron apache2 apf-firewall approx apt apt-cacher apt-cacher-ng apt-listbugs apt-mirror
apt-show-versions apt-xapian-index aptitude aptitude-robot atop automysqlbackup autopostgresqlbackup awffull
awstats backup-manager backup2l backupninja barman battery-stats boxbackup-client buildd burp cacti calamaris
calendar cedar-backup3 ceilometer-instance-poller certbot cfingerd changetrack check-dfsg-status checksecurity
chkrootkit clamav-unofficial-sigs corekeeper couriergrey cricket cron-apt cron-daemon-common csync2 cyrus-common
debarchiver debci-worker debian-edu-config debsums debtags designate-tlds desktop-autoloader dhelp diffmon
dirvish dkim-rotate dlocate dma dokuwiki doodle dphys-config dpkg durep dwww e2fsprogs efax email-reminder
emboss-explorer etckeeper exim4-base fake-hwclock fcheck fetch-crl filetraq ftpmirror fwanalog fwlogwatch ganeti
globus-gram-audit gnumed-server graphite-web gsm-utils gup hearse homer-api htdig hylafax-server ifmail
ikiwiki-hosting-web inn inn2 installation-birthday integrit iog ipmiutil jetty9 john killer kthresher
ldap-git-backup ldap2zone leafnode libapache-gallery-perl libcifpp-data liblemonldap-ng-handler-perl
liblemonldap-ng-portal-perl libpam-shield libvirt-sanlock lightsquid lighttpd locate lockout logcheck logrotate
logwatch lpr lprng lyskom-server mailman3 mailman3-web man-db man2html mdadm mirmon mlmmj msktutil mtpolicyd
munin munin-node mythtv-status nordugrid-arc-nordugridmap ntpsec ntpsec-ntpviz oar-server obs-server
ocsinventory-agent opa-fastfabric open-infrastructure-storage-tools openssh-known-hosts
openstack-debian-images-build-farm openstack-debian-images-updater otags painintheapt perlindex php-common
pkgsync planetfilter plocate pnopaste policyd-rate-limit popularity-contest privoxy puppetserver quota rancid
reboot-notifier recap remote-tty rkhunter roundcube-core routino-www rsbackup rsnapshot rwhod sa-exim samba
sanoid sarg sbuild-debian-developer-setup sbws schleuder sendfile sendmail-bin shutdown-at-night sitesummary
sitesummary-client sks slrn slrnpull sn sogo spamassassin sphinxsearch sqwebmail sreview-detect srg storebackup
swift-drive-audit swift-object sxid sysnews sysstat systemd-cron systraq tiger tmpreaper tomcat10 tor
torrus-common tripwire tua tuptime umegaya uucp webalizer welcome2l
`
  .trim()
  .split(/\s+/);
